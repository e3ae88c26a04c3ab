"""The database: connections, and the unit of work (one transaction, one audit entry)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gis_service.errors import ParameterError, StorageError
from gis_service.storage.answers import Answers
from gis_service.storage.audit import Audit
from gis_service.storage.boundaries import Boundaries
from gis_service.storage.cases import Cases
from gis_service.storage.drafts import Drafts
from gis_service.storage.faults import explained
from gis_service.storage.jobs import Jobs
from gis_service.storage.people import People
from gis_service.storage.planning import Planning
from gis_service.storage.register import Register
from gis_service.storage.schema import migrate
from gis_service.storage.surveys import Surveys

WAIT_S = 10.0
"""How long a writer waits for another before it gives up."""

WRITERS_LOCK = 4_403_030
"""Number of the advisory lock that writers on PostgreSQL take."""


class Unit:
    """One transaction: the stores, and what it changed."""

    def __init__(self, connection: Connection) -> None:
        self.boundaries = Boundaries(connection)
        self.register = Register(connection)
        self.surveys = Surveys(connection)
        self.audit = Audit(connection)
        self.cases = Cases(connection)
        self.jobs = Jobs(connection)
        self.drafts = Drafts(connection)
        self.people = People(connection)
        self.answers = Answers(connection)
        self.planning = Planning(connection)
        self._changes: list[dict[str, str]] = []

    def record(self, *, subject: str, before: str, after: str) -> None:
        """Say what this transaction changed."""
        self._changes.append({"subject": subject, "before": before, "after": after})

    def change(self) -> dict[str, str]:
        """Give the one change of a writing transaction; anything else is a mistake of ours."""
        if len(self._changes) != 1:
            raise RuntimeError(f"a transaction recorded {len(self._changes)} changes, not one")
        return self._changes[0]


class SqlDatabase:
    """SQLite or PostgreSQL; writers go one after the other, readers never wait for them."""

    def __init__(self, engine: Engine, *, clock: Callable[[], str], wait_s: float) -> None:
        self.engine = engine
        self._clock = clock
        self._wait_s = wait_s
        self._writers = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """Begin a transaction that sees one state and writes nothing."""
        with explained(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield Unit(connection)

    @contextmanager
    def writing(self, *, user: str, action: str) -> Iterator[Unit]:
        """Begin a transaction that no other writer enters; it ends with one audit entry.

        Raises
        ------
        StorageError
            When another writer holds the database for longer than the time to wait.
        """
        if not self._writers.acquire(timeout=self._wait_s):
            raise _busy()
        try:
            with explained(), write_transaction(self.engine) as connection:
                unit = Unit(connection)
                yield unit
                unit.audit.append(at=self._clock(), user=user, action=action, **unit.change())
        finally:
            self._writers.release()

    @contextmanager
    def keeping(self) -> Iterator[Unit]:
        """Begin a writing transaction for what is no part of the record, without an audit entry.

        For sessions, counters of failed attempts, stored answers and jobs; nothing else.
        """
        if not self._writers.acquire(timeout=self._wait_s):
            raise _busy()
        try:
            with explained(), write_transaction(self.engine) as connection:
                yield Unit(connection)
        finally:
            self._writers.release()

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()


def connect(url: str, *, clock: Callable[[], str], wait_s: float = WAIT_S) -> SqlDatabase:
    """Open a database, make it when it is missing, and bring it to this release's form.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``; the latter is read by psycopg 3.
    clock
        What time it is, ISO 8601 in UTC.
    wait_s
        Seconds to wait for another writer.

    Raises
    ------
    ParameterError
        When the URL is of another database.
    StorageError
        When the database can't be opened, or was written by a newer release.
    """
    address = _address(url)
    with explained():
        engine = _sqlite(address, wait_s) if _is_sqlite(address) else _postgresql(address, wait_s)
        try:
            with write_transaction(engine) as connection:
                migrate(connection)
        except BaseException:
            engine.dispose()
            raise
    return SqlDatabase(engine, clock=clock, wait_s=wait_s)


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that excludes other writers, of other processes too."""
    connected = engine.connect().execution_options(gis_service_writes=True)
    with connected as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})"))
        yield connection


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise _bad_url() from error
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise _bad_url()
    return address


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _sqlite(address: URL, wait_s: float) -> Engine:
    if address.database:
        folder = Path(address.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"无法创建数据目录 {folder}（{error.strerror}）。请换一个 --data-dir。",
                f"The data folder {folder} can't be made ({error.strerror}). "
                "Give another --data-dir.",
                reason="missing",
            ) from error
    engine = create_engine(
        address, json_serializer=_dumps, json_deserializer=orjson.loads, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {int(wait_s * 1000)}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("gis_service_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(address: URL, wait_s: float) -> Engine:
    try:
        return create_engine(
            address,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": max(1, int(wait_s)),
                "options": f"-c lock_timeout={int(wait_s * 1000)}",
            },
        )
    except ModuleNotFoundError as error:
        raise StorageError(
            "使用 PostgreSQL 需要 psycopg。请安装：pip install 'gis-service[postgis]'。",
            "PostgreSQL needs psycopg. Install: pip install 'gis-service[postgis]'.",
            reason="driver",
        ) from error


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _busy() -> StorageError:
    return StorageError(
        "数据库正被另一写入占用。请稍候再试。",
        "Another write holds the database. Try again in a moment.",
        reason="locked",
    )


def _bad_url() -> ParameterError:
    return ParameterError(
        "数据库地址不可用。允许：sqlite:///文件 或 postgresql://用户@主机/库名。",
        "The database URL can't be used. Allowed: sqlite:///FILE or postgresql://USER@HOST/NAME.",
        parameter="database_url",
    )
