"""What hangs on the open cases, as the dashboard and the coverage map show it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from starlette.requests import Request

from gis_service.api.access import actor_of
from gis_service.errors import GisServiceError
from gis_service.maps import figures
from gis_service.model.cases import CASE_KINDS
from gis_service.services.access import may
from gis_service.texts import translator
from gis_service.web.rendering import language_of, services_of


def deciding(request: Request) -> dict[str, Any] | None:
    """Give the open cases whose ending changes what is ageing, covered or reached.

    None for who may not read cases, for a past state (cases have no versions), and before the
    first import.
    """
    actor, lang = actor_of(request), language_of(request)
    if not may(actor, "read.cases") or "as_of" in request.query_params:
        return None
    services = services_of(request)
    with suppress(GisServiceError):
        report = services.cases.deciding.report()
        known = services.cases.desk.snapshots.current().communities
        names = {
            str(code): str(name) or str(code)
            for code, name in zip(known.index, known["name"], strict=True)
        }
        own = {row.case.number for row in services.cases.ledger.page(actor, limit=None).rows}
        return {
            "rows": [
                _row(case, report["now"], names, lang=lang, linked=case["number"] in own)
                for case in report["cases"]
                if case["changes_communities"] or case["changes_target"] or case["turns_target"]
            ],
            "open": len(report["cases"]),
            "range": _range(report, lang),
        }
    return None


def _row(
    case: Mapping[str, Any],
    now: Mapping[str, Any],
    names: Mapping[str, str],
    *,
    lang: str,
    linked: bool,
) -> dict[str, Any]:
    _ = translator(lang)
    kind = case["kind"]
    return {
        "number": case["number"],
        "linked": linked,
        "kind": CASE_KINDS[kind].in_language(lang) if kind in CASE_KINDS else kind,
        "area": figures.square_metres(case["area_m2"]),
        "target": _("alone decides in some combinations") if case["turns_target"] else "—",
        "endings": [
            {"to": names.get(ending["to"], ending["to"]), "text": _ending(ending, now, names, lang)}
            for ending in case["outcomes"]
        ],
    }


def _ending(
    ending: Mapping[str, Any], now: Mapping[str, Any], names: Mapping[str, str], lang: str
) -> str:
    _ = translator(lang)
    told = (
        ("ageing_gained", _("becomes ageing")),
        ("ageing_lost", _("no longer ageing")),
        ("covered_gained", _("becomes covered")),
        ("covered_lost", _("no longer covered")),
    )
    join = ", " if lang == "en" else "、"
    parts = [
        f"{what}: {join.join(names.get(code, code) for code in ending[name])}"
        for name, what in told
        if ending[name]
    ]
    if not parts:
        return _("as now")
    rate = f"{ending['covered']} / {ending['ageing']} · {figures.percent(ending['rate'])}"
    if ending["reached"] != now["reached"]:
        rate += f" · {_('Target reached') if ending['reached'] else _('target missed')}"
    return " · ".join([*parts, rate])


def _range(report: Mapping[str, Any], lang: str) -> str:
    """Say between which rates all ways to decide all cases lie; "" where that isn't known."""
    _ = translator(lang)
    if not report["exact"] or not report["cases"]:
        return ""
    low, high = (figures.percent(rate) for rate in report["rate_range"])
    reached = {
        0: _("the target is reached in no combination"),
        report["combinations"]: _("the target is reached in every combination"),
    }.get(report["reached_in"], _("the target is reached in some combinations"))
    between = _("However all cases are decided, the coverage lies between")
    if lang == "en":
        return f"{between} {low} – {high}; {reached}."
    return f"{between} {low} – {high}；{reached}。"
