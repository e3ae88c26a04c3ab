"""The table of boundary points, read back with openpyxl."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict

import openpyxl
import pytest
import shapely

from gis_service.documents import DOCUMENTS
from gis_service.model.packs import AgreementPack


def book_of(pack: AgreementPack, lang: str = "zh") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(DOCUMENTS["points"].make(pack, lang)))


def drawn_again(pack: AgreementPack) -> shapely.MultiLineString:
    """Draw the line from the workbook alone: columns of the part, X north and Y east."""
    parts = defaultdict(list)
    for row in book_of(pack)["边界点成果表"].iter_rows(min_row=2, values_only=True):
        parts[row[0]].append((row[4], row[3]))
    return shapely.MultiLineString(list(parts.values()))


def test_the_line_drawn_from_the_table_lies_within_a_centimetre_of_the_agreed_one(any_pack):
    agreed = shapely.MultiLineString([part.geometry for part in any_pack.line.parts])
    drawn = drawn_again(any_pack)
    assert len(drawn.geoms) == len(agreed.geoms)
    for one, other in zip(drawn.geoms, agreed.geoms, strict=True):
        assert shapely.hausdorff_distance(one, other, densify=0.01) <= 0.0100001


def test_the_agreed_line_is_where_the_communities_meet_afterwards(any_pack):
    """The oracle is the boundary of the polygons themselves, not what made the line."""
    borders = shapely.union_all([shapely.boundary(party.after) for party in any_pack.parties])
    for part in any_pack.line.parts:
        off = shapely.difference(part.geometry, borders.buffer(0.002))
        assert shapely.length(off) == 0


def test_x_is_the_column_of_norths_and_y_that_of_easts(strip):
    sheet = book_of(strip)["边界点成果表"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[3:5] == ["X（北，m）", "Y（东，m）"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[3:5] for row in rows] == [(2_494_080, 513_100), (2_494_000, 513_100)]
    assert sheet["D2"].number_format == "0.00"


def test_a_row_gives_the_way_to_the_next_point(strip):
    first, last = book_of(strip)["边界点成果表"].iter_rows(min_row=2, values_only=True)
    assert first[2] == "J1"
    assert first[7:12] == ("J2", 80, "180°00′00″", "180°02′56″", "南")
    assert last[7:12] == (None,) * 5


def test_a_point_where_parts_meet_stands_in_each_under_one_number(three):
    rows = list(book_of(three)["边界点成果表"].iter_rows(min_row=2, values_only=True))
    middle = {row[2] for row in rows if row[5] == "三交点"}
    assert len(middle) == 1
    assert [row[2] for row in rows].count(middle.pop()) == 3


def test_parts_between_the_same_two_communities_are_counted(pieces):
    rows = list(book_of(pieces)["边界点成果表"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [1, 1, 2, 2]
    assert {row[1] for row in rows} == {"甲社区—乙社区"}


def test_a_closed_line_comes_back_to_its_first_point(island):
    rows = list(book_of(island)["边界点成果表"].iter_rows(min_row=2, values_only=True))
    assert rows[0][2] == rows[-1][2] == "J1"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_cell_is_a_formula_and_every_text_is_written_as_text(hostile, lang):
    for sheet in book_of(hostile, lang).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                    assert cell.quotePrefix
    raw = zipfile.ZipFile(io.BytesIO(DOCUMENTS["points"].make(hostile, lang)))
    assert not any(b"<f>" in raw.read(n) for n in raw.namelist() if "sheet" in n)


def test_control_and_direction_marks_are_left_out_of_names(hostile):
    book = book_of(hostile)
    values = [
        cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    assert not any(mark in value for value in values for mark in "\u0000‮\u0007\u2028")
    assert any("甲 乙" in value for value in values)


def test_the_other_sheets_say_how_the_line_runs_and_what_lies_on_the_four_sides(strip):
    book = book_of(strip)
    assert "向南方向直行80.00米至J2点" in book["走向说明"]["B2"].value
    heads, before, after, *_ = book["四至"].iter_rows(values_only=True)
    assert heads[3:] == ("东至", "南至", "西至", "北至")
    assert before[:4] == ("甲社区", "440303001001", "协议前", "乙社区")
    assert after[2] == "协议后"
