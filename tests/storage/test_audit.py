"""The audit trail under the hands of somebody who may write every row of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.model.audit import AuditFilter
from gis_service.services.audit import AuditTrail, parse_head
from gis_service.storage import connect
from gis_service.storage.audit import hash_of
from gis_service.storage.database import SqlDatabase
from gis_service.storage.schema import alembic_config

COLUMNS = ("at", "user", "action", "subject", "before", "after", "previous", "hash")


@pytest.fixture
def database(database_url: str) -> Iterator[SqlDatabase]:
    """A trail of eight entries by two people."""
    minutes = iter(range(60))
    made = connect(database_url, clock=lambda: f"2026-01-01T00:{next(minutes):02}:00.000Z")
    for number in range(1, 9):
        user = "li" if number % 2 else "wang"
        with made.writing(user=user, action=f"act {number}") as unit:
            unit.record(subject=f"thing {number}", before=f"b{number}", after=f"a{number}")
    yield made
    made.close()


def _sql(database: SqlDatabase, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _found(database: SqlDatabase) -> list[tuple[str, int]]:
    return [(fault.kind, fault.number) for fault in AuditTrail(database).verify()[0]]


def test_an_untouched_trail_holds(database: SqlDatabase) -> None:
    faults, head = AuditTrail(database).verify()
    assert faults == [] and head.number == 8
    with database.reading() as unit:
        assert unit.audit.entries()[-1].hash == head.hash


@pytest.mark.parametrize("column", COLUMNS)
def test_every_field_of_an_entry_is_guarded(database: SqlDatabase, column: str) -> None:
    _sql(database, f"UPDATE audit_entry SET \"{column}\" = 'x' WHERE number = 4")
    assert ("changed", 4) in _found(database)


def test_a_changed_entry_is_named_with_who_and_when(database: SqlDatabase) -> None:
    _sql(database, "UPDATE audit_entry SET after = 'forged' WHERE number = 3")
    (fault,) = AuditTrail(database).verify()[0]
    assert fault.number == 3 and "2026-01-01T00:02:00.000Z" in fault.text.en
    assert "li" in fault.text.zh and "act 3" in fault.text.zh


@pytest.mark.parametrize(
    ("gone", "wanted"),
    [
        ("number = 1", [("removed", 1)]),
        ("number = 5", [("removed", 5)]),
        ("number IN (3, 4, 7)", [("removed", 3), ("removed", 7)]),
        ("number = 8", [("removed", 8)]),
        ("number >= 6", [("removed", 6)]),
        ("number > 0", [("removed", 1)]),
    ],
)
def test_removed_entries_are_named_the_newest_too(
    database: SqlDatabase, gone: str, wanted: list[tuple[str, int]]
) -> None:
    _sql(database, f"DELETE FROM audit_entry WHERE {gone}")
    assert _found(database) == wanted


def test_two_entries_that_changed_places_are_named(database: SqlDatabase) -> None:
    _sql(
        database,
        "UPDATE audit_entry SET number = 100 WHERE number = 3",
        "UPDATE audit_entry SET number = 3 WHERE number = 6",
        "UPDATE audit_entry SET number = 6 WHERE number = 100",
    )
    assert _found(database) == [("moved", 3), ("moved", 6)]
    assert "entry 6" in AuditTrail(database).verify()[0][0].text.en


def test_an_entry_taken_out_and_the_rest_numbered_anew_is_found(database: SqlDatabase) -> None:
    renumber = [f"UPDATE audit_entry SET number = {n - 1} WHERE number = {n}" for n in (6, 7, 8)]
    _sql(database, "DELETE FROM audit_entry WHERE number = 5", *renumber)
    assert _found(database) == [("moved", 5), ("moved", 6), ("moved", 7), ("removed", 8)]


def _rewritten(database: SqlDatabase, number: int, **changes: str) -> None:
    """Change an entry and give it the hash that its new content has."""
    with database.reading() as unit:
        entry = next(e for e in unit.audit.entries() if e.number == number)
    facts: dict[str, Any] = {**vars(entry), **changes}
    new = type(entry)(**facts)
    sets = ", ".join(f"\"{name}\" = '{value}'" for name, value in changes.items())
    _sql(
        database, f"UPDATE audit_entry SET {sets}, hash = '{hash_of(new)}' WHERE number = {number}"
    )


def test_an_entry_with_a_forged_hash_breaks_the_link_of_the_next(database: SqlDatabase) -> None:
    _rewritten(database, 4, user="nobody")
    assert _found(database) == [("unlinked", 5)]


def test_the_newest_entry_with_a_forged_hash_does_not_fit_the_head(database: SqlDatabase) -> None:
    _rewritten(database, 8, user="nobody")
    assert _found(database) == [("head", 8)]


def test_an_entry_that_was_put_in_at_the_end_does_not_fit_the_head(database: SqlDatabase) -> None:
    with database.reading() as unit:
        last = unit.audit.entries()[-1]
    new = type(last)(**{**vars(last), "number": 9, "previous": last.hash, "hash": ""})
    names = ", ".join(f'"{name}"' for name in ("number", *COLUMNS))
    values = {**vars(new), "hash": hash_of(new)}
    shown = ", ".join(f"'{values[name]}'" for name in ("number", *COLUMNS))
    _sql(database, f"INSERT INTO audit_entry ({names}) VALUES ({shown})")
    assert _found(database) == [("head", 9)]


def test_a_whole_new_trail_is_found_by_a_head_kept_elsewhere(database: SqlDatabase) -> None:
    trail = AuditTrail(database)
    known = parse_head(str(trail.head()))
    with database.writing(user="li", action="later") as unit:
        unit.record(subject="x", before="", after="")
    assert trail.verify(known=known)[0] == []
    _sql(database, "DELETE FROM audit_entry", "DELETE FROM audit_head")
    for number in range(12):
        with database.writing(user="forger", action="act") as unit:
            unit.record(subject=str(number), before="", after="")
    assert trail.verify()[0] == [], "from inside the database this can't be seen"
    assert [(f.kind, f.number) for f in trail.verify(known=known)[0]] == [("head", 8)]


def test_writing_on_does_not_hide_what_was_removed_at_the_end(database: SqlDatabase) -> None:
    _sql(database, "DELETE FROM audit_entry WHERE number >= 7")
    with database.writing(user="li", action="later") as unit:
        unit.record(subject="x", before="", after="")
    assert _found(database) == [("removed", 7)]
    assert "7 to 8" in AuditTrail(database).verify()[0][0].text.en


def test_a_trail_of_the_first_release_gets_its_head_from_the_migration(database_url: str) -> None:
    from alembic import command

    from gis_service.storage.database import write_transaction

    made = connect(database_url, clock=lambda: "2026-01-01T00:00:00.000Z")
    for number in range(3):
        with made.writing(user="li", action="act") as unit:
            unit.record(subject=str(number), before="", after="")
    head = AuditTrail(made).head()
    with write_transaction(made.engine) as connection:
        tables = ("session", "api_key", "one_time_link", "sign_in_attempt", "stored_answer",
                  "audit_head", "person")  # fmt: skip
        for table in tables:
            connection.execute(text(f"DROP TABLE {table}"))
        command.stamp(alembic_config(connection), "0001")
        import importlib

        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        people = importlib.import_module("gis_service.storage.migrations.versions.v0002_people")
        with Operations.context(MigrationContext.configure(connection)):
            people.upgrade()
    assert AuditTrail(made).head() == head and head.number == 3
    assert AuditTrail(made).verify()[0] == []
    made.close()


def test_pages_and_filters_give_what_was_asked(database: SqlDatabase) -> None:
    trail = AuditTrail(database)
    first, following = trail.page(AuditFilter(), limit=3)
    assert [e.number for e in first] == [8, 7, 6] and following == 6
    rest, end = trail.page(AuditFilter(), limit=9, before=following)
    assert [e.number for e in rest] == [5, 4, 3, 2, 1] and end is None

    def numbers(**wanted: str) -> list[int]:
        return [e.number for e in trail.page(AuditFilter(**wanted))[0]]

    assert numbers(user="li") == [7, 5, 3, 1] and numbers(action="act 2") == [2]
    assert numbers(subject="thing 3") == [3] and numbers(subject="thing_3") == []
    assert numbers(subject="%") == []
    assert numbers(since="2026-01-01T00:06:00.000Z") == [8, 7]
    assert numbers(until="2026-01-01T00:01:00.000Z", user="li") == [1]


def test_the_export_can_be_checked_without_this_program(
    database: SqlDatabase, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    count, head = AuditTrail(database).export(path)
    *entries, last = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert count == len(entries) == 8 and last["head"] == {"number": 8, "hash": head.hash}
    previous = ""
    for entry in entries:
        hashed = entry.pop("hash")
        assert entry["previous"] == previous
        plain = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert sha256(plain.encode()).hexdigest() == hashed
        previous = hashed
    assert previous == head.hash
    li, _ = AuditTrail(database).export(path, wanted=AuditFilter(user="li"))
    assert li == 4 and not list(tmp_path.glob(".*"))
