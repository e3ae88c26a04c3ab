"""What the use cases need from outside: readers of files, and a place to keep things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd

from gis_service.errors import StorageError
from gis_service.model.audit import AuditFault, AuditFilter, AuditHead
from gis_service.model.findings import Finding
from gis_service.model.policy import Policy
from gis_service.model.progress import Progress
from gis_service.model.versions import (
    AuditEntry,
    BoundaryVersion,
    RegisterKind,
    RegisterVersion,
    StoredSurvey,
)
from gis_service.services.ports.cases import CaseStore
from gis_service.services.ports.drafts import DraftStore
from gis_service.services.ports.jobs import JobStore
from gis_service.services.ports.people import AnswerStore, PeopleStore
from gis_service.services.ports.planning import PlanningStore

Clock = Callable[[], str]
"""Gives the present instant as ISO 8601 in UTC."""


class ReadBoundaries(Protocol):
    """Reads a layer of communities; see `gis_service.formats.read_boundaries`."""

    def __call__(
        self,
        path: Path,
        *,
        crs: str | None = ...,
        mapping: Mapping[str, str] | None = ...,
        layer: str | None = ...,
        working_crs: str | None = ...,
        outline: gpd.GeoDataFrame | None = ...,
        progress: Progress = ...,
    ) -> gpd.GeoDataFrame: ...


class ReadOutline(Protocol):
    """Reads a district outline; see `gis_service.formats.read_outline`."""

    def __call__(
        self, path: Path, *, crs: str | None = ..., working_crs: str | None = ...
    ) -> gpd.GeoDataFrame: ...


class ReadAllowed(Protocol):
    """Reads the list of what is allowed; see `gis_service.formats.read_allowed`."""

    def __call__(
        self, path: Path, *, crs: str | None = ..., working_crs: str | None = ...
    ) -> gpd.GeoDataFrame: ...


class ReadFacilities(Protocol):
    """Reads a facility register; see `gis_service.formats.read_facilities`."""

    def __call__(
        self,
        path: Path,
        *,
        crs: str | None = ...,
        mapping: Mapping[str, str] | None = ...,
        default_kind: str | None = ...,
        working_crs: str | None = ...,
        progress: Progress = ...,
    ) -> gpd.GeoDataFrame: ...


class ReadPopulation(Protocol):
    """Reads residents by age band; see `gis_service.formats.read_population`."""

    def __call__(
        self,
        path: Path,
        *,
        mapping: Mapping[str, str] | None = ...,
        population: str | None = ...,
        progress: Progress = ...,
    ) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Formats:
    """The readers and the writer that the use cases call."""

    read_boundaries: ReadBoundaries
    read_outline: ReadOutline
    read_facilities: ReadFacilities
    read_population: ReadPopulation
    read_policy: Callable[[Path], Policy]
    write_layer: Callable[[gpd.GeoDataFrame, Path], None]
    fingerprint: Callable[[Path], str]
    read_allowed: ReadAllowed


class BoundaryStore(Protocol):
    """The versions of the communities, their outline and their findings."""

    def current(self) -> BoundaryVersion | None:
        """Give the newest version."""

    def get(self, number: int) -> BoundaryVersion | None:
        """Give one version."""

    def at(self, instant: str) -> BoundaryVersion | None:
        """Give the version that held at an instant (as `Clock` writes it); None before any."""

    def versions(
        self, *, limit: int | None = None, before: int | None = None
    ) -> list[BoundaryVersion]:
        """Give the versions, newest first; ``before``: only those with a lower number."""

    def survey(self, version: BoundaryVersion) -> Mapping[str, Any]:
        """Give the facts of the file behind a version; empty where none was."""

    def communities(
        self, version: BoundaryVersion, *, codes: Sequence[str] | None = None
    ) -> gpd.GeoDataFrame:
        """Give its communities: index code; name, street, row, attributes, geometry.

        ``attributes`` holds the file's other columns, a mapping of JSON types for each row; a
        layer that is stored with this column keeps them. ``codes``: these communities only.
        """

    def changed(self, *, after: int, until: int) -> list[str]:
        """Give the codes that came, changed or went in versions ``after`` + 1 to ``until``."""

    def changes(self, code: str) -> list[int]:
        """Give the numbers of the versions in which a community came, changed or went, sorted."""

    def outline(self, version: BoundaryVersion) -> gpd.GeoDataFrame | None:
        """Give the district outline that holds in it."""

    def findings(self, version: BoundaryVersion) -> list[Finding]:
        """Give what the checks saw in it."""

    def add(
        self,
        layer: gpd.GeoDataFrame,
        *,
        outline: gpd.GeoDataFrame | None,
        findings: Sequence[Finding],
        created_at: str,
        author: str,
        reason: str,
        is_sample: bool,
        survey: Mapping[str, Any],
        document: str = ...,
        case: str = ...,
        progress: Progress = ...,
    ) -> BoundaryVersion:
        """Write a new version; rows that did not change stay as they are.

        Its instant is never before that of the version that held until now.
        """


class RegisterStore(Protocol):
    """The versions of facilities, population and policy."""

    def current(self, kind: RegisterKind) -> RegisterVersion | None:
        """Give the newest version of one register."""

    def at(self, kind: RegisterKind, instant: str) -> RegisterVersion | None:
        """Give the version of one register that held at an instant; None before any."""

    def facilities(self, version: RegisterVersion) -> gpd.GeoDataFrame:
        """Give its facilities, in the form that the readers return."""

    def population(self, version: RegisterVersion) -> pd.DataFrame:
        """Give its residents by age band, in the form that the readers return."""

    def policy(self, version: RegisterVersion) -> Policy:
        """Give its policy."""

    def add(
        self,
        kind: RegisterKind,
        content: gpd.GeoDataFrame | pd.DataFrame | Policy,
        *,
        created_at: str,
        author: str,
        is_sample: bool,
        survey: Mapping[str, Any],
    ) -> RegisterVersion:
        """Write a new version; rows that did not change stay as they are."""


class SurveyStore(Protocol):
    """Uploaded files' results."""

    def get(self, survey_id: int) -> StoredSurvey | None:
        """Give one, whole."""

    def latest(
        self, limit: int, *, before: int | None = ..., user: str | None = ...
    ) -> list[StoredSurvey]:
        """Give the newest first, without their GeoJSON.

        ``before``: only those with a lower id; ``user``: only those that they sent.
        """

    def add(
        self,
        *,
        created_at: str,
        user: str,
        report: Mapping[str, Any],
        findings_geojson: bytes,
        communities_geojson: bytes,
    ) -> StoredSurvey:
        """Keep one."""


