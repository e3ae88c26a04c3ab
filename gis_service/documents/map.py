"""附图: the map of an agreed line, at a true round scale.

It shows the parties after the agreement in colour, their former claims dashed in the same colour,
other communities grey, the agreed line with its points, and roads and rivers that were given.
Everything is vector; the scale is that of the projection.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.documents.canvas import Canvas
from gis_service.documents.frames import Frame, frame_for
from gis_service.documents.furniture import INK, Grid, draw_crosses, draw_frame, draw_title
from gis_service.documents.labels import Taken, around, wholly_within, within
from gis_service.documents.margin import (
    CLAIM_DASH,
    CLAIM_MM,
    FEATURES,
    FILLS,
    LINE,
    LINE_MM,
    MOST_NAMED,
    OTHER_FILL,
    OTHER_LINE,
    STROKES,
    cycled,
    draw_margin,
    draw_sign,
    shown_parties,
)
from gis_service.documents.sheets import sheets_of
from gis_service.documents.wording import DRAFT, SAMPLE, label, plain
from gis_service.model.lines import BoundaryPoint
from gis_service.model.packs import AgreementPack
from gis_service.model.text import Text

TITLE = Text("社区管理服务范围界线附图", "Map of the line between communities")
ALL_NUMBERED = Text("", "")
ON_SHEETS = Text(
    "图上未标注的点号见分幅图和边界点成果表。",
    "Points without a number stand on the further sheets and in the table.",
)
IN_TABLE = Text(
    "图上未标注的点号见边界点成果表。",
    "Points without a number here stand in the table of points.",
)
MAIN = ("end", "three_way")
SIGN_MM, PAD_MM = 1.1, 0.35
LEAST_NUMBERED = 0.5
POINT_SIZE, NAME_SIZE, OTHER_SIZE = 6.5, 9.0, 7.0


def make_map(pack: AgreementPack, lang: str, *, paper: str = "A4") -> bytes:
    """Make the map as a PDF, A4 or A3.

    The first page shows the whole line. Where its points can't all be numbered there, further
    sheets at a larger scale follow the line.
    """
    canvas = Canvas(
        title=plain(f"{TITLE.in_language(lang)} {pack.facts.number}"),
        day=date.fromisoformat(pack.facts.date),
        lang=lang,
    )
    seen = [pack.land, *(part.geometry for part in pack.line.parts)]
    frame = frame_for(tuple(shapely.total_bounds(seen).tolist()), paper=paper)
    canvas.page(frame.page_width, frame.page_height)
    is_full = _sheet(canvas, frame, pack, lang=lang)
    sheets = [] if is_full else sheets_of(pack, frame)
    _index(canvas, frame, sheets)
    note = ALL_NUMBERED if is_full else ON_SHEETS if sheets else IN_TABLE
    draw_margin(canvas, frame, pack, lang=lang, note=note)
    for number, sheet in enumerate(sheets, start=1):
        canvas.page(sheet.page_width, sheet.page_height)
        is_full = _sheet(canvas, sheet, pack, lang=lang, number=f"{number} / {len(sheets)}")
        note = ALL_NUMBERED if is_full else IN_TABLE
        draw_margin(canvas, sheet, pack, lang=lang, note=note)
    return canvas.bytes_()


def _sheet(
    canvas: Canvas, frame: Frame, pack: AgreementPack, *, lang: str, number: str = ""
) -> bool:
    """Draw one sheet but for its margin; tell whether all its points got their number."""
    grid = Grid.of(frame)
    _picture(canvas, frame, pack, grid=grid)
    left_out = _labels(canvas, frame, pack, crosses=grid.crossings)
    draw_frame(canvas, frame, grid)
    draft = Text(f"（{DRAFT.zh}）", f" ({DRAFT.en})") if pack.facts.is_draft else Text("", "")
    sheet = Text(f"　分幅 {number}", f", sheet {number}") if number else Text("", "")
    lines = [
        "".join(text.in_language(lang) for text in (TITLE, draft, sheet)),
        _who(pack, frame, lang),
    ]
    if pack.facts.is_sample:
        lines.append(SAMPLE.in_language(lang))
    middle = frame.left + frame.width / 2
    draw_title(canvas, middle=middle, width=frame.width, lines=lines)
    return not left_out


def _who(pack: AgreementPack, frame: Frame, lang: str) -> str:
    """Name the parties that a sheet shows; of many the first, and how many there are."""
    names = [label(party.code, pack.names) for _, party in shown_parties(pack, frame)]
    if len(names) <= MOST_NAMED:
        return "—".join(names)
    more = Text(f" 等 {len(names)} 个社区", f" and {len(names) - 3} more")
    return ("、" if lang == "zh" else ", ").join(names[:3]) + more.in_language(lang)


def _index(canvas: Canvas, frame: Frame, sheets: Sequence[Frame]) -> None:
    """Draw on the overview where the further sheets lie."""
    for number, sheet in enumerate(sheets, start=1):
        box = frame.on_page(sheet.ground)
        inside = shapely.box(frame.left, frame.top, frame.right, frame.bottom)
        canvas.shape(shapely.intersection(box, inside), stroke="#7a5c00", width=0.15)
        left, top, right, _ = box.bounds
        if shapely.contains_xy(inside, (left + right) / 2, top - 0.6):
            place = ((left + right) / 2, top - 0.6)
            canvas.text(str(number), place, size=6, align="centre", colour="#7a5c00")


def _picture(canvas: Canvas, frame: Frame, pack: AgreementPack, *, grid: Grid) -> None:
    for other in pack.surroundings:
        shape = frame.clipped(other.geometry)
        canvas.shape(shape, fill=OTHER_FILL)
    for at, party in enumerate(pack.parties):
        canvas.shape(frame.clipped(party.after), fill=cycled(FILLS, at))
    for other in pack.surroundings:
        border = frame.clipped(shapely.boundary(other.geometry))
        canvas.shape(border, stroke=OTHER_LINE, width=0.18)
    for named in pack.named:
        inside = frame.clipped(named.geometry)
        canvas.shape(inside, stroke=FEATURES[named.kind], width=0.35)
    for at, party in enumerate(pack.parties):
        canvas.shape(
            frame.clipped(shapely.boundary(party.after)), stroke=cycled(STROKES, at), width=0.2
        )
    draw_crosses(canvas, grid)
    for at, party in enumerate(pack.parties):
        claim = frame.clipped(shapely.intersection(shapely.boundary(party.before), _claimed(pack)))
        canvas.shape(claim, stroke=cycled(STROKES, at), width=CLAIM_MM, dash=CLAIM_DASH)
    for part in pack.line.parts:
        canvas.shape(frame.clipped(part.geometry), stroke=LINE, width=LINE_MM)
    _signs(canvas, frame, pack)


def _signs(canvas: Canvas, frame: Frame, pack: AgreementPack) -> None:
    """Draw the points; a turning point that would hide under another's sign is left out."""
    drawn: list[tuple[float, float]] = []
    for point in sorted(pack.line.points, key=lambda p: p.kind not in MAIN):
        x, y = _place(frame, point)
        if not (frame.left <= x <= frame.right and frame.top <= y <= frame.bottom):
            continue
        near = any(abs(x - u) < SIGN_MM and abs(y - v) < SIGN_MM for u, v in drawn)
        if point.kind in MAIN or not near:
            draw_sign(canvas, x, y, kind=point.kind)
            drawn.append((x, y))


