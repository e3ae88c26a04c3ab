"""Ways in micrometres and times in microseconds, and how one becomes the other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def seconds_of(way_um: NDArray[np.int64], speed_m_s: float) -> NDArray[np.float64]:
    """Time of ways at a speed, rounded to the nearest microsecond.

    Examples
    --------
    >>> seconds_of(np.array([720_000_000]), 0.8).item()
    900.0
    """
    return np.asarray(np.rint(way_um / speed_m_s) / 1e6)


def reach_um(cutoff_s: float, speed_m_s: float) -> int:
    """Longest way that may still be covered: no way beyond it rounds to the cutoff.

    Examples
    --------
    >>> reach_um(900, 0.8) - 720_000_000
    3
    """
    return math.ceil((round(cutoff_s * 1e6) + 0.5) * speed_m_s) + 2
