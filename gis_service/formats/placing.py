"""From the numbers in a file to geometries in the working CRS."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gis_service.core import crs as systems
from gis_service.errors import CrsError
from gis_service.formats.geometries import Geometries, clean, row_notes
from gis_service.model.survey import RowNote
from gis_service.model.text import Text

GRID_DECIMALS = 3
"""Metres are kept to the millimetre: all that is computed stands on that grid."""


@dataclass(frozen=True)
class Placed:
    """Geometries in the working CRS, and how they came there."""

    geometry: Geometries
    source: systems.SourceCrs
    reason: Text
    working_crs: CRS
    notes: tuple[RowNote, ...]


def place(
    geometry: Geometries,
    *,
    declared: str | None,
    given: str | None = None,
    working_crs: str | None = None,
    preferred_crs: str = systems.DEFAULT_WORKING_CRS,
    outline: gpd.GeoDataFrame | None = None,
    wanted: str = "polygon",
) -> Placed:
    """Settle the CRS of geometries and move them to the working CRS, on the 1 mm grid.

    Raises
    ------
    CrsError
        As `gis_service.core.crs.settle` and `choose_working_crs` do.
    """
    geometry, notes = clean(geometry, wanted=wanted)
    if declared is not None and not _is_known(declared):
        notes.append(RowNote(row=0, kind="crs_unreadable", text=_UNREADABLE))
        declared = None
    district = _district(outline)
    corners, rows = _corners(geometry)
    decision = systems.settle(
        corners, declared=declared, given=given, geometries=_usable(geometry), outline=district
    )
    source = decision.source
    good = systems.fits(source, corners)
    lonlat = systems.to_lonlat(source, corners[good])
    target = systems.choose_working_crs(lonlat, wanted=working_crs, preferred=preferred_crs)
    move = systems.transformation(source, target)
    before = shapely.get_coordinates(geometry)
    after = np.round(move(before), GRID_DECIMALS)
    moved = geometry.copy()
    if not np.array_equal(before, after):
        moved = np.asarray(shapely.set_coordinates(moved, after), dtype=object)
    outside = np.zeros(len(geometry), dtype=bool)
    outside[rows[~good]] = True
    lost = np.zeros(len(geometry), dtype=bool)
    if not np.isfinite(after.sum()):
        _, owners = shapely.get_coordinates(moved, return_index=True)
        lost[owners[~np.isfinite(after).all(axis=1)]] = True
    moved[lost] = None
    notes += row_notes(outside & ~lost, "out_of_range", _FAR)
    notes += row_notes(lost, "out_of_range", _LOST)
    if district is not None:
        notes += _offset_note(source, geometry, district)
    return Placed(moved, source, decision.reason, target, tuple(notes))


def _is_known(declared: str) -> bool:
    try:
        systems.parse_crs(declared)
    except CrsError:
        return False
    return True


def _usable(geometry: Geometries) -> Geometries:
    return np.asarray(geometry[~shapely.is_missing(geometry)])


def _corners(geometry: Geometries) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Give two corners of each row's box, and the row of each."""
    boxes = shapely.bounds(geometry)
    rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    return boxes[rows].reshape(-1, 2), np.repeat(rows, 2)


def _district(outline: gpd.GeoDataFrame | None) -> Geometries | None:
    if outline is None or not len(outline):
        return None
    lonlat = outline.geometry.to_crs(systems.WGS84) if outline.crs else outline.geometry
    return np.asarray(lonlat.dropna().array, dtype=object)


def _offset_note(
    source: systems.SourceCrs, geometry: Geometries, district: Geometries
) -> list[RowNote]:
    offset = systems.probable_offset(source, _usable(geometry), outline=district)
    if not offset:
        return []
    text = Text(
        f"坐标疑为 {offset}（网络地图坐标）：减去其偏移后与外边界明显更吻合。坐标未改动；"
        f"核实后请用 --crs {offset} 重新读取。",
        f"The coordinates are probably {offset} (Chinese web maps): without its offset the layer "
        f"fits the outline much better. Nothing was moved; if it is so, read it with "
        f"--crs {offset}.",
    )
    return [RowNote(row=0, kind="probable_" + offset.lower(), text=text)]


_UNREADABLE = Text(
    "文件声明的坐标系无法识别，按未声明处理。",
    "The coordinate system that the file declares is unknown; it counts as undeclared.",
)
_FAR = Text(
    "坐标远在坐标系的适用范围之外。", "Its coordinates lie far outside the CRS's area of use."
)
_LOST = Text(
    "坐标超出坐标系的有效范围，图形未采用。",
    "Its coordinates are out of the CRS's range; its geometry is not used.",
)
