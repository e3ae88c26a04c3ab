"""The tables of differences and of histories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gis_service.maps import figures, words
from gis_service.maps.tables import Cell, Column, Table
from gis_service.texts import translator

Row = Mapping[str, Any]


def changes(rows: Iterable[Row], lang: str) -> Table:
    """Communities that differ, with the land that each gained and lost."""
    _ = translator(lang)
    columns = (
        Column(_("Community"), _name),
        Column(_("What changed"), lambda row: _kinds(row, lang)),
        Column(_("Gained m²"), lambda row: _area(row["gained_m2"]), numeric=True),
        Column(_("Lost m²"), lambda row: _area(row["lost_m2"]), numeric=True),
        Column(_("Area before m²"), lambda row: _area(row["area_before_m2"]), numeric=True),
        Column(_("Area after m²"), lambda row: _area(row["area_after_m2"]), numeric=True),
    )
    listed = tuple(
        (str(row["code"]) or "~", tuple(column.cell(row) for column in columns)) for row in rows
    )
    return Table(
        name="changes",
        kind="changes",
        title=_("Changed communities"),
        empty=_("No community differs"),
        columns=columns,
        rows=listed,
    )


def pieces(rows: Iterable[Row], lang: str) -> Table:
    """Land that changed hands, piece by piece, as it is numbered on the map."""
    _ = translator(lang)
    columns = (
        Column(_("Lost by"), lambda row: _text(row["from"] or _("nobody"))),
        Column(_("Gained by"), lambda row: _text(row["to"] or _("nobody"))),
        Column(_("Area m²"), lambda row: _area(row["area_m2"]), numeric=True),
    )
    listed = tuple(
        (str(number), tuple(column.cell(row) for column in columns))
        for number, row in enumerate(rows, start=1)
    )
    return Table(
        name="pieces",
        kind="pieces",
        title=_("Land that changed hands"),
        empty=_("No land changed hands"),
        columns=columns,
        rows=listed,
    )


def _name(row: Row) -> Cell:
    name = str(row["name_after"] or row["name_before"] or "")
    code = str(row["code"])
    before = row["code_before"]
    shown = f"{code} ← {before}" if before and before != code else code
    return _text(f"{name} {shown}".strip() or "—")


def _kinds(row: Row, lang: str) -> Cell:
    named = words.changes(lang)
    parts = [named[kind] for kind in row["kinds"]]
    if "renamed" in row["kinds"]:
        parts.append(f"{row['name_before']} → {row['name_after']}")
    if "reassigned" in row["kinds"]:
        parts.append(f"{row['street_before']} → {row['street_after']}")
    return _text(" · ".join(parts))


def _area(value: float | None) -> Cell:
    return Cell("—", "") if value is None else Cell(figures.square_metres(value), repr(value))


def _text(text: str) -> Cell:
    return Cell(text, text)
