"""Snapshots: everything of one state of the database, in memory and never changed.

A read never touches the database once its state is loaded. A write in this process forgets the
snapshot at once; a write of another process (an import by command while the server runs) is seen
within `CHECK_EVERY_S`. A newer state is loaded beside the one that is held: readers wait for it a
little, then are served the one before until it is there, so that no page waits for a large import.

A past state (`Snapshots.at`) carries no instant but those of its versions, so that what is made of
it is the same for ever.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import geopandas as gpd
import pandas as pd

from gis_service.core.checks import findings_frame
from gis_service.core.metrics.presence import presence
from gis_service.errors import GisServiceError, NotFoundError
from gis_service.model.coverage import CoverageReport
from gis_service.model.facilities import FACILITY_COLUMNS
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.population import POPULATION_COLUMNS
from gis_service.model.versions import BoundaryVersion, RegisterVersion
from gis_service.services.instants import moment_of
from gis_service.services.ports import Clock, Database, UnitOfWork

CHECK_EVERY_S = 1.0

PATIENCE_S = 10.0
"""How long readers wait for a state that was written in this process."""

PATIENCE_WITH_OTHERS_S = 1.0
"""How long readers wait for a state that another process wrote."""

PAST_KEPT = 4
"""Past states in memory; the one that was asked for longest ago goes first."""

Key = tuple[int, int, int, int]
"""Numbers of the boundary, facility, population and policy versions; 0 where there is none."""


Versions = tuple[
    BoundaryVersion | None, RegisterVersion | None, RegisterVersion | None, RegisterVersion | None
]
"""The boundary, facility, population and policy versions that hold together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """One state: communities, findings and registers, all in the boundary version's CRS.

    Attributes
    ----------
    key
        Which versions it holds.
    loaded_at
        When it was read, ISO 8601 in UTC; of a past state, when its newest version was made.
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


class _Loading:
    """A newer state on its way."""

    def __init__(self, patient_until: float) -> None:
        self.patient_until = patient_until
        self.done = threading.Event()
        self.error: BaseException | None = None


class Snapshots:
    """Holds the newest snapshot, and some of the past.

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
        self._forgotten = 0
        self._patience = PATIENCE_S
        self._loading: _Loading | None = None
        self._prepare: list[Callable[[Snapshot], object]] = []
        self._past: OrderedDict[Key, Snapshot] = OrderedDict()

    def before_serving(self, prepare: Callable[[Snapshot], object]) -> None:
        """Have something made of each newer state before readers get it."""
        self._prepare.append(prepare)

    def ready(self) -> Snapshot | None:
        """Give the snapshot if no look at the database is due; None otherwise."""
        loading = self._loading
        if loading is not None:
            return self._held if self._monotonic() >= loading.patient_until else None
        if self._monotonic() - self._checked_at < CHECK_EVERY_S:
            return self._held
        return None

    def forget(self) -> None:
        """Look at the database at the next call, whenever that is."""
        self._forgotten += 1
        self._patience = PATIENCE_S
        self._checked_at = float("-inf")

    def refresh(self) -> None:
        """Load the newest state now; meanwhile readers get the one before without waiting."""
        with self._lock:
            self._forgotten += 1
            self._patience = 0.0
            self._checked_at = float("-inf")
        self._newest(wait_s=None)

    def current(self) -> Snapshot:
        """Give the snapshot of the newest state; callers keep it for as long as they need it."""
        return self.ready() or self._newest(wait_s=PATIENCE_S)

    def at(self, as_of: str | None) -> Snapshot:
        """Give a past state: the boundaries of then with the registers of the same instant.

        Parameters
        ----------
        as_of
            A version's number (with the registers as they were when it was made), a date or an
            instant; see `gis_service.services.instants`. None: the newest state.

        Raises
        ------
        ParameterError
            When it can't be read or has not passed.
        NotFoundError
            When there is no such version, or none held then.
        """
        if as_of is None:
            return self.current()
        moment = moment_of(as_of, now=self._clock())
        with self._database.reading() as unit:
            found = unit.boundaries
            version = found.get(moment) if isinstance(moment, int) else found.at(moment)
            if version is None:
                raise _no_version(as_of, newest=found.current())
            instant = version.created_at if isinstance(moment, int) else moment
            register = unit.register
            versions = (
                version,
                register.at("facilities", instant),
                register.at("population", instant),
                register.at("policy", instant),
            )
            known = self._known(versions)
            return known or self._keep_past(self._load(unit, *versions, loaded_at=_made(versions)))

    def _known(self, versions: Versions) -> Snapshot | None:
        key = _key(*versions)
        with self._lock:
            if key in self._past:
                self._past.move_to_end(key)
                return self._past[key]
            held = self._held
        if held is None or held.key != key:
            return None
        return self._keep_past(replace(held, loaded_at=_made(versions)))

    def _keep_past(self, snapshot: Snapshot) -> Snapshot:
        with self._lock:
            kept = self._past.setdefault(snapshot.key, snapshot)
            while len(self._past) > PAST_KEPT:
                self._past.popitem(last=False)
            return kept

    def _newest(self, *, wait_s: float | None) -> Snapshot:
        while True:
            with self._lock:
                loading = self._loading
                if loading is None:
                    loading = self._look()
                if loading is None:
                    assert self._held is not None  # noqa: S101 -- `_look` found it to be the newest
                    return self._held
            left = None if wait_s is None else loading.patient_until - self._monotonic()
            loading.done.wait(left if self._held is not None else None)
            if loading.error is not None:
                raise loading.error
            if not loading.done.is_set() and self._held is not None:
                return self._held

    def _look(self) -> _Loading | None:
        """Compare with the database; begin to load where it has a newer state."""
        forgotten, started = self._forgotten, self._monotonic()
        if self._held is not None and started - self._checked_at < CHECK_EVERY_S:
            return None
        with self._database.reading() as unit:
            key = _key(*_versions(unit))
        if self._held is not None and self._held.key == key:
            self._checked_at = started
            return None
        loading = _Loading(started + self._patience)
        self._loading = loading
        self._patience = PATIENCE_WITH_OTHERS_S
        load = threading.Thread(
            target=self._replace, args=(loading, forgotten, started), daemon=True
        )
        load.start()
        return loading

    def _replace(self, loading: _Loading, forgotten: int, started: float) -> None:
        try:
            with self._database.reading() as unit:
                loaded = self._load(unit, *_versions(unit), loaded_at=self._clock())
            if self._held is not None and loaded.version is not None:
                for prepare in self._prepare:
                    with suppress(GisServiceError):  # told to who asks for it
                        prepare(loaded)
            self._held = loaded
            if forgotten == self._forgotten:
                self._checked_at = started
        except BaseException as error:  # noqa: BLE001 -- handed to who waits
            loading.error = error
        finally:
            self._loading = None
            loading.done.set()

    def _load(
        self,
        unit: UnitOfWork,
        version: BoundaryVersion | None,
        facilities: RegisterVersion | None,
        population: RegisterVersion | None,
        policy: RegisterVersion | None,
        *,
        loaded_at: str,
    ) -> Snapshot:
        crs = self._working_crs if version is None else version.crs
        held = (version, facilities, population, policy)
        return Snapshot(
            key=_key(*held),
            loaded_at=loaded_at,
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


def _versions(unit: UnitOfWork) -> Versions:
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


def _made(versions: Versions) -> str:
    return max(version.created_at for version in versions if version is not None)


def _no_version(as_of: str, *, newest: BoundaryVersion | None) -> NotFoundError:
    last = 0 if newest is None else newest.number
    return NotFoundError(
        f"“{as_of}”时没有边界版本；现有版本 1 至 {last}，见版本列表。"
        if last
        else "尚未导入社区界线，没有任何边界版本。",
        f"There is no boundary version as of {as_of!r}; there are the versions 1 to {last}, see "
        "the list of versions."
        if last
        else "No boundaries have been imported yet, so there is no version.",
        as_of=as_of,
        newest=last,
    )


def _no_communities(crs: str) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"name": [], "street": [], "row": [], "attributes": []}, geometry=gpd.GeoSeries([], crs=crs)
    )
    return frame.rename_axis("code")


def _no_facilities(crs: str) -> gpd.GeoDataFrame:
    columns: dict[str, list[object]] = {n: [] for n in FACILITY_COLUMNS if n != "geometry"}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs)).rename_axis("id")
