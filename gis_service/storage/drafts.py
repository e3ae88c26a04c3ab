"""The records of drafts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from gis_service.model.drafts import Draft
from gis_service.storage.draft_tables import draft

OVER = ("confirmed", "discarded")


class Drafts:
    """The records of imports within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, draft_id: str) -> Draft | None:
        """Give one."""
        query = select(draft).where(draft.c.id == draft_id)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _draft(row)

    def latest(self, limit: int) -> list[Draft]:
        """Give the newest first, without their previews."""
        columns = [column for column in draft.c if column.name != "preview"]
        query = select(*columns).order_by(draft.c.number.desc()).limit(limit)
        return [_draft(row) for row in self._connection.execute(query).mappings()]

    def put(self, given: Draft) -> None:
        """Keep a draft as it is now, in place of what was kept of it."""
        values = {name: getattr(given, name) for name in Draft.__dataclass_fields__}
        changed = update(draft).where(draft.c.id == given.id).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._connection.execute(insert(draft).values(values))

    def older(self, instant: str) -> list[Draft]:
        """Give those made before an instant that are neither in effect nor discarded."""
        query = select(draft).where(draft.c.created_at < instant, draft.c.state.not_in(OVER))
        rows = self._connection.execute(query.order_by(draft.c.number)).mappings()
        return [_draft(row) for row in rows]


def _draft(row: RowMapping) -> Draft:
    values: dict[str, Any] = {k: v for k, v in row.items() if k != "number"}
    return Draft(**values)
