"""What a map needs beside its picture: frame, grid ticks, scale bar, north arrow, legend, title."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gis_service.documents.canvas import Canvas, line, polygon
from gis_service.documents.frames import Frame, round_step
from gis_service.documents.wording import dms
from gis_service.model.text import Text

TICK_MM, CROSS_MM = 2.0, 1.0
GRID_MM = 28.0
"""Grid lines lie at least this far apart on paper."""

INK, SOFT = "#1a1a1a", "#6b7280"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the legend: a text and what draws its sign into a box (left, middle, width)."""

    text: str
    draw: Callable[[Canvas, float, float, float], None]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Round coordinates inside a frame: their values and their places on the page."""

    columns: tuple[tuple[float, float], ...]
    rows: tuple[tuple[float, float], ...]
    digits: int

    @classmethod
    def of(cls, frame: Frame) -> Grid:
        """Choose the coordinates: at least `GRID_MM` apart on paper."""
        step = round_step(GRID_MM * frame.metres_per_mm)
        west, south, east, north = frame.ground.bounds
        per_mm = frame.metres_per_mm
        return cls(
            columns=tuple((x, frame.left + (x - west) / per_mm) for x in _round(west, east, step)),
            rows=tuple((y, frame.top + (north - y) / per_mm) for y in _round(south, north, step)),
            digits=0 if step >= 1 else max(0, -math.floor(math.log10(step))),
        )

    @property
    def crossings(self) -> list[tuple[float, float]]:
        """Where crosses stand on the page."""
        return [(x, y) for _, x in self.columns for _, y in self.rows]


def draw_crosses(canvas: Canvas, grid: Grid) -> None:
    """Draw a small cross wherever two round coordinates meet."""
    for x, y in grid.crossings:
        canvas.shape(line([(x - CROSS_MM, y), (x + CROSS_MM, y)]), stroke=SOFT, width=0.1)
        canvas.shape(line([(x, y - CROSS_MM), (x, y + CROSS_MM)]), stroke=SOFT, width=0.1)


def draw_frame(canvas: Canvas, frame: Frame, grid: Grid) -> None:
    """Draw the frame and ticks at round coordinates with their values."""
    for value, x in grid.columns:
        for y, out in ((frame.top, TICK_MM), (frame.bottom, -TICK_MM)):
            canvas.shape(line([(x, y), (x, y + out)]), stroke=INK, width=0.15)
        said = f"{value:.{grid.digits}f}"
        for y in (frame.top - 1.2, frame.bottom + 3.2):
            canvas.text(said, (x, y), size=6.5, align="centre", colour=INK)
    for value, y in grid.rows:
        for x, out in ((frame.left, TICK_MM), (frame.right, -TICK_MM)):
            canvas.shape(line([(x, y), (x + out, y)]), stroke=INK, width=0.15)
        said = f"{value:.{grid.digits}f}"
        for x in (frame.left - 1.2, frame.right + 3.2):
            canvas.text(said, (x, y), size=6.5, align="centre", turn_deg=90, colour=INK)
    box = [(frame.left, frame.top), (frame.right, frame.top)]
    box += [(frame.right, frame.bottom), (frame.left, frame.bottom)]
    canvas.shape(polygon(box), stroke=INK, width=0.35)


def draw_scale(canvas: Canvas, frame: Frame, *, left: float, top: float, width: float) -> None:
    """Write the scale and draw a bar of four equal, round lengths."""
    canvas.text(f"1:{frame.scale}", (left, top + 4), size=11, bold=True)
    step = _largest_step(width * frame.metres_per_mm / 4)
    long = step / frame.metres_per_mm
    y = top + 8.5
    for at in range(4):
        x = left + at * long
        box = polygon([(x, y), (x + long, y), (x + long, y + 1.4), (x, y + 1.4)])
        canvas.shape(box, fill=INK if at % 2 == 0 else "#ffffff", stroke=INK, width=0.15)
    unit, size = ("km", 1000.0) if step >= 1000 else ("m", 1.0)
    for at in (0, 2, 4):
        said = f"{at * step / size:g}" + (f" {unit}" if at == 4 else "")
        canvas.text(said, (left + at * long, y - 0.8), size=6.5, align="centre")


def draw_north(
    canvas: Canvas, *, x: float, top: float, convergence_deg: float, lang: str, width: float
) -> None:
    """Draw an arrow to true north: it leans from the page's upright by the convergence."""
    turn = math.radians(-convergence_deg)
    middle = top + 8.0

    def turned(dx: float, dy: float) -> tuple[float, float]:
        return (
            x + dx * math.cos(turn) - dy * math.sin(turn),
            middle + dx * math.sin(turn) + dy * math.cos(turn),
        )

    canvas.shape(polygon([turned(0, -5), turned(0, 4.5), turned(-2.4, 6)]), fill=INK)
    right = polygon([turned(0, -5), turned(0, 4.5), turned(2.4, 6)])
    canvas.shape(right, fill="#ffffff", stroke=INK, width=0.15)
    north = Text("北", "N").in_language(lang)
    canvas.text(north, turned(0, -5.8), size=8, bold=True, align="centre")
    said = (
        Text("指向真北", "true north"),
        Text(
            f"子午线收敛角 {dms(convergence_deg)}",
            f"convergence {dms(convergence_deg)}",
        ),
    )
    for at, text in enumerate(said):
        fitted = canvas.fit(text.in_language(lang), width, 6.5)
        canvas.text(fitted, (x + 5, middle + 0.5 + at * 3.4), size=6.5)


