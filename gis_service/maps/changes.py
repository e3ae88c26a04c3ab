"""What differs between two states of the boundaries: changed communities, land that moved."""

from __future__ import annotations

from typing import Any

from gis_service.maps import colours, legends, specs, words
from gis_service.maps.elements import DataLayer, ServiceMap
from gis_service.maps.page import assemble
from gis_service.model.text import Text
from gis_service.texts import translator

TITLE = Text("变化图", "Map of the differences")


def build(
    lang: str,
    *,
    base: str,
    as_of: str | None = None,
    has_before: bool = True,
    any_change: bool = True,
    findings: bool = False,
) -> ServiceMap:
    """Build the map; its data comes from this server.

    Parameters
    ----------
    base
        Address before ``communities``, ``pieces`` and ``findings``; ``{}`` stands for the name.
    as_of
        The state that lies beneath, where it is not the newest.
    has_before
        Whether there is a state to lie beneath.
    any_change
        Whether the map should show the changes large, or the whole district.
    findings
        Whether ``findings`` are served too.
    """
    layers = []
    if has_before:
        beneath = specs.communities(
            specs.served("communities", as_of=as_of), lang=lang, by_street=False
        )
        layers.append(beneath)
    layers.append(_changed({"url": base.format("communities")}, lang, fit=any_change))
    layers.append(_pieces({"url": base.format("pieces")}, lang))
    if findings:
        source = {"url": base.format("findings")}
        layers += specs.findings(source, lang=lang, advice="text.{lang}")
    legend = [legends.changes(lang), legends.pieces(lang)]
    return assemble(
        "changes",
        label=TITLE.in_language(lang),
        lang=lang,
        layers=layers,
        legend=[*legend, *([legends.findings(lang)] if findings else [])],
        search="communities" if has_before else "changed",
    )


def _changed(source: specs.Source, lang: str, *, fit: bool) -> DataLayer:
    _ = translator(lang)
    kinds = words.changes(lang)
    spec: dict[str, Any] = {
        "id": "changed",
        "kind": "changes",
        "source": source,
        "fit": fit,
        "by": "kind",
        "style": colours.CHANGED,
        "classes": colours.CHANGES,
        "pane": "gis-changes",
        "zIndex": 420,
        "title": [["name", None], ["code", None]],
        "fields": [
            _field("kinds", _("What changed"), values=kinds, brief=True),
            _field("code_before", _("Code before")),
            _field("name_before", _("Name before")),
            _field("street_before", _("Street before")),
            _field("area_before_m2", _("Area before"), "area"),
            _field("area_after_m2", _("Area after"), "area"),
            _field("gained_m2", _("Gained"), "area"),
            _field("lost_m2", _("Lost"), "area"),
        ],
    }
    return DataLayer(_("Changed communities"), spec)


def _pieces(source: specs.Source, lang: str) -> DataLayer:
    _ = translator(lang)
    spec: dict[str, Any] = {
        "id": "pieces",
        "kind": "pieces",
        "source": source,
        "by": "kind",
        "style": colours.PIECE,
        "classes": colours.PIECES,
        "pane": "gis-pieces",
        "zIndex": 430,
        "title": [["kind", words.pieces(lang)]],
        "fields": [
            _field("from", _("Lost by"), brief=True),
            _field("to", _("Gained by"), brief=True),
            _field("area_m2", _("Area"), "area", brief=True),
        ],
    }
    return DataLayer(_("Land that changed hands"), spec)


def _field(
    name: str,
    label: str,
    form: str = "text",
    *,
    values: dict[str, str] | None = None,
    brief: bool = False,
) -> dict[str, Any]:
    return {"name": name, "label": label, "format": form, "words": values, "brief": brief}
