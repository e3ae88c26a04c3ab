"""The list of what is allowed: water, other towns' land, exclaves, land that is held jointly.

An entry of the list is a row of a frame with these columns, all of which may be empty or missing:

check
    Name of a check; without one the entry allows findings of any check but errors.
communities
    Codes, as in a finding (``A+B``, or separated by a comma or ``、``); without them, anybody's.
geometry
    Polygonal land; without it, anywhere.
reason
    Why it is allowed.
until
    Last day on which it holds (ISO 8601); see `in_force`.

An entry needs land, or both a check and communities: otherwise it would allow too much.

Rule: an entry *applies* to a finding when it names the finding's check (or none, and the finding
is no error) and exactly the finding's communities (or none). A finding is allowed when an entry
without land applies to it, or when at least 99 % of its area lies in the land of the entries that
apply, taken together; a finding without area (a point, a line) when that land covers it to the
millimetre. It then becomes a note that says which entries allow it. Its key stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.topology import GRID_M, polygonal, require_same_crs
from gis_service.errors import RowError
from gis_service.model.findings import Finding
from gis_service.model.proposals import Allowance
from gis_service.model.text import Text

ALLOWED_COLUMNS = ("check", "communities", "reason", "until", "geometry")
"""Columns of a frame of what is allowed, in their order."""

INSIDE_SHARE = 0.99
"""Share of a finding's area in allowed land from which it is allowed."""

_BETWEEN = re.compile(r"[+,，、;；]")


@dataclass(frozen=True)
class _Entry:
    """One row of the list, read; ``number`` counts from 1."""

    number: int
    check: str
    communities: frozenset[str]
    land: BaseGeometry | None
    reason: str
    until: str

    def applies(self, finding: Finding) -> bool:
        named = self.check == finding.check or (not self.check and finding.severity != "error")
        return named and self.communities in (frozenset(), frozenset(finding.communities))

    def label(self) -> Text:
        zh, en = f"第 {self.number} 条", f"entry {self.number}"
        if self.reason:
            zh, en = f"{zh} {self.reason}", f"{en}, {self.reason}"
        if self.until:
            zh, en = f"{zh}，至 {self.until}", f"{en}, until {self.until}"
        return Text(zh, en)


def allow(
    findings: Sequence[Finding],
    allowed: pd.DataFrame | None,
    *,
    crs: pyproj.CRS,
    checks: Collection[str] = (),
) -> list[Finding]:
    """Turn the findings that the list allows into notes that say so, and put these last.

    Parameters
    ----------
    findings
        What the checks found.
    allowed
        The list, with `ALLOWED_COLUMNS`; its land in ``crs``. None, or without rows: all as found.
        Entries whose date has passed must be left out before, see `in_force`.
    crs
        CRS of the findings.
    checks
        Names that an entry may have in ``check``; empty: any.

    Raises
    ------
    RowError
        When an entry names an unknown check, or neither land nor check and communities.
    CrsError
        When the list's land is in another CRS.

    Examples
    --------
    >>> from gis_service.core.checks import run_checks
    >>> ring = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    >>> layer = gpd.GeoDataFrame(index=["A"], geometry=[ring], crs="EPSG:4547")
    >>> lake = gpd.GeoDataFrame({"check": ["gap"], "reason": ["lake"]}, crs="EPSG:4547",
    ...                         geometry=[shapely.box(9, 9, 21, 21)])
    >>> for finding in (found := run_checks(layer)) + allow(found, lake, crs=layer.crs):
    ...     print(finding.key, finding.severity, finding.text.en[:24])
    gap:A:1 dispute No community claims this
    gap:A:1 note Allowed (entry 1, lake).
    """
    entries = _entries(allowed, crs=crs, checks=checks)
    if not entries:
        return list(findings)
    matched = _matched(findings, entries)
    found = [finding for finding, by in matched if not by]
    return found + [_allowed(finding, by) for finding, by in matched if by]


def in_force(allowed: pd.DataFrame, day: str) -> pd.DataFrame:
    """Give the entries that hold on ``day`` (ISO 8601): those without a date, or with a later one.

    Raises
    ------
    RowError
        When a date can't be read; the message names the row.
    """
    if "until" not in allowed:
        return allowed
    until = [_day(value, row) for row, value in enumerate(allowed["until"], start=1)]
    return allowed[np.array([not last or last >= day for last in until], dtype=np.bool_)]


def allowed_frame(allowances: Iterable[Allowance], *, crs: object) -> gpd.GeoDataFrame:
    """Give what proposals allow (`joint`) as a list that `allow` takes.

    Examples
    --------
    >>> joint = Allowance(finding="overlap:A+B:1", land=shapely.box(0, 0, 9, 9),
    ...                   until="2027-06-30", check="overlap", communities=("A", "B"))
    >>> allowed_frame([joint], crs="EPSG:4547").drop(columns="geometry").values.tolist()
    [['overlap', 'A+B', 'overlap:A+B:1', '2027-06-30']]
    """
    rows = list(allowances)
    columns = {
        "check": [row.check for row in rows],
        "communities": ["+".join(row.communities) for row in rows],
        "reason": [row.reason or row.finding for row in rows],
        "until": [row.until for row in rows],
    }
    frame = pd.DataFrame(columns, dtype=object)
    return gpd.GeoDataFrame(frame, geometry=[row.land for row in rows], crs=crs)


