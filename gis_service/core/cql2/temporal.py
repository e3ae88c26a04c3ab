"""How do two times lie to each other? The relations of ISO 8601 intervals (Allen 1983).

A time is a pair of its first and last millisecond, scalars or arrays; an instant has both alike.
"""

# ruff: noqa: ARG005 -- all relations have one signature

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Span = tuple[Any, Any]

_RELATIONS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "t_after": lambda a, b, c, d: a > d,
    "t_before": lambda a, b, c, d: b < c,
    "t_contains": lambda a, b, c, d: (a < c) & (b > d),
    "t_disjoint": lambda a, b, c, d: (b < c) | (a > d),
    "t_during": lambda a, b, c, d: (a > c) & (b < d),
    "t_equals": lambda a, b, c, d: (a == c) & (b == d),
    "t_finishedby": lambda a, b, c, d: (a < c) & (b == d),
    "t_finishes": lambda a, b, c, d: (a > c) & (b == d),
    "t_intersects": lambda a, b, c, d: (a <= d) & (b >= c),
    "t_meets": lambda a, b, c, d: (b == c) | (b + 1 == c),
    "t_metby": lambda a, b, c, d: (a == d) | (d + 1 == a),
    "t_overlappedby": lambda a, b, c, d: (a > c) & (a < d) & (b > d),
    "t_overlaps": lambda a, b, c, d: (a < c) & (b > c) & (b < d),
    "t_startedby": lambda a, b, c, d: (a == c) & (b > d),
    "t_starts": lambda a, b, c, d: (a == c) & (b < d),
}


def related(op: str, one: Span, other: Span) -> NDArray[np.bool_]:
    """Tell where a relation holds between two times.

    Examples
    --------
    >>> bool(related("t_during", (5, 6), (0, 9))), bool(related("t_meets", (0, 4), (5, 9)))
    (True, True)
    """
    return np.asarray(_RELATIONS[op](*one, *other), dtype=bool)
