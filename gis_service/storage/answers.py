"""Answers to requests that carried an ``Idempotency-Key``."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from gis_service.services.ports.people import StoredAnswer
from gis_service.storage.people_tables import stored_answer


class Answers:
    """The stored answers within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, answer: StoredAnswer, *, expired_before: float) -> StoredAnswer | None:
        """Keep an unfinished answer, and give None; or give the one that is there already."""
        old = stored_answer.c.created_at < expired_before
        self._connection.execute(delete(stored_answer).where(old))
        same = select(stored_answer).where(stored_answer.c.id == answer.id)
        row = self._connection.execute(same).first()
        if row is not None:
            return StoredAnswer(**dict(row._mapping) | {"body": bytes(row.body)})
        self._connection.execute(insert(stored_answer).values(_values(answer)))
        return None

    def finish(self, answer: StoredAnswer) -> None:
        """Keep the answer of a claimed request."""
        same = update(stored_answer).where(stored_answer.c.id == answer.id)
        self._connection.execute(same.values(_values(answer)))

    def release(self, answer_id: str) -> None:
        """Forget a claim whose request wrote nothing."""
        self._connection.execute(delete(stored_answer).where(stored_answer.c.id == answer_id))


def _values(answer: StoredAnswer) -> dict[str, object]:
    return {
        "id": answer.id,
        "body_hash": answer.body_hash,
        "created_at": answer.created_at,
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body,
    }
