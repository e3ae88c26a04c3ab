"""Surveys: check a file, and keep what an upload answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.checks import CHECKS, findings_frame, run_checks
from gis_service.core.checks.allowing import allow, in_force
from gis_service.errors import NotFoundError
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.progress import Progress, silent
from gis_service.model.survey import Survey
from gis_service.model.text import Text
from gis_service.model.versions import StoredSurvey
from gis_service.services import geojson
from gis_service.services.ports import Clock, Database, Formats
from gis_service.services.selection import Selection

LEAST_SHARE_IN_DISTRICT = 0.5
"""Share of an import's rows that must meet the district for its outline to stay."""

LEAST_SHARE_OF_DISTRICT = 0.5
"""Share of the district that an upload must fill for its outline to be used: else the rest of the
district would be one gap."""


OutlineRule = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], bool]
"""Whether a layer is held against a district's outline."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SurveyResult:
    """What a file holds and what the checks saw in it.

    Attributes
    ----------
    survey
        The file's facts.
    layer
        Its rows in the working CRS, nothing dropped.
    findings, frame
        What the checks saw: as a list, and as a frame with FINDING_COLUMNS.
    outline
        The outline that was used, in the working CRS; None without one.
    policy
        The policy that was used.
    allowed
        What was allowed on that day, in the working CRS; None without a list.
    area_m2
        Sum of the rows' planar areas in the working CRS.
    seconds
        Reading and checking together.
    """

    survey: Survey
    layer: gpd.GeoDataFrame
    findings: list[Finding]
    frame: gpd.GeoDataFrame
    outline: gpd.GeoDataFrame | None
    policy: Policy
    area_m2: float
    seconds: float
    allowed: gpd.GeoDataFrame | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Findings by check; a check that saw nothing is not listed."""
        counts: dict[str, int] = {}
        for finding in self.findings:
            counts[finding.check] = counts.get(finding.check, 0) + 1
        return counts

    def selected(self, selection: Selection) -> SurveyResult:
        """Give the same result with the findings that are wanted only."""
        findings = selection.of(self.findings)
        return replace(self, findings=findings, frame=findings_frame(findings, self.frame.crs))

    def to_mapping(self) -> dict[str, Any]:
        """Give the report as plain JSON types: the shape of ``gis-service check --json``."""
        return {
            "survey": survey_facts(self.survey) | {"area_m2": round(self.area_m2, 2)},
            "counts": self.counts,
            "findings": finding_mappings(self.findings, self.frame.crs, names=names_of(self.layer)),
            "seconds": round(self.seconds, 3),
        }

    def findings_geojson(self) -> bytes:
        """Encode the findings as RFC 7946; the key is the id."""
        rows = finding_mappings(self.findings, self.frame.crs, names=names_of(self.layer))
        return geojson.document(self.frame.set_index("key"), rows)

    def communities_geojson(self) -> bytes:
        """Encode the layer as RFC 7946; the row number is the id."""
        kept = self.layer[["name", "street", "row"]].reset_index(names="code")
        rows = [
            {name: geojson.plain(value) for name, value in row.items()}
            for row in kept.to_dict("records")
        ]
        return geojson.document(self.layer.set_index("row"), rows)


def survey_facts(survey: Survey) -> dict[str, Any]:
    """Give a file's facts as plain JSON types."""
    facts = asdict(survey)
    facts["crs_reason"] = survey.crs_reason._asdict()
    facts["notes"] = [
        {"row": note.row, "kind": note.kind, "text": note.text._asdict()} for note in survey.notes
    ]
    return facts


def names_of(layer: gpd.GeoDataFrame) -> dict[str, str]:
    """Give what each code is called; a code without a name stands for itself."""
    return {code: name or code for code, name in zip(layer.index, layer["name"], strict=True)}


