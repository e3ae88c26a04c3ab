"""Snapshots: everything of one state of the database, in memory and never changed.

A read never touches the database once its state is loaded. A write in this process forgets the
snapshot at once; a write of another process (an import by command while the server runs) is seen
within `CHECK_EVERY_S`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import pandas as pd

from gis_service.core.checks import findings_frame
from gis_service.core.metrics.presence import presence
from gis_service.errors import NotFoundError
from gis_service.model.coverage import CoverageReport
from gis_service.model.facilities import FACILITY_COLUMNS
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.population import POPULATION_COLUMNS
from gis_service.model.versions import BoundaryVersion, RegisterVersion
from gis_service.services.ports import Clock, Database, UnitOfWork

CHECK_EVERY_S = 1.0

Key = tuple[int, int, int, int]
"""Numbers of the boundary, facility, population and policy versions; 0 where there is none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """One state: communities, findings and registers, all in the boundary version's CRS.

    Attributes
    ----------
    key
        Which versions it holds.
    loaded_at
        When it was read, ISO 8601 in UTC.
    version
        The boundary version; None before the first import.
    communities, outline, findings, facilities, population
        In the forms that the readers and the checks return; empty where nothing was imported.
    policy
        The stored policy, else the built-in one.
    is_sample
        Whether any part of it is demonstration data.
    """

    key: Key
    loaded_at: str
    version: BoundaryVersion | None
    crs: str
    communities: gpd.GeoDataFrame
    outline: gpd.GeoDataFrame | None
    findings: list[Finding]
    facilities: gpd.GeoDataFrame
    population: pd.DataFrame
    policy: Policy
    is_sample: bool
    _reports: dict[Policy, CoverageReport] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @cached_property
    def findings_frame(self) -> gpd.GeoDataFrame:
        """The findings as a frame with FINDING_COLUMNS."""
        return findings_frame(self.findings, self.crs)

    def boundary_version(self) -> BoundaryVersion:
        """Give the boundary version, or raise a `NotFoundError` that says what to do first."""
        if self.version is None:
            raise NotFoundError(
                "尚未导入社区界线。请先运行：gis-service import boundaries 文件。",
                "No boundaries have been imported yet. Run first: "
                "gis-service import boundaries FILE.",
            )
        return self.version

    def report(self, policy: Policy | None = None) -> CoverageReport:
        """Give the coverage report under a policy; computed once per policy."""
        self.boundary_version()
        chosen = policy or self.policy
        with self._lock:
            if chosen not in self._reports:
                self._reports[chosen] = presence(
                    self.communities, self.facilities, self.population, policy=chosen
                )
            return self._reports[chosen]


class Snapshots:
    """Holds the newest snapshot and the one before it.

    Parameters
    ----------
    database, clock
        Where to read, and what time it is.
    working_crs
        CRS of the empty frames before the first import.
    monotonic
        Seconds that never go back.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        working_crs: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self._working_crs = working_crs
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._held: Snapshot | None = None
        self._checked_at = float("-inf")

    def ready(self) -> Snapshot | None:
        """Give the snapshot if no look at the database is due; None otherwise."""
        if self._monotonic() - self._checked_at < CHECK_EVERY_S:
            return self._held
        return None

    def forget(self) -> None:
        """Look at the database at the next call, whenever that is."""
        self._checked_at = float("-inf")

    def current(self) -> Snapshot:
        """Give the snapshot of the newest state; callers keep it for as long as they need it."""
        held = self.ready()
        if held is not None:
            return held
        with self._lock:
            held = self.ready()
            if held is not None:
                return held
            started = self._monotonic()
            with self._database.reading() as unit:
                versions = _versions(unit)
                if self._held is None or self._held.key != _key(*versions):
                    self._held = self._load(unit, *versions)
            self._checked_at = started
            return self._held

    def _load(
        self,
        unit: UnitOfWork,
        version: BoundaryVersion | None,
        facilities: RegisterVersion | None,
        population: RegisterVersion | None,
        policy: RegisterVersion | None,
    ) -> Snapshot:
        crs = self._working_crs if version is None else version.crs
        held = (version, facilities, population, policy)
        return Snapshot(
            key=_key(*held),
            loaded_at=self._clock(),
            version=version,
            crs=crs,
            communities=_no_communities(crs)
            if version is None
            else unit.boundaries.communities(version),
            outline=None if version is None else unit.boundaries.outline(version),
            findings=[] if version is None else unit.boundaries.findings(version),
            facilities=_no_facilities(crs)
            if facilities is None
            else unit.register.facilities(facilities).to_crs(crs),
            population=pd.DataFrame(columns=list(POPULATION_COLUMNS))
            if population is None
            else unit.register.population(population),
            policy=DEFAULT_POLICY if policy is None else unit.register.policy(policy),
            is_sample=any(part is not None and part.is_sample for part in held),
        )


def _versions(
    unit: UnitOfWork,
) -> tuple[
    BoundaryVersion | None, RegisterVersion | None, RegisterVersion | None, RegisterVersion | None
]:
    register = unit.register
    return (
        unit.boundaries.current(),
        register.current("facilities"),
        register.current("population"),
        register.current("policy"),
    )


def _key(*versions: BoundaryVersion | RegisterVersion | None) -> Key:
    first, second, third, fourth = (0 if v is None else v.number for v in versions)
    return first, second, third, fourth


def _no_communities(crs: str) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"name": [], "street": [], "row": []}, geometry=gpd.GeoSeries([], crs=crs)
    )
    return frame.rename_axis("code")


def _no_facilities(crs: str) -> gpd.GeoDataFrame:
    columns: dict[str, list[object]] = {n: [] for n in FACILITY_COLUMNS if n != "geometry"}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs)).rename_axis("id")
