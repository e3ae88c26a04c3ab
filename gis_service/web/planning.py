"""The planning page: choose sites, move them, keep scenarios and set two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gis_service.api.access import actor_of
from gis_service.api.parameters import number_of
from gis_service.errors import NotFoundError
from gis_service.maps import figures, render_parts
from gis_service.maps import outlook as outlook_map
from gis_service.model.facilities import FACILITY_KINDS
from gis_service.services.access import may
from gis_service.services.outlook_layers import GRADES
from gis_service.services.plans import OBJECTIVES
from gis_service.services.scenarios import MOST_MINUTES, MOST_SITES
from gis_service.texts import translator
from gis_service.web.rendering import language_of, page, services_of

NEW = 3


def plan(request: Request) -> Response:
    """Show the planning page, with two scenarios side by side where ``a`` and ``b`` name them."""
    lang = language_of(request)
    services = services_of(request)
    try:
        scene = services.outlooks.scenes.current()
    except NotFoundError as error:
        return page(request, "empty.html", message=error.message(lang))
    compared = _compared(request, lang)
    policy = scene.policy
    facilities = scene.snapshot.facilities
    counted = facilities[facilities["kind"].isin(policy.covering_kinds)]
    built = outlook_map.build(
        lang,
        shading=None,
        kinds=policy.covering_kinds,
        statuses=sorted(set(counted["status"])),
        sees_blocks=may(actor_of(request), "read.blocks"),
        grades=GRADES,
        name="plan",
    )
    return page(
        request,
        "plan.html",
        parts=render_parts(built),
        objectives=_named(OBJECTIVES, lang),
        kinds=_named(FACILITY_KINDS, lang),
        kind=policy.covering_kinds[0],
        new=NEW,
        minutes=policy.walk_minutes,
        most_sites=MOST_SITES,
        most_minutes=MOST_MINUTES,
        scenarios=services.scenarios.latest(),
        compared=compared,
        data={
            "words": words(lang),
            "objectives": dict(_named(OBJECTIVES, lang)),
            "compared": None if compared is None else compared["pins"],
        },
    )


def words(lang: str) -> dict[str, str]:
    """What the page's script says."""
    _ = translator(lang)
    return {
        "lang": lang,
        "unreachable": _("The server can't be reached. Check the network and try again."),
        "waiting": _("Waiting for other jobs"),
        "covered": _("Ageing communities covered"),
        "reach": _("Elders within the walk"),
        "now": _("Now, with committed ones"),
        "after": _("With the plan"),
        "figure": _("Figure"),
        "proven": _("Proven: no other choice is better."),
        "unproven": _("Best found in the time; how much better another could be:"),
        "moved": _("A site was moved by hand; the proof no longer holds."),
        "bound": _("Bound"),
        "gap": _("gap to the bound"),
        "objective": _("Objective"),
        "site": _("Site"),
        "where": _("Community"),
        "newly": _("Elders newly in reach"),
        "becomes": _("Communities that become covered"),
        "none": _("none"),
        "alternatives": _("Others within 1 % of the best"),
        "drag": _("Drag to move; with the keyboard use the arrow keys."),
        "kept": _("Kept as scenario"),
        "chosen": _("New sites"),
        "committed": _("In the register as planned facilities"),
    }


def _named(texts: Mapping[Any, Any], lang: str) -> list[tuple[str, str]]:
    return [(str(name), text.in_language(lang)) for name, text in texts.items()]


def _compared(request: Request, lang: str) -> dict[str, Any] | None:
    asked = [number_of(request, name) for name in ("a", "b") if request.query_params.get(name)]
    if len(asked) != 2:
        return None
    found = services_of(request).scenarios.compare(asked[0] or 0, asked[1] or 0)
    _ = translator(lang)
    both = (found["a"], found["b"])
    rows = [
        (_("Objective"), [_objective(one["plan"], lang) for one in both]),
        (_("New sites"), [str(len(one["plan"]["sites"])) for one in both]),
        (_("Ageing communities covered"), [_covered(one["plan"]["after"]) for one in both]),
        (_("Elders within the walk"), [_reached(one["plan"]["after"]) for one in both]),
        (_("Walk"), [f"≤ {one['plan']['walk_length_m']:g} m" for one in both]),
        (_("Proof"), [_proof(one["plan"], lang) for one in both]),
        (_("Kept by"), [one["user"] for one in both]),
    ]
    return {
        "names": [one["name"] for one in both],
        "numbers": [one["number"] for one in both],
        "rows": rows,
        "only": [_places(found["only_a"], lang), _places(found["only_b"], lang)],
        "both": _places(found["both"], lang),
        "same_state": found["same_state"],
        "pins": [
            {"name": one["name"], "sites": [_pin(site) for site in one["plan"]["sites"]]}
            for one in both
        ],
    }


def _pin(site: Mapping[str, Any]) -> dict[str, Any]:
    return {"lon": site["lon"], "lat": site["lat"], "name": site["name"] or site["id"]}


def _objective(plan: Mapping[str, Any], lang: str) -> str:
    return OBJECTIVES[plan["objective"]].in_language(lang)


def _covered(told: Mapping[str, Any]) -> str:
    return f"{told['covered']} / {told['ageing']} · {figures.percent(told['rate'])}"


def _reached(told: Mapping[str, Any]) -> str:
    share = figures.percent(told["reach_share"])
    return f"{figures.number(told['elders_in_reach'])} · {share}"


def _proof(plan: Mapping[str, Any], lang: str) -> str:
    _ = translator(lang)
    if plan["moved"]:
        return _("moved by hand")
    if plan["proof"]["optimal"]:
        return _("proven best")
    gap = plan["proof"]["gap"]
    return f"{_('gap to the bound')} {figures.percent(gap)}"


def _places(rows: list[dict[str, str]], lang: str) -> str:
    join = ", " if lang == "en" else "、"
    return join.join(row["name"] or row["code"] for row in rows) or "—"
