"""信息表: the fact sheet of one community, on one or more A4 pages.

Above a map at a true round scale, below it area, people, four sides, facilities and open cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import shapely

from gis_service.documents.canvas import PAPERS_MM, Canvas, line
from gis_service.documents.frames import Frame, frame_in
from gis_service.documents.furniture import (
    INK,
    SOFT,
    Grid,
    draw_crosses,
    draw_frame,
    draw_north,
    draw_scale,
)
from gis_service.documents.labels import Taken, around, wholly_within, within
from gis_service.documents.margin import FEATURES, FILLS, OTHER_FILL, OTHER_LINE, STROKES
from gis_service.documents.wording import SAMPLE, area, label, plain, side_text
from gis_service.model.facilities import FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.lines import SIDES
from gis_service.model.text import Text
from gis_service.services.fact_sheets import FacilityFact, FactSheet

LEFT, RIGHT, TOP, BOTTOM = 17.0, 17.0, 18.0, 282.0
MAP_TOP, MAP_HEIGHT = 32.0, 118.0
SIZE, ROW = 8.5, 4.8
OTHER_NAME, OWN_NAME = 6.5, 9.0

Row = Sequence[str]


def make_fact_sheet(sheet: FactSheet, lang: str) -> bytes:
    """Make the PDF; the same bytes for the same sheet."""
    title = Text("社区基本情况表", "Community fact sheet").in_language(lang)
    name = label(sheet.code, sheet.names)
    canvas = Canvas(
        title=plain(f"{title} {name} {sheet.code}", 120),
        day=date.fromisoformat(sheet.date),
        lang=lang,
    )
    page = _Page(canvas, title=f"{title}　{name}" if lang == "zh" else f"{title}: {name}")
    page.begin(_under_title(sheet, lang))
    _map(canvas, sheet, lang)
    page.y = MAP_TOP + MAP_HEIGHT + 27
    page.pairs(_facts(sheet, lang))
    page.heading(Text("四至", "Four sides").in_language(lang))
    page.pairs(
        [
            (
                title.in_language(lang),
                side_text(sheet.sides, side, names=sheet.names, lang=lang),
            )
            for side, title in SIDES.items()
        ]
    )
    _facilities(page, sheet, lang)
    _cases(page, sheet, lang)
    page.end(f"{plain(sheet.code)}　{sheet.date}")
    return canvas.bytes_()


class _Page:
    """Where the next line of text goes; a new page begins when one is full."""

    def __init__(self, canvas: Canvas, *, title: str) -> None:
        self.canvas = canvas
        self.title = title
        self.y = TOP
        self.number = 0
        self.width = PAPERS_MM["A4"][0] - LEFT - RIGHT

    def begin(self, under: str = "") -> None:
        """Begin a page with the title."""
        self.canvas.page(*PAPERS_MM["A4"])
        self.number += 1
        size = 15.0 if self.number == 1 else 10.0
        said = self.canvas.fit(self.title, self.width, size, bold=True)
        self.canvas.text(said, (LEFT, TOP), size=size, bold=True)
        if under:
            self.canvas.text(self.canvas.fit(under, self.width, 7.5), (LEFT, TOP + 6), size=7.5)
        self.y = TOP + 9

    def room(self, height: float) -> None:
        """Make room for that many millimetres."""
        if self.y + height > BOTTOM:
            self.end("")
            self.begin()

    def end(self, text: str) -> None:
        """Write the foot of the page."""
        foot = f"{text}　{self.number}".strip()
        self.canvas.text(foot, (LEFT + self.width / 2, 290), size=7, align="centre", colour=SOFT)

    def heading(self, text: str) -> None:
        """Write a heading, never alone at the foot of a page."""
        self.room(ROW * 3)
        self.y += 2.5
        self.canvas.text(text, (LEFT, self.y + 3.5), size=10, bold=True)
        self.y += 6.5

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        """Write titles with their values, long ones on several lines."""
        for title, value in rows:
            lines = self.canvas.wrapped(value, self.width - 38, SIZE) or ["—"]
            for at, said in enumerate(lines[:8]):
                self.room(ROW)
                if at == 0:
                    fitted = self.canvas.fit(title, 36, SIZE)
                    self.canvas.text(fitted, (LEFT, self.y + 3.4), size=SIZE, colour=SOFT)
                self.canvas.text(said, (LEFT + 38, self.y + 3.4), size=SIZE)
                self.y += ROW

    def table(self, heads: Row, rows: Iterable[Row], *, widths: Sequence[float]) -> None:
        """Write a table; widths are shares of the line."""
        self._row(heads, widths, bold=True)
        for row in rows:
            self._row(row, widths, bold=False)

    def _row(self, cells: Row, widths: Sequence[float], *, bold: bool) -> None:
        self.room(ROW + 1)
        x, total = LEFT, sum(widths)
        for cell, share in zip(cells, widths, strict=True):
            wide = self.width * share / total
            fitted = self.canvas.fit(cell, wide - 2, SIZE - 0.5, bold=bold)
            self.canvas.text(fitted, (x, self.y + 3.4), size=SIZE - 0.5, bold=bold)
            x += wide
        self.y += ROW
        rule = line([(LEFT, self.y), (LEFT + self.width, self.y)])
        self.canvas.shape(rule, stroke=OTHER_LINE, width=0.25 if bold else 0.1)


def _under_title(sheet: FactSheet, lang: str) -> str:
    said = [
        sheet.version.in_language(lang),
        sheet.date,
        f"{sheet.crs_name} ({sheet.crs})",
        SAMPLE.in_language(lang) if sheet.is_sample else "",
    ]
    return "　".join(plain(part) for part in said if part)


def _map(canvas: Canvas, sheet: FactSheet, lang: str) -> None:
    width = PAPERS_MM["A4"][0] - LEFT - RIGHT
    frame = frame_in(
        sheet.geometry.bounds, page=PAPERS_MM["A4"], box=(LEFT, MAP_TOP, width, MAP_HEIGHT)
    )
    for other in sheet.surroundings:
        shape = frame.clipped(other.geometry)
        canvas.shape(shape, fill=OTHER_FILL, stroke=OTHER_LINE, width=0.18)
    canvas.shape(frame.clipped(sheet.geometry), fill=FILLS[1])
    for named in sheet.named:
        canvas.shape(frame.clipped(named.geometry), stroke=FEATURES[named.kind], width=0.35)
    border = frame.clipped(shapely.boundary(sheet.geometry))
    canvas.shape(border, stroke=STROKES[1], width=0.5)
    grid = Grid.of(frame)
    draw_crosses(canvas, grid)
    _names(canvas, frame, sheet)
    draw_frame(canvas, frame, grid)
    draw_scale(canvas, frame, left=LEFT, top=frame.bottom + 6, width=60)
    draw_north(
        canvas,
        x=LEFT + width - 52,
        top=frame.bottom + 6,
        convergence_deg=sheet.convergence_deg,
        lang=lang,
        width=46,
    )


def _names(canvas: Canvas, frame: Frame, sheet: FactSheet) -> None:
    """Write names and facilities where there is room."""
    border = frame.clipped(shapely.boundary(sheet.geometry))
    taken = Taken(
        inside=(frame.left + 1, frame.top + 1, frame.right - 1, frame.bottom - 1),
        clear=border.buffer(0.4),
    )
    for fact in sheet.facilities:
        _facility(canvas, frame, fact, taken)
    own = (sheet.geometry, label(sheet.code, sheet.names), OWN_NAME, STROKES[1])
    others = [
        (other.geometry, label(other.code, sheet.names), OTHER_NAME, "#5f6368")
        for other in sheet.surroundings
    ]
    for geometry, name, size, colour in (own, *others):
        shape = frame.clipped(geometry)
        if shapely.area(shape) < 12:
            continue
        bold = size == OWN_NAME
        text = canvas.fit(name, 50, size, bold=bold)
        wide, high = canvas.text_width(text, size, bold=bold) + 1, size * 0.38 + 1
        boxes = (within if bold else wholly_within)(shape, width=wide, height=high)
        at = taken.place(boxes)
        if at is not None:
            left, _, _, bottom = boxes[at]
            canvas.text(text, (left + 0.5, bottom - 1.1), size=size, bold=bold, colour=colour)


def _facility(canvas: Canvas, frame: Frame, fact: FacilityFact, taken: Taken) -> None:
    place = frame.on_page(shapely.Point(fact.x, fact.y))
    x, y = float(place.x), float(place.y)
    sign = shapely.box(x - 0.7, y - 0.7, x + 0.7, y + 0.7)
    is_open = fact.status == "open"
    canvas.shape(sign, fill=STROKES[0] if is_open else "#ffffff", stroke=STROKES[0], width=0.2)
    taken.take((x - 0.8, y - 0.8, x + 0.8, y + 0.8))
    text = canvas.fit(plain(fact.name or fact.id), 36, OTHER_NAME)
    wide, high = canvas.text_width(text, OTHER_NAME), OTHER_NAME * 0.3
    boxes = around(x, y, width=wide, height=high, away=1.3)
    at = taken.place(boxes)
    if at is not None:
        left, _, _, bottom = boxes[at]
        canvas.text(text, (left, bottom), size=OTHER_NAME, colour=INK)


def _facts(sheet: FactSheet, lang: str) -> list[tuple[str, str]]:
    unknown = Text("无资料", "unknown").in_language(lang)
    figures = sheet.figures
    people = elders = state = unknown
    if figures is not None and figures.residents is not None:
        people = f"{figures.residents:,}"
        share = "" if figures.elder_share is None else f" ({figures.elder_share:.1%})"
        elders = unknown if figures.elders is None else f"{figures.elders:,}{share}"
    if figures is not None and figures.ageing is not None:
        ageing = Text("老龄化社区", "ageing") if figures.ageing else Text("非老龄化", "not ageing")
        covered = Text("已覆盖", "covered") if figures.covered else Text("未覆盖", "not covered")
        state = f"{ageing.in_language(lang)}　{covered.in_language(lang)}"
    kinds = {
        "registered": Text("户籍人口", "Registered people"),
        "resident": Text("常住人口", "Residents"),
    }
    rows = [
        (Text("社区代码", "Code"), plain(sheet.code)),
        (Text("街道", "Street"), plain(sheet.street) or unknown),
        (Text("面积", "Area"), area(sheet.area_m2, lang)),
        (Text("界线长度", "Length of its lines"), f"{sheet.perimeter_m:,.2f} m"),
        (kinds.get(sheet.population, Text("人口", "People")), people),
        (Text("老年人（占比）", "Elders (share)"), elders),
        (Text("长者服务", "Elder services"), f"{state}　{_policy(sheet, lang)}".strip()),
    ]
    return [(title.in_language(lang), value) for title, value in rows]


def _policy(sheet: FactSheet, lang: str) -> str:
    name = plain(sheet.policy)
    return Text(f"（策略：{name}）", f"(policy: {name})").in_language(lang)


def _facilities(page: _Page, sheet: FactSheet, lang: str) -> None:
    count = len(sheet.facilities)
    page.heading(Text(f"设施（{count}）", f"Facilities ({count})").in_language(lang))
    if not count:
        page.pairs([("", Text("无", "none").in_language(lang))])
        return
    heads = (
        Text("名称", "Name"),
        Text("类别", "Kind"),
        Text("状态", "State"),
        Text("名额", "Places"),
        Text("床位", "Beds"),
    )
    rows = [
        (
            plain(fact.name or fact.id),
            _known(FACILITY_KINDS, fact.kind, lang),
            _known(FACILITY_STATUSES, fact.status, lang),
            "—" if fact.places is None else f"{fact.places:,}",
            "—" if fact.beds is None else f"{fact.beds:,}",
        )
        for fact in sheet.facilities
    ]
    page.table([head.in_language(lang) for head in heads], rows, widths=(44, 26, 12, 9, 9))


def _cases(page: _Page, sheet: FactSheet, lang: str) -> None:
    if sheet.cases is None:
        page.heading(Text("界线案件", "Boundary cases").in_language(lang))
        page.pairs(
            [("", Text("历史状态，未列出案件", "a past state: not listed").in_language(lang))]
        )
        return
    count = len(sheet.cases)
    title = Text(f"未结界线案件（{count}）", f"Open boundary cases ({count})")
    page.heading(title.in_language(lang))
    if not count:
        page.pairs([("", Text("无", "none").in_language(lang))])
        return
    heads = (
        Text("编号", "Number"),
        Text("类型", "Kind"),
        Text("状态", "State"),
        Text("面积（m²）", "Area, m²"),
        Text("期限", "Due"),
    )
    rows = [
        (
            plain(case.number),
            case.kind.in_language(lang),
            case.state.in_language(lang),
            f"{case.area_m2:,.1f}",
            case.due or "—",
        )
        for case in sheet.cases
    ]
    page.table([head.in_language(lang) for head in heads], rows, widths=(24, 24, 24, 16, 16))


def _known(words: dict[str, Text], name: str, lang: str) -> str:
    return words[name].in_language(lang) if name in words else plain(name)
