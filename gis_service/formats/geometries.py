"""What is odd about geometries: told row by row; nothing is dropped in silence."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.model.survey import RowNote
from gis_service.model.text import Text

Geometries = NDArray[np.object_]

_LISTED = 20
_POLYGONS = (3, 6)
_TYPES = {
    0: Text("点", "a point"),
    1: Text("线", "a line"),
    2: Text("环线", "a ring"),
    4: Text("多点", "points"),
    5: Text("多线", "lines"),
    7: Text("几何集合", "a geometry collection"),
}


def clean(geometry: Geometries, *, wanted: str) -> tuple[Geometries, list[RowNote]]:
    """Give geometries in 2D with finite coordinates (else None), and notes on what was odd.

    Parameters
    ----------
    wanted
        ``"polygon"`` notes rows that are none; ``"point"`` and ``"any"`` do not.
    """
    geometry = geometry.copy()
    notes = row_notes(shapely.is_missing(geometry), "null_geometry", _NULL)
    broken = _non_finite(geometry)
    geometry[broken] = None
    notes += row_notes(broken, "non_finite", _NON_FINITE)
    has_z = shapely.has_z(geometry)
    notes += group_note(has_z, "third_dimension", _Z)
    geometry[has_z] = shapely.force_2d(geometry[has_z])
    empty = shapely.is_empty(geometry)
    notes += row_notes(empty, "empty_geometry", _EMPTY)
    if wanted == "polygon":
        kinds = shapely.get_type_id(geometry)
        for kind, what in _TYPES.items():
            name = "geometry_collection" if kind == 7 else "not_a_polygon"
            text = Text(f"是{what.zh}，不是面。", f"It is {what.en}, not a polygon.")
            notes += row_notes((kinds == kind) & ~empty, name, text)
    return geometry, notes


def row_notes(rows: NDArray[np.bool_], kind: str, text: Text) -> list[RowNote]:
    """Make a note for each row that is set, with the row's number in the text."""
    return [
        RowNote(
            row=int(row), kind=kind, text=Text(f"第 {row} 行：{text.zh}", f"Row {row}: {text.en}")
        )
        for row in np.flatnonzero(rows) + 1
    ]


def group_note(rows: NDArray[np.bool_], kind: str, text: Text) -> list[RowNote]:
    """Make a note for each row, or one for the file when it holds for all rows or for many."""
    count = int(rows.sum())
    if count <= _LISTED and count < len(rows):
        return row_notes(rows, kind, text)
    if not count:
        return []
    first = int(np.flatnonzero(rows)[0]) + 1
    return [
        RowNote(
            row=0,
            kind=kind,
            text=Text(
                f"{count} 行（首个为第 {first} 行）：{text.zh}",
                f"{count} rows (the first is row {first}): {text.en}",
            ),
        )
    ]


def _non_finite(geometry: Geometries) -> NDArray[np.bool_]:
    broken = np.zeros(len(geometry), dtype=bool)
    if np.isfinite(shapely.get_coordinates(geometry).sum()):  # as nearly always
        return broken
    coordinates, rows = shapely.get_coordinates(geometry, return_index=True)
    broken[rows[~np.isfinite(coordinates).all(axis=1)]] = True
    return broken


_NULL = Text("没有图形。", "It has no geometry.")
_EMPTY = Text("图形为空。", "Its geometry is empty.")
_NON_FINITE = Text(
    "坐标不是有限的数（NaN 或无穷大），图形未采用。",
    "It has a coordinate that is not finite (NaN or infinity); its geometry is not used.",
)
_Z = Text("含高程（Z），已去掉。", "heights (Z) were dropped.")
