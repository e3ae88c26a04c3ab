"""As of when: a version's number, a date, or an instant, strictly read.

What was so at an instant never changes, so an answer as of then is the same bytes for ever. An
instant that has not yet passed is refused, because the answer could still change.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone

from gis_service.errors import ParameterError

OFFICE_TIME = timezone(timedelta(hours=8))
"""China Standard Time: a date is a day of the office."""

SETTLED_S = 600
"""A write of that long ago has ended: it carries the instant at which it began to store."""

_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)


def moment_of(as_of: str, *, now: str) -> int | str:
    """Read an ``as_of``: a version's number, or an instant as the clock writes it.

    Parameters
    ----------
    as_of
        ``12``; ``2026-03-01`` (the end of that day, China Standard Time); or an instant of ISO
        8601, in China Standard Time where it names no offset.
    now
        The present instant.

    Raises
    ------
    ParameterError
        When it is none of these, or has not passed for ten minutes.

    Examples
    --------
    >>> moment_of("12", now="2026-06-01T00:00:00.000Z")
    12
    >>> moment_of("2026-03-01", now="2026-06-01T00:00:00.000Z")
    '2026-03-01T15:59:59.999Z'
    >>> moment_of("2026-03-01T08:30", now="2026-06-01T00:00:00.000Z")
    '2026-03-01T00:30:00.000Z'
    """
    text = as_of.strip()
    if _NUMBER.fullmatch(text):
        return int(text)
    instant = _instant(text)
    if instant is None:
        raise ParameterError(
            f"as_of 的值“{as_of}”不可用；应为版本号（12）、日期（2026-03-01）或时刻"
            "（2026-03-01T09:00+08:00）。",
            f"as_of is {as_of!r}; allowed: a version's number (12), a date (2026-03-01) or an "
            "instant (2026-03-01T09:00+08:00).",
            parameter="as_of",
        )
    if instant > _written(datetime.fromisoformat(now) - timedelta(seconds=SETTLED_S)):
        raise ParameterError(
            f"as_of 的值“{as_of}”尚未过去，其状态仍可能改变。查看当前状态请去掉 as_of；"
            "一天结束后方可按该日期查看。",
            f"as_of is {as_of!r}, which has not passed: what holds then may still change. Leave "
            "as_of out for the present state; a day can be asked for when it is over.",
            parameter="as_of",
        )
    return instant


def local(instant: str) -> str:
    """Write an instant for people: day and minute in China Standard Time.

    Examples
    --------
    >>> local("2026-03-01T15:59:59.999Z")
    '2026-03-01 23:59'
    """
    moment = datetime.fromisoformat(instant).astimezone(OFFICE_TIME)
    return moment.strftime("%Y-%m-%d %H:%M")


def _instant(text: str) -> str | None:
    try:
        if _DATE.fullmatch(text):
            day = datetime.fromisoformat(text).date()
            last = datetime.combine(day, time(23, 59, 59, 999_000), OFFICE_TIME)
            return _written(last)
        if _INSTANT.fullmatch(text):
            moment = datetime.fromisoformat(text.upper())
            return _written(moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_TIME))
    except (ValueError, OverflowError):
        return None
    return None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
