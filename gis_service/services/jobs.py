"""Jobs: work that takes longer than a request, in threads of this process.

How far a job is stands in memory; that it was started and how it ended is kept in the database.
Work that would hold Python's lock for long goes to a process of its own: `gis_service.services.
workers`.
"""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gis_service.errors import CancelledError, GisServiceError, NotFoundError, StorageError
from gis_service.model.jobs import Job, JobState
from gis_service.model.people import Actor
from gis_service.model.progress import Progress
from gis_service.model.text import Text
from gis_service.services.ports import Clock, Database

MOST_WAITING = 20
"""Jobs that may wait; one more is refused."""

THREADS = 2
KEPT_IN_MEMORY = 100
KEPT_IN_DATABASE = 1000
BEAT_S = 1.0
"""A follower hears of a running job at least this often."""

Work = Callable[[Progress], Mapping[str, Any]]


@dataclass(eq=False)
class _Entry:
    job: Job
    work: Work
    asked_to_stop: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)
    steps: int = 0

    def become(self, **changes: Any) -> Job:
        with self.changed:
            if not self.job.is_over:
                self.job = replace(self.job, **changes)
                self.steps += 1
            self.changed.notify_all()
            return self.job

    def wait(self, seen: int, timeout_s: float) -> int:
        """Wait for a change after step ``seen``; give the step that it is at."""
        with self.changed:
            if self.steps == seen and not self.job.is_over:
                self.changed.wait(timeout_s)
            return self.steps


