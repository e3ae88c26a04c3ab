"""Opening cases: each new boundary version is matched with the cases that there are.

A finding of severity ``dispute`` that fits no case opens one. A case whose land moved is marked
changed, with the land before and after; one whose land is no dispute any more is closed as
resolved, and opened again when it comes back. Decided cases stay as they are: a dispute at the
same place is a new case, because only a new case changes an approved line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.matching import Match, match_findings
from gis_service.core.widths import inscribed_circles
from gis_service.model.cases import SLIVERS, Case, CaseEvent, Part
from gis_service.model.casework import OPEN, CasePolicy, State
from gis_service.model.findings import Finding
from gis_service.model.text import Text
from gis_service.model.versions import BoundaryVersion
from gis_service.services.cases.desk import entered, policy_of, saved
from gis_service.services.ports import Clock, UnitOfWork

FOLLOWED: frozenset[State] = OPEN | {"withdrawn", "resolved"}
"""States of the cases that a new version is matched with."""


@dataclass(frozen=True, kw_only=True)
class CaseFollower:
    """Keeps the cases in step with the boundary versions; see `VersionFollower`.

    ``pattern`` makes the numbers, from ``{year}`` and ``{number}``.
    """

    clock: Clock
    pattern: str

    def follow(
        self,
        unit: UnitOfWork,
        *,
        before: BoundaryVersion | None,  # noqa: ARG002 -- the cases know what they were
        after: BoundaryVersion,
        layer: gpd.GeoDataFrame,
        findings: list[Finding],
        outline: gpd.GeoDataFrame | None,  # noqa: ARG002
        author: str,
        reason: str,
    ) -> None:
        """Match the findings of a new version with the cases, within its transaction."""
        scene = _Scene(
            version=after,
            layer=layer,
            author=author,
            reason=reason,
            at=self.clock(),
            policy=policy_of(unit).cases,
        )
        known = unit.cases.all(states=FOLLOWED)
        disputes = [finding for finding in findings if is_dispute(finding)]
        cases = [case for case in known if case.kind != SLIVERS]
        earlier, owner = _as_findings(cases)
        matches = match_findings(earlier, disputes)
        by_case = _by_case(matches, owner, size=len(cases))
        for case, mine in zip(cases, by_case, strict=True):
            found = [disputes[at] for match in mine for at in match.after]
            if found:
                same = all(match.state == "same" for match in mine)
                _seen(unit, scene, case, found, same=same)
            else:
                heirs = [match.absorbed_by for match in mine if match.absorbed_by is not None]
                others = [cases[owner[heir]] for heir in heirs]
                _gone(unit, scene, case, into=next(iter(others), None))
        for match in matches:
            if match.state == "new":
                self._open(unit, scene, disputes[match.after[0]])
        slivers = [finding for finding in findings if finding.severity == "sliver"]
        for case in known:
            if case.kind == SLIVERS:
                _follow_slivers(unit, scene, case, slivers)

    def _open(self, unit: UnitOfWork, scene: _Scene, dispute: Finding) -> None:
        draft = draft_of([dispute], layer=scene.layer, version=scene.version, at=scene.at)
        event = scene.event("opened", draft, text=scene.reason)
        opened(unit, draft, pattern=self.pattern, policy=scene.policy, event=event)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scene:
    """The new version and who brought it."""

    version: BoundaryVersion
    layer: gpd.GeoDataFrame
    author: str
    reason: str
    at: str
    policy: CasePolicy

    def event(self, kind: Any, case: Case, **more: Any) -> CaseEvent:
        data = {"version": self.version.number} | more.pop("data", {})
        return CaseEvent(
            at=self.at, user=self.author, kind=kind, state=case.state, data=data, **more
        )


def is_dispute(finding: Finding) -> bool:
    """Tell whether a finding is a case: a dispute that has land."""
    return (
        finding.severity == "dispute" and finding.geometry is not None and finding.geometry.area > 0
    )


def opened(
    unit: UnitOfWork, draft: Case, *, pattern: str, policy: CasePolicy, event: CaseEvent
) -> Case:
    """Keep a new case: give ``draft`` its number and write the first line of its timeline."""
    at = draft.opened_at
    year = int(at[:4])
    sequence = unit.cases.next_sequence(year)
    numbered = replace(draft, number=pattern.format(year=year, number=sequence))
    case = entered(numbered, "found", at=at, policy=policy)
    unit.cases.add(case, year=year, sequence=sequence)
    written = replace(event, at=at, state=case.state, after=land_of_case(case))
    unit.cases.add_event(case.number, written)
    return case


def draft_of(
    findings: Sequence[Finding],
    *,
    layer: gpd.GeoDataFrame,
    version: BoundaryVersion,
    at: str,
    kind: str | None = None,
) -> Case:
    """Give a case for findings of a version; it has no number yet."""
    empty = Case(
        number="",
        kind=kind or findings[0].check,
        state="found",
        parties=(),
        streets=(),
        parts=(),
        area_m2=0.0,
        crs=version.crs,
        boundary_version=version.number,
        opened_at=at,
        changed_at=at,
        state_since=at,
    )
    return _with_land(empty, findings, layer)


def land_of_case(case: Case) -> shapely.MultiPolygon:
    """Give all of a case's land as one MultiPolygon."""
    shapes = np.array([part.geometry for part in case.parts], dtype=object)
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])


