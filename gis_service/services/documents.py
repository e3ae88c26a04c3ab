"""The packs behind the documents: of a case, of a file, and the fact sheet of a community."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.resolutions import RESOLUTIONS, Ground, ResolutionParams
from gis_service.errors import ConflictError, NotFoundError, ParameterError
from gis_service.model.cases import CASE_KINDS, Case, StoredChange, StoredProposal
from gis_service.model.findings import Finding
from gis_service.model.lines import NamedLine
from gis_service.model.packs import AgreementPack, CaseFacts
from gis_service.model.people import Actor
from gis_service.model.progress import Progress, silent
from gis_service.model.proposals import Change, ProofCheck, Proposal
from gis_service.model.text import Text
from gis_service.services.access import require
from gis_service.services.cases import Cases
from gis_service.services.cases.ledger import CaseFilter
from gis_service.services.cases.opening import land_of_case
from gis_service.services.fact_sheets import FactSheet, fact_sheet_of
from gis_service.services.instants import local
from gis_service.services.named_lines import named_lines
from gis_service.services.packs import pack_of
from gis_service.services.ports import Formats
from gis_service.services.resolutions import find_finding
from gis_service.services.snapshots import Snapshot, Snapshots
from gis_service.services.surveys import Surveys, part

DECIDED = frozenset({"approved", "applied", "joint", "filed"})
"""States in which an agreement is no draft any more."""


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The use cases that gather what documents say; they write nothing.

    Parameters
    ----------
    formats, surveys, snapshots, cases
        The readers and use cases that they build on.
    lines
        File of named roads and rivers for the cases of the service; None: none are named.
    """

    formats: Formats
    surveys: Surveys
    snapshots: Snapshots
    cases: Cases
    lines: Path | None = None

    def pack(self, actor: Actor, number: str, *, proposal: int | None = None) -> AgreementPack:
        """Gather the pack of a case's proposal.

        Parameters
        ----------
        proposal
            Number of the proposal; None: the one that goes through review, else the newest that
            is not stale or superseded.

        Raises
        ------
        NotFoundError
            When there is no such case or proposal.
        ConflictError
            When the case has no proposal yet.
        UnauthenticatedError, ForbiddenError
            When the actor may not read the case.
        """
        case = self.cases.ledger.get(actor, number).case
        stored = self._chosen(actor, case, proposal)
        snapshot = self.snapshots.at(str(stored.base_version))
        layer = snapshot.communities
        facts = CaseFacts(
            number=case.number,
            date=local(stored.created_at)[:10],
            kind=CASE_KINDS.get(case.kind, Text(case.kind, case.kind)),
            parties=case.parties,
            document=case.document,
            version=Text(f"第 {stored.base_version} 版", f"version {stored.base_version}"),
            policy=snapshot.policy.name,
            is_sample=snapshot.is_sample,
            is_draft=not (case.state in DECIDED and case.chosen == stored.number),
        )
        return pack_of(
            layer,
            proposal_of(stored, case=case, snapshot=snapshot),
            facts=facts,
            named=self.named(layer.crs),
        )

    def fact_sheet(self, actor: Actor, code: str, *, as_of: str | None = None) -> FactSheet:
        """Gather the fact sheet of a community, with the open cases that the actor may see.

        A past state (``as_of``, see `Snapshots.at`) is shown without cases.

        Raises
        ------
        NotFoundError
            When there is no such community or version.
        UnauthenticatedError, ForbiddenError
            When the actor may not read cases.
        """
        require(actor, "read.cases")
        snapshot = self.snapshots.at(as_of)
        cases = None
        if as_of is None:
            wanted = CaseFilter(community=code, is_open=True)
            rows = self.cases.ledger.page(actor, wanted, limit=None).rows
            cases = [row.case for row in rows]
        return fact_sheet_of(snapshot, code, cases=cases, named=self.named(snapshot.crs))

    def pack_from_file(
        self,
        path: Path,
        *,
        finding: str,
        by: str,
        facts: CaseFacts,
        to: str | None = None,
        line: Path | None = None,
        owners: Iterable[tuple[float, float, str]] = (),
        until: str | None = None,
        named: Path | None = None,
        lines_crs: str | None = None,
        progress: Progress = silent,
        **reading: Any,
    ) -> AgreementPack:
        """Gather the pack of one finding of a boundary file; no database is touched.

        Parameters
        ----------
        finding, by, to, line, owners, until
            As `Resolutions.resolve` takes them.
        facts
            Date and so on; kind and version are taken from the finding and the file.
        named
            File of named roads and rivers.
        lines_crs
            CRS of ``line`` and ``named`` where the files don't say.
        **reading
            As `Surveys.check` takes.

        Raises
        ------
        ResolutionError, NotFoundError
            When the finding is not there, or can't be resolved this way.
        ParameterError
            When the date is none.
        """
        day_of(facts.date)
        before = self.surveys.check(path, progress=part(progress, 0.0, 0.6), **reading)
        layer = before.layer
        chosen = find_finding(before.findings, finding)
        params = ResolutionParams(
            to=to,
            lines=None if line is None else self._geometry(line, layer, crs=lines_crs),
            owners=tuple(owners),
            until=until,
        )
        ground = Ground.of(layer, policy=before.policy)
        proposal = RESOLUTIONS.find(by).propose(ground, chosen, params)
        filled = replace(
            facts,
            kind=CASE_KINDS.get(chosen.check, facts.kind),
            version=facts.version if facts.version.zh else Text(path.name, path.name),
            policy=before.policy.name,
        )
        roads = () if named is None else named_lines(self._lines(named, layer.crs, crs=lines_crs))
        return pack_of(layer, proposal, facts=filled, named=roads)

    def named(self, crs: object) -> tuple[NamedLine, ...]:
        """Give the named lines of the configured file in a CRS; none where there is no file."""
        if self.lines is None:
            return ()
        return named_lines(self._lines(self.lines, crs, crs=None))

    def _chosen(self, actor: Actor, case: Case, number: int | None) -> StoredProposal:
        proposals = self.cases.proposals.of(actor, case.number)
        wanted = case.chosen if number is None else number
        if wanted is None:
            usable = [item for item in proposals if item.state not in ("stale", "superseded")]
            if not usable:
                raise ConflictError(
                    f"案件 {case.number} 还没有方案，无法生成协议文件。请先在案件页提出方案。",
                    f"Case {case.number} has no proposal yet, so there is nothing to agree on. "
                    "Make a proposal on the case's page first.",
                    case=case.number,
                )
            return max(usable, key=lambda item: item.number)
        for item in proposals:
            if item.number == wanted:
                return item
        raise NotFoundError(
            f"案件 {case.number} 没有第 {wanted} 号方案。现有：{len(proposals)} 个。",
            f"Case {case.number} has no proposal {wanted}; it has {len(proposals)}.",
            case=case.number,
            proposal=wanted,
        )

    def _lines(self, path: Path, target: object, *, crs: str | None) -> gpd.GeoDataFrame:
        frame = self.formats.read_boundaries(path, crs=crs, working_crs=str(target))
        return frame.to_crs(target)

    def _geometry(self, path: Path, layer: gpd.GeoDataFrame, *, crs: str | None) -> BaseGeometry:
        shapes = np.asarray(self._lines(path, layer.crs, crs=crs).geometry.array, dtype=object)
        return shapely.union_all(shapes[~shapely.is_missing(shapes)])


