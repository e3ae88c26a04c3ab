"""Where jobs are kept, so that what became of them can be read after a restart."""

from __future__ import annotations

from typing import Protocol

from gis_service.model.jobs import Job


class JobStore(Protocol):
    """The records of jobs."""

    def get(self, job_id: str) -> Job | None:
        """Give one."""

    def latest(self, limit: int) -> list[Job]:
        """Give the newest first."""

    def unfinished(self) -> list[Job]:
        """Give those that are kept as queued or running."""

    def put(self, job: Job) -> None:
        """Keep a job as it is now, in place of what was kept of it."""

    def prune(self, keep: int) -> None:
        """Forget all but the newest ``keep`` jobs; what is not over stays."""
