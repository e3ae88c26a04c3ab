"""``/api/v1/plans`` and ``/api/v1/scenarios``: choose sites, move them, keep and compare them."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import JSON, encoded, tagged
from gis_service.api.bodies import json_of, number_in, text_in
from gis_service.api.operations import Operation, answer, in_path, query
from gis_service.api.routes.jobs import job_mapping
from gis_service.api.routes.ogc import services_of
from gis_service.errors import NotFoundError, ParameterError
from gis_service.model.facilities import FACILITY_KINDS
from gis_service.services.plans import OBJECTIVES, PlanWishes
from gis_service.services.scenarios import MOST_MINUTES, MOST_SITES, Place, scenario_mapping

ACTION = "plan.edit"
READ = "jobs.read"


async def plan(request: Request) -> Response:
    """Begin to choose sites on the newest state."""
    parameters.only(request)
    body = await json_of(request, "kind", "objective", "new", "minutes")
    wishes = PlanWishes(
        kind=text_in(body, "kind") or "elder_station",
        objective=text_in(body, "objective") or "policy",
        new=number_in(body, "new") if "new" in body else 3,
        minutes=_minutes(body),
    )
    scenarios, actor = services_of(request).scenarios, actor_of(request)
    job = await run_in_threadpool(lambda: scenarios.start(wishes, actor=actor))
    location = f"/api/v1/jobs/{job.id}"
    return Response(encoded(job_mapping(job)), 202, {"Location": location}, JSON)


async def score(request: Request) -> Response:
    """Answer the figures with new sites at other places."""
    parameters.only(request)
    body = await json_of(request, "kind", "minutes", "sites")
    places, minutes = places_in(body), _minutes(body)
    kind = text_in(body, "kind") or "elder_station"
    scenarios = services_of(request).scenarios
    found = await run_in_threadpool(lambda: scenarios.score(places, kind=kind, minutes=minutes))
    return Response(encoded(found), headers={"Cache-Control": "no-store"}, media_type=JSON)


async def scenarios(request: Request) -> Response:
    """Answer the scenarios, newest first."""
    parameters.only(request, "limit")
    limit = parameters.limit_of(request, default=100, maximum=1000)
    found = await run_in_threadpool(services_of(request).scenarios.latest, limit)
    return tagged(request, encoded({"scenarios": [scenario_mapping(one) for one in found]}))


async def keep(request: Request) -> Response:
    """Keep the plan of a job, as it is or as it was dragged, under a name."""
    parameters.only(request)
    body = await json_of(request, "name", "job", "sites")
    places = places_in(body) if "sites" in body else None
    made = await run_in_threadpool(
        lambda: services_of(request).scenarios.keep(
            text_in(body, "name", needed=True),
            job=text_in(body, "job", needed=True),
            actor=actor_of(request),
            places=places,
        )
    )
    location = f"/api/v1/scenarios/{made.number}"
    return Response(encoded(scenario_mapping(made)), 201, {"Location": location}, JSON)


async def compare(request: Request) -> Response:
    """Answer two scenarios side by side."""
    parameters.only(request, "a", "b")
    a, b = (parameters.number_of(request, name, needed=True) or 0 for name in ("a", "b"))
    found = await run_in_threadpool(services_of(request).scenarios.compare, a, b)
    return tagged(request, encoded(found))


async def scenario(request: Request) -> Response:
    """Answer one scenario."""
    parameters.only(request)
    number = scenario_number(request)
    found = await run_in_threadpool(services_of(request).scenarios.get, number)
    return tagged(request, encoded(scenario_mapping(found)))


async def commit(request: Request) -> Response:
    """Make the sites of a scenario planned facilities."""
    parameters.only(request)
    await json_of(request)
    number = scenario_number(request)
    version, ids = await run_in_threadpool(
        lambda: services_of(request).commitments.commit(number, actor=actor_of(request))
    )
    return Response(encoded({"version": version.number, "facilities": ids}), 201, media_type=JSON)


def scenario_number(request: Request) -> int:
    """Give the scenario's number in the address; any other text is of no scenario."""
    text = str(request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise NotFoundError(f"没有方案“{text}”。", f"There is no scenario {text!r}.", id=text)
    return int(text)


def places_in(body: dict[str, Any]) -> list[Place]:
    """Give the member ``sites``: a list of objects with ``lon`` and ``lat``, and ``id`` if any."""
    listed = body.get("sites")
    if not isinstance(listed, list) or not all(_is_place(item) for item in listed):
        raise ParameterError(
            "sites 不可用；应为对象列表，每个含 lon、lat（数字），可含 id（文字）。",
            "sites can't be used; give a list of objects with lon and lat (numbers) and, if any, "
            "id (text).",
            parameter="sites",
        )
    return [
        Place(id=item.get("id") or "", lon=float(item["lon"]), lat=float(item["lat"]))
        for item in listed
    ]


def _is_place(item: object) -> bool:
    return (
        isinstance(item, dict)
        and set(item) <= {"id", "lon", "lat"}
        and isinstance(item.get("id") or "", str)
        and all(
            isinstance(item.get(name), (int, float)) and not isinstance(item.get(name), bool)
            for name in ("lon", "lat")
        )
    )


def _minutes(body: dict[str, Any]) -> float | None:
    value = body.get("minutes")
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ParameterError(
            f"minutes 的值不可用；应为 1 至 {MOST_MINUTES:g} 的数。",
            f"minutes can't be used; allowed: a number from 1 to {MOST_MINUTES:g}.",
            parameter="minutes",
        )
    return float(value)


_NUMBER = in_path("number", "Scenario / 方案编号", {"type": "integer", "minimum": 1})
_A = query("a", "One scenario", {"type": "integer", "minimum": 1}, required=True)
_B = query("b", "The other", {"type": "integer", "minimum": 1}, required=True)
_LIMIT = query(
    "limit", "Most scenarios", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
)
_OBJECT = {"type": "object"}
_MINUTES = {"type": ["number", "null"], "minimum": 1, "maximum": MOST_MINUTES}
_KIND = {"type": "string", "enum": [*FACILITY_KINDS], "default": "elder_station"}
_SITES = {
    "type": "array",
    "maxItems": MOST_SITES,
    "items": {
        "type": "object",
        "required": ["lon", "lat"],
        "properties": {
            "id": {"type": "string"},
            "lon": {"type": "number"},
            "lat": {"type": "number"},
        },
    },
}


def _body(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"required": True, "content": {JSON: {"schema": schema}}}


OPERATIONS = (
    Operation(
        path="/api/v1/plans",
        method="POST",
        endpoint=plan,
        name="plan",
        summary="Choose sites; the job's result is the plan with its proof / 规划选址",
        tag="Planning",
        body=_body(
            {
                "kind": _KIND,
                "objective": {"type": "string", "enum": [*OBJECTIVES], "default": "policy"},
                "new": {"type": "integer", "minimum": 1, "maximum": MOST_SITES, "default": 3},
                "minutes": _MINUTES,
            }
        ),
        answers={"202": answer("The job", JSON, _OBJECT)},
        problems=(400, 503),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/plans/score",
        method="POST",
        endpoint=score,
        name="score_plan",
        summary="Figures with new sites at other places / 移动站点后的数字",
        tag="Planning",
        body=_body({"kind": _KIND, "minutes": _MINUTES, "sites": _SITES}, "sites"),
        answers={"200": answer("Before, after, who becomes covered", JSON, _OBJECT)},
        problems=(400, 404),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/scenarios",
        endpoint=scenarios,
        name="scenarios",
        summary="Kept plans, newest first / 已保存方案",
        tag="Planning",
        parameters=(_LIMIT,),
        answers={"200": answer("Scenarios", JSON, _OBJECT)},
        action=READ,
    ),
    Operation(
        path="/api/v1/scenarios",
        method="POST",
        endpoint=keep,
        name="keep_scenario",
        summary="Keep a plan under a name / 保存方案",
        tag="Planning",
        body=_body(
            {"name": {"type": "string"}, "job": {"type": "string"}, "sites": _SITES}, "name", "job"
        ),
        answers={"201": answer("The scenario", JSON, _OBJECT)},
        problems=(400, 404),
        action=ACTION,
    ),
    Operation(
        path="/api/v1/scenarios/compare",
        endpoint=compare,
        name="compare_scenarios",
        summary="Two scenarios side by side / 方案对比",
        tag="Planning",
        parameters=(_A, _B),
        answers={"200": answer("Both, and who is covered by which", JSON, _OBJECT)},
        problems=(400, 404),
        action=READ,
    ),
    Operation(
        path="/api/v1/scenarios/{number}",
        endpoint=scenario,
        name="scenario",
        summary="One scenario / 方案",
        tag="Planning",
        parameters=(_NUMBER,),
        answers={"200": answer("The scenario", JSON, _OBJECT)},
        problems=(400, 404),
        action=READ,
    ),
    Operation(
        path="/api/v1/scenarios/{number}/facilities",
        method="POST",
        endpoint=commit,
        name="commit_scenario",
        summary="Make a scenario's sites planned facilities / 方案转为规划设施",
        tag="Planning",
        parameters=(_NUMBER,),
        answers={"201": answer("The register's version and the new ids", JSON, _OBJECT)},
        problems=(400, 404, 409),
        action="register.edit",
    ),
)
