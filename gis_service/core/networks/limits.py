"""Speeds, cutoffs and limits that make sense, and errors for those that don't."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gis_service.errors import ParameterError

_FASTEST_M_S = 10.0
_LONGEST_S = 7 * 86_400.0


def checked_speed(speed_m_s: float) -> float:
    """Give the speed as a float; raise a `ParameterError` unless 0 < speed ≤ 10 m/s."""
    return _between(speed_m_s, "speed_m_s", 0.0, _FASTEST_M_S, zh="步行速度", unit="m/s")


def checked_seconds(cutoff_s: float) -> float:
    """Give the cutoff as a float; raise a `ParameterError` unless 0 < cutoff ≤ 7 days."""
    return _between(cutoff_s, "cutoff_s", 0.0, _LONGEST_S, zh="时间上限", unit="s")


def checked_cutoffs(cutoffs_s: Iterable[float]) -> list[float]:
    """Give the different cutoffs, ascending; raise a `ParameterError` when there are none."""
    found = sorted({checked_seconds(cutoff) for cutoff in cutoffs_s})
    if not found:
        raise ParameterError(
            "没有给出时间上限；请给出至少一个，例如 300、600、900 秒。",
            "No cutoff is given; give at least one, for example 300, 600, 900 seconds.",
            parameter="cutoffs_s",
        )
    return found


def checked_factor(value: float, name: str, *, zh: str) -> float:
    """Give a factor of 1 to 100 as a float, or raise a `ParameterError`."""
    return _between(value, name, 1.0, 100.0, zh=zh, unit="", closed=True)


def checked_distance(value: float, name: str, *, zh: str) -> float:
    """Give a distance above 0 and up to 100 km as a float, or raise a `ParameterError`."""
    return _between(value, name, 0.0, 100_000.0, zh=zh, unit="m")


def _between(
    value: float, name: str, low: float, high: float, *, zh: str, unit: str, closed: bool = False
) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if number <= high and (number > low or (closed and number == low)):
        return number
    sign = "≤" if closed else "<"
    raise ParameterError(
        f"{zh} {name} 的值 {value!r} 不可用；须 {low:g} {sign} {name} ≤ {high:g} {unit}。".replace(
            " 。", "。"
        ),
        f"{name} has {value!r}; {low:g} {sign} {name} ≤ {high:g} {unit}".rstrip() + " is allowed.",
        parameter=name,
    )
