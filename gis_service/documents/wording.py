"""Words and figures of the documents: text from data made plain, areas, bearings, sides."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from gis_service.model.lines import SIDES, FourSides, Neighbour, SideName
from gis_service.model.text import Text

MU_M2 = 2000 / 3
"""One mu (亩) in m²."""

NAME_LIMIT = 60
TEXT_LIMIT = 30_000

DRAFT = Text("草案", "draft")
SAMPLE = Text("演示数据，非测绘成果", "Demonstration data, not surveyed")


def plain(text: object, limit: int = NAME_LIMIT) -> str:
    """Make text from data fit to be printed: no control or direction marks, one line, not endless.

    Examples
    --------
    >>> plain("A" + chr(0) + "B" + chr(0x202E) + "C" + chr(10) + "D")
    'ABC D'
    >>> plain("x" * 99, limit=5)
    'xxxx…'
    """
    kept = []
    for character in str(text):
        category = unicodedata.category(character)
        if character.isspace():
            kept.append(" ")
        elif category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            kept.append(character)
    joined = " ".join("".join(kept).split())
    return joined if len(joined) <= limit else joined[: limit - 1] + "…"


def area(m2: float, lang: str) -> str:
    """Give an area in m², hectares and mu.

    Examples
    --------
    >>> area(26880.43, "zh"), area(26880.43, "en")
    ('26,880.43 m²（2.6880 公顷，40.32 亩）', '26,880.43 m² (2.6880 ha, 40.32 mu)')
    """
    hectares, mu = m2 / 1e4, m2 / MU_M2
    if lang == "en":
        return f"{m2:,.2f} m² ({hectares:,.4f} ha, {mu:,.2f} mu)"
    return f"{m2:,.2f} m²（{hectares:,.4f} 公顷，{mu:,.2f} 亩）"


def dms(degrees: float) -> str:
    """Write an angle in degrees, minutes and seconds, to the second.

    Examples
    --------
    >>> dms(165.70391), dms(359.99999), dms(-0.0499)
    ('165°42′14″', '0°00′00″', '-0°03′00″')
    """
    seconds = round(abs(degrees) * 3600)
    if degrees >= 0:
        seconds %= 360 * 3600
    sign = "-" if degrees < 0 and seconds else ""
    return f"{sign}{seconds // 3600}°{seconds // 60 % 60:02d}′{seconds % 60:02d}″"


def beyond(neighbour: Neighbour, names: Mapping[str, str], lang: str) -> str:
    """Name what lies beyond a side."""
    if neighbour.kind == "community":
        said = plain(names.get(neighbour.code, neighbour.code))
    elif neighbour.kind == "unclaimed":
        said = Text("无社区认领的土地", "land that no community claims").in_language(lang)
    else:
        said = Text("本图社区范围以外", "outside all communities of this map").in_language(lang)
    if neighbour.feature:
        feature = plain(neighbour.feature)
        said += Text(f"（以{feature}为界）", f" (along {feature})").in_language(lang)
    return said


def side_text(sides: FourSides, name: SideName, *, names: Mapping[str, str], lang: str) -> str:
    """Say who lies beyond one side, the longest neighbour first.

    Examples
    --------
    >>> sides = FourSides(east=(Neighbour(kind="community", code="A", length_m=9, share=1.0),))
    >>> side_text(sides, "east", names={"A": "甲社区"}, lang="zh")
    '甲社区'
    """
    found = [beyond(neighbour, names, lang) for neighbour in sides.side(name)]
    return ("; " if lang == "en" else "、").join(found) or "—"


def sides_text(sides: FourSides, *, names: Mapping[str, str], lang: str) -> str:
    """Say all four sides in a sentence, and what lies wholly inside."""
    said = [
        f"{title.in_language(lang)}{': ' if lang == 'en' else ''}"
        + side_text(sides, name, names=names, lang=lang)
        for name, title in SIDES.items()
    ]
    if sides.inside:
        inner = (", " if lang == "en" else "、").join(beyond(n, names, lang) for n in sides.inside)
        said.append(Text(f"其内另有：{inner}", f"wholly inside: {inner}").in_language(lang))
    return "; ".join(said) + "." if lang == "en" else "；".join(said) + "。"


def label(code: str, names: Mapping[str, str]) -> str:
    """Give a community's name, or its code where it has none."""
    return plain(names.get(code) or code)


def between(codes: Sequence[str], names: Mapping[str, str], lang: str) -> str:
    """Name the two sides of a line: ``甲社区—乙社区``."""
    present = [label(code, names) for code in sorted(code for code in codes if code)]
    return "—".join(present) or Text("所定地块", "the land decided on").in_language(lang)
