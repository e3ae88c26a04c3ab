"""How an agreed line runs, in words (走向说明): Chinese and English sentences."""

from __future__ import annotations

from collections.abc import Mapping

from gis_service.model.lines import SIXTEEN, AgreedLine, FeatureKind, LinePart, Run
from gis_service.model.text import Text

ALONG: dict[FeatureKind, Text] = {
    "road": Text("沿{name}道路中心线", "along the centre line of {name}"),
    "river": Text("沿{name}河道中心线", "along the centre line of the river {name}"),
    "railway": Text("沿{name}铁路中心线", "along the centre line of the railway {name}"),
    "other": Text("沿{name}", "along {name}"),
}


def run_text(run: Run) -> Text:
    """Say how one run gets from its first point to its last.

    Examples
    --------
    >>> run = Run(start="J1", end="J2", via=(), distance_m=12.3, direction=2)
    >>> run_text(run).zh
    '自J1点起，向东北方向直行12.30米至J2点'
    >>> run_text(run).en
    'from J1 straight northeast for 12.30 m to J2'
    """
    zh, en = [f"自{run.start}点起，"], [f"from {run.start}"]
    if run.feature:
        along = ALONG[run.feature_kind]
        zh.append(along.zh.replace("{name}", run.feature))
        en.append(along.en.replace("{name}", run.feature))
    straight = "" if run.feature else ("折行" if run.via else "直行")
    if run.direction is None:
        zh.append("绕行一周")
        en.append("around")
    else:
        way = SIXTEEN[run.direction]
        zh.append(f"{'总体' if run.via else ''}向{way.zh}方向{straight or '行'}")
        en.append(f"{'generally ' if run.via else 'straight ' if straight else ''}{way.en}")
    zh.append(f"{run.distance_m:.2f}米")
    en.append(f"for {run.distance_m:,.2f} m")
    if run.via:
        zh.append(f"（经{_via(run.via, '、', '～')}点）")
        en.append(f"(by {_via(run.via, ', ', ' to ')})")
    return Text("".join(zh) + f"至{run.end}点", " ".join(en) + f" to {run.end}")


def part_text(part: LinePart, names: Mapping[str, str]) -> Text:
    """Say how one part of a line runs, and between whom.

    ``names`` gives the name of each community by code.
    """
    left, right = (names.get(code, code) or code for code in part.communities)
    first, last, length = part.points[0], part.points[-1], f"{part.distance_m:.2f}"
    if part.role == "border":
        head = Text(
            f"{left}与{right}之间的界线（前进方向左侧为{left}，右侧为{right}），"
            f"自{first}点至{last}点，长{length}米：",
            f"The line between {left} (on the left) and {right} (on the right), from {first} to "
            f"{last}, {length} m: ",
        )
    elif part.role == "rim":
        mine = left or right
        head = Text(
            f"{mine}的外缘线（另一侧无社区），自{first}点至{last}点，长{length}米：",
            f"The outer rim of {mine} (no community beyond), from {first} to {last}, {length} m: ",
        )
    else:
        head = Text(
            f"所定地块的边线，自{first}点至{last}点，长{length}米：",
            f"The rim of the land decided on, from {first} to {last}, {length} m: ",
        )
    runs = [run_text(run) for run in part.runs]
    return Text(
        head.zh + "；".join(run.zh for run in runs) + "。",
        head.en + "; ".join(run.en for run in runs) + ".",
    )


def line_texts(line: AgreedLine, names: Mapping[str, str]) -> tuple[Text, ...]:
    """Say how an agreed line runs, a paragraph a part."""
    return tuple(part_text(part, names) for part in line.parts)


def _via(numbers: tuple[str, ...], comma: str, to: str) -> str:
    """Name the points between; three and more with numbers in a row become a span."""
    spans: list[list[str]] = []
    for number in numbers:
        if spans and int(number[1:]) == int(spans[-1][-1][1:]) + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return comma.join(
        comma.join(span) if len(span) < 3 else f"{span[0]}{to}{span[-1]}" for span in spans
    )
