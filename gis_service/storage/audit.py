"""The audit trail: one entry a write, each bound to the one before by its hash.

The number and the hash of the newest entry are kept in a second table too, written in the same
transaction, so that a trail that was cut off at its end does not look whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256

import orjson
from sqlalchemy import Connection, Select, insert, select, update

from gis_service.model.audit import AuditFault, AuditFilter, AuditHead
from gis_service.model.text import Text
from gis_service.model.versions import AuditEntry
from gis_service.storage.people_tables import audit_head
from gis_service.storage.tables import audit_entry

MOST_MOVED = 1000
"""Wrong entries among which one that merely moved is looked for."""

BATCH = 1000


class Audit:
    """The audit trail within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self) -> list[AuditEntry]:
        """Give all, oldest first."""
        return list(self.each())

    def each(self) -> Iterator[AuditEntry]:
        """Give one after the other, oldest first, without holding all."""
        query = select(audit_entry).order_by(audit_entry.c.number)
        result = self._connection.execution_options(yield_per=BATCH).execute(query)
        for row in result:
            yield AuditEntry(**row._mapping)

    def page(
        self, wanted: AuditFilter, *, limit: int, before: int | None = None
    ) -> list[AuditEntry]:
        """Give the newest first that fit a filter; ``before``: only those with a lower number."""
        query = _filtered(wanted).order_by(audit_entry.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_entry.c.number < before)
        return [AuditEntry(**row._mapping) for row in self._connection.execute(query)]

    def head(self) -> AuditHead:
        """Give the newest entry's number and hash, as they were kept when it was written."""
        row = self._connection.execute(select(audit_head)).first()
        return (
            AuditHead(number=0, hash="")
            if row is None
            else AuditHead(number=row.number, hash=row.hash)
        )

    def faults(self) -> list[AuditFault]:
        """Give every place at which the trail is not what was written, oldest first."""
        faults: list[AuditFault] = []
        wrong: list[AuditEntry] = []
        missing: list[int] = []
        previous: AuditEntry | None = None
        previous_is_wrong = False
        for entry in self.each():
            expected = 1 if previous is None else previous.number + 1
            if entry.number != expected:
                faults.append(_removed(expected, entry.number - 1))
                missing += range(expected, min(entry.number, expected + MOST_MOVED))
            if hash_of(entry) != entry.hash:
                wrong.append(entry)
                previous_is_wrong = True
            else:
                follows = entry.number != expected or entry.previous == _hash_before(previous)
                if not follows and not previous_is_wrong:
                    faults.append(_unlinked(entry))
                previous_is_wrong = False
            previous = entry
        faults += _changed(wrong, missing)
        faults += self._at_the_end(previous)
        return sorted(faults, key=lambda fault: (fault.number, fault.kind))

    def broken(self) -> AuditEntry | None:
        """Give the first entry at or after the first fault; None when the chain holds."""
        faults = self.faults()
        if not faults:
            return None
        from_there = audit_entry.c.number >= faults[0].number
        query = select(audit_entry).where(from_there).order_by(audit_entry.c.number).limit(1)
        row = self._connection.execute(query).first()
        if row is None:
            newest = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(1)
            row = self._connection.execute(newest).first()
        return None if row is None else AuditEntry(**row._mapping)

    def append(
        self, *, at: str, user: str, action: str, subject: str, before: str, after: str
    ) -> None:
        """Write the entry of this transaction, and note it as the newest.

        It follows the entry that was noted as the newest, even when that has been removed since:
        so writing on does not hide what is missing.
        """
        newest = select(audit_entry.c.number, audit_entry.c.hash)
        newest = newest.order_by(audit_entry.c.number.desc()).limit(1)
        row = self._connection.execute(newest).first()
        last = self.head()
        if row is not None and row.number > last.number:
            last = AuditHead(number=row.number, hash=row.hash)
        values: dict[str, object] = {
            "number": last.number + 1,
            "at": at,
            "user": user,
            "action": action,
            "subject": subject,
            "before": before,
            "after": after,
            "previous": last.hash,
        }
        hashed = _hash(values)
        self._connection.execute(insert(audit_entry).values(values | {"hash": hashed}))
        head = {"id": 1, "number": values["number"], "hash": hashed}
        if self._connection.execute(update(audit_head).values(head)).rowcount == 0:
            self._connection.execute(insert(audit_head).values(head))

    def _at_the_end(self, last: AuditEntry | None) -> list[AuditFault]:
        head = self.head()
        number, hashed = (0, "") if last is None else (last.number, last.hash)
        if head.number > number:
            return [_removed(number + 1, head.number)]
        if head.number < number or head.hash != hashed:
            return [_other_head(number, head)]
        return []


