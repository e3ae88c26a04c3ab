"""The policy page: change a definition, see what would be otherwise, then save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gis_service.api.access import actor_of
from gis_service.api.errors import status_of
from gis_service.errors import GisServiceError, NotFoundError, PolicyError
from gis_service.maps import figures
from gis_service.model.policy import (
    AGEING_PRESETS,
    DECAYS,
    RULES,
    WALK_LIMITS,
    WALKING_SPEEDS_M_S,
    Policy,
)
from gis_service.model.population import POPULATION_KINDS
from gis_service.model.text import Text
from gis_service.services.policies import PolicyChange
from gis_service.texts import translator
from gis_service.web.outlook import ageing_words
from gis_service.web.rendering import language_of, page, services_of
from gis_service.web.signing import form_of

NUMBERS = (
    "target",
    "covered_share",
    "walking_speed_m_s",
    "walk_minutes",
    "walk_distance_m",
    "straight_distance_m",
)
CHOICES = ("population", "rule", "walk_limit", "decay")
FIELDS = ("ageing", *CHOICES, *NUMBERS, "stations_needed")


def policy(request: Request) -> Response:
    """Show the policy; with fields in the address, what they would change."""
    return _page(request, dict(request.query_params))


async def save(request: Request) -> Response:
    """Save the policy of a form, then show it."""
    fields = await form_of(request)

    def work() -> Response:
        services = services_of(request)
        try:
            own = services.outlooks.read().scene.policy
            seen = int(fields.get("seen", "-1") or "-1")
            wanted = changed(own, fields)
            services.policies.save(wanted, actor=actor_of(request), seen=seen)
        except (GisServiceError, ValueError) as error:
            return _page(request, fields, error=error)
        return RedirectResponse("/policy?saved=1", 303)

    return await run_in_threadpool(work)


def changed(own: Policy, fields: Mapping[str, str]) -> Policy:
    """Give a policy with the fields that a form names.

    Raises
    ------
    PolicyError
        For a value that is no number or is not allowed.
    """
    values: dict[str, Any] = {name: fields[name] for name in CHOICES if name in fields}
    for name in (*NUMBERS, "stations_needed"):
        if name not in fields:
            continue
        try:
            number = float(fields[name])
            if not isfinite(number):
                raise ValueError(fields[name])
        except ValueError as error:
            raise PolicyError(
                f"{name} 的值“{fields[name]}”不是数字。请填写数字。",
                f"{name} is {fields[name]!r}, which is no number. Give a number.",
                field=name,
            ) from error
        values[name] = int(number) if name == "stations_needed" else number
    preset = fields.get("ageing", "")
    if preset in AGEING_PRESETS:
        values["ageing"] = AGEING_PRESETS[preset]
    return replace(own, **values)


def _page(
    request: Request, fields: Mapping[str, str], *, error: Exception | None = None
) -> Response:
    lang, services = language_of(request), services_of(request)
    try:
        own = services.outlooks.read().scene.policy
    except NotFoundError as missing:
        return page(request, "empty.html", message=missing.message(lang))
    wanted, change, refused = own, None, error
    if error is None and any(name in fields for name in FIELDS):
        try:
            wanted = changed(own, fields)
            change = services.policies.preview(wanted)
        except GisServiceError as found:
            refused = found
    said = refused.message(lang) if isinstance(refused, GisServiceError) else str(refused or "")
    return page(
        request,
        "policy.html",
        status=status_of(refused) if isinstance(refused, GisServiceError) else 200,
        message=said,
        saved=fields.get("saved") == "1",
        own=own,
        wanted=wanted,
        options=_options(own, wanted, lang),
        change=None if change is None else _told(change, lang),
        seen=services.policies.version(),
        fields=[(name, _value(wanted, name)) for name in FIELDS],
    )


def _value(policy: Policy, name: str) -> str:
    if name == "ageing":
        return _preset(policy)
    value = getattr(policy, name)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _preset(policy: Policy) -> str:
    names = {rules: name for name, rules in AGEING_PRESETS.items()}
    return names.get(policy.ageing, "own")


def _options(own: Policy, wanted: Policy, lang: str) -> dict[str, list[tuple[str, str, bool]]]:
    _ = translator(lang)
    presets = [(name, ageing_words(name, own)) for name in AGEING_PRESETS]
    if _preset(own) == "own":
        presets.append(("own", ageing_words("own", own)))
    limits = {"minutes": _("by minutes"), "distance": _("by distance")}
    listed: dict[str, list[tuple[str, str]]] = {
        "ageing": presets,
        "population": [(str(k), text.in_language(lang)) for k, text in POPULATION_KINDS.items()],
        "rule": [(name, text.in_language(lang)) for name, text in RULES.items()],
        "walk_limit": [(name, limits[name]) for name in WALK_LIMITS],
        "decay": [(name, text.in_language(lang)) for name, text in DECAYS.items()],
        "speeds": [(f"{speed:g}", f"{speed:g} m/s") for speed in WALKING_SPEEDS_M_S.values()],
    }
    return {
        name: [
            (value, title, name != "speeds" and value == _value(wanted, name))
            for value, title in pairs
        ]
        for name, pairs in listed.items()
    }


def _told(change: PolicyChange, lang: str) -> dict[str, Any]:
    _ = translator(lang)
    join = ", " if lang == "en" else "、"

    def rate(told: Mapping[str, Any]) -> str:
        return f"{told['covered']} / {told['ageing']} · {figures.percent(told['rate'])}"

    def still(told: Mapping[str, Any]) -> str:
        return _("Target reached") if told["met"] else str(told["needed"])

    labels = field_labels(lang)
    before, after = change.before.figures, change.after.figures
    return {
        "rows": [
            (_("Station coverage of ageing communities"), rate(before), rate(after)),
            (_("Still needed"), still(before), still(after)),
            (
                _("Elders within the walk"),
                figures.percent(before["reach_share"]),
                figures.percent(after["reach_share"]),
            ),
        ],
        "settings": [
            (labels[name], _said(name, was, lang), _said(name, then, lang))
            for name, was, then in change.settings
        ],
        "lists": [
            (title, join.join(names), len(names))
            for title, names in (
                (_("becomes ageing"), change.ageing_gained),
                (_("no longer ageing"), change.ageing_lost),
                (_("becomes covered"), change.covered_gained),
                (_("no longer covered"), change.covered_lost),
            )
            if names
        ],
    }


def field_labels(lang: str) -> dict[str, str]:
    """Say what the fields of the form are called."""
    _ = translator(lang)
    return {
        "ageing": _("Ageing community"),
        "population": _("Population"),
        "target": _("Target (0 to 1)"),
        "rule": _("Covered when"),
        "covered_share": _("Share of elders that must be in reach"),
        "walking_speed_m_s": _("Walking speed (m/s)"),
        "walk_limit": _("The walk is limited"),
        "walk_minutes": _("Minutes"),
        "walk_distance_m": _("Metres on foot"),
        "straight_distance_m": _("Metres in a straight line"),
        "decay": _("Decay with time"),
        "stations_needed": _("Stations needed in reach"),
    }


def _said(name: str, value: Any, lang: str) -> str:
    _ = translator(lang)
    if name == "ageing":
        return " / ".join(f"{rule['age']}+ ≥ {rule['share'] * 100:g} %" for rule in value)
    texts: dict[str, dict[Any, Text]] = {
        "population": {**POPULATION_KINDS},
        "rule": {**RULES},
        "decay": {**DECAYS},
    }
    named = texts.get(name, {})
    if value in named:
        return named[value].in_language(lang)
    limits = {"minutes": _("by minutes"), "distance": _("by distance")}
    return limits.get(value, f"{value:g}" if isinstance(value, float) else str(value))
