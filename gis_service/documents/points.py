"""边界点成果表: the table of boundary points, as an Excel workbook.

A row is a point of a part of the line, in the order in which the line runs; a point that two
parts share stands in both, under one number. The line can be drawn again from columns X and Y
alone. Text cells are text whatever they begin with; a formula is never written.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gis_service.documents.archives import settled
from gis_service.documents.wording import (
    SAMPLE,
    TEXT_LIMIT,
    between,
    dms,
    label,
    plain,
    side_text,
)
from gis_service.model.lines import PART_ROLES, POINT_KINDS, SIDES, SIXTEEN, LinePart
from gis_service.model.packs import AgreementPack
from gis_service.model.text import Text

SHEETS = {
    "points": Text("边界点成果表", "Boundary points"),
    "line": Text("走向说明", "How the line runs"),
    "sides": Text("四至", "Four sides"),
    "notes": Text("说明", "Notes"),
}
COLUMNS: tuple[tuple[Text, float, str], ...] = (
    (Text("段", "Part"), 6, "0"),
    (Text("界线", "Line between"), 30, "@"),
    (Text("点号", "Point"), 8, "@"),
    (Text("X（北，m）", "X north, m"), 15, "0.00"),
    (Text("Y（东，m）", "Y east, m"), 14, "0.00"),
    (Text("点类型", "Kind"), 12, "@"),
    (Text("所在地物", "On feature"), 16, "@"),
    (Text("至点", "To point"), 8, "@"),
    (Text("距离（m）", "Distance, m"), 12, "0.00"),
    (Text("坐标方位角", "Grid bearing"), 14, "@"),
    (Text("真方位角", "True bearing"), 14, "@"),
    (Text("方向（真北，16方位）", "Direction (true, of 16)"), 20, "@"),
    (Text("沿行地物", "Along"), 16, "@"),
    (Text("子午线收敛角", "Convergence"), 14, "@"),
    (Text("经度（°）", "Longitude, °"), 15, "0.00000000"),
    (Text("纬度（°）", "Latitude, °"), 14, "0.00000000"),
)
"""Title, width in characters and number format of each column."""

_LINE = Side(style="thin", color="FF808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="FFE8EDF3")


def make_points(pack: AgreementPack, lang: str) -> bytes:
    """Make the workbook."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEETS["points"].in_language(lang)
    _points(sheet, pack, lang)
    _line(book.create_sheet(SHEETS["line"].in_language(lang)), pack, lang)
    _sides(book.create_sheet(SHEETS["sides"].in_language(lang)), pack, lang)
    _notes(book.create_sheet(SHEETS["notes"].in_language(lang)), pack, lang)
    book.properties.creator = "gis-service"
    book.properties.title = plain(f"{SHEETS['points'].in_language(lang)} {pack.facts.number}")
    out = io.BytesIO()
    book.save(out)
    return settled(out.getvalue(), date.fromisoformat(pack.facts.date))


def _points(sheet: Worksheet, pack: AgreementPack, lang: str) -> None:
    _head(sheet, [title.in_language(lang) for title, _, _ in COLUMNS])
    formats = [form for _, _, form in COLUMNS]
    for number, part in enumerate(pack.line.parts, start=1):
        for values in _part_rows(number, part, pack, lang):
            _row(sheet, values, formats=formats)
    for at, (_, width, _) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "D2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P / &N"


def _part_rows(
    number: int, part: LinePart, pack: AgreementPack, lang: str
) -> Iterable[Sequence[object]]:
    who = between(part.communities, pack.names, lang)
    if part.role == "rim":
        who += f"（{PART_ROLES['rim'].in_language(lang)}）"
    for at, name in enumerate(part.points):
        point = pack.line.point(name)
        leg = part.legs[at] if at < len(part.legs) else None
        onward: tuple[object, ...] = (None,) * 6
        if leg is not None:
            onward = (
                leg.end,
                round(leg.distance_m, 2),
                dms(leg.grid_deg),
                dms(leg.true_deg),
                SIXTEEN[leg.direction].in_language(lang),
                plain(leg.feature),
            )
        yield (
            number,
            who,
            name,
            point.x_north_m,
            point.y_east_m,
            POINT_KINDS[point.kind].in_language(lang),
            plain(point.feature),
            *onward,
            dms(point.convergence_deg),
            round(point.longitude, 8),
            round(point.latitude, 8),
        )