def _matched(
    findings: Sequence[Finding], entries: list[_Entry]
) -> list[tuple[Finding, list[_Entry]]]:
    lands = np.array([entry.land for entry in entries], dtype=object)
    places = np.array([finding.geometry for finding in findings], dtype=object)
    anywhere = [entry for entry in entries if entry.land is None]
    near: dict[int, list[_Entry]] = {}
    for at, entry in shapely.STRtree(lands).query(places, predicate="intersects").T.tolist():
        near.setdefault(at, []).append(entries[entry])
    result = []
    for at, finding in enumerate(findings):
        by = [entry for entry in anywhere if entry.applies(finding)]
        if not by:
            around = [entry for entry in near.get(at, []) if entry.applies(finding)]
            by = around if around and _lies_in(finding, around) else []
        result.append((finding, by))
    return result


def _lies_in(finding: Finding, entries: list[_Entry]) -> bool:
    land = shapely.union_all([entry.land for entry in entries])
    area = shapely.area(finding.geometry)
    if area > 0:
        inside = shapely.area(shapely.intersection(finding.geometry, land))
        return bool(inside >= INSIDE_SHARE * area)
    return bool(shapely.covers(shapely.buffer(land, GRID_M), finding.geometry))


def _allowed(finding: Finding, by: list[_Entry]) -> Finding:
    named = [entry.label() for entry in sorted(by, key=lambda entry: entry.number)]
    zh = f"已列入允许清单（{'；'.join(text.zh for text in named)}），无需处理。"
    en = f"Allowed ({'; '.join(text.en for text in named)}). Nothing needs to be done."
    text = Text(f"{zh}检查所见：{finding.text.zh}", f"{en} The check said: {finding.text.en}")
    return replace(finding, severity="note", text=text)


def _entries(
    allowed: pd.DataFrame | None, *, crs: pyproj.CRS, checks: Collection[str]
) -> list[_Entry]:
    if allowed is None or not len(allowed):
        return []
    lands = np.full(len(allowed), None, dtype=object)
    if isinstance(allowed, gpd.GeoDataFrame):
        given = np.asarray(allowed.geometry.array, dtype=object)
        lands = polygonal(shapely.make_valid(polygonal(given), method="structure"))
        if not shapely.is_missing(lands).all():
            require_same_crs(allowed, crs, what=("允许清单", "allowed land"))
    columns = {
        name: list(allowed[name]) if name in allowed else [None] * len(allowed)
        for name in ALLOWED_COLUMNS[:-1]
    }
    entries = [
        _Entry(
            number=row + 1,
            check=_text(columns["check"][row]).strip().lower(),
            communities=_codes(columns["communities"][row]),
            land=lands[row],
            reason=_text(columns["reason"][row]),
            until=_day(columns["until"][row], row + 1),
        )
        for row in range(len(allowed))
    ]
    for entry in entries:
        _require_usable(entry, checks)
    return entries


def _require_usable(entry: _Entry, checks: Collection[str]) -> None:
    if entry.check and checks and entry.check not in checks:
        known = ", ".join(checks)
        _refuse(
            entry.number,
            f"检查名称“{entry.check}”不存在，可用：{known}",
            f"there is no check {entry.check!r}; there are {known}",
        )
    if entry.land is None and not (entry.check and entry.communities):
        _refuse(
            entry.number,
            "既没有面，也没有同时写明检查和社区，无法知道允许什么",
            "it has neither land nor both a check and communities, so it doesn't say what it "
            "allows",
        )


def _codes(value: Any) -> frozenset[str]:
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return frozenset(str(code) for code in value)
    return frozenset(code.strip() for code in _BETWEEN.split(_text(value)) if code.strip())


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _day(value: Any, row: int) -> str:
    """Give a date as ISO 8601; "" for none."""
    if isinstance(value, (date, datetime)) and not pd.isna(value):
        return value.isoformat()[:10]
    text = "" if value is pd.NaT else _text(value).strip()
    if not text:
        return ""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        _refuse(
            row,
            f"期限“{text}”不是日期；请写成 2027-06-30 这样的形式",
            f"until is {text!r}, which is no date; write it like 2027-06-30",
        )


def _refuse(row: int, zh: str, en: str) -> NoReturn:
    raise RowError(
        f"允许清单第 {row} 条不可用：{zh}。",
        f"Entry {row} of the list of what is allowed can't be used: {en}.",
        rows=[row],
    )