class Jobs:
    """Starts jobs, tells how far they are, and cancels them.

    Parameters
    ----------
    database, clock
        Where it is kept that a job was started and how it ended, and what time it is.
    threads, most_waiting
        How many jobs run at once, and how many may wait.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        threads: int = THREADS,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._database = database
        self._clock = clock
        self._threads = threads
        self._waiting: queue.Queue[_Entry | None] = queue.Queue()
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._running: list[threading.Thread] = []

    def start(self, kind: str, work: Work, *, actor: Actor) -> Job:
        """Queue work; give the job at once.

        Parameters
        ----------
        kind
            What it does, for people and programs.
        work
            Takes a `Progress` and gives plain JSON types. A progress call of a cancelled job
            raises `CancelledError`.

        Raises
        ------
        StorageError
            When too many jobs wait already.
        """
        job = Job(
            id=secrets.token_urlsafe(12), kind=kind, user=actor.name, created_at=self._clock()
        )
        entry = _Entry(job, work)
        with self._lock:
            waiting = sum(e.job.state == "queued" for e in self._entries.values())
            if waiting >= self._most_waiting:
                raise _full(waiting)
            self._entries[job.id] = entry
            self._forget_old()
        try:
            with self._database.keeping() as unit:
                unit.jobs.put(job)
                unit.jobs.prune(KEPT_IN_DATABASE)
        except BaseException:
            with self._lock:
                del self._entries[job.id]
            raise
        self._waiting.put(entry)
        self._employ()
        return job

    def get(self, job_id: str) -> Job:
        """Give a job as it is now, or raise a `NotFoundError`."""
        entry = self._entries.get(job_id)
        if entry is not None:
            return entry.job
        with self._database.reading() as unit:
            job = unit.jobs.get(job_id)
        if job is None:
            raise NotFoundError(
                f"没有任务“{job_id}”。可在任务列表中查看。",
                f"There is no job {job_id!r}. The list of jobs has those that are known.",
                id=job_id,
            )
        return job

    def latest(self, limit: int = 50) -> list[Job]:
        """Give the newest jobs first."""
        with self._database.reading() as unit:
            kept = unit.jobs.latest(limit)
        return [self._entries[job.id].job if job.id in self._entries else job for job in kept]

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop; one that waits ends at once, one that is over stays as it is."""
        entry = self._entries.get(job_id)
        if entry is None:
            return self.get(job_id)
        entry.asked_to_stop.set()
        if entry.job.state == "queued":
            self._end(entry, "cancelled", problem=_problem(_cancelled()))
        return entry.job

    def wait(self, job_id: str, *, timeout_s: float | None = None) -> Job:
        """Wait until a job is over (or for so long), and give it."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        for job in self.follow(job_id):
            if until is not None and time.monotonic() >= until:
                return job
        return self.get(job_id)

    def follow(self, job_id: str, *, beat_s: float = BEAT_S) -> Iterator[Job]:
        """Give a job at each change, and at least every ``beat_s``; the last one is over."""
        entry = self._entries.get(job_id)
        if entry is None:
            yield self.get(job_id)
            return
        seen = -1
        while True:
            seen = entry.wait(seen, beat_s)
            job = entry.job
            yield job
            if job.is_over:
                return

    def recover(self) -> None:
        """Mark what an earlier process left unfinished as failed; called when a server starts."""
        with self._database.reading() as unit:
            left = unit.jobs.unfinished()
        if not left:
            return
        with self._database.keeping() as unit:
            for job in left:
                ended = replace(
                    job, state="failed", ended_at=self._clock(), problem=_problem(_interrupted())
                )
                unit.jobs.put(ended)

    def close(self) -> None:
        """Cancel what runs and waits, and wait for the threads."""
        for job_id in list(self._entries):
            self.cancel(job_id)
        for _ in self._running:
            self._waiting.put(None)
        for thread in self._running:
            thread.join(timeout=30)
        self._running = []

    def _employ(self) -> None:
        with self._lock:
            self._running = [thread for thread in self._running if thread.is_alive()]
            if len(self._running) < self._threads:
                thread = threading.Thread(target=self._serve, daemon=True, name="gis-service-job")
                self._running.append(thread)
                thread.start()

    def _serve(self) -> None:
        while True:
            entry = self._waiting.get()
            if entry is None:
                return
            if not entry.job.is_over:
                self._run(entry)

    def _run(self, entry: _Entry) -> None:
        entry.become(state="running")

        def progress(share: float, stage: Text) -> None:
            if entry.asked_to_stop.is_set():
                raise _cancelled()
            entry.become(share=min(max(share, entry.job.share), 1.0), text=stage)

        try:
            result = dict(entry.work(progress))
        except CancelledError as error:
            self._end(entry, "cancelled", problem=_problem(error))
        except GisServiceError as error:
            self._end(entry, "failed", problem=_problem(error))
        except Exception as error:  # noqa: BLE001 -- the last line: a thread must not end silently
            self._end(entry, "failed", problem=_fault(entry.job, error))
        else:
            self._end(entry, "done", share=1.0, result=result)

    def _end(self, entry: _Entry, state: JobState, **changes: Any) -> None:
        ended = replace(entry.job, state=state, ended_at=self._clock(), **changes)
        for again in (True, True, False):
            try:
                with self._database.keeping() as unit:
                    unit.jobs.put(ended)
                break
            except StorageError as error:
                if not again:
                    _log().error("job record", job=ended.id, exc_info=error)
        entry.become(state=state, ended_at=ended.ended_at, **changes)

    def _forget_old(self) -> None:
        over = [job_id for job_id, entry in self._entries.items() if entry.job.is_over]
        for job_id in over[: max(0, len(self._entries) - KEPT_IN_MEMORY)]:
            del self._entries[job_id]


def _problem(error: GisServiceError) -> dict[str, Any]:
    return {"code": error.code, "zh": error.zh, "en": error.en, "details": dict(error.details)}


def _fault(job: Job, error: Exception) -> dict[str, Any]:
    fault_id = secrets.token_hex(6)
    _log().error("fault", id=fault_id, job=job.kind, exc_info=error)
    return {
        "code": "fault",
        "zh": f"服务内部故障，编号 {fault_id}。请把编号告诉管理员。",
        "en": f"Internal fault, id {fault_id}. Give this id to the administrator.",
        "details": {"id": fault_id},
    }


def _log() -> Any:
    import structlog

    return structlog.get_logger("gis_service")


def _cancelled() -> CancelledError:
    return CancelledError("已取消，未写入任何内容。", "Cancelled, nothing was written.")


def _interrupted() -> StorageError:
    return StorageError(
        "服务在任务完成前重新启动，任务未完成，未写入任何内容。请重新开始。",
        "The service was restarted before the job was done; nothing was written. Start it again.",
        reason="restarted",
    )


def _full(waiting: int) -> StorageError:
    return StorageError(
        f"已有 {waiting} 个任务在排队，暂不能接受新任务。请稍候再试，或取消不需要的任务。",
        f"{waiting} jobs are waiting, so no further one is taken. Try again in a while, or cancel "
        "one that is not needed.",
        reason="queue-full",
        waiting=waiting,
    )
