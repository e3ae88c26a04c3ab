"""The tables beside the maps: the same facts, for eyes, keyboards and screen readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.maps import figures, words
from gis_service.texts import translator

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """A cell: its text, what it sorts by, and a class that marks it."""

    text: str
    sort: str
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its heading, its cells, whether it holds numbers."""

    title: str
    cell: Callable[[Row], Cell]
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; ``kind`` and the row ids are those of the map's features."""

    name: str
    kind: str
    title: str
    empty: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def findings(rows: Iterable[Row], lang: str) -> Table:
    """Findings, from the findings collection or from a survey's report."""
    _ = translator(lang)
    columns = (
        _named(_("Finding"), "check", words.checks(lang), mark="severity"),
        _named(_("Severity"), "severity", words.severities(lang)),
        Column(_("Communities"), _parties),
        _number(_("Area m²"), "area_m2", figures.square_metres),
        _number(_("Width m"), "width_m", lambda value: figures.number(value, 2)),
    )
    return _table("findings", "findings", _("Findings"), columns, rows, _("Nothing found"), _key)


def communities(rows: Iterable[Row], lang: str) -> Table:
    """Communities with area, findings and elders."""
    _ = translator(lang)
    columns = (
        _text(_("Community"), "name", "code"),
        _text(_("Street"), "street"),
        _number(_("Area ha"), "area_m2", lambda value: figures.number(value / 10_000, 1)),
        _number(_("Findings"), "findings", figures.number),
        _number(_("Elders"), "elder_share", figures.percent),
    )
    return _table(
        "communities", "communities", _("Communities"), columns, rows, _("No communities"), _code
    )


def facilities(rows: Iterable[Row], lang: str) -> Table:
    """Facilities with kind, state and where they lie."""
    _ = translator(lang)
    columns = (
        _text(_("Facility"), "name", "id"),
        _named(_("Kind"), "kind", words.kinds(lang)),
        _named(_("State"), "status", words.statuses(lang)),
        _text(_("Community"), "community_name", "community"),
        _number(_("Beds"), "beds", figures.number),
        _named(_("Location"), "location", words.locations(lang), mark="location"),
    )
    return _table(
        "facilities", "facilities", _("Facilities"), columns, rows, _("No facilities"), _id
    )


def coverage(rows: Iterable[Row], lang: str) -> Table:
    """Communities with the figures of the coverage report."""
    _ = translator(lang)
    columns = (
        _text(_("Community"), "name", "code"),
        _text(_("Street"), "street"),
        _number(_("People"), "residents", figures.number),
        _number(_("Elders"), "elders", figures.number),
        _number(_("Share"), "elder_share", figures.percent),
        _named(_("Coverage"), "class", words.classes(lang), mark="class"),
    )
    return _table(
        "coverage", "communities", _("Coverage"), columns, rows, _("No communities"), _code
    )


def _table(
    name: str, kind: str, title: str, columns: tuple[Column, ...], rows: Iterable[Row],
    empty: str, identify: Callable[[Row], str],
) -> Table:  # fmt: skip
    seen: dict[str, int] = {}
    listed = []
    for row in rows:
        own = identify(row)
        seen[own] = seen.get(own, 0) + 1
        unique = own if seen[own] == 1 else f"{own}~{seen[own]}"
        listed.append((unique, tuple(column.cell(row) for column in columns)))
    return Table(
        name=name, kind=kind, title=title, empty=empty, columns=columns, rows=tuple(listed)
    )


def _text(title: str, *names: str) -> Column:
    def cell(row: Row) -> Cell:
        value = next((str(row[name]) for name in names if row.get(name)), "—")
        return Cell(value, value)

    return Column(title, cell)


def _named(title: str, name: str, names: Mapping[str, str], *, mark: str = "") -> Column:
    def cell(row: Row) -> Cell:
        value = str(row.get(name) or "")
        text = names.get(value, value) or "—"
        return Cell(text, text, f"{mark}-{row.get(mark)}" if mark else "")

    return Column(title, cell)


def _number(title: str, name: str, form: Callable[[float], str]) -> Column:
    def cell(row: Row) -> Cell:
        value = row.get(name)
        return Cell("—", "") if value is None else Cell(form(float(value)), repr(float(value)))

    return Column(title, cell, numeric=True)


def _parties(row: Row) -> Cell:
    codes = row.get("communities") or ()
    names = row.get("names") or ("",) * len(codes)
    text = " / ".join(name or code or "—" for name, code in zip(names, codes, strict=True))
    return Cell(text or "—", text)


def _key(row: Row) -> str:
    return str(row["key"])


def _code(row: Row) -> str:
    return str(row["code"]) or "~"


def _id(row: Row) -> str:
    return str(row["id"])
