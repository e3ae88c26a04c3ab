"""What stands under the map of an agreed line: legend, scale, north, facts."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from gis_service.documents.canvas import Canvas, line, polygon
from gis_service.documents.frames import Frame
from gis_service.documents.furniture import (
    INK,
    Entry,
    draw_facts,
    draw_legend,
    draw_north,
    draw_scale,
)
from gis_service.documents.wording import label, plain
from gis_service.model.packs import AgreementPack, Party
from gis_service.model.text import Text

FILLS = ("#f7c9c4", "#c3d9f2", "#cfe8c8", "#f6e2b3", "#dccdec", "#c9e7e5")
STROKES = ("#c0392b", "#1f5fa8", "#2e7d32", "#a86b00", "#6a3d9a", "#00796b")
"""Fill and line of each party: the first red, the second blue, as claim lines are drawn."""

OTHER_FILL, OTHER_LINE = "#ececec", "#9aa0a6"
LINE, LINE_MM, CLAIM_MM = "#111111", 0.55, 0.3
CLAIM_DASH = (1.6, 1.0)
MOST_NAMED = 5
"""More parties than this are named on the map and in the agreement, not in the legend."""
FEATURES = {"road": "#b9770e", "river": "#2e86c1", "railway": "#5d4037", "other": "#7f8c8d"}


def draw_margin(
    canvas: Canvas, frame: Frame, pack: AgreementPack, *, lang: str, note: Text
) -> None:
    """Draw what stands under the frame: legend, scale and north, facts."""
    top, height = frame.bottom + 6, frame.page_height - frame.bottom - 12
    width = frame.width
    draw_legend(
        canvas,
        _entries(pack, frame, lang),
        box=(frame.left, top, width * 0.42, height),
        title=Text("图例", "Legend").in_language(lang),
    )
    left = frame.left + width * 0.44
    middle = pack.line.points[len(pack.line.points) // 2]
    draw_north(
        canvas,
        x=left + 4,
        top=top,
        convergence_deg=middle.convergence_deg,
        lang=lang,
        width=width * 0.22 - 9,
    )
    draw_scale(canvas, frame, left=left, top=top + 18, width=width * 0.2)
    draw_facts(
        canvas,
        _facts(pack, lang, note=note),
        box=(frame.left + width * 0.68, top, width * 0.32, height),
    )


def _facts(pack: AgreementPack, lang: str, *, note: Text) -> list[tuple[str, str]]:
    facts = pack.facts
    rows: list[tuple[Text, Text | str]] = [
        (Text("案件编号：", "Case: "), plain(facts.number)),
        (Text("文号：", "Document: "), plain(facts.document)),
        (Text("坐标系：", "CRS: "), f"{pack.crs_name} ({pack.crs})"),
        (
            Text("格网：", "Grid: "),
            Text("左右 X（北），上下 Y（东），米", "X (north) left and right, Y (east), m"),
        ),
        (Text("界线版本：", "Boundaries: "), plain(facts.version.in_language(lang))),
        (Text("制图日期：", "Date: "), plain(facts.date)),
        (Text("注：", "Note: "), note),
    ]
    return [
        (title.in_language(lang), value.in_language(lang) if isinstance(value, Text) else value)
        for title, value in rows
    ]


def shown_parties(pack: AgreementPack, frame: Frame) -> list[tuple[int, Party]]:
    """Give the parties that a frame shows, with their positions (which decide their colours)."""
    ground = frame.ground
    return [
        (at, party)
        for at, party in enumerate(pack.parties)
        if shapely.intersects(party.after, ground) or shapely.intersects(party.before, ground)
    ]


def _entries(pack: AgreementPack, frame: Frame, lang: str) -> list[Entry]:
    shown = shown_parties(pack, frame)
    entries = [_party_entry(party, at, pack, lang) for at, party in shown]
    if len(shown) > MOST_NAMED:
        parties = Text(
            f"协议各方（{len(shown)} 个社区，协议后）", f"the {len(shown)} parties (after)"
        )
        entries = [Entry(text=parties.in_language(lang), draw=_draw_parties)]
    entries.append(
        Entry(
            text=Text("议定界线及边界点", "agreed line with its points").in_language(lang),
            draw=_draw_line,
        )
    )
    kinds = {point.kind for point in pack.line.points}
    if "three_way" in kinds:
        entries.append(Entry(text=Text("三交点", "three-way point").in_language(lang), draw=_three))
    entries.append(
        Entry(
            text=Text(
                "协议前主张线（各方本色）", "former claims, in each party's colour"
            ).in_language(lang),
            draw=_draw_claims,
        )
    )
    if pack.surroundings:
        entries.append(
            Entry(
                text=Text("其他社区", "other communities").in_language(lang),
                draw=lambda c, x, y, w: _swatch(c, x, y, w, OTHER_FILL, OTHER_LINE),
            )
        )
    named = Text("道路、河流等", "roads, rivers").in_language(lang)
    if pack.named:
        entries.append(Entry(text=named, draw=_draw_feature))
    return entries


def _party_entry(party: Party, at: int, pack: AgreementPack, lang: str) -> Entry:
    fill, stroke = cycled(FILLS, at), cycled(STROKES, at)
    name = label(party.code, pack.names)
    return Entry(
        text=Text(f"{name}（协议后）", f"{name} (after)").in_language(lang),
        draw=lambda c, x, y, w: _swatch(c, x, y, w, fill, stroke),
    )


def _swatch(canvas: Canvas, x: float, y: float, width: float, fill: str, stroke: str) -> None:
    box = polygon([(x, y - 1.4), (x + width, y - 1.4), (x + width, y + 1.4), (x, y + 1.4)])
    canvas.shape(box, fill=fill, stroke=stroke, width=0.2)


def _draw_parties(canvas: Canvas, x: float, y: float, width: float) -> None:
    for at in range(4):
        _swatch(canvas, x + at * width / 4, y, width / 4, FILLS[at], STROKES[at])


def _draw_line(canvas: Canvas, x: float, y: float, width: float) -> None:
    canvas.shape(line([(x, y), (x + width, y)]), stroke=LINE, width=LINE_MM)
    draw_sign(canvas, x + width / 2, y, kind="turning")


def _three(canvas: Canvas, x: float, y: float, width: float) -> None:
    draw_sign(canvas, x + width / 2, y, kind="three_way")


def _draw_claims(canvas: Canvas, x: float, y: float, width: float) -> None:
    for at, stroke in enumerate(STROKES[:2]):
        way = line([(x, y - 0.8 + at * 1.6), (x + width, y - 0.8 + at * 1.6)])
        canvas.shape(way, stroke=stroke, width=CLAIM_MM, dash=CLAIM_DASH)


def _draw_feature(canvas: Canvas, x: float, y: float, width: float) -> None:
    for at, kind in enumerate(("road", "river")):
        way = line([(x, y - 0.8 + at * 1.6), (x + width, y - 0.8 + at * 1.6)])
        canvas.shape(way, stroke=FEATURES[kind], width=0.35)


def draw_sign(canvas: Canvas, x: float, y: float, *, kind: str) -> None:
    radius = 0.75 if kind in ("end", "three_way") else 0.5
    fill = INK if kind == "three_way" else "#ffffff"
    circle = shapely.Point(x, y).buffer(radius, quad_segs=6)
    canvas.shape(circle, fill=fill, stroke=INK, width=0.18)


def cycled(colours: Sequence[str], at: int) -> str:
    return colours[at % len(colours)]
