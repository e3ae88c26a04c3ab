"""Migrations, versions of the schema, and how a database is opened."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from gis_service.errors import ParameterError, StorageError
from gis_service.storage import connect
from gis_service.storage.database import SqlDatabase
from gis_service.storage.geometry import Geometry, PostgisGeometry
from gis_service.storage.schema import HEAD, alembic_config
from gis_service.storage.tables import metadata


def clock() -> str:
    return "2026-01-02T03:04:05.000Z"


def _same_type(context, inspected, declared, inspected_type, declared_type):
    if isinstance(declared_type, Geometry):
        wanted = PostgisGeometry if context.dialect.name == "postgresql" else object
        return not isinstance(inspected_type, wanted)
    return None


def _ours(thing, name, kind, reflected, compare_to):
    return not (kind == "table" and name == "spatial_ref_sys")


def test_the_migrations_make_exactly_the_tables_of_the_metadata(database_url: str) -> None:
    database = connect(database_url, clock=clock)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": _same_type, "include_object": _ours}
        )
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_newest_migration_is_the_one_that_is_named(database_url: str) -> None:
    database = connect(database_url, clock=clock)
    with database.engine.connect() as connection:
        heads = ScriptDirectory.from_config(alembic_config(connection)).get_heads()
    database.close()
    assert list(heads) == [HEAD]


def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    first = connect(database_url, clock=clock)
    with first.writing(user="a", action="test") as unit:
        unit.record(subject="x", before="", after="1")
    first.close()
    second = connect(database_url, clock=clock)
    with second.reading() as unit:
        assert [entry.subject for entry in unit.audit.entries()] == ["x"]
    second.close()


def test_a_database_of_a_newer_release_is_refused_and_left_alone(database_url: str) -> None:
    database = connect(database_url, clock=clock)
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError) as caught:
        connect(database_url, clock=clock)
    assert "9999" in caught.value.en and "newer" in caught.value.en and "9999" in caught.value.zh
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    database.close()


def test_sqlite_is_opened_durably(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/new/folder/db.sqlite", clock=clock)
    with database.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


@pytest.mark.parametrize("url", ["mysql://x/y", "not a url", "oracle://a/b", ""])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ParameterError, match="sqlite:///FILE"):
        connect(url, clock=clock)


def test_a_file_that_is_no_database_is_named_damaged(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    path.write_bytes(b"no database at all, just text that is long enough" * 50)
    with pytest.raises(StorageError) as caught:
        connect(f"sqlite:///{path}", clock=clock)
    assert caught.value.details["reason"] == "damaged"


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        connect(f"sqlite:///{tmp_path}/file/db.sqlite", clock=clock)
    assert caught.value.details["reason"] == "missing" and "--data-dir" in caught.value.en


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(StorageError) as caught:
        connect("postgresql://nobody@127.0.0.1:1/none", clock=clock, wait_s=1)
    assert caught.value.details["reason"] == "unreachable"


def test_a_locked_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    database = connect(f"sqlite:///{path}", clock=clock, wait_s=0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError) as caught, database.writing(user="a", action="b"):
        pass
    assert caught.value.details["reason"] == "locked"
    other.execute("ROLLBACK")
    other.close()
    with database.writing(user="a", action="b") as unit:
        unit.record(subject="afterwards", before="", after="")
    database.close()


def test_a_full_disk_is_a_clear_error_and_writes_nothing(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/db.sqlite", clock=clock)
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError) as caught, database.writing(user="a", action="b") as unit:
        unit.surveys.add(
            created_at=clock(),
            user="a",
            report={"survey": {"path": "x", "sha256": "y"}},
            findings_geojson=b"x" * 1_000_000,
            communities_geojson=b"",
        )
    assert caught.value.details["reason"] == "full"
    with database.reading() as unit:
        assert unit.surveys.latest(5) == [] and unit.audit.entries() == []
    database.close()


def test_several_processes_may_open_a_new_database_at_once(database_url: str) -> None:
    start = threading.Barrier(6)
    opened: list[SqlDatabase] = []
    faults: list[BaseException] = []

    def run() -> None:
        start.wait()
        try:
            opened.append(connect(database_url, clock=clock))
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in opened:
        database.close()
    assert faults == [] and len(opened) == 6
