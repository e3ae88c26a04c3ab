"""Resolutions on files: resolve one finding, or clean all slivers, and write the new layer."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks import run_checks
from gis_service.core.checks.allowing import allow, allowed_frame
from gis_service.core.checks.rows import finding_with
from gis_service.core.resolutions import (
    RESOLUTIONS,
    Ground,
    ResolutionParams,
    apply_proposal,
    clean,
    resolve_all,
)
from gis_service.model.findings import Finding
from gis_service.model.progress import Progress, silent
from gis_service.model.proposals import Proposal, Skipped
from gis_service.services.ports import Formats
from gis_service.services.surveys import (
    SurveyResult,
    Surveys,
    finding_mappings,
    names_of,
    part,
    survey_facts,
)

EVERY = "all"
"""Instead of a finding's key: all overlaps and gaps, one after the other."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ResolutionResult:
    """What was found, what was proposed and written, and what is left.

    Attributes
    ----------
    before
        The file and its findings.
    proposals
        In the order in which they were applied.
    refused
        Findings that were left, with the reason (of `resolve` on all findings, and of `clean`).
    layer, findings
        The layer afterwards in the working CRS, and what the checks see in it.
    output
        Where the layer was written.
    seconds
        Everything together.
    """

    before: SurveyResult
    proposals: tuple[Proposal, ...]
    refused: tuple[Skipped, ...]
    layer: gpd.GeoDataFrame
    findings: list[Finding]
    output: Path
    seconds: float

    def to_mapping(self) -> dict[str, Any]:
        """Give the outcome as plain JSON types."""
        shapes = np.asarray(self.layer.geometry.array, dtype=object)
        return {
            "survey": survey_facts(self.before.survey) | {"area_m2": round(self.before.area_m2, 2)},
            "proposals": [proposal.to_mapping() for proposal in self.proposals],
            "refused": [
                {"finding": item.finding, "text": item.reason._asdict()} for item in self.refused
            ],
            "area_m2": round(float(np.nansum(shapely.area(shapes))), 2),
            "findings": finding_mappings(self.findings, self.layer.crs, names=names_of(self.layer)),
            "output": str(self.output),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, kw_only=True)
class Resolutions:
    """The use cases that change a boundary file; the service's database is not touched."""

    formats: Formats
    surveys: Surveys

    def resolve(
        self,
        path: Path,
        *,
        finding: str,
        by: str,
        output: Path,
        to: str | None = None,
        line: Path | None = None,
        line_crs: str | None = None,
        owners: Iterable[tuple[float, float, str]] = (),
        until: str | None = None,
        allowed_output: Path | None = None,
        progress: Progress = silent,
        **reading: Any,
    ) -> ResolutionResult:
        """Resolve one finding (or ``all``) of a file and write the layer.

        Parameters
        ----------
        finding
            Key of the finding as `check` gives it, or ``all``.
        by
            Name of the resolution: award, split, median, follow, joint, longest_border, fill.
        output
            File to write, its format by its suffix. Nothing is written on an error.
        to, line, owners, until
            What the resolution needs: a code; a file of lines; x, y (working CRS) and code of
            pieces; a date (ISO 8601).
        allowed_output
            File to which the list of what is allowed is written: the entries that were given, and
            those of ``joint``.
        **reading
            As `Surveys.check` takes: crs, mapping, layer, outline, policy, allowed, working_crs.

        Raises
        ------
        ResolutionError, NotFoundError
            When the finding is not there, or can't be resolved this way; it says why.
        """
        start = time.perf_counter()
        before = self.surveys.check(path, progress=part(progress, 0.0, 0.4), **reading)
        resolution = RESOLUTIONS.find(by)
        params = ResolutionParams(
            to=to,
            lines=None if line is None else self._lines(line, before.layer, crs=line_crs),
            owners=tuple(owners),
            until=until,
        )
        if finding == EVERY:
            outcome = resolve_all(
                before.layer,
                resolution,
                params=params,
                outline=before.outline,
                policy=before.policy,
                allowed=before.allowed,
                progress=part(progress, 0.4, 0.9),
            )
            done, refused, layer = outcome.proposals, outcome.refused, outcome.layer
        else:
            chosen = find_finding(before.findings, finding)
            ground = Ground.of(before.layer, policy=before.policy)
            proposal = resolution.propose(ground, chosen, params)
            done, refused = (proposal,), proposal.skipped
            layer = apply_proposal(before.layer, proposal)
        if allowed_output is not None:
            self.formats.write_layer(allowed_after(before, done), allowed_output)
        return self._written(before, layer, done, refused=refused, output=output, start=start)

    def clean(
        self, path: Path, *, output: Path, progress: Progress = silent, **reading: Any
    ) -> ResolutionResult:
        """Resolve all slivers of a file, none of the disputes, and write the layer.

        ``reading`` and the errors are those of `resolve`.
        """
        start = time.perf_counter()
        before = self.surveys.check(path, progress=part(progress, 0.0, 0.5), **reading)
        ground = Ground.of(before.layer, policy=before.policy, allowed=before.allowed)
        proposal = clean(ground, outline=before.outline)
        layer = apply_proposal(before.layer, proposal)
        return self._written(
            before, layer, (proposal,), refused=proposal.skipped, output=output, start=start
        )

    def _written(
        self,
        before: SurveyResult,
        layer: gpd.GeoDataFrame,
        proposals: tuple[Proposal, ...],
        *,
        refused: tuple[Skipped, ...],
        output: Path,
        start: float,
    ) -> ResolutionResult:
        findings = run_checks(layer, outline=before.outline, policy=before.policy)
        findings = allow(findings, before.allowed, crs=layer.crs)
        self.formats.write_layer(layer, output)
        return ResolutionResult(
            before=before,
            proposals=proposals,
            refused=refused,
            layer=layer,
            findings=findings,
            output=output,
            seconds=time.perf_counter() - start,
        )

    def _lines(self, path: Path, layer: gpd.GeoDataFrame, *, crs: str | None) -> BaseGeometry:
        frame = self.formats.read_boundaries(path, crs=crs, working_crs=layer.crs.to_string())
        shapes = np.asarray(frame.geometry.array, dtype=object)
        return shapely.union_all(shapes[~shapely.is_missing(shapes)])


def allowed_after(before: SurveyResult, proposals: Iterable[Proposal]) -> gpd.GeoDataFrame:
    """Give the list of what is allowed: what was, and what the proposals allow."""
    crs = before.layer.crs
    new = allowed_frame((one for p in proposals for one in p.allowed), crs=crs)
    if before.allowed is None:
        return new
    return gpd.GeoDataFrame(pd.concat([before.allowed, new], ignore_index=True), crs=crs)


def find_finding(findings: list[Finding], key: str) -> Finding:
    """Give the finding with ``key``; see `gis_service.core.checks.rows.finding_with`."""
    return finding_with(findings, key)
