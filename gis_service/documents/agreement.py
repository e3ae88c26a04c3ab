"""协议书: the draft of the agreement, as a Word document.

Its order is that of boundary agreements in practice: parties, facts, the agreed line, areas, how
the line runs, boundary points, four sides, what holds afterwards, signatures, annexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gis_service.documents.word import Writer
from gis_service.documents.wording import (
    SAMPLE,
    TEXT_LIMIT,
    area,
    dms,
    label,
    plain,
    sides_text,
)
from gis_service.model.lines import POINT_KINDS
from gis_service.model.packs import AgreementPack, Party
from gis_service.model.text import Text

NUMERALS = "一二三四五六七八九十"
POINT_ROWS = 300
"""Points that the text of the agreement lists; a longer table stands in the annex alone."""

ANNEXES = (
    Text("界线附图", "map of the line"),
    Text("边界点成果表", "table of boundary points"),
)


def make_agreement(pack: AgreementPack, lang: str) -> bytes:
    """Make the Word document."""
    writer = Writer(lang=lang, day=date.fromisoformat(pack.facts.date))
    _title(writer, pack)
    for number, write in enumerate((_parties, _facts, _line, _areas, _running, _sides, _terms)):
        write(writer, pack, number)
    _signatures(writer, pack)
    _annexes(writer)
    return writer.bytes_()


def _title(writer: Writer, pack: AgreementPack) -> None:
    names = "、".join(label(party.code, pack.names) for party in pack.parties)
    writer.title(
        Text("社区管理服务范围界线协议书", "Agreement on the line between communities"),
        Text("（草案）", "(draft)") if pack.facts.is_draft else Text("", ""),
    )
    if pack.facts.is_sample:
        writer.centred(SAMPLE.in_language(writer.lang))
    number = plain(pack.facts.number)
    if number or pack.facts.document:
        said = [
            Text(f"案件编号：{number}", f"Case {number}") if number else None,
            Text(f"文号：{plain(pack.facts.document)}", f"Document {plain(pack.facts.document)}")
            if pack.facts.document
            else None,
        ]
        writer.centred("　".join(t.in_language(writer.lang) for t in said if t is not None))
    writer.running_head(f"{number}　{plain(names, 80)}" if number else plain(names, 80))


def _parties(writer: Writer, pack: AgreementPack, number: int) -> None:
    writer.heading(number, Text("协议各方", "Parties"))
    rows = [
        (
            writer.party(at),
            plain(party.name),
            plain(party.code),
            plain(party.street),
        )
        for at, party in enumerate(pack.parties)
    ]
    heads = (
        Text("", ""),
        Text("社区", "Community"),
        Text("代码", "Code"),
        Text("街道", "Street"),
    )
    writer.table(heads, rows)


def _facts(writer: Writer, pack: AgreementPack, number: int) -> None:
    facts, lang = pack.facts, writer.lang
    writer.heading(number, Text("事实", "Facts"))
    size = area(pack.land_m2, lang)
    kind = facts.kind
    writer.paragraph(
        Text(
            f"本协议所涉地块类型为“{plain(kind.zh)}”，面积 {size}，"
            f"依据 {plain(facts.version.zh)} 界线数据计算。",
            f"The land concerned ({plain(kind.en)}) measures {size}, computed from the "
            f"boundaries of {plain(facts.version.en)}.",
        )
    )
    params = "，".join(plain(text.in_language(lang)) for text in pack.params)
    way = pack.resolution.in_language(lang) + (f"：{params}" if params else "")
    writer.paragraph(Text(f"处理方式：{way}。", f"Way of deciding: {way}."))
    writer.paragraph(
        Text(
            f"坐标系：{pack.crs_name}（{pack.crs}）；X 为北、Y 为东，单位米。"
            + (f"适用策略：{plain(facts.policy)}。" if facts.policy else ""),
            f"Coordinate system: {pack.crs_name} ({pack.crs}); X is north, Y is east, metres."
            + (f" Policy: {plain(facts.policy)}." if facts.policy else ""),
        )
    )


def _line(writer: Writer, pack: AgreementPack, number: int) -> None:
    writer.heading(number, Text("议定界线", "The agreed line"))
    parts, points = len(pack.line.parts), len(pack.line.points)
    length = f"{sum(part.distance_m for part in pack.line.parts):,.2f}"
    is_border = any(part.role != "land" for part in pack.line.parts)
    what = Text("界", "line") if is_border else Text("该地块的边线", "rim")
    if not is_border:
        writer.paragraph(
            Text(
                "本协议不产生新的社区间界线；以下边界点为所涉地块边线上的点。",
                "No line between communities is new; the points below lie on the rim of the land.",
            )
        )
    writer.paragraph(
        Text(
            f"各方同意以附图所绘、边界点成果表所列 {points} 个边界点"
            f"（J1～J{points}）依次连成的线为{what.zh}，共 {parts} 段，"
            f"总长 {length} 米。",
            f"The parties agree on the {what.en} through the {points} boundary points (J1 "
            f"to J{points}) that the map shows and the table lists: {parts} part(s), {length} m.",
        )
    )
    if points > POINT_ROWS:
        writer.paragraph(
            Text(
                "边界点坐标见附件《边界点成果表》。",
                "Their coordinates stand in the annexed table.",
            )
        )
        return
    rows = [
        (
            point.number,
            f"{point.x_north_m:.2f}",
            f"{point.y_east_m:.2f}",
            POINT_KINDS[point.kind].in_language(writer.lang),
            plain(point.feature),
        )
        for point in pack.line.points
    ]
    heads = (
        Text("点号", "Point"),
        Text("X（北，m）", "X north, m"),
        Text("Y（东，m）", "Y east, m"),
        Text("点类型", "Kind"),
        Text("所在地物", "On feature"),
    )
    writer.table(heads, rows, right=(1, 2))


def _areas(writer: Writer, pack: AgreementPack, number: int) -> None:
    writer.heading(number, Text("面积", "Areas"))
    rows = [_area_row(party) for party in pack.parties]
    heads = (
        Text("社区", "Community"),
        Text("协议前（m²）", "Before, m²"),
        Text("获得（m²）", "Gains, m²"),
        Text("让出（m²）", "Gives up, m²"),
        Text("协议后（m²）", "After, m²"),
        Text("协议后（公顷）", "After, ha"),
        Text("协议后（亩）", "After, mu"),
    )
    writer.table(heads, rows, right=range(1, 7))
    writer.paragraph(
        Text(
            "“协议前”为该社区原主张的范围，重叠地块在主张各方中均计入；"
            "“获得”和“让出”均相对于其原主张。"
            + (
                f"原无人认领、由本协议确定归属的土地共 {area(pack.filled_m2, 'zh')}。"
                if pack.filled_m2 > 0
                else ""
            ),
            "“Before” is what the community claimed; land claimed by several counts for each of "
            "them, and gains and losses are relative to that claim."
            + (
                f" Land that nobody claimed and that gets an owner: {area(pack.filled_m2, 'en')}."
                if pack.filled_m2 > 0
                else ""
            ),
        )
    )


def _area_row(party: Party) -> tuple[str, ...]:
    after = party.area_after_m2
    return (
        plain(party.name),
        f"{party.area_before_m2:,.2f}",
        f"{party.gained_m2:,.2f}",
        f"{party.lost_m2:,.2f}",
        f"{after:,.2f}",
        f"{after / 1e4:,.4f}",
        f"{after * 3 / 2000:,.2f}",
    )


def _running(writer: Writer, pack: AgreementPack, number: int) -> None:
    writer.heading(number, Text("走向说明", "How the line runs"))
    middle = pack.line.points[len(pack.line.points) // 2]
    turn = dms(middle.convergence_deg)
    writer.paragraph(
        Text(
            f"方向采用 16 方位，以真北为准（该处子午线收敛角 {turn}）；距离为投影平面距离。",
            f"Directions are the 16 from true north (meridian convergence here {turn}); distances "
            "are in the plane of the projection.",
        )
    )
    for at, text in enumerate(pack.texts, start=1):
        head = f"（{at}）" if writer.lang == "zh" else f"({at}) "
        writer.plain_paragraph(head + plain(text.in_language(writer.lang), TEXT_LIMIT))


def _sides(writer: Writer, pack: AgreementPack, number: int) -> None:
    writer.heading(number, Text("四至", "Four sides"))
    rows = []
    for party in pack.parties:
        texts = [
            sides_text(sides, names=pack.names, lang=writer.lang)
            for sides in (party.sides_before, party.sides_after)
        ]
        rows.append((plain(party.name), *texts))
    heads = (
        Text("社区", "Community"),
        Text("协议前", "Before"),
        Text("协议后", "After"),
    )
    writer.table(heads, rows, widths=(3.0, 6.5, 6.5))


def _terms(writer: Writer, pack: AgreementPack, number: int) -> None:
    del pack
    writer.heading(number, Text("其他约定", "Terms"))
    for at, term in enumerate(_TERMS, start=1):
        said = term.in_language(writer.lang)
        writer.plain_paragraph(f"{at}. {said}")


_TERMS: Sequence[Text] = (
    Text(
        "本界线仅确定社区管理服务范围，不涉及土地、房屋权属。",
        "The line settles which community manages and serves; it settles no property.",
    ),
    Text(
        "界线以边界点坐标为准；道路、河流等地物变动的，议定的界线不变。",
        "The coordinates of the boundary points decide; where a road or river moves, the agreed "
        "line stays.",
    ),
    Text(
        "本协议由街道提出，经民政部门审核、区政府批准后生效；未经批准，任何一方不得自行变更。",
        "It takes effect when the street has proposed it, civil affairs has reviewed it and the "
        "district has approved it; nobody may change it alone.",
    ),
)


def _signatures(writer: Writer, pack: AgreementPack) -> None:
    writer.signatures(
        [
            *(f"{writer.party(at)}　{plain(party.name)}" for at, party in enumerate(pack.parties)),
            *(
                text.in_language(writer.lang)
                for text in (
                    Text("街道办事处", "Sub-district office"),
                    Text("区民政局", "District civil-affairs bureau"),
                )
            ),
        ]
    )


def _annexes(writer: Writer) -> None:
    writer.plain_heading(Text("附件", "Annexes"))
    for at, annex in enumerate(ANNEXES, start=1):
        writer.plain_paragraph(f"{at}. {annex.in_language(writer.lang)}")
