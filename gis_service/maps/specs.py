"""What the layers of our maps are: source, look, and the facts in tooltips and popups."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from gis_service.maps import colours, words
from gis_service.maps.elements import DataLayer
from gis_service.texts import translator

Spec = dict[str, Any]
Source = dict[str, str]


CASE_LINKS = "gis-case-links"
"""Id of the page's element that says which case decides a finding: key → number."""


def served(collection: str, *, as_of: str | None = None) -> Source:
    """Name a collection of this server as a source; ``as_of`` asks for a past state."""
    then = "" if as_of is None else f"&as_of={quote(as_of)}"
    return {"url": f"/ogc/collections/{collection}/items?limit=10000{then}"}


def communities(
    source: Source, *, lang: str, by_street: bool = True, figures: bool = True
) -> DataLayer:
    """Communities, coloured by street or plain; ``figures``: with findings and residents."""
    _ = translator(lang)
    spec: Spec = {
        "id": "communities",
        "kind": "communities",
        "source": source,
        "fit": True,
        "by": "street",
        "style": colours.COMMUNITY if by_street else colours.PLAIN,
        "title": [["name", None], ["code", None]],
        "fields": [
            _field("street", _("Street"), brief=True),
            _field("area_m2", _("Area"), "area"),
            _field("row", _("Row in the file"), "count"),
            *(_people(lang) if figures else ()),
            *([_field("findings", _("Findings"), "count")] if figures else ()),
        ],
    }
    if by_street:
        spec["palette"] = colours.STREETS
    return DataLayer(_("Communities by street") if by_street else _("Communities"), spec)


def coverage(source: Source, *, lang: str, show: bool = True) -> DataLayer:
    """Communities by their class of coverage."""
    _ = translator(lang)
    spec: Spec = {
        "id": "coverage",
        "kind": "communities",
        "source": source,
        "fit": True,
        "by": "class",
        "style": colours.COMMUNITY,
        "classes": colours.COVERAGE,
        "title": [["name", None], ["code", None]],
        "fields": [
            _field("class", _("Coverage"), values=words.classes(lang), brief=True),
            _field("street", _("Street"), brief=True),
            *_people(lang),
            _field("facilities", _("Counted stations")),
        ],
    }
    return DataLayer(_("Coverage of ageing communities"), spec, show=show)


def findings(
    source: Source, *, lang: str, advice: str = "text_{lang}", who: str = "names"
) -> list[DataLayer]:
    """Overlaps, gaps, slivers, other faults and notes: a layer each.

    ``advice`` and ``who`` name the properties that hold the text and, for the tooltip, the
    communities.
    """
    _ = translator(lang)
    told = (advice.format(lang=lang), who)
    disputed = ["dispute"]
    return [
        _findings(
            "overlaps", _("Overlaps"), source, {"check": ["overlap"], "severity": disputed},
            colours.OVERLAP, colours.OVERLAP_MARK, told, lang,
        ),
        _findings(
            "gaps", _("Gaps"), source, {"check": ["gap"], "severity": disputed},
            colours.GAP, colours.GAP_MARK, told, lang,
        ),
        _findings(
            "slivers", _("Slivers"), source, {"severity": ["sliver"]},
            colours.SLIVER, colours.SLIVER_MARK, told, lang,
        ),
        _findings(
            "errors", _("Other faults"), source,
            {"check": ["outside", "duplicate", "enclave", "self_crossing", "geometry", "attribute"],
             "severity": ["dispute", "error"]},
            colours.ERROR, colours.ERROR_MARK, told, lang,
        ),
        _findings(
            "notes", _("Notes"), source, {"severity": ["note"]},
            colours.NOTE, colours.NOTE_MARK, told, lang,
        ),
    ]  # fmt: skip


def _findings(
    name: str, label: str, source: Source, only: dict[str, list[str]],
    style: colours.Style, mark: colours.Style,
    told: tuple[str, str], lang: str,
) -> DataLayer:  # fmt: skip
    _ = translator(lang)
    spec: Spec = {
        "id": name,
        "kind": "findings",
        "source": source,
        "only": only,
        "style": style,
        "mark": mark,
        "pins": True,
        "pane": "gis-findings",
        "zIndex": 450,
        "title": [["check", words.checks(lang)], ["severity", words.severities(lang)]],
        "link": {"property": "key", "element": CASE_LINKS, "prefix": "/cases/", "label": _("Case")},
        "fields": [
            _field("names", _("Communities"), brief=told[1] == "names"),
            _field("communities", _("Codes"), brief=told[1] == "communities"),
            _field("area_m2", _("Area"), "area", brief=True),
            _field("width_m", _("Greatest width"), "width"),
            _field(told[0], _("What to do")),
        ],
    }
    return DataLayer(label, spec)


def facilities(
    source: Source, *, lang: str, kinds: tuple[str, ...] = (), label: str = "", show: bool = True
) -> DataLayer:
    """Facilities by kind (shape, colour) and state (filled, dashed, hollow, faded)."""
    _ = translator(lang)
    spec: Spec = {
        "id": "facilities",
        "kind": "facilities",
        "source": source,
        "mark": {"shape": "circle", "color": "#37474f", "size": 17},
        "marks": [
            {"by": "kind", "classes": colours.KINDS},
            {"by": "status", "classes": colours.STATUSES},
        ],
        "title": [["name", None]],
        "fields": [
            _field("kind", _("Kind"), values=words.kinds(lang), brief=True),
            _field("status", _("State"), values=words.statuses(lang), brief=True),
            _field("opened", _("Opened")),
            _field("beds", _("Beds"), "count"),
            _field("places", _("Places"), "count"),
            _field("meals_per_day", _("Meals a day"), "count"),
            _field("community_name", _("Recorded community")),
            _field("lies_in", _("Lies in (code)")),
            _field("location", _("Location"), values=words.locations(lang)),
        ],
    }
    if kinds:
        spec["only"] = {"kind": list(kinds)}
    return DataLayer(label or _("Facilities"), spec, show=show)


def _people(lang: str) -> list[Spec]:
    _ = translator(lang)
    return [
        _field("residents", _("People"), "count"),
        _field("elders", _("Elders"), "count"),
        _field("elder_share", _("Share of elders"), "percent"),
        _field("ageing", _("Ageing community"), values=words.answers(lang)),
    ]


def _field(
    name: str, label: str, form: str = "text", *,
    values: dict[str, str] | None = None, brief: bool = False,
) -> Spec:  # fmt: skip
    return {"name": name, "label": label, "format": form, "words": values, "brief": brief}
