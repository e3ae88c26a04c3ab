"""Coverage of ageing communities, from the database or from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gis_service.core.metrics.presence import presence
from gis_service.model.coverage import CoverageReport
from gis_service.model.policy import Policy
from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.services.ports import Formats
from gis_service.services.snapshots import Snapshots
from gis_service.services.surveys import Surveys, part

COUNTING = Text("正在计算覆盖率", "computing coverage")


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The use cases on coverage."""

    formats: Formats
    surveys: Surveys
    snapshots: Snapshots

    def report(
        self, policy: Policy | Path | None = None, *, as_of: str | None = None
    ) -> CoverageReport:
        """Give the report of the newest state, or of a past one; by default under its own policy.

        Raises
        ------
        NotFoundError
            Before the first import of boundaries.
        """
        chosen = None if policy is None else self.surveys.policy(policy)
        return self.snapshots.at(as_of).report(chosen)

    def report_from_files(
        self,
        communities: Path,
        facilities: Path,
        *,
        population: Path | None = None,
        policy: Policy | Path | None = None,
        crs: str | None = None,
        facilities_crs: str | None = None,
        mapping: Mapping[str, str] | None = None,
        facilities_mapping: Mapping[str, str] | None = None,
        population_mapping: Mapping[str, str] | None = None,
        default_kind: str | None = None,
        population_kind: str | None = None,
        working_crs: str | None = None,
        progress: Progress = silent,
    ) -> CoverageReport:
        """Give the report of files; no database is touched.

        Parameters
        ----------
        population
            A table of residents by age band; by default the bands stand in the communities file.

        Raises
        ------
        InputError
            When a file can't be used; its message names the file's fields where a field is missing.
        """
        layer = self.formats.read_boundaries(
            communities,
            crs=crs,
            mapping=mapping or None,
            working_crs=working_crs or self.surveys.working_crs,
            progress=part(progress, 0.0, 0.4),
        )
        register = self.formats.read_facilities(
            facilities,
            crs=facilities_crs,
            mapping=facilities_mapping or None,
            default_kind=default_kind,
            working_crs=layer.crs.to_string(),
            progress=part(progress, 0.4, 0.6),
        )
        if population is None and not population_mapping:
            population_mapping = layer.attrs["survey"].mapping
        people = self.formats.read_population(
            communities if population is None else population,
            mapping=population_mapping or None,
            population=population_kind,
            progress=part(progress, 0.6, 0.8),
        )
        progress(0.8, COUNTING)
        report = presence(layer, register, people, policy=self.surveys.policy(policy))
        progress(1.0, COUNTING)
        return report
