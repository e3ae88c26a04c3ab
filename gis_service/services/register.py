"""The registers: facilities, residents by age band, and the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis_service.model.policy import Policy
from gis_service.model.progress import Progress, silent
from gis_service.model.survey import Survey
from gis_service.model.text import Text
from gis_service.model.versions import RegisterKind, RegisterVersion
from gis_service.services.ports import Clock, Database, Formats
from gis_service.services.snapshots import Snapshots
from gis_service.services.surveys import part, survey_facts

STORING = Text("正在保存", "storing")


@dataclass(frozen=True, kw_only=True)
class Register:
    """The use cases on the registers; each import makes a new version of one register."""

    formats: Formats
    database: Database
    clock: Clock
    snapshots: Snapshots
    working_crs: str | None = None

    def import_facilities(
        self,
        path: Path,
        *,
        user: str,
        crs: str | None = None,
        mapping: Mapping[str, str] | None = None,
        default_kind: str | None = None,
        is_sample: bool = False,
        progress: Progress = silent,
    ) -> RegisterVersion:
        """Make a file the new facility register; see `gis_service.formats.read_facilities`.

        Raises
        ------
        InputError
            When the file can't be used.
        StorageError
            When the database can't be written.
        """
        with self.database.reading() as unit:
            boundaries = unit.boundaries.current()
        frame = self.formats.read_facilities(
            path,
            crs=crs,
            mapping=mapping or None,
            default_kind=default_kind,
            working_crs=self.working_crs if boundaries is None else boundaries.crs,
            progress=part(progress, 0.0, 0.9),
        )
        return self._store("facilities", frame, user=user, is_sample=is_sample, progress=progress)

    def import_population(
        self,
        path: Path,
        *,
        user: str,
        mapping: Mapping[str, str] | None = None,
        population: str | None = None,
        is_sample: bool = False,
        progress: Progress = silent,
    ) -> RegisterVersion:
        """Make a file the new population table; see `gis_service.formats.read_population`."""
        frame = self.formats.read_population(
            path, mapping=mapping or None, population=population, progress=part(progress, 0.0, 0.9)
        )
        return self._store("population", frame, user=user, is_sample=is_sample, progress=progress)

    def import_policy(
        self, path: Path, *, user: str, is_sample: bool = False, progress: Progress = silent
    ) -> RegisterVersion:
        """Make a policy file the policy that reports use from now on."""
        policy = self.formats.read_policy(path)
        return self._store("policy", policy, user=user, is_sample=is_sample, progress=progress)

    def current(self, kind: RegisterKind) -> RegisterVersion | None:
        """Give the newest version of a register; None before its first import."""
        with self.database.reading() as unit:
            return unit.register.current(kind)

    def _store(
        self,
        kind: RegisterKind,
        content: gpd.GeoDataFrame | pd.DataFrame | Policy,
        *,
        user: str,
        is_sample: bool,
        progress: Progress,
    ) -> RegisterVersion:
        progress(0.9, STORING)
        with self.database.writing(user=user, action=f"import {kind}") as unit:
            latest = unit.register.current(kind)
            version = unit.register.add(
                kind,
                content,
                created_at=self.clock(),
                author=user,
                is_sample=is_sample,
                survey=_facts(content),
            )
            unit.record(
                subject=f"{kind} version {version.number}",
                before="" if latest is None else latest.digest,
                after=version.digest,
            )
        self.snapshots.forget()
        progress(1.0, STORING)
        return version


def _facts(content: gpd.GeoDataFrame | pd.DataFrame | Policy) -> dict[str, Any]:
    if isinstance(content, Policy):
        return {"sha256": sha256(repr(content.to_mapping()).encode()).hexdigest()}
    survey = content.attrs.get("survey")
    return survey_facts(survey) if isinstance(survey, Survey) else {}
