"""A PDF page to draw on in millimetres, with the Chinese font embedded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import fpdf
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service import assets

FONT = "NotoSansSC"
FOLDER = "vendor/noto-sans-sc-ttf"
FACES = {"": "400Regular/NotoSansSC_400Regular.ttf", "B": "700Bold/NotoSansSC_700Bold.ttf"}

PAPERS_MM = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
"""Width and height of upright paper."""

POINT_MM = 25.4 / 72
CAP = 0.36
"""From the baseline to the middle of a line of text, as a share of the size."""


class Canvas:
    """A PDF that is being drawn: lengths in millimetres from the top left, sizes in points.

    Parameters
    ----------
    title
        Title in the file's properties.
    day
        Day that stands in the file as its date.
    lang
        Language of the text.
    """

    def __init__(self, *, title: str, day: date, lang: str) -> None:
        self._pdf = fpdf.FPDF(unit="mm", format=(210, 297))
        self._pdf.str_alias_nb_pages = ""
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        for style, file in FACES.items():
            self._pdf.add_font(FONT, style, assets.path(f"{FOLDER}/{file}"))
        self._pdf.set_creation_date(datetime(day.year, day.month, day.day, tzinfo=UTC))
        self._pdf.set_title(title)
        self._pdf.set_creator("gis-service")
        self._pdf.set_lang("en" if lang == "en" else "zh-CN")

    def page(self, width: float, height: float) -> None:
        """Begin a page."""
        self._pdf.add_page(format=(width, height))

    def text_width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Give the width of a text in millimetres."""
        self._pdf.set_font(FONT, "B" if bold else "", size)
        return float(self._pdf.get_string_width(text))

    def text(
        self,
        text: str,
        at: tuple[float, float],
        *,
        size: float = 8,
        bold: bool = False,
        colour: str = "#000000",
        align: str = "left",
        turn_deg: float = 0.0,
    ) -> None:
        """Write a line of text whose baseline begins (left), has its middle or ends at ``at``.

        ``turn_deg`` turns it counter-clockwise about that point.
        """
        if not text:
            return
        width = self.text_width(text, size, bold=bold)
        shift = {"left": 0.0, "centre": width / 2, "right": width}[align]
        self._pdf.set_text_color(*_rgb(colour))
        x, y = at
        if turn_deg:
            with self._pdf.rotation(turn_deg, x, y):
                self._pdf.text(x - shift, y, text)
        else:
            self._pdf.text(x - shift, y, text)

    def fit(self, text: str, width: float, size: float, *, bold: bool = False) -> str:
        """Shorten a text with … until it is no wider than ``width``."""
        if self.text_width(text, size, bold=bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.text_width(text[:middle] + "…", size, bold=bold) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low] + "…"

    def wrapped(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """Break a text into lines no wider than ``width``: Chinese anywhere, Latin at spaces."""
        lines: list[str] = []
        line = ""
        for word in _words(text):
            if not line or self.text_width(line + word, size, bold=bold) <= width:
                line += word
            else:
                lines.append(line.rstrip())
                line = word.lstrip()
            while self.text_width(line, size, bold=bold) > width and len(line) > 1:
                fits = self.fit(line, width, size, bold=bold)
                keep = max(1, len(fits) - 1)
                lines.append(line[:keep])
                line = line[keep:]
        return [*lines, line] if line.strip() else lines

    def shape(
        self,
        geometry: BaseGeometry,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        width: float = 0.2,
        dash: Sequence[float] = (),
    ) -> None:
        """Draw polygons (holes stay open) or lines given in millimetres on the page."""
        ways = list(_ways(geometry))
        if not ways:
            return
        with self._pdf.new_path() as path:
            style = path.style
            style.fill_color = fill
            style.stroke_color = stroke
            style.stroke_width = width
            style.stroke_cap_style = "round" if not dash else "butt"
            style.stroke_join_style = "round"
            style.auto_close = False
            style.intersection_rule = "evenodd"
            if dash:
                style.stroke_dash_pattern = list(dash)
            for xy, closed in ways:
                path.move_to(*xy[0])
                for x, y in xy[1 : len(xy) - closed]:
                    path.line_to(x, y)
                if closed:
                    path.close()

    def bytes_(self) -> bytes:
        """Give the file; the same drawing gives the same bytes."""
        return bytes(self._pdf.output())


def polygon(points: Iterable[tuple[float, float]]) -> BaseGeometry:
    """Give a polygon from points on the page."""
    return shapely.Polygon(list(points))


def line(points: Iterable[tuple[float, float]]) -> BaseGeometry:
    """Give a line from points on the page."""
    return shapely.LineString(list(points))


def _ways(geometry: BaseGeometry) -> Iterable[tuple[NDArray[np.float64], bool]]:
    """Give the coordinates of every ring (closed) and line (open)."""
    for part in shapely.get_parts(geometry):
        kind = shapely.get_type_id(part)
        if shapely.is_empty(part):
            continue
        if kind == 3:
            for ring in shapely.get_rings(part):
                yield np.round(shapely.get_coordinates(ring), 4), True
        elif kind in (1, 2):
            yield np.round(shapely.get_coordinates(part), 4), kind == 2
        elif kind in (5, 6, 7):
            yield from _ways(part)


def _rgb(colour: str) -> tuple[int, int, int]:
    """Read ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for character in text:
        wide = ord(character) >= 0x2E80
        starts = not words or wide or words[-1][-1] == " " or ord(words[-1][-1]) >= 0x2E80
        if wide and character in "，。；：、）”！？" and words:
            words[-1] += character
        elif starts:
            words.append(character)
        else:
            words[-1] += character
    return words