def hash_of(entry: AuditEntry) -> str:
    """Give the hash that an entry's content has."""
    values = asdict(entry)
    del values["hash"]
    return _hash(values)


def _hash(values: dict[str, object]) -> str:
    return sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _filtered(wanted: AuditFilter) -> Select[tuple[object, ...]]:
    query = select(audit_entry)
    if wanted.user is not None:
        query = query.where(audit_entry.c.user == wanted.user)
    if wanted.action is not None:
        query = query.where(audit_entry.c.action == wanted.action)
    if wanted.subject is not None:
        query = query.where(audit_entry.c.subject.startswith(wanted.subject, autoescape=True))
    if wanted.since is not None:
        query = query.where(audit_entry.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit_entry.c.at < wanted.until)
    return query


def _hash_before(entry: AuditEntry | None) -> str:
    return "" if entry is None else entry.hash


def _changed(wrong: list[AuditEntry], missing: list[int]) -> list[AuditFault]:
    """Tell entries that merely stand under another's number from those with other content."""
    places = {n for entry in wrong for n in (entry.number, entry.number + 1)} | set(missing)
    numbers = sorted(places) if len(wrong) <= MOST_MOVED else []
    return [_moved_or_changed(entry, numbers) for entry in wrong]


def _moved_or_changed(entry: AuditEntry, numbers: list[int]) -> AuditFault:
    values = asdict(entry)
    del values["hash"]
    for number in numbers:
        if _hash(values | {"number": number}) == entry.hash:
            return AuditFault(
                kind="moved",
                number=entry.number,
                text=Text(
                    f"第 {entry.number} 条被调换：其内容属于第 {number} 条。",
                    f"Entry {entry.number} was moved: its content is that of entry {number}.",
                ),
            )
    return AuditFault(
        kind="changed",
        number=entry.number,
        text=Text(
            f"第 {entry.number} 条（{entry.at}，{entry.user}，{entry.action}）的内容被改动。",
            f"Entry {entry.number} ({entry.at}, {entry.user}, {entry.action}) was changed.",
        ),
    )


def _removed(first: int, last: int) -> AuditFault:
    if first == last:
        text = Text(f"缺少第 {first} 条：被删除。", f"Entry {first} is missing: it was removed.")
    else:
        text = Text(
            f"缺少第 {first} 至 {last} 条：被删除。",
            f"Entries {first} to {last} are missing: they were removed.",
        )
    return AuditFault(kind="removed", number=first, text=text)


def _unlinked(entry: AuditEntry) -> AuditFault:
    return AuditFault(
        kind="unlinked",
        number=entry.number,
        text=Text(
            f"第 {entry.number} 条与前一条不衔接：第 {entry.number - 1} 条被重写，或此条为插入。",
            f"Entry {entry.number} does not follow from the one before: entry "
            f"{entry.number - 1} was written anew, or this one was put in.",
        ),
    )


def _other_head(number: int, head: AuditHead) -> AuditFault:
    return AuditFault(
        kind="head",
        number=number,
        text=Text(
            f"最新一条（第 {number} 条）与另行保存的链头（第 {head.number} 条）不符："
            "末尾被重写或添加。",
            f"The newest entry ({number}) is not the one that was noted as the newest "
            f"({head.number}): the end was written anew or added to.",
        ),
    )
