"""Jobs: progress, ends of every kind, cancelling, a full queue, a restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gis_service.errors import NotFoundError, ParameterError, StorageError
from gis_service.model.jobs import Job
from gis_service.model.people import Actor
from gis_service.model.progress import Progress
from gis_service.model.text import Text
from gis_service.services.jobs import Jobs
from gis_service.storage import connect

LI = Actor(name="li", role="bureau")
STEP = Text("一步", "a step")


@pytest.fixture
def jobs(database_url: str) -> Iterator[Jobs]:
    database = connect(database_url, clock=lambda: "2026-01-01T00:00:00.000Z")
    made = Jobs(database, clock=lambda: "2026-01-01T00:00:00.000Z", threads=1, most_waiting=2)
    yield made
    made.close()
    database.close()


def _until_stopped(progress: Progress) -> dict[str, Any]:
    while True:
        progress(0.5, STEP)
        time.sleep(0.005)


def _running(jobs: Jobs, job: Job) -> Job:
    return next(now for now in jobs.follow(job.id) if now.state != "queued")


def test_a_job_tells_how_far_it_is_and_what_it_gave(jobs: Jobs) -> None:
    gate = threading.Event()

    def work(progress: Progress) -> dict[str, Any]:
        progress(0.25, STEP)
        gate.wait(10)
        progress(0.75, Text("二步", "another"))
        return {"version": 3}

    job = jobs.start("test", work, actor=LI)
    seen: list[Job] = []
    for now in jobs.follow(job.id):
        seen.append(now)
        if now.share == 0.25:
            gate.set()
    assert (seen[-1].state, seen[-1].share, seen[-1].result) == ("done", 1.0, {"version": 3})
    assert [now.share for now in seen] == sorted(now.share for now in seen)
    assert seen[-1].user == "li" and seen[-1].ended_at


def test_a_silent_job_is_heard_of_at_every_beat(jobs: Jobs) -> None:
    gate = threading.Event()
    job = jobs.start("test", lambda _p: {"waited": gate.wait(10)}, actor=LI)
    _running(jobs, job)
    beats = 0
    for _ in jobs.follow(job.id, beat_s=0.02):
        beats += 1
        if beats == 5:
            gate.set()
    assert beats >= 5


def test_a_deliberate_error_is_told_in_both_languages(jobs: Jobs) -> None:
    def work(_progress: Progress) -> dict[str, Any]:
        raise ParameterError("不行", "no", parameter="x")

    job = jobs.wait(jobs.start("test", work, actor=LI).id)
    assert job.state == "failed"
    assert job.problem == {
        "code": "parameter", "zh": "不行", "en": "no", "details": {"parameter": "x"},
    }  # fmt: skip


def test_an_unexpected_fault_shows_its_id_and_nothing_else(jobs: Jobs) -> None:
    def work(_progress: Progress) -> dict[str, Any]:
        raise KeyError("a secret")

    job = jobs.wait(jobs.start("test", work, actor=LI).id)
    assert job.state == "failed" and job.problem is not None
    assert job.problem["code"] == "fault" and "secret" not in str(job.problem)
    assert jobs.wait(jobs.start("test", lambda _p: {}, actor=LI).id).state == "done"


def test_a_running_job_is_cancelled_at_its_next_step(jobs: Jobs) -> None:
    job = _running(jobs, jobs.start("test", _until_stopped, actor=LI))
    jobs.cancel(job.id)
    ended = jobs.wait(job.id, timeout_s=10)
    assert ended.state == "cancelled" and ended.problem is not None
    assert jobs.cancel(job.id).state == "cancelled", "cancelling again changes nothing"


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(jobs: Jobs) -> None:
    first = _running(jobs, jobs.start("test", _until_stopped, actor=LI))
    ran = threading.Event()
    second = jobs.start("test", lambda _p: {"ran": ran.set()}, actor=LI)
    assert jobs.cancel(second.id).state == "cancelled"
    jobs.cancel(first.id)
    third = jobs.wait(jobs.start("test", lambda _p: {}, actor=LI).id)
    assert third.state == "done" and not ran.is_set()


def test_a_full_queue_refuses_and_says_so(jobs: Jobs) -> None:
    first = _running(jobs, jobs.start("test", _until_stopped, actor=LI))
    waiting = [jobs.start("test", lambda _p: {}, actor=LI) for _ in range(2)]
    with pytest.raises(StorageError) as refused:
        jobs.start("test", lambda _p: {}, actor=LI)
    assert refused.value.details["reason"] == "queue-full"
    jobs.cancel(first.id)
    assert [jobs.wait(job.id).state for job in waiting] == ["done", "done"]
    assert len(jobs.latest()) == 3


def test_a_restart_marks_what_was_left_as_failed(database_url: str) -> None:
    database = connect(database_url, clock=lambda: "t")
    before = Jobs(database, clock=lambda: "t")
    done = before.wait(before.start("test", lambda _p: {"a": 1}, actor=LI).id)
    left = before.start("test", _until_stopped, actor=LI)
    after = Jobs(database, clock=lambda: "later")
    assert after.get(left.id).state == "queued"
    after.recover()
    assert after.get(done.id) == done
    lost = after.get(left.id)
    assert lost.state == "failed" and lost.ended_at == "later" and lost.problem is not None
    assert lost.problem["details"]["reason"] == "restarted"
    assert [job.id for job in after.follow(left.id)] == [left.id]
    before.close()
    database.close()


def test_an_unknown_job_is_named(jobs: Jobs) -> None:
    with pytest.raises(NotFoundError, match="nothing"):
        jobs.get("nothing")


def test_jobs_leave_no_entry_in_the_audit_trail(jobs: Jobs) -> None:
    jobs.wait(jobs.start("test", lambda _p: {}, actor=LI).id)
    database: Any = jobs._database
    with database.reading() as unit:
        assert unit.audit.entries() == []