def proposal_of(stored: StoredProposal, *, case: Case, snapshot: Snapshot) -> Proposal:
    """Give a stored proposal as it was made on ``snapshot``, the state of its base version."""
    layer = snapshot.communities
    changes = tuple(_change(change, layer) for change in stored.changes)
    return Proposal(
        resolution=stored.resolution,
        params=stored.params,
        findings=tuple(part.key for part in case.parts),
        land=_land(case, changes, snapshot.findings),
        changes=changes,
        filled_m2=float(stored.facts.get("filled_m2", 0.0)),
        balance_m2=float(stored.facts.get("balance_m2", 0.0)),
        proof=tuple(
            ProofCheck(
                name=check["name"],
                title=Text(check["text"]["zh"], check["text"]["en"]),
                value=check["value"],
                limit=check["limit"],
            )
            for check in stored.facts.get("proof", ())
        ),
    )


def day_of(text: str) -> date:
    """Read a day, or raise a `ParameterError` that says how one is written.

    Examples
    --------
    >>> day_of("2026-11-23").year
    2026
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ParameterError(
            f"日期 {text!r} 不可用；应为 年-月-日，例如 2026-11-23。",
            f"The date {text!r} can't be used; write it as 2026-11-23.",
            parameter="date",
        ) from error


def _change(change: StoredChange, layer: gpd.GeoDataFrame) -> Change:
    """Find the community's row: by its code and, where a code repeats, by its boundary."""
    rows = np.flatnonzero(layer.index.astype(str) == change.code)
    shapes = np.asarray(layer.geometry.array, dtype=object)[rows]
    same = rows[shapely.equals_identical(shapes, change.before)]
    return Change(
        row=int(same[0] if len(same) else rows[0] if len(rows) else len(layer)),
        code=change.code,
        before=change.before,
        after=change.after,
        gained_m2=change.gained_m2,
        lost_m2=change.lost_m2,
    )


def _land(case: Case, changes: tuple[Change, ...], findings: Iterable[Finding]) -> BaseGeometry:
    """Give the land decided on: what was found where the proposal changes anything.

    It is taken from the findings of the proposal's own version, because the case's land may have
    moved since; where none fits, it is the case's.
    """
    land = land_of_case(case)
    place = land if not changes else _moved(changes)
    found = [
        finding.geometry
        for finding in findings
        if finding.area_m2 > 0
        and finding.geometry is not None
        and shapely.area(shapely.intersection(finding.geometry, place)) > finding.area_m2 / 2
    ]
    return shapely.union_all(found) if found else land


def _moved(changes: tuple[Change, ...]) -> BaseGeometry:
    before, after = ([getattr(c, side) for c in changes] for side in ("before", "after"))
    return shapely.union_all(
        shapely.symmetric_difference(shapely.make_valid(before), shapely.make_valid(after))
    )
