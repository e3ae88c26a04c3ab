"""The tables of the coverage page: communities ranked by any figure, and streets."""

from __future__ import annotations

from collections.abc import Iterable

from gis_service.maps import figures, words
from gis_service.maps.tables import Row, Table, _code, _id, _named, _number, _table, _text
from gis_service.texts import translator


def ranking(rows: Iterable[Row], lang: str) -> Table:
    """Communities with the figures that rank them."""
    _ = translator(lang)
    columns = (
        _text(_("Community"), "name", "code"),
        _text(_("Street"), "street"),
        _named(_("Coverage"), "class", words.classes(lang), mark="class"),
        _number(_("Elders"), "elders", figures.number),
        _number(_("In reach"), "reach", figures.percent),
        _number(_("Median min"), "nearest_min", lambda value: figures.number(value, 1)),
        _number(_("Places/1,000"), "per_1000_places", lambda value: figures.number(value, 1)),
    )
    return _table(
        "ranking", "communities", _("Communities"), columns, rows, _("No communities"), _code
    )


def streets(rows: Iterable[Row], lang: str) -> Table:
    """Streets with their rate, walks and beds."""
    _ = translator(lang)
    columns = (
        _text(_("Street"), "street"),
        _number(_("Ageing"), "ageing", figures.number),
        _number(_("Covered"), "covered", figures.number),
        _number(_("Rate"), "rate", figures.percent),
        _number(_("Elders"), "elders", figures.number),
        _number(_("In reach"), "reach", figures.percent),
        _number(_("Beds"), "per_1000_beds_of", figures.number),
        _number(_("Beds/1,000"), "per_1000_beds", lambda value: figures.number(value, 1)),
    )
    return _table(
        "by-street", "streets", _("By street"), columns, rows, _("No communities"), _street
    )


def worklist(rows: Iterable[Row], lang: str) -> Table:
    """Facilities that lie elsewhere than the register declares, or in no community for certain."""
    _ = translator(lang)
    columns = (
        _text(_("Facility"), "name", "id"),
        _named(_("Location"), "reason", words.locations(lang), mark="reason"),
        _text(_("Recorded community"), "recorded"),
        _text(_("May count for"), "candidates"),
        _named(_("Decides"), "decides", {"True": _("Yes"), "False": _("No")}),
    )
    return _table(
        "worklist", "facilities", _("To settle"), columns, rows, _("Nothing to settle"), _id
    )


def _street(row: Row) -> str:
    return str(row["street"]) or "—"
