"""The maps of casework: the ledger's land, and one case with its claims and neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gis_service.maps import colours, legends, specs, words
from gis_service.maps.elements import Call, DataLayer, ServiceMap
from gis_service.maps.page import assemble
from gis_service.model.cases import CASE_KINDS, SLIVERS
from gis_service.model.casework import STATES
from gis_service.texts import translator

CLAIMS = ("#c8102e", "#0b57d0", "#7a3fa0", "#1b7f79", "#a35c00", "#37474f")
"""Colours of the parties, in the order of their codes: the first red, the second blue."""

LAND = "case-land"
"""Id of the page's element that holds the land of the case as a FeatureCollection."""

_KINDS: dict[str, dict[str, Any]] = {
    "overlap": colours.OVERLAP,
    "gap": colours.GAP,
    "slivers": colours.SLIVER,
}
_MARKS: dict[str, dict[str, Any]] = {
    "overlap": colours.OVERLAP_MARK,
    "gap": colours.GAP_MARK,
    "slivers": colours.SLIVER_MARK,
}


def ledger_map(query: str, lang: str) -> ServiceMap:
    """Build the map beside the ledger; ``query`` is the ledger's filter, without ``?``."""
    _ = translator(lang)
    asked = f"?{query}" if query else ""
    return assemble(
        "cases",
        label=_("Map of the cases"),
        lang=lang,
        layers=[
            specs.communities(specs.served("communities"), lang=lang, by_street=False),
            _cases({"url": f"/api/v1/cases.geojson{asked}"}, lang=lang, suffix=asked),
        ],
        legend=[_kind_legend(lang)],
    )


def case_map(
    bbox: Sequence[float],
    parties: Sequence[tuple[str, str]],
    *,
    kind: str,
    lang: str,
) -> ServiceMap:
    """Build the map of one case; its land comes from the page's element `LAND`.

    Parameters
    ----------
    bbox
        Extent of the land: west, south, east, north (degrees).
    parties
        Code and name of each, in the order of `CLAIMS`.
    kind
        Kind of the case: an overlap shows what each party claims; beside a gap lie its neighbours.
    """
    _ = translator(lang)
    near = {"url": f"/ogc/collections/communities/items?limit=1000&bbox={_around(bbox)}"}
    stations = {"url": f"/ogc/collections/facilities/items?limit=1000&bbox={_around(bbox)}"}
    layers = [_neighbours(near, lang=lang)]
    groups = [_land_legend(kind, lang)]
    if 0 < len(parties) <= len(CLAIMS):
        layers.append(_claims(near, parties, lang=lang))
        groups.insert(0, _claim_legend(parties, lang))
    layers += [_land(kind, lang=lang), specs.facilities(stations, lang=lang)]
    built = assemble(
        "case",
        label=_("Map of the case"),
        lang=lang,
        layers=layers,
        legend=groups,
        search="neighbours",
    )
    Call("offer").add_to(built)
    return built


def _around(bbox: Sequence[float]) -> str:
    west, south, east, north = bbox
    across, up = max(0.004, (east - west) * 0.6), max(0.004, (north - south) * 0.6)
    return ",".join(f"{v:.6f}" for v in (west - across, south - up, east + across, north + up))


def _cases(source: specs.Source, *, lang: str, suffix: str) -> DataLayer:
    _ = translator(lang)
    spec: specs.Spec = {
        "id": "cases",
        "kind": "cases",
        "source": source,
        "fit": False,
        "by": "kind",
        "style": colours.ERROR,
        "classes": _KINDS,
        "mark": colours.ERROR_MARK,
        "marks": [{"by": "kind", "classes": _MARKS}],
        "pins": True,
        "pane": "gis-findings",
        "zIndex": 450,
        "title": [["number", None], ["kind", _texts(CASE_KINDS, lang)]],
        "link": {"property": "number", "prefix": "/cases/", "suffix": suffix,
                 "label": _("Open the case")},
        "fields": [
            _field("state", _("State"), values=_texts(STATES, lang), brief=True),
            _field("parties", _("Codes"), brief=True),
            _field("area_m2", _("Area"), "area", brief=True),
            _field("residents", _("People"), "count"),
            _field("elders", _("Elders"), "count"),
            _field("assignee", _("Assignee")),
            _field("due", _("Due")),
        ],
    }  # fmt: skip
    return DataLayer(_("Cases"), spec)