def _claimed(pack: AgreementPack) -> BaseGeometry:
    """Where former claims are drawn: on and at the land decided on."""
    return pack.land.buffer(0.005)


def _labels(
    canvas: Canvas,
    frame: Frame,
    pack: AgreementPack,
    *,
    crosses: Sequence[tuple[float, float]],
) -> bool:
    """Write names and point numbers where there is room; tell whether numbers were left out."""
    lines = [frame.on_page(part.geometry) for part in pack.line.parts]
    taken = Taken(
        inside=(frame.left + 1, frame.top + 1, frame.right - 1, frame.bottom - 1),
        clear=shapely.union_all(lines).buffer(0.35) if lines else None,
    )
    for x, y in (*crosses, *(_place(frame, point) for point in pack.line.points)):
        taken.take((x - 0.6, y - 0.6, x + 0.6, y + 0.6))
    left_out = _numbers(canvas, frame, pack, taken)
    for at, party in enumerate(pack.parties):
        shape = frame.clipped(party.after)
        _name(canvas, shape, label(party.code, pack.names), taken, colour=cycled(STROKES, at))
    for named in pack.named:
        _feature_name(canvas, frame.clipped(named.geometry), plain(named.name), taken, named.kind)
    for other in pack.surroundings:
        name = label(other.code, pack.names)
        _name(canvas, frame.clipped(other.geometry), name, taken, colour="#5f6368")
    return left_out


