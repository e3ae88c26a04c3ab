"""The records of jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from gis_service.model.jobs import Job
from gis_service.model.text import Text
from gis_service.storage.job_tables import job

OPEN = ("queued", "running")


class Jobs:
    """The records of jobs within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, job_id: str) -> Job | None:
        """Give one."""
        row = self._connection.execute(select(job).where(job.c.id == job_id)).first()
        return None if row is None else _job(row)

    def latest(self, limit: int) -> list[Job]:
        """Give the newest first."""
        query = select(job).order_by(job.c.number.desc()).limit(limit)
        return [_job(row) for row in self._connection.execute(query)]

    def unfinished(self) -> list[Job]:
        """Give those that are kept as queued or running."""
        query = select(job).where(job.c.state.in_(OPEN)).order_by(job.c.number)
        return [_job(row) for row in self._connection.execute(query)]

    def put(self, given: Job) -> None:
        """Keep a job as it is now, in place of what was kept of it."""
        values = _values(given)
        changed = update(job).where(job.c.id == given.id).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._connection.execute(insert(job).values(values))

    def prune(self, keep: int) -> None:
        """Forget all but the newest ``keep`` jobs; what is not over stays."""
        oldest = select(job.c.number).order_by(job.c.number.desc()).limit(1).offset(keep)
        number = self._connection.scalar(oldest)
        if number is not None:
            old = delete(job).where(job.c.number <= number, job.c.state.not_in(OPEN))
            self._connection.execute(old)


def _values(given: Job) -> dict[str, Any]:
    text = given.text or Text("", "")
    return {
        "id": given.id,
        "kind": given.kind,
        "user": given.user,
        "state": given.state,
        "share": given.share,
        "text_zh": text.zh,
        "text_en": text.en,
        "result": given.result or {},
        "problem": given.problem or {},
        "created_at": given.created_at,
        "ended_at": given.ended_at,
    }


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        user=row.user,
        state=row.state,
        share=row.share,
        text=Text(row.text_zh, row.text_en) if row.text_zh or row.text_en else None,
        result=row.result if row.state == "done" else None,
        problem=row.problem or None,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