def draw_legend(
    canvas: Canvas,
    entries: Sequence[Entry],
    *,
    box: tuple[float, float, float, float],
    title: str,
) -> None:
    """Draw the legend into a box (left, top, width, height), in as many columns as it needs."""
    left, top, width, height = box
    canvas.text(title, (left, top + 3), size=8, bold=True)
    row = 4.6
    rows = max(1, int((height - 4.5) // row))
    columns = max(1, math.ceil(len(entries) / rows))
    wide = width / columns
    for at, entry in enumerate(entries):
        x = left + (at // rows) * wide
        y = top + 7.2 + (at % rows) * row
        entry.draw(canvas, x, y, 8.0)
        canvas.text(canvas.fit(entry.text, wide - 12, 7), (x + 10, y + 0.9), size=7)


def draw_facts(
    canvas: Canvas, facts: Sequence[tuple[str, str]], *, box: tuple[float, float, float, float]
) -> None:
    """Write titles and values under each other, long values on several lines."""
    left, top, width, height = box
    y = top + 3.0
    for title, value in facts:
        if not value:
            continue
        lines = canvas.wrapped(f"{title}{value}", width, 6.8)
        for text in lines[:3]:
            if y > top + height:
                return
            canvas.text(text, (left, y), size=6.8)
            y += 3.5


def draw_title(canvas: Canvas, *, middle: float, width: float, lines: Sequence[str]) -> None:
    """Write the title and the lines under it, centred, no wider than the map."""
    for at, text in enumerate(lines):
        size = 14.0 if at == 0 else 8.5
        fitted = canvas.fit(text, width, size, bold=at == 0)
        y = 11.5 if at == 0 else 11.5 + 5.4 * at
        canvas.text(fitted, (middle, y), size=size, bold=at == 0, align="centre")


def _round(low: float, high: float, step: float) -> list[float]:
    """Multiples of ``step`` strictly between two values."""
    first = math.floor(low / step) + 1
    last = math.ceil(high / step) - 1
    return [at * step for at in range(first, last + 1)]


def _largest_step(most: float) -> float:
    """Give the greatest of 1, 2, 5, 10 … not above ``most``."""
    step = round_step(most)
    if step <= most * (1 + 1e-9):
        return step
    return next(s for s in (step / 2, step / 2.5, step / 5) if _is_round(s) and s <= most)


def _is_round(value: float) -> bool:
    return round(value / 10 ** math.floor(math.log10(value) + 1e-9), 6) in (1, 2, 5)