def _line(sheet: Worksheet, pack: AgreementPack, lang: str) -> None:
    _head(sheet, [Text("段", "Part").in_language(lang), SHEETS["line"].in_language(lang)])
    for number, text in enumerate(pack.texts, start=1):
        _row(sheet, (number, plain(text.in_language(lang), TEXT_LIMIT)), formats=("0", "@"))
    sheet.column_dimensions["A"].width = 6
    sheet.column_dimensions["B"].width = 110


def _sides(sheet: Worksheet, pack: AgreementPack, lang: str) -> None:
    titles = [Text("社区", "Community"), Text("代码", "Code"), Text("时点", "When")]
    _head(sheet, [title.in_language(lang) for title in (*titles, *SIDES.values())])
    for party in pack.parties:
        for when, sides in (
            (Text("协议前", "before"), party.sides_before),
            (Text("协议后", "after"), party.sides_after),
        ):
            said = [side_text(sides, name, names=pack.names, lang=lang) for name in SIDES]
            values = (label(party.code, pack.names), plain(party.code), when.in_language(lang))
            _row(sheet, (*values, *said), formats=["@"] * 7)
    for letter, width in zip("ABCDEFG", (24, 18, 10, 40, 40, 40, 40), strict=True):
        sheet.column_dimensions[letter].width = width


def _notes(sheet: Worksheet, pack: AgreementPack, lang: str) -> None:
    facts = pack.facts
    rows = [
        (Text("案件编号", "Case"), plain(facts.number)),
        (Text("日期", "Date"), plain(facts.date)),
        (Text("界线版本", "Boundary version"), plain(facts.version.in_language(lang))),
        (Text("文号", "Document"), plain(facts.document)),
        (Text("坐标系", "Coordinate system"), f"{pack.crs_name} ({pack.crs})"),
        (
            Text("坐标", "Coordinates"),
            Text(
                "X 为北、Y 为东，单位米，取至 0.01 m；由本表各点依次连线，"
                "与协议界线相差不超过 0.01 m。",
                "X is north, Y is east, metres to 0.01 m; the line drawn through these points in "
                "their order lies within 0.01 m of the agreed line.",
            ).in_language(lang),
        ),
        (
            Text("距离与方位", "Distances and bearings"),
            Text(
                "距离为投影平面上的水平距离，由表中坐标反算；真方位角 = 坐标方位角 + 子午线收敛角，"
                "自真北起顺时针。",
                "Distances are horizontal in the plane of the projection, computed from the "
                "coordinates of this table; true bearing = grid bearing + meridian convergence, "
                "clockwise from true north.",
            ).in_language(lang),
        ),
    ]
    if facts.is_sample:
        rows.insert(0, (Text("注意", "Note"), SAMPLE.in_language(lang)))
    for title, value in rows:
        _row(sheet, (title.in_language(lang), value), formats=("@", "@"))
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 90


def _head(sheet: Worksheet, titles: Sequence[str]) -> None:
    _row(sheet, titles, formats=["@"] * len(titles))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
        cell.fill = _HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _row(sheet: Worksheet, values: Sequence[object], *, formats: Sequence[str]) -> None:
    """Write one row; a text stays a text, whatever it begins with."""
    row = 1 if sheet.max_row == 1 and sheet["A1"].value is None else sheet.max_row + 1
    for column, (value, form) in enumerate(zip(values, formats, strict=True), start=1):
        cell = sheet.cell(row=row, column=column)
        cell.border = _BOX
        cell.number_format = form
        wraps = isinstance(value, str) and len(value) > 20
        cell.alignment = Alignment(vertical="center", wrap_text=wraps)
        if value is None:
            continue
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = value[:1] in "=+-@"
