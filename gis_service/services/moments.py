"""Instants as the clock gives them: ISO 8601 in UTC, to the millisecond."""

from __future__ import annotations

from datetime import datetime, timedelta


def later(instant: str, *, hours: float = 0, minutes: float = 0) -> str:
    """Give the instant some time after another.

    Examples
    --------
    >>> later("2026-11-23T23:30:00.000Z", hours=1)
    '2026-11-24T00:30:00.000Z'
    """
    moved = datetime.fromisoformat(instant) + timedelta(hours=hours, minutes=minutes)
    return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(instant: str) -> float:
    """Give the seconds from 1970 to an instant.

    Examples
    --------
    >>> seconds("1970-01-01T00:01:00.500Z")
    60.5
    """
    return datetime.fromisoformat(instant).timestamp()
