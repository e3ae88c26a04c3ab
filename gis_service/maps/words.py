"""The words of the maps and tables, as script and templates need them."""

from __future__ import annotations

from gis_service.model.differences import CHANGE_KINDS
from gis_service.model.facilities import FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.findings import SEVERITIES
from gis_service.texts import translator

SAMPLE_NOTE_ZH = "演示数据，非测绘成果"

Words = dict[str, str]


def checks(lang: str) -> Words:
    """What each check's findings are called; a name that is not here shows as it is."""
    _ = translator(lang)
    return {
        "overlap": _("Overlap"),
        "gap": _("Gap"),
        "outside": _("Outside the district"),
        "crossing": _("Lines crossing again and again"),
        "edge_mismatch": _("Line drawn differently on its sides"),
        "duplicate": _("Duplicate area"),
        "enclave": _("Inside another without a hole"),
        "detached": _("Exclave"),
        "self_crossing": _("Self-crossing ring"),
        "geometry": _("Unusable geometry"),
        "street": _("Apart from its street"),
        "attribute": _("Attribute fault"),
    }


def severities(lang: str) -> Words:
    """What the severities are called."""
    return {name: text.in_language(lang) for name, text in SEVERITIES.items()}


def kinds(lang: str) -> Words:
    """What the kinds of facilities are called."""
    return {name: text.in_language(lang) for name, text in FACILITY_KINDS.items()}


def statuses(lang: str) -> Words:
    """What the states of facilities are called."""
    return {name: text.in_language(lang) for name, text in FACILITY_STATUSES.items()}


def locations(lang: str) -> Words:
    """What it is called where a facility lies in respect of the communities."""
    _ = translator(lang)
    return {
        "inside": _("Inside its community"),
        "disputed_land": _("In disputed land"),
        "recorded_elsewhere": _("Recorded in another community"),
        "on_the_line": _("On the line between communities"),
        "outside": _("Outside every community"),
    }


def classes(lang: str) -> Words:
    """What the classes of the coverage map are called."""
    _ = translator(lang)
    return {
        "covered": _("Ageing, covered"),
        "planned": _("Ageing, covered with planned"),
        "uncovered": _("Ageing, not covered"),
        "not_ageing": _("Not ageing"),
        "unknown": _("No population figures"),
    }


def changes(lang: str) -> Words:
    """What the kinds of changes of a community are called."""
    return {name: text.in_language(lang) for name, text in CHANGE_KINDS.items()}


def pieces(lang: str) -> Words:
    """What the kinds of land that changed hands are called."""
    _ = translator(lang)
    return {
        "moved": _("From one community to another"),
        "won": _("Claimed by nobody before"),
        "left": _("Claimed by nobody any more"),
    }


def answers(lang: str) -> Words:
    """Yes and no, by the JSON names of the values."""
    _ = translator(lang)
    return {"true": _("Yes"), "false": _("No")}


def script(lang: str) -> Words:
    """Everything that map.js says by itself."""
    _ = translator(lang)
    return {
        "mu": _("mu"),
        "unnamed": _("(no name)"),
        "legend": _("Legend"),
        "layers": _("Layers"),
        "search": _("Find a community: name or code"),
        "nothing_found": _("No community found"),
        "coordinates": _("lon, lat"),
        "close": _("Close"),
        "failed": _("The map data could not be loaded. Reload the page, or tell the operator."),
    }