class AuditStore(Protocol):
    """The trail of all writes."""

    def entries(self) -> list[AuditEntry]:
        """Give all, oldest first."""

    def each(self) -> Iterator[AuditEntry]:
        """Give one after the other, oldest first."""

    def page(
        self, wanted: AuditFilter, *, limit: int, before: int | None = None
    ) -> Sequence[AuditEntry]:
        """Give the newest first that fit a filter; ``before``: only those with a lower number."""

    def head(self) -> AuditHead:
        """Give the newest entry's number and hash, as they were kept when it was written."""

    def faults(self) -> Sequence[AuditFault]:
        """Give every place at which the trail is not what was written, oldest first."""

    def broken(self) -> AuditEntry | None:
        """Give the first entry at or after the first fault; None when the chain holds."""


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def boundaries(self) -> BoundaryStore:
        """The versions of the communities."""

    @property
    def register(self) -> RegisterStore:
        """The versions of the registers."""

    @property
    def surveys(self) -> SurveyStore:
        """Uploaded files' results."""

    @property
    def audit(self) -> AuditStore:
        """The trail of all writes."""

    @property
    def cases(self) -> CaseStore:
        """The boundary cases."""

    @property
    def jobs(self) -> JobStore:
        """The records of jobs."""

    @property
    def drafts(self) -> DraftStore:
        """Imports that wait for a person's word."""

    @property
    def people(self) -> PeopleStore:
        """Who may sign in, and what proves it."""

    @property
    def answers(self) -> AnswerStore:
        """Answers to requests that may come again."""

    @property
    def planning(self) -> PlanningStore:
        """Layers of planning, and scenarios."""

    def record(self, *, subject: str, before: str, after: str) -> None:
        """Say what this transaction changed; exactly once in each writing transaction."""


class Database(Protocol):
    """Where things are kept."""

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction that sees one state and writes nothing."""

    def writing(self, *, user: str, action: str) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction that no other writer enters; it ends with one audit entry."""

    def keeping(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a writing transaction for sessions, counters, stored answers and jobs alone.

        They are no part of the record, so it ends without an audit entry.
        """

    def close(self) -> None:
        """Let go of the connections."""


class NoDatabase:
    """Stands where the use cases run on files only: any transaction is refused."""

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """Refuse with a `StorageError`."""
        raise _without_database()

    def writing(self, *, user: str, action: str) -> AbstractContextManager[UnitOfWork]:  # noqa: ARG002
        """Refuse with a `StorageError`."""
        raise _without_database()

    def keeping(self) -> AbstractContextManager[UnitOfWork]:
        """Refuse with a `StorageError`."""
        raise _without_database()

    def close(self) -> None:
        """Do nothing."""


def _without_database() -> StorageError:
    return StorageError(
        "此操作需要数据库，但当前仅处理文件。请以数据目录启动（--data-dir）。",
        "This needs the database, but only files are used here. Start with --data-dir.",
    )


class Configuration(Protocol):
    """What the use cases and the faces read of the settings."""

    @property
    def data_dir(self) -> Path:
        """Folder of the database."""

    @property
    def working_crs(self) -> str:
        """Metric CRS in which everything is computed."""

    @property
    def language(self) -> str:
        """Language when nothing else says."""

    @property
    def max_upload_mb(self) -> int:
        """Largest upload, in megabytes (10^6 bytes)."""

    @property
    def public_url(self) -> str | None:
        """Address under which people reach the service, without a final slash."""

    @property
    def anonymous(self) -> str:
        """``viewer``: pages can be read without signing in; ``none``: nothing can."""

    @property
    def cors_origins(self) -> str:
        """Origins of other sites whose pages may read ``/ogc``, with blanks between; or ``*``."""

    @property
    def session_hours(self) -> int:
        """Longest time between two signings in, hours."""

    @property
    def session_idle_min(self) -> int:
        """Minutes without a request after which a session ends."""
