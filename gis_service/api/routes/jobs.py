"""``/api/v1/jobs``: how far long work is, told as it happens; and its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import JSON, encoded
from gis_service.api.operations import Operation, answer, in_path, query
from gis_service.api.routes.ogc import services_of
from gis_service.errors import ForbiddenError
from gis_service.model.jobs import Job
from gis_service.services.jobs import BEAT_S, Jobs

LOOK_EVERY_S = 0.2
EVENT_STREAM = "text/event-stream"


async def jobs(request: Request) -> Response:
    """Answer the newest jobs."""
    parameters.only(request, "limit")
    limit = parameters.limit_of(request, default=50, maximum=1000)
    found = await run_in_threadpool(services_of(request).jobs.latest, limit)
    return _fresh({"jobs": [job_mapping(job) for job in found]})


async def job(request: Request) -> Response:
    """Answer one job as it is now."""
    parameters.only(request)
    return _fresh(job_mapping(await _job(request)))


async def events(request: Request) -> Response:
    """Tell each change of a job, and at least once a second that it goes on, until it is over."""
    parameters.only(request)
    found = await _job(request)
    return StreamingResponse(
        _told(services_of(request).jobs, found),
        media_type=EVENT_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def cancel(request: Request) -> Response:
    """Ask a job to stop: one's own, or as administrator any."""
    parameters.only(request)
    found, actor = await _job(request), actor_of(request)
    if actor.role != "administrator" and actor.name != found.user:
        raise ForbiddenError(
            f"任务由“{found.user}”启动，只有其本人或系统管理员可以取消。",
            f"The job was started by {found.user!r}; only they or an administrator can cancel it.",
            id=found.id,
        )
    ended = await run_in_threadpool(services_of(request).jobs.cancel, found.id)
    return Response(encoded(job_mapping(ended)), 202, {"Cache-Control": "no-store"}, JSON)


def job_mapping(job: Job) -> dict[str, Any]:
    """Give a job as plain JSON types."""
    here = f"/api/v1/jobs/{job.id}"
    return {
        "id": job.id,
        "kind": job.kind,
        "user": job.user,
        "state": job.state,
        "share": round(job.share, 4),
        "text": None if job.text is None else job.text._asdict(),
        "result": job.result,
        "problem": job.problem,
        "created_at": job.created_at,
        "ended_at": job.ended_at or None,
        "links": [
            {"href": here, "rel": "self", "type": JSON},
            {"href": f"{here}/events", "rel": "events", "type": EVENT_STREAM},
        ],
    }


async def _told(jobs: Jobs, found: Job) -> AsyncIterator[bytes]:
    told, told_at = None, 0.0
    while True:
        now = time.monotonic()
        if found != told or now - told_at >= BEAT_S:
            told, told_at = found, now
            yield b"event: job\ndata: " + orjson.dumps(job_mapping(found)) + b"\n\n"
        if found.is_over:
            return
        await asyncio.sleep(LOOK_EVERY_S)
        found = await run_in_threadpool(jobs.get, found.id)


async def _job(request: Request) -> Job:
    job_id = str(request.path_params["job_id"])
    return await run_in_threadpool(services_of(request).jobs.get, job_id)


def _fresh(content: dict[str, Any]) -> Response:
    return Response(encoded(content), headers={"Cache-Control": "no-store"}, media_type=JSON)


_ID = in_path("job_id", "Job / 任务编号", {"type": "string"})
_JOB = {"$ref": "#/components/schemas/Job"}

OPERATIONS = (
    Operation(
        path="/api/v1/jobs",
        endpoint=jobs,
        name="jobs",
        summary="Newest jobs / 最近的任务",
        tag="Jobs",
        parameters=(
            query(
                "limit",
                "Most jobs",
                {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50},
            ),
        ),
        answers={"200": answer("Jobs", JSON, {"type": "object"})},
        action="jobs.read",
    ),
    Operation(
        path="/api/v1/jobs/{job_id}",
        endpoint=job,
        name="job",
        summary="How far a job is / 任务进度",
        tag="Jobs",
        parameters=(_ID,),
        answers={"200": answer("The job", JSON, _JOB)},
        problems=(400, 404),
        action="jobs.read",
    ),
    Operation(
        path="/api/v1/jobs/{job_id}/events",
        endpoint=events,
        name="job_events",
        summary="A job's progress as server-sent events / 任务进度事件流",
        tag="Jobs",
        parameters=(_ID,),
        answers={"200": answer("Events called job, each a Job", EVENT_STREAM, {"type": "string"})},
        problems=(400, 404),
        action="jobs.read",
    ),
    Operation(
        path="/api/v1/jobs/{job_id}/cancel",
        endpoint=cancel,
        method="POST",
        name="cancel_job",
        summary="Ask a job to stop / 取消任务",
        tag="Jobs",
        parameters=(_ID,),
        answers={"202": answer("The job", JSON, _JOB)},
        problems=(400, 403, 404),
        action="jobs.read",
    ),
)