def _numbers(canvas: Canvas, frame: Frame, pack: AgreementPack, taken: Taken) -> bool:
    """Write the numbers for which there is room; tell whether any was left out.

    Where less than half have room, only end and three-way points keep theirs: numbers here and
    there would only hide the line.
    """
    inside = shapely.box(frame.left, frame.top, frame.right, frame.bottom)
    points = [
        point
        for point in sorted(pack.line.points, key=lambda p: p.kind not in MAIN)
        if shapely.covers(inside, shapely.Point(_place(frame, point)))
    ]
    places = {point: _number_place(canvas, frame, point, taken) for point in points}
    found = {point: place for point, place in places.items() if place is not None}
    sparse = len(found) < LEAST_NUMBERED * len(points)
    for point, place in found.items():
        if point.kind in MAIN or not sparse:
            canvas.text(point.number, place, size=_number_size(point), colour=INK)
    return len(found) < len(points)


def _number_size(point: BoundaryPoint) -> float:
    return POINT_SIZE + (1 if point.kind in MAIN else 0)


def _number_place(
    canvas: Canvas, frame: Frame, point: BoundaryPoint, taken: Taken
) -> tuple[float, float] | None:
    x, y = _place(frame, point)
    size = _number_size(point)
    width, height = canvas.text_width(point.number, size) + 2 * PAD_MM, size * 0.27
    places = [
        box for away in (1.2, 2.2) for box in around(x, y, width=width, height=height, away=away)
    ]
    at = taken.place(places)
    if at is None:
        return None
    left, _, _, bottom = places[at]
    return left + PAD_MM, bottom


def _name(canvas: Canvas, shape: BaseGeometry, name: str, taken: Taken, *, colour: str) -> None:
    if shapely.area(shape) < 12:
        return
    bold = colour in STROKES
    size = NAME_SIZE if bold else OTHER_SIZE
    text = canvas.fit(name, 55, size, bold=bold)
    width, height = canvas.text_width(text, size, bold=bold), size * 0.38
    room = within if bold else wholly_within
    boxes = room(shape, width=width + 1, height=height + 1)
    at = taken.place(boxes)
    if at is not None:
        left, _, _, bottom = boxes[at]
        canvas.text(text, (left + 0.5, bottom - 1.1), size=size, bold=bold, colour=colour)


def _feature_name(canvas: Canvas, shape: BaseGeometry, name: str, taken: Taken, kind: str) -> None:
    parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) == 1]
    if not parts:
        return
    longest = max(parts, key=shapely.length)
    if shapely.length(longest) < 15:
        return
    text = canvas.fit(name, 40, OTHER_SIZE)
    width, height = canvas.text_width(text, OTHER_SIZE), OTHER_SIZE * 0.3
    shares = (0.5, 0.3, 0.7, 0.15, 0.85)
    places = shapely.line_interpolate_point(longest, shares, normalized=True)
    boxes = [
        box
        for place in places
        for box in around(place.x, place.y, width=width, height=height, away=0.8)
    ]
    at = taken.place(boxes)
    if at is not None:
        left, _, _, bottom = boxes[at]
        canvas.text(text, (left, bottom), size=OTHER_SIZE, colour=FEATURES[kind])


def _place(frame: Frame, point: BoundaryPoint) -> tuple[float, float]:
    at = frame.on_page(shapely.Point(point.y_east_m, point.x_north_m))
    return float(at.x), float(at.y)