def finding_mappings(
    findings: list[Finding], crs: object, *, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Give findings as plain JSON types; ``point`` is [lon, lat], WGS 84, 7 decimals.

    ``names`` gives what to call the communities, by code.
    """
    places = np.array(
        [None if f.point is None else shapely.Point(f.point) for f in findings], dtype=object
    )
    points = geojson.positions(geojson.publish(places, crs))
    return [
        {
            "key": finding.key,
            "check": finding.check,
            "severity": finding.severity,
            "communities": list(finding.communities),
            "names": [names.get(code, code) for code in finding.communities],
            "area_m2": round(finding.area_m2, 4),
            "width_m": None if finding.width_m is None else round(finding.width_m, 4),
            "point": point,
            "text": finding.text._asdict(),
        }
        for finding, point in zip(findings, points, strict=True)
    ]


def everywhere(_layer: gpd.GeoDataFrame, _outline: gpd.GeoDataFrame) -> bool:
    """Use the outline whatever the layer: it was given for it."""
    return True


def meets(layer: gpd.GeoDataFrame, outline: gpd.GeoDataFrame) -> bool:
    """Tell whether at least half of the layer's shapes meet the outline."""
    shapes = layer.geometry.to_numpy()
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if len(shapes) == 0:
        return False
    district = outline.to_crs(layer.crs).geometry.union_all()
    shapely.prepare(district)
    return bool(shapely.intersects(district, shapes).mean() >= LEAST_SHARE_IN_DISTRICT)


def fills(layer: gpd.GeoDataFrame, outline: gpd.GeoDataFrame) -> bool:
    """Tell whether the layer's shapes that meet the outline have half of its area or more."""
    shapes = shapely.make_valid(layer.geometry.to_numpy())
    district = outline.to_crs(layer.crs).geometry.union_all()
    shapely.prepare(district)
    met = shapes[shapely.intersects(district, shapes)]
    return bool(shapely.area(met).sum() >= LEAST_SHARE_OF_DISTRICT * shapely.area(district))


def part(progress: Progress, start: float, end: float) -> Progress:
    """Give a progress whose 0 to 1 is ``start`` to ``end`` of another."""

    def scaled(share: float, stage: Text) -> None:
        progress(start + share * (end - start), stage)

    return scaled


@dataclass(frozen=True, kw_only=True)
class Surveys:
    """The use cases on survey files.

    Parameters
    ----------
    formats, database, clock
        The readers, where uploads are kept, and what time it is.
    working_crs
        Metric CRS to work in; None lets the reader choose (EPSG:4547 or the UTM zone).
    """

    formats: Formats
    database: Database
    clock: Clock
    working_crs: str | None = None

    def check(
        self,
        path: Path,
        *,
        crs: str | None = None,
        mapping: Mapping[str, str] | None = None,
        layer: str | None = None,
        outline: Path | None = None,
        policy: Policy | Path | None = None,
        working_crs: str | None = None,
        allowed: Path | None = None,
        streets: Path | None = None,
        progress: Progress = silent,
    ) -> SurveyResult:
        """Read a file of communities and run every check on it; nothing is written.

        Parameters
        ----------
        path, crs, mapping, layer, working_crs
            As `gis_service.formats.read_boundaries` takes them.
        outline
            A file with the district's outline.
        policy
            A policy or a policy file; by default the built-in one.
        allowed
            A file that lists what is allowed, see `gis_service.formats.read_allowed`.
        streets
            A file with the outline of each street, its name as in the communities' street.

        Raises
        ------
        InputError
            When a file can't be used. Bad data in it is a finding, not an error.
        """
        district = None if outline is None else self.formats.read_outline(outline)
        return self.check_against(
            path,
            district,
            crs=crs,
            mapping=mapping,
            layer=layer,
            policy=self.policy(policy),
            working_crs=working_crs or self.working_crs,
            when=everywhere,
            allowed=allowed,
            streets=streets,
            progress=progress,
        )

    def check_against(
        self,
        path: Path,
        district: gpd.GeoDataFrame | None,
        *,
        crs: str | None,
        mapping: Mapping[str, str] | None,
        layer: str | None,
        policy: Policy,
        working_crs: str | None,
        when: OutlineRule,
        progress: Progress,
        allowed: Path | None = None,
        streets: Path | None = None,
        becoming: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame] | None = None,
    ) -> SurveyResult:
        """Do `check` against an outline frame; it is used only ``when`` that rule says so.

        ``becoming`` makes of the file's layer the one that is checked.
        """
        start = time.perf_counter()
        frame = self.formats.read_boundaries(
            path,
            crs=crs,
            mapping=mapping or None,
            layer=layer,
            working_crs=working_crs,
            outline=district,
            progress=part(progress, 0.0, 0.4),
        )
        survey = frame.attrs["survey"]
        if becoming is not None:
            frame = becoming(frame)
        if district is not None and not when(frame, district):
            district = None
        if district is not None:
            district = district.to_crs(frame.crs)
        listed = None if allowed is None else self._allowed(allowed, frame)
        outlines = None
        if streets is not None:
            metric = frame.crs.to_string()
            outlines = self.formats.read_boundaries(streets, working_crs=metric).to_crs(frame.crs)
        findings = run_checks(
            frame,
            outline=district,
            streets=outlines,
            policy=policy,
            progress=part(progress, 0.4, 1.0),
        )
        findings = allow(findings, listed, crs=frame.crs, checks=CHECKS)
        return SurveyResult(
            survey=survey,
            layer=frame,
            findings=findings,
            frame=findings_frame(findings, frame.crs),
            outline=district,
            policy=policy,
            allowed=listed,
            area_m2=float(np.nansum(shapely.area(frame.geometry.to_numpy()))),
            seconds=time.perf_counter() - start,
        )

    def _allowed(self, path: Path, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Read the entries of a list that hold today."""
        listed = self.formats.read_allowed(path, working_crs=layer.crs.to_string())
        return gpd.GeoDataFrame(in_force(listed, self.clock()[:10]))

    def policy(self, policy: Policy | Path | None) -> Policy:
        """Give a policy, read from its file where a file is given."""
        if policy is None:
            return DEFAULT_POLICY
        return policy if isinstance(policy, Policy) else self.formats.read_policy(policy)

    def receive(
        self,
        path: Path,
        *,
        file_name: str,
        user: str,
        crs: str | None = None,
        mapping: Mapping[str, str] | None = None,
        layer: str | None = None,
        progress: Progress = silent,
    ) -> StoredSurvey:
        """Check an uploaded file and keep its report; the boundaries stay as they are.

        The current policy is used, and the district's outline where the layer fills the district.
        """
        district, policy = self._current()
        result = self.check_against(
            path,
            district,
            crs=crs,
            mapping=mapping,
            layer=layer,
            policy=policy,
            working_crs=self.working_crs,
            when=fills,
            progress=progress,
        )
        result = replace(result, survey=replace(result.survey, path=file_name))
        findings, communities = result.findings_geojson(), result.communities_geojson()
        with self.database.writing(user=user, action="receive survey") as unit:
            stored = unit.surveys.add(
                created_at=self.clock(),
                user=user,
                report=result.to_mapping(),
                findings_geojson=findings,
                communities_geojson=communities,
            )
            unit.record(subject=f"survey {stored.id}", before="", after=result.survey.sha256)
        return stored

    def _current(self) -> tuple[gpd.GeoDataFrame | None, Policy]:
        with self.database.reading() as unit:
            version = unit.boundaries.current()
            register = unit.register.current("policy")
            outline = None if version is None else unit.boundaries.outline(version)
            return outline, DEFAULT_POLICY if register is None else unit.register.policy(register)

    def get(self, survey_id: int) -> StoredSurvey:
        """Give a stored survey, or raise a `NotFoundError`."""
        with self.database.reading() as unit:
            stored = unit.surveys.get(survey_id)
        if stored is None:
            raise NotFoundError(
                f"没有编号为 {survey_id} 的测绘文件。可在测绘列表中查看已有编号。",
                f"There is no survey {survey_id}. The list of surveys has those that exist.",
                id=survey_id,
            )
        return stored

    def latest(
        self, limit: int = 20, *, before: int | None = None, user: str | None = None
    ) -> list[StoredSurvey]:
        """Give the newest surveys first, without their GeoJSON.

        ``before``: only those with a lower id; ``user``: only those that they sent.
        """
        with self.database.reading() as unit:
            return unit.surveys.latest(limit, before=before, user=user)
