"""The coverage page: the rate by every definition, the map by any figure, who is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gis_service.api.access import actor_of
from gis_service.errors import NotFoundError
from gis_service.maps import figures, outlook_tables, render_parts
from gis_service.maps import outlook as outlook_map
from gis_service.model.policy import AGEING_PRESETS, Policy
from gis_service.services.access import may
from gis_service.services.outlook import Outlook
from gis_service.services.outlook_layers import GRADES, THEMES
from gis_service.services.scenes import VERSION_NAMES
from gis_service.texts import translator
from gis_service.web.cards import Card
from gis_service.web.deciding import deciding
from gis_service.web.rendering import language_of, page, services_of

FIRST = "coverage"
"""The choropleth before a figure is chosen: covered or not."""


def coverage(request: Request) -> Response:
    """Show the coverage page; before the first import, what to do."""
    lang = language_of(request)
    services = services_of(request)
    try:
        outlook = services.outlooks.read()
    except NotFoundError as error:
        return page(request, "empty.html", message=error.message(lang))
    asked = request.query_params.get("figure", FIRST)
    shown = asked if asked in THEMES else FIRST
    _ = translator(lang)
    policy = outlook.scene.policy
    facilities = outlook.scene.snapshot.facilities
    counted = facilities[facilities["kind"].isin(policy.covering_kinds)]
    built = outlook_map.build(
        lang,
        shading=shading_of(shown, lang),
        kinds=policy.covering_kinds,
        statuses=sorted(set(counted["status"])),
        sees_blocks=may(actor_of(request), "read.blocks"),
        grades=GRADES,
    )
    return page(
        request,
        "coverage.html",
        parts=render_parts(built),
        cards=cards(outlook, lang),
        coverage=coverage_card(outlook, lang),
        table=matrix(outlook, lang),
        method=method_words(outlook, lang),
        themes=[(FIRST, _("Covered or not")), *_themes(lang)],
        chosen_theme=shown,
        shown=[
            outlook_tables.ranking(_classed(outlook), lang),
            outlook_tables.streets(outlook.streets, lang),
            outlook_tables.worklist(_unsettled(outlook), lang),
        ],
        notes=[note.in_language(lang) for note in outlook.scene.notes],
        versions=[
            (VERSION_NAMES[name].in_language(lang), number)
            for name, number in outlook.scene.versions().items()
        ],
        deciding=deciding(request),
    )


def shading_of(name: str, lang: str) -> outlook_map.Shading | None:
    """Give how a figure is shaded; None for covered or not."""
    theme = THEMES.get(name)
    if theme is None:
        return None
    return outlook_map.Shading(
        name=name,
        title=theme.title.in_language(lang),
        labels=outlook_map.class_labels(theme.breaks, factor=theme.factor, unit=theme.unit),
        more_is_better=theme.more_is_better,
    )


def coverage_card(outlook: Outlook, lang: str) -> dict[str, Any]:
    """Give the rate with its bar; shares are percents from 0 to 100."""
    _ = translator(lang)
    told = outlook.figures
    still = _("Target reached") if told["met"] else f"{_('Still needed')} {told['needed']}"
    return {
        "title": _("Station coverage of ageing communities"),
        "figure": f"{told['covered']} / {told['ageing']} · {figures.percent(told['rate'])}",
        "rate": (told["rate"] or 0) * 100,
        "target": told["target"] * 100,
        "reached": bool(told["met"]),
        "lines": [
            f"{_('Definition')}: {told['definition']['en' if lang == 'en' else 'zh']}",
            f"{_('Target')} {figures.percent(told['target'])} · {still}",
        ],
    }


def cards(outlook: Outlook, lang: str) -> list[Card]:
    """Give the other figures."""
    _ = translator(lang)
    told = outlook.figures
    metres = figures.number(outlook.scene.policy.walk_length_m)
    low_high = told["range"]
    return [
        Card(
            name="range",
            title=_("Range left open"),
            figure="—"
            if low_high is None
            else f"{low_high[0] * 100:.1f}–{low_high[1] * 100:.1f} %",
            lines=(
                f"{_('Facilities whose community is not certain')}: {told['uncertain_facilities']}",
            ),
        ),
        Card(
            name="reach",
            title=_("Elders within the walk"),
            figure=figures.percent(told["reach_share"]),
            lines=(
                f"{figures.number(told['elders_in_reach'])} / {figures.number(told['elders'])}",
                f"{_('Walk')} ≤ {metres} m",
            ),
        ),
        Card(
            name="nearest",
            title=_("Walk to the nearest station"),
            figure=minutes(told["nearest_median_s"], lang),
            lines=(
                f"{_('median')}; P90 {minutes(told['nearest_p90_s'], lang)}",
                f"{_('mean')} {minutes(told['nearest_mean_s'], lang)}",
            ),
        ),
        Card(
            name="beds",
            title=_("Beds per 1,000 elders"),
            figure="—"
            if told["beds_per_1000"] is None
            else figures.number(told["beds_per_1000"], 1),
            lines=(f"{_('Beds')} {figures.number(told['beds'] or 0)}",),
        ),
    ]


def minutes(seconds: float | None, lang: str) -> str:
    """Say a time in minutes; a dash where it is farther than the times go."""
    if seconds is None:
        return "—"
    return f"{figures.number(seconds / 60, 1)} {translator(lang)('min')}"


def method_words(outlook: Outlook, lang: str) -> str:
    """Say how walks were reckoned."""
    _ = translator(lang)
    speed = outlook.scene.policy.walking_speed_m_s
    on = (
        _("Walking times along the streets")
        if outlook.scene.is_network
        else _("No walking network: straight lines with a detour factor, an estimate")
    )
    return f"{on} · {speed:g} m/s"


def matrix(outlook: Outlook, lang: str) -> dict[str, Any]:
    """Give the sensitivity table: a row a rule and threshold, a column a definition of ageing."""
    rows: dict[str, dict[str, Any]] = {}
    columns: dict[str, str] = {}
    for cell in outlook.sensitivity:
        name = cell["name"]["en" if lang == "en" else "zh"]
        columns.setdefault(
            cell["ageing_rule"], ageing_words(cell["ageing_rule"], outlook.scene.policy)
        )
        row = rows.setdefault(name, {"name": name, "cells": []})
        row["cells"].append(_cell(cell, lang))
    for row in rows.values():
        row["chosen"] = any(cell["chosen"] for cell in row["cells"])
    return {"columns": list(columns.values()), "rows": list(rows.values())}


def ageing_words(name: str, policy: Policy) -> str:
    """Say a definition of ageing: by its rules.

    Examples
    --------
    >>> ageing_words("", Policy())
    '60+ ≥ 10 % / 65+ ≥ 7 %'
    """
    rules = AGEING_PRESETS.get(name, policy.ageing)
    return " / ".join(f"{rule.age}+ ≥ {rule.share * 100:g} %" for rule in rules)


def _cell(cell: Mapping[str, Any], lang: str) -> dict[str, Any]:
    _ = translator(lang)
    if cell["rate"] is None:
        return {"text": "—", "rate": "", "state": "unknown", "chosen": cell["chosen"], "said": ""}
    return {
        "text": f"{cell['covered']} / {cell['ageing']}",
        "rate": figures.percent(cell["rate"]),
        "state": "met" if cell["met"] else "unmet",
        "said": _("met") if cell["met"] else f"{_('short of')} {cell['needed']}",
        "chosen": cell["chosen"],
    }


def _classed(outlook: Outlook) -> list[dict[str, Any]]:
    rows = []
    for row in outlook.communities:
        ageing = "unknown" if row["ageing"] is None else "not_ageing"
        shown = ("covered" if row["covered"] else "uncovered") if row["ageing"] else ageing
        median = row["nearest_median"]
        rows.append(row | {"class": shown, "nearest_min": None if median is None else median / 60})
    return rows


def _unsettled(outlook: Outlook) -> list[dict[str, Any]]:
    """Give the facilities whose community is not certain, with names instead of codes."""
    names = {row["code"]: row["name"] or row["code"] for row in outlook.communities}
    report = outlook.scene.snapshot.report(outlook.scene.policy)
    return [
        {
            "id": one.id,
            "name": one.name,
            "reason": one.reason,
            "recorded": names.get(one.recorded, one.recorded),
            "candidates": " / ".join(names.get(code, code) for code in one.candidates),
            "decides": str(one.decides),
        }
        for one in report.uncertain
    ]


def _themes(lang: str) -> list[tuple[str, str]]:
    return [(name, theme.title.in_language(lang)) for name, theme in THEMES.items()]
