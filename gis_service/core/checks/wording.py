"""How findings name communities and sizes, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gis_service.core.topology import Topology
from gis_service.model.text import Text

MU_M2 = 2000 / 3
"""One mu (亩) in square metres."""

MOST_NAMED = 5
"""So many communities a text names one by one."""


def size(area_m2: float, width_m: float | None = None) -> Text:
    """Say how large a piece is: square metres, mu from one mu on, and its width.

    Examples
    --------
    >>> size(1234.5, 3.25).zh
    '1,234.5 m²（约 1.85 亩），最宽处约 3.25 m'
    """
    zh = en = f"{area_m2:,.1f} m²"
    if area_m2 >= MU_M2:
        zh += f"（约 {area_m2 / MU_M2:,.2f} 亩）"
        en += f" (about {area_m2 / MU_M2:,.2f} mu)"
    if width_m is not None:
        digits = 2 if width_m < 10 else 0
        width = f"{width_m:,.{digits}f}" if width_m >= 0.01 else f"{width_m:.3f}"
        zh += f"，最宽处约 {width} m"
        en += f", about {width} m at its widest"
    return Text(zh, en)


def labels(topology: Topology, rows: Iterable[int]) -> Text:
    """Name communities by code and name, like ``A01（东湖）``, or else by row."""
    named = [_label(topology, row) for row in rows]
    return Text("、".join(name.zh for name in named), _listed([name.en for name in named]))


def few(topology: Topology, rows: Sequence[int]) -> Text:
    """Name communities as `labels` does, the first `MOST_NAMED`, and say how many there are."""
    if len(rows) <= MOST_NAMED:
        return labels(topology, rows)
    named = labels(topology, rows[:MOST_NAMED])
    rest = len(rows) - MOST_NAMED
    return Text(
        f"{named.zh}等 {len(rows)} 个社区", f"{named.en.replace(' and ', ', ')} and {rest:,} more"
    )


def _label(topology: Topology, row: int) -> Text:
    code, name = topology.codes[row], topology.names[row]
    if code and name:
        return Text(f"{code}（{name}）", f"{code} ({name})")
    if code or name:
        return Text(code or name, code or name)
    number = topology.rows[row]
    return Text(f"第 {number} 行", f"row {number}")


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
