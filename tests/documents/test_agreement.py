"""The agreement, read back with python-docx."""

from __future__ import annotations

import io
import re

import docx
import pytest
import shapely

from gis_service.documents import DOCUMENTS
from gis_service.model.packs import AgreementPack


def opened(pack: AgreementPack, lang: str = "zh") -> docx.document.Document:
    return docx.Document(io.BytesIO(DOCUMENTS["agreement"].make(pack, lang)))


def words(document: docx.document.Document) -> str:
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(paragraphs + cells)


def table_with(document: docx.document.Document, head: str) -> list[list[str]]:
    for table in document.tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if head in rows[0]:
            return rows
    raise AssertionError(head)


def test_it_has_the_parts_of_an_agreement_in_their_order(strip):
    headings = [p.text for p in opened(strip).paragraphs if p.style.name.startswith("Heading")]
    assert headings == [
        "一、协议各方",
        "二、事实",
        "三、议定界线",
        "四、面积",
        "五、走向说明",
        "六、四至",
        "七、其他约定",
        "签署",
        "附件",
    ]


def test_the_table_of_areas_is_that_of_the_communities(strip):
    rows = table_with(opened(strip), "获得（m²）")
    assert rows[1:] == [
        ["甲社区", "8,800.00", "0.00", "800.00", "8,000.00", "0.8000", "12.00"],
        ["乙社区", "8,800.00", "0.00", "800.00", "8,000.00", "0.8000", "12.00"],
    ]


def test_what_nobody_claimed_is_said_to_get_an_owner(three):
    assert "原无人认领、由本协议确定归属的土地共 800.00 m²" in words(opened(three))


def test_it_lists_the_points_and_says_how_the_line_runs(strip):
    document = opened(strip)
    rows = table_with(document, "点号")
    assert rows[1][:4] == ["J1", "2494080.00", "513100.00", "端点"]
    assert "自J1点起，向南方向直行80.00米至J2点" in words(document)


def test_the_four_sides_stand_before_and_after(strip):
    rows = table_with(opened(strip), "协议前")
    assert rows[1][0] == "甲社区"
    assert rows[1][1].startswith("东至乙社区；南至")


def test_every_party_the_street_and_the_bureau_have_a_block_to_sign(strip):
    text = words(opened(strip))
    for signer in ("甲方　甲社区", "乙方　乙社区", "街道办事处", "区民政局"):
        assert f"{signer}\n（盖章）" in text


def test_a_decided_case_is_no_draft_any_more(pack, strip):
    decided = pack(
        [shapely.box(0, 0, 110, 80), shapely.box(90, 0, 200, 80)],
        facts={"is_draft": False, "document": "罗府〔2026〕7号"},
    )
    assert "（草案）" in words(opened(strip))
    assert "（草案）" not in words(opened(decided))
    assert "文号：罗府〔2026〕7号" in words(opened(decided))


def test_demonstration_data_is_called_so(pack):
    sample = pack(
        [shapely.box(0, 0, 110, 80), shapely.box(90, 0, 200, 80)], facts={"is_sample": True}
    )
    assert "演示数据，非测绘成果" in words(opened(sample))


def test_joint_management_says_that_no_line_is_new(pack):
    joint = pack(
        [shapely.box(0, 0, 110, 80), shapely.box(90, 0, 200, 80)], by="joint", until="2027-06-30"
    )
    text = words(opened(joint))
    assert "本协议不产生新的社区间界线" in text
    assert "共管：至2027-06-30止" in text


def test_english_has_no_chinese_but_names(strip):
    text = words(opened(strip, "en"))
    rest = re.sub("[甲乙]社区|东门街道|第 1 版|罗湖", "", text)
    assert not re.search(r"[\u4e00-\u9fff]", rest)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_are_only_text(hostile, lang):
    text = words(opened(hostile, lang))
    assert '=cmd|"/c calc"!A1' in text
    assert "<b>${x}`{{7*7}}</b><script>" in text
    assert not re.search("[\u0000\u0007‮\u2028]", text)
    assert "很长的名称" * 20 not in text


def test_all_packs_make_an_agreement_that_opens(any_pack):
    assert "协议书" in words(opened(any_pack))