def finding_of(case: Case) -> Finding:
    """Give the case's land as the finding on which resolutions work."""
    land = land_of_case(case)
    points, widths = inscribed_circles(shapely.get_parts(land))
    widest = int(np.argmax(widths))
    x, y = points[widest]
    return Finding(
        key=case.parts[0].key,
        check=case.kind,
        severity="dispute",
        communities=case.parties,
        geometry=case.parts[0].geometry if len(case.parts) == 1 else land,
        point=(float(x), float(y)),
        area_m2=case.area_m2,
        width_m=float(widths[widest]),
        text=Text(case.number, case.number),
    )


def _with_land(case: Case, findings: Sequence[Finding], layer: gpd.GeoDataFrame) -> Case:
    parties = tuple(sorted({code for finding in findings for code in finding.communities}))
    rows = layer.index.astype(str).isin(parties)
    streets = sorted({str(street) for street in layer["street"][rows] if street})
    parts = tuple(
        Part(key=finding.key, geometry=finding.geometry)
        for finding in findings
        if finding.geometry is not None
    )
    return replace(
        case,
        parties=parties,
        streets=tuple(streets),
        parts=parts,
        area_m2=float(sum(part.geometry.area for part in parts)),
    )


def _as_findings(cases: Sequence[Case]) -> tuple[list[Finding], list[int]]:
    """Give each case's parts as the findings of the previous run, and whose each is."""
    findings, owner = [], []
    for at, case in enumerate(cases):
        for part in case.parts:
            point = shapely.point_on_surface(part.geometry)
            findings.append(
                Finding(
                    key=f"{case.number}:{part.key}",
                    check=case.kind,
                    severity="dispute",
                    communities=case.parties,
                    geometry=part.geometry,
                    point=(point.x, point.y),
                    area_m2=part.geometry.area,
                    width_m=None,
                    text=Text("", ""),
                )
            )
            owner.append(at)
    return findings, owner


def _by_case(matches: Sequence[Match], owner: Sequence[int], *, size: int) -> list[list[Match]]:
    result: list[list[Match]] = [[] for _ in range(size)]
    for match in matches:
        if match.before is not None:
            result[owner[match.before]].append(match)
    return result


def _seen(
    unit: UnitOfWork, scene: _Scene, case: Case, found: Sequence[Finding], *, same: bool
) -> None:
    """Take over the new land; open a resolved case again."""
    after = _with_land(case, found, scene.layer)
    after = replace(after, boundary_version=scene.version.number, crs=scene.version.crs)
    back = case.state == "resolved"
    if back:
        after = entered(after, "found", at=scene.at, policy=scene.policy)
        event = scene.event("moved", after, text=scene.reason, data={"from": "resolved"})
    elif same and after.parties == case.parties:
        unit.cases.note_seen(after)
        return
    else:
        after = replace(after, has_moved=True)
        event = scene.event("changed", after, text=scene.reason)
    data = dict(event.data) | {"area_before_m2": case.area_m2, "area_after_m2": after.area_m2}
    if after.parties != case.parties:
        data["parties_before"] = list(case.parties)
    event = replace(event, data=data, before=land_of_case(case), after=land_of_case(after))
    saved(unit, after, event, at=scene.at)


def _gone(unit: UnitOfWork, scene: _Scene, case: Case, *, into: Case | None) -> None:
    """Close a case whose land is no dispute any more, or has grown together with another's."""
    if case.state not in OPEN:
        return
    if into is not None and into.number != case.number:
        after = replace(case, into=into.number)
        after = entered(after, "merged", at=scene.at, policy=scene.policy)
        event = scene.event("merged", after, text=scene.reason, data={"into": into.number})
    else:
        after = entered(case, "resolved", at=scene.at, policy=scene.policy)
        event = scene.event("moved", after, text=scene.reason, data={"from": case.state})
    saved(unit, after, replace(event, before=land_of_case(case)), at=scene.at)


def _follow_slivers(
    unit: UnitOfWork, scene: _Scene, case: Case, slivers: Sequence[Finding]
) -> None:
    """Let an open case of slivers have those of the new version."""
    if case.state not in OPEN:
        return
    found = [sliver for sliver in slivers if sliver.geometry is not None]
    if not found:
        _gone(unit, scene, case, into=None)
        return
    old = {part.geometry.normalize().wkb for part in case.parts}
    new = {f.geometry.normalize().wkb for f in found if f.geometry is not None}
    _seen(unit, scene, case, found, same=old == new)
