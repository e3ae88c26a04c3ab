"""The audit trail: one entry a write, each bound to the one before by its hash."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256

import orjson
from sqlalchemy import Connection, insert, select

from gis_service.model.versions import AuditEntry
from gis_service.storage.tables import audit_entry


class Audit:
    """The audit trail within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self) -> list[AuditEntry]:
        """Give all, oldest first."""
        rows = self._connection.execute(select(audit_entry).order_by(audit_entry.c.number))
        return [AuditEntry(**row._mapping) for row in rows]

    def broken(self) -> AuditEntry | None:
        """Give the first entry whose number, hash or link does not fit; None when all hold."""
        previous = ""
        for expected, entry in enumerate(self.entries(), start=1):
            values = asdict(entry)
            found = values.pop("hash")
            if entry.number != expected or entry.previous != previous or found != _hash(values):
                return entry
            previous = found
        return None

    def append(
        self, *, at: str, user: str, action: str, subject: str, before: str, after: str
    ) -> None:
        """Write the entry of this transaction."""
        newest = select(audit_entry.c.number, audit_entry.c.hash)
        newest = newest.order_by(audit_entry.c.number.desc()).limit(1)
        last = self._connection.execute(newest).first()
        values: dict[str, object] = {
            "number": 1 if last is None else last.number + 1,
            "at": at,
            "user": user,
            "action": action,
            "subject": subject,
            "before": before,
            "after": after,
            "previous": "" if last is None else last.hash,
        }
        self._connection.execute(insert(audit_entry).values(values | {"hash": _hash(values)}))


def _hash(values: dict[str, object]) -> str:
    return sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
