"""Opening cases: each new boundary version is matched with the cases that there are.

A finding of severity ``dispute`` that fits no case opens one. A case whose land moved is marked
changed, with the land before and after; one whose land is no dispute any more is closed as
resolved, and opened again when it comes back. Decided cases stay as they are: a dispute at the
same place is a new case, because only a new case changes an approved line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from gis_service.services.cases.desk import cleared, entered, policy_of, saved
from gis_service.services.ports import Clock, UnitOfWork

FOLLOWED: frozenset[State] = OPEN | {"withdrawn", "resolved"}
"""States of the cases that a new version is matched with."""

Streets = Mapping[str, Collection[str]]
"""Code of a community → streets that have one of this code."""


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
            streets=streets_by_code(layer),
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
        unmoved: list[Case] = []
        for case, mine in zip(cases, by_case, strict=True):
            found = [disputes[at] for match in mine for at in match.after]
            if found:
                same = all(match.state == "same" for match in mine)
                unmoved += _seen(unit, scene, case, found, same=same)
            else:
                heirs = [match.absorbed_by for match in mine if match.absorbed_by is not None]
                others = [cases[owner[heir]] for heir in heirs]
                _gone(unit, scene, case, into=next(iter(others), None))
        unit.cases.note_seen(unmoved)
        fresh = [disputes[match.after[0]] for match in matches if match.state == "new"]
        drafts = [
            draft_of([one], streets=scene.streets, version=after, at=scene.at) for one in fresh
        ]
        events = [scene.event("opened", draft, text=reason) for draft in drafts]
        opened(unit, drafts, pattern=self.pattern, policy=scene.policy, events=events)
        slivers = [finding for finding in findings if finding.severity == "sliver"]
        for case in known:
            if case.kind == SLIVERS:
                _follow_slivers(unit, scene, case, slivers)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scene:
    """The new version and who brought it."""

    version: BoundaryVersion
    streets: Streets
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
    unit: UnitOfWork,
    drafts: Sequence[Case],
    *,
    pattern: str,
    policy: CasePolicy,
    events: Sequence[CaseEvent],
) -> list[Case]:
    """Keep new cases: give each draft its number and write the first line of its timeline."""
    if not drafts:
        return []
    at = drafts[0].opened_at
    year = int(at[:4])
    first = unit.cases.next_sequence(year)
    cases = [
        entered(
            replace(draft, number=pattern.format(year=year, number=first + place)),
            "found",
            at=at,
            policy=policy,
        )
        for place, draft in enumerate(drafts)
    ]
    unit.cases.add(cases, year=year, first=first)
    unit.cases.add_events(
        [
            (case.number, replace(event, at=at, state=case.state, after=land_of_case(case)))
            for case, event in zip(cases, events, strict=True)
        ]
    )
    return cases


def streets_by_code(layer: gpd.GeoDataFrame) -> Streets:
    """Give the streets of each community's code; several where the layer repeats a code."""
    found: dict[str, set[str]] = {}
    for code, street in zip(layer.index, layer["street"], strict=True):
        found.setdefault(str(code), set()).update({str(street)} - {""})
    return found


def draft_of(
    findings: Sequence[Finding],
    *,
    streets: Streets,
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
    return _with_land(empty, findings, streets)


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


def _with_land(case: Case, findings: Sequence[Finding], streets: Streets) -> Case:
    parties = tuple(sorted({code for finding in findings for code in finding.communities}))
    parts = tuple(
        Part(key=finding.key, geometry=finding.geometry)
        for finding in findings
        if finding.geometry is not None
    )
    return replace(
        case,
        parties=parties,
        streets=tuple(sorted({street for code in parties for street in streets.get(code, ())})),
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
) -> list[Case]:
    """Take over the new land; open a resolved case again. Gives the case if nothing moved."""
    after = _with_land(case, found, scene.streets)
    after = replace(after, boundary_version=scene.version.number, crs=scene.version.crs)
    back = case.state == "resolved"
    if back:
        after = entered(cleared(unit, after), "found", at=scene.at, policy=scene.policy)
        event = scene.event("moved", after, text=scene.reason, data={"from": "resolved"})
    elif same and after.parties == case.parties:
        return [after]
    else:
        after = replace(after, has_moved=True)
        event = scene.event("changed", after, text=scene.reason)
    data = dict(event.data) | {"area_before_m2": case.area_m2, "area_after_m2": after.area_m2}
    if after.parties != case.parties:
        data["parties_before"] = list(case.parties)
    event = replace(event, data=data, before=land_of_case(case), after=land_of_case(after))
    saved(unit, after, event, at=scene.at)
    return []


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
    unit.cases.note_seen(_seen(unit, scene, case, found, same=old == new))