def _neighbours(source: specs.Source, *, lang: str) -> DataLayer:
    _ = translator(lang)
    spec: specs.Spec = {
        "id": "neighbours",
        "kind": "neighbours",
        "source": source,
        "by": "street",
        "style": colours.PLAIN,
        "title": [["name", None], ["code", None]],
        "fields": _community_fields(lang),
    }
    return DataLayer(_("Neighbours"), spec)


def _claims(source: specs.Source, parties: Sequence[tuple[str, str]], *, lang: str) -> DataLayer:
    _ = translator(lang)
    looks = {
        code: {"color": colour, "fillColor": colour}
        for (code, _name), colour in zip(parties, CLAIMS, strict=False)
    }
    spec: specs.Spec = {
        "id": "claims",
        "kind": "communities",
        "source": source,
        "only": {"code": [code for code, _name in parties]},
        "by": "code",
        "style": {"weight": 2.5, "fillOpacity": 0.18},
        "classes": looks,
        "title": [["name", None], ["code", None]],
        "fields": _community_fields(lang),
    }
    return DataLayer(_("Claims of the parties"), spec)


def _land(kind: str, *, lang: str) -> DataLayer:
    _ = translator(lang)
    spec: specs.Spec = {
        "id": "land",
        "kind": "land",
        "source": {"element": LAND},
        "fit": True,
        "style": _KINDS.get(kind, colours.ERROR),
        "mark": _MARKS.get(kind, colours.ERROR_MARK),
        "pins": kind == SLIVERS,
        "pane": "gis-findings",
        "zIndex": 450,
        "title": [["number", None], ["part", None]],
        "fields": [_field("area_m2", _("Area"), "area", brief=True)],
    }
    return DataLayer(_("Land in dispute"), spec)


def _community_fields(lang: str) -> list[specs.Spec]:
    _ = translator(lang)
    return [
        _field("street", _("Street"), brief=True),
        _field("area_m2", _("Area"), "area"),
        _field("residents", _("People"), "count"),
        _field("elders", _("Elders"), "count"),
        _field("elder_share", _("Share of elders"), "percent"),
        _field("ageing", _("Ageing community"), values=words.answers(lang)),
    ]


def _kind_legend(lang: str) -> legends.Group:
    _ = translator(lang)
    names = _texts(CASE_KINDS, lang)
    items = [
        {"label": names[kind], "style": {**style, "pin": _MARKS[kind]}}
        for kind, style in _KINDS.items()
    ]
    items.append({"label": _("Other fault"), "style": colours.ERROR_MARK})
    return {"title": _("Cases"), "items": items}


def _claim_legend(parties: Sequence[tuple[str, str]], lang: str) -> legends.Group:
    items = [
        {"label": name or code, "style": {"color": c, "fillColor": c, "fillOpacity": 0.2}}
        for (code, name), c in zip(parties, CLAIMS, strict=False)
    ]
    return {"title": translator(lang)("Claims of the parties"), "items": items}


def _land_legend(kind: str, lang: str) -> legends.Group:
    _ = translator(lang)
    name = CASE_KINDS[kind].in_language(lang) if kind in CASE_KINDS else kind
    item = {"label": name, "style": _KINDS.get(kind, colours.ERROR)}
    return {"title": _("Land in dispute"), "items": [item]}


def _texts(table: Any, lang: str) -> dict[str, str]:
    return {name: text.in_language(lang) for name, text in table.items()}


def _field(
    name: str,
    label: str,
    form: str = "text",
    *,
    values: dict[str, str] | None = None,
    brief: bool = False,
) -> specs.Spec:
    return {"name": name, "label": label, "format": form, "words": values, "brief": brief}
