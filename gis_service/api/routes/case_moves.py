"""``/api/v1/cases/{number}/negotiate`` and so on: moving a case from state to state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.bodies import json_of, number_in, text_in
from gis_service.api.operations import Endpoint, Operation
from gis_service.api.routes.cases import (
    CASE_ANSWER,
    CHANGED,
    NUMBER,
    TEXT,
    body_of,
    case_answer,
    matched_version,
    number_of,
)
from gis_service.api.routes.ogc import services_of
from gis_service.model.casework import MOVES, Move
from gis_service.model.people import Actor
from gis_service.services import Services
from gis_service.services.cases.moving import ACTIONS

Make = Callable[[Services, Actor, str, int, dict[str, Any]], object]


def _negotiate(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    text = text_in(values, "text")
    return services.cases.moving.negotiate(actor, number, expected=expected, text=text)


def _propose(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    proposal = number_in(values, "proposal")
    text = text_in(values, "text")
    return services.cases.moving.propose(
        actor, number, proposal=proposal, expected=expected, text=text
    )


def _review(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    text = text_in(values, "text")
    return services.cases.moving.review(actor, number, expected=expected, text=text)


def _approve(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    document, text = text_in(values, "document", needed=True), text_in(values, "text")
    return services.cases.moving.approve(
        actor, number, document=document, expected=expected, text=text
    )


def _apply(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    text = text_in(values, "text")
    return services.cases.applying.apply(actor, number, expected=expected, text=text)


def _file(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    text = text_in(values, "text")
    return services.cases.moving.file(actor, number, expected=expected, text=text)


def _return(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    reason = text_in(values, "reason", needed=True)
    return services.cases.moving.send_back(actor, number, reason=reason, expected=expected)


def _withdraw(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    reason = text_in(values, "reason", needed=True)
    return services.cases.moving.withdraw(actor, number, reason=reason, expected=expected)


def _reopen(
    services: Services, actor: Actor, number: str, expected: int, values: dict[str, Any]
) -> object:
    reason = text_in(values, "reason", needed=True)
    return services.cases.moving.reopen(actor, number, reason=reason, expected=expected)


_REASON: dict[str, Any] = {"reason": TEXT}
_MADE: dict[Move, tuple[Make, dict[str, Any], tuple[str, ...]]] = {
    "negotiate": (_negotiate, {"text": TEXT}, ()),
    "propose": (
        _propose,
        {"proposal": {"type": "integer", "minimum": 1}, "text": TEXT},
        ("proposal",),
    ),
    "review": (_review, {"text": TEXT}, ()),
    "approve": (_approve, {"document": TEXT, "text": TEXT}, ("document",)),
    "apply": (_apply, {"text": TEXT}, ()),
    "file": (_file, {"text": TEXT}, ()),
    "return": (_return, _REASON, ("reason",)),
    "withdraw": (_withdraw, _REASON, ("reason",)),
    "reopen": (_reopen, _REASON, ("reason",)),
}


def _endpoint(make: Make, members: tuple[str, ...]) -> Endpoint:
    def run(request: Request, values: dict[str, Any]) -> Response:
        expected = matched_version(request)
        make(services_of(request), actor_of(request), number_of(request), expected, values)
        return case_answer(request)

    async def endpoint(request: Request) -> Response:
        parameters.only(request)
        values = await json_of(request, *members)
        return await run_in_threadpool(run, request, values)

    return endpoint


OPERATIONS = tuple(
    Operation(
        path=f"/api/v1/cases/{{number}}/{move}",
        endpoint=_endpoint(make, tuple(members)),
        name=f"{move}_case",
        summary=f"{MOVES[move].en[0].upper()}{MOVES[move].en[1:]} / {MOVES[move].zh}",
        tag="Cases",
        method="POST",
        parameters=(NUMBER,),
        body=body_of(needed, **members),
        answers=CASE_ANSWER,
        problems=CHANGED,
        action=ACTIONS[move],
    )
    for move, (make, members, needed) in _MADE.items()
)
