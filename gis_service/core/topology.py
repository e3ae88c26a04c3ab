"""One pass over a layer of communities: what every check reads.

Definitions
-----------
grid
    Coordinates are rounded to 1 mm, so that a sub-millimetre mismatch between neighbours is none.
    A polygon that only the rounding makes invalid is put on the grid by GEOS instead.
usable
    The polygonal geometry that checks compute with: valid ones as they are, invalid ones repaired
    by `shapely.make_valid` (structure), so that one bad ring does not hide other faults. None
    where there is no land: null, empty, not polygonal, not finite, collapsed on the grid.
outline
    The district's, where it is known: the land beyond it is read as that of one more owner, so that
    a rim which follows the outline matches it like a neighbour.
regions
    The land cut along the edges that neighbours don't share exactly (see `edges`, `regions`): where
    all edges match, nothing is ever intersected. Where most lines were digitised twice, it is cut
    along the edges that differ by more than the survey tolerance (see `tolerant`).

Bad geometry never raises here. All lengths are in metres of the layer's own, metric CRS.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.claims import Claimants, Claims, unclaimed_pieces
from gis_service.core.edges import (
    Edges,
    Floats,
    Rings,
    look_at_points,
    unmatched_edges,
    unmatched_edges_unless,
)
from gis_service.core.regions import Regions
from gis_service.core.tolerant import Apart, edges_apart, edges_within
from gis_service.core.validity import valid_polygons
from gis_service.errors import CrsError

GRID_M = 0.001
"""Grid of all coordinates, in metres."""

SURVEY_TOLERANCE_M = 0.05
"""How far apart two digitisations of one line may lie, unless a policy says otherwise."""

APART_SHARE = 0.3
"""A layer may be separately digitised when more of its edges than this share match nothing."""

SUSPECT_SHARE = 0.6
"""A large layer may be, too, when so many of its edges lie in cells where not all match."""

APART_VERTICES = 100_000
"""From so many vertices on a layer is large."""

APART_EDGES = 2000
"""With fewer unmatched edges every one is looked at exactly."""

BLOCK = 4096
"""Rows whose coordinates are rounded at a time: fewer copies of all of them in memory."""

POLYGONAL = (3, 6)
"""shapely type ids of Polygon and MultiPolygon."""

Objects = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Topology:
    """A layer read once: its columns, its land on the 1 mm grid and where that may conflict.

    Attributes
    ----------
    crs
        Metric CRS of everything here.
    codes, names, streets
        Texts, one a row; codes may repeat or be empty.
    has_codes
        False when the codes are only row numbers.
    rows
        Row of the file, from 1.
    geometries
        On the grid, otherwise as given (None, empty and non-polygonal ones stay).
    finite
        Whether all coordinates are finite numbers.
    reasons
        "" for a valid polygonal geometry, otherwise why GEOS calls it invalid, with the place.
    usable
        Valid polygonal land, or None.
    tree
        STRtree of `usable`.
    outline
        Valid polygonal outline of the district on the grid, None when it is not known.
    tolerance_m
        Survey tolerance: how far apart two digitisations of one line may lie.
    rings
        All vertices of `usable`, and of the outline.
    apart_m
        Within which the lines of the layer that this is a part of were taken for one; None when
        that is not known, or when they are one.

    Examples
    --------
    >>> layer = gpd.GeoDataFrame(
    ...     {"name": ["East", "West"]}, index=["1", "2"], crs="EPSG:4547",
    ...     geometry=shapely.from_wkt(["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))", "POLYGON EMPTY"]))
    >>> topology = Topology.of(layer)
    >>> len(topology), topology.usable[1] is None, topology.regions.claims.tolist()
    (2, True, [1])
    """

    crs: pyproj.CRS
    codes: Objects
    names: Objects
    streets: Objects
    has_codes: bool
    rows: NDArray[np.int64]
    geometries: Objects
    finite: NDArray[np.bool_]
    reasons: Objects
    usable: Objects
    tree: shapely.STRtree
    rings: Rings
    outline: BaseGeometry | None = None
    tolerance_m: float = SURVEY_TOLERANCE_M
    apart_m: float | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of(
        cls,
        layer: gpd.GeoDataFrame,
        *,
        outline: BaseGeometry | None = None,
        tolerance_m: float = SURVEY_TOLERANCE_M,
        apart_m: float | None = None,
    ) -> Topology:
        """Read ``layer`` (index: code; columns name, street, row where there are any).

        ``outline`` is valid polygonal land in the CRS of the layer, on the grid.

        Raises
        ------
        CrsError
            When the layer has no CRS, or one that is not metric.
        """
        crs = metric_crs(layer)
        given = np.asarray(layer.geometry.array, dtype=object)
        edge = np.array([outline], dtype=object) if outline is not None else given[:0]
        coordinates: Floats | None = shapely.get_coordinates(np.concatenate((given, edge)))
        geometries, finite = on_grid(given, coordinates=coordinates)
        if geometries is not given:
            coordinates = None  # read anew, when the memory of these is free again
        reasons = _reasons(geometries, finite, coordinates)
        usable = _usable(geometries, finite, reasons)
        if not all(new is old for new, old in zip(usable, given, strict=True)):
            coordinates = None
        rings = Rings.of(usable, outline=outline, coordinates=coordinates)
        numbers = np.arange(1, len(layer) + 1)
        return cls(
            crs=crs,
            codes=_texts(layer.index),
            names=_texts(layer["name"]) if "name" in layer else _texts([""] * len(layer)),
            streets=_texts(layer["street"]) if "street" in layer else _texts([""] * len(layer)),
            has_codes=bool(layer.attrs.get("has_codes", True)),
            rows=layer["row"].to_numpy(dtype=np.int64) if "row" in layer else numbers,
            geometries=geometries,
            finite=finite,
            reasons=reasons,
            usable=usable,
            tree=shapely.STRtree(usable),
            rings=rings,
            outline=outline,
            tolerance_m=tolerance_m,
            apart_m=apart_m,
        )

    @cached_property
    def _matching(self) -> tuple[Edges, Apart | None]:
        """Edges without a counterpart; and, where lines were digitised twice, how far apart."""
        if self.apart_m is not None:
            apart = edges_within(self.rings, self.apart_m)
            return apart.edges, apart
        many = len(self.rings.xy) > APART_VERTICES and self.tolerance_m > 0
        edges = unmatched_edges_unless(self.rings, suspect_share=SUSPECT_SHARE if many else 1.0)
        most = max(APART_EDGES, APART_SHARE * len(self.rings.xy))
        if self.tolerance_m <= 0 or (edges is not None and len(edges) < most):
            return (unmatched_edges(self.rings) if edges is None else edges), None
        apart = edges_apart(self.rings, self.tolerance_m)
        if len(apart.edges) < most:
            return apart.edges, apart
        return (unmatched_edges(self.rings) if edges is None else edges), None

    @property
    def unmatched(self) -> Edges:
        """Edges that no neighbour, and no outline, runs back along."""
        return self._matching[0]

    @property
    def apart(self) -> Apart | None:
        """How far apart the two sides of lines are, when most were digitised twice."""
        return self._matching[1]

    @property
    def slack_m(self) -> float:
        """How far apart the two sides of a line may be drawn and still be one line."""
        return 0.0 if self.apart is None else self.apart.tolerance_m

    @cached_property
    def regions(self) -> Regions:
        """The land cut along the edges that neighbours don't share, with its number of claims.

        With an outline, what lies beyond it counts as claimed once more.
        """
        return Regions.of(self.unmatched, around=0 if self.outline is None else 1)

    @cached_property
    def _claims(self) -> Claims:
        return Claims.of(self.regions, self.usable, outline=self.outline, slack_m=self.slack_m)

    @cached_property
    def claimed(self) -> tuple[Objects, list[Claimants]]:
        """Every piece of land that is claimed twice or more, and the rows that claim it.

        Pieces don't overlap one another; two that touch along a line have other claimants.
        """
        return self._claims.overlaps()

    @cached_property
    def beyond(self) -> tuple[Objects, list[int]]:
        """Every piece of land of a row beyond the outline, and the row."""
        return self._claims.outside()

    @cached_property
    def unclaimed(self) -> Objects:
        """Every piece of land that nobody claims, without islands in it.

        Inside the outline when it is known, else inside the layer's rim.
        """
        return unclaimed_pieces(self.regions)

    @cached_property
    def union(self) -> BaseGeometry:
        """All land that any community claims."""
        if self.outline is not None:
            return replace(self, outline=None, rings=Rings.of(self.usable)).union
        rim = self.regions.rim()
        return shapely.difference(rim, shapely.union_all(self.unclaimed))

    def ordered(self, rows: Any) -> list[int]:
        """Sort rows by code, then name, street and place, whatever the order of the layer."""
        return sorted((int(row) for row in rows), key=self._rank)

    def _rank(self, row: int) -> tuple[Any, ...]:
        bounds = shapely.bounds(self.usable[row])
        place = tuple(np.nan_to_num(bounds, nan=np.inf).tolist())
        return (self.codes[row], self.names[row], self.streets[row], place)


def metric_crs(layer: gpd.GeoDataFrame) -> pyproj.CRS:
    """Give the CRS of ``layer``, or raise `CrsError` when it is missing or in degrees."""
    if layer.crs is None:
        raise CrsError(
            "图层没有坐标系，无法计算面积和距离。请指明坐标系，例如 EPSG:4547。",
            "The layer has no coordinate system, so areas and distances mean nothing. "
            "State it, for example EPSG:4547.",
        )
    crs = pyproj.CRS.from_user_input(layer.crs)
    if not crs.is_projected:
        raise CrsError(
            f"图层坐标系为 {crs.name}（以度为单位），检查需要以米为单位的投影坐标系。"
            "请先转换，例如转为 EPSG:4547。",
            f"The layer is in {crs.name} (degrees); a projected CRS in metres is needed. "
            "Transform it first, for example to EPSG:4547.",
            crs=crs.to_string(),
        )
    return crs


def require_same_crs(frame: gpd.GeoDataFrame, crs: pyproj.CRS, *, what: tuple[str, str]) -> None:
    """Raise `CrsError` unless ``frame`` is in ``crs``; ``what`` names it in Chinese and English."""
    if frame.crs is not None and pyproj.CRS.from_user_input(frame.crs) == crs:
        return
    given = "—" if frame.crs is None else pyproj.CRS.from_user_input(frame.crs).name
    zh, en = what
    raise CrsError(
        f"{zh}的坐标系（{given}）与社区图层（{crs.name}）不同。请先转换到同一坐标系。",
        f"The {en} are in another coordinate system ({given}) than the communities "
        f"({crs.name}). Transform them to the same one first.",
        given=given,
        wanted=crs.to_string(),
    )


def on_grid(
    geometries: Objects, *, coordinates: Floats | None = None
) -> tuple[Objects, NDArray[np.bool_]]:
    """Round 2D coordinates to `GRID_M`; also tell which geometries are finite (null ones are).

    Non-finite geometries are returned as they are; those on the grid already are not touched: when
    all are, ``geometries`` itself is returned. ``coordinates`` begin with those of ``geometries``,
    when they are known.
    """
    if coordinates is None:
        coordinates = shapely.get_coordinates(geometries)
    off, infinite, repeated = _survey(coordinates, geometries)
    finite = ~infinite
    # a geometry that carries a precision of its own would round what is computed from it
    plain = ~shapely.has_z(geometries) & (shapely.get_precision(geometries) == 0)
    moving = finite & (off | ~plain)
    if not moving.any() and not repeated.any():
        return geometries, finite
    rounded = geometries.copy()
    for rows in np.array_split(np.flatnonzero(moving), 1 + int(moving.sum()) // BLOCK):
        rounded[rows] = shapely.transform(geometries[rows], lambda xy: np.round(xy, 3))
    polygons = finite & np.isin(shapely.get_type_id(rounded), POLYGONAL)
    suspect = np.flatnonzero(polygons & moving)
    for row in suspect[~shapely.is_valid(rounded[suspect])]:  # few: invalid by rounding alone
        if shapely.is_valid(geometries[row]):
            rounded[row] = shapely.set_precision(shapely.force_2d(geometries[row]), GRID_M)
    doubled = np.flatnonzero(polygons & repeated)
    doubled = doubled[shapely.is_valid(rounded[doubled])]
    rounded[doubled] = shapely.remove_repeated_points(rounded[doubled])
    return rounded, finite


def _survey(
    coordinates: Floats, geometries: Objects
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which geometries have points off the grid, not finite, or repeated on the grid."""
    counts = shapely.get_num_coordinates(geometries)
    bounds = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    off, infinite, repeated = (np.zeros(len(geometries), dtype=np.bool_) for _ in range(3))
    look_at_points(coordinates, bounds, off, infinite, repeated)
    return off, infinite, repeated


def polygonal(geometries: Objects) -> Objects:
    """Keep only the polygonal part of each geometry; None where there is none.

    Examples
    --------
    >>> mixed = "GEOMETRYCOLLECTION (POINT (0 0), POLYGON ((0 0, 1 0, 1 1, 0 0)))"
    >>> polygonal(shapely.from_wkt(np.array([mixed, "POINT (0 0)"])))
    array([<POLYGON ((0 0, 1 0, 1 1, 0 0))>, None], dtype=object)
    """
    result = np.full(len(geometries), None, dtype=object)
    kinds = shapely.get_type_id(geometries)
    plain = np.isin(kinds, POLYGONAL) & ~shapely.is_empty(geometries)
    result[plain] = geometries[plain]
    for row in np.flatnonzero(kinds == 7):  # collections: only where neighbours touch and overlap
        parts = shapely.get_parts(shapely.get_parts(geometries[row]))
        parts = parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]
        if len(parts):
            result[row] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return result


def _reasons(geometries: Objects, finite: NDArray[np.bool_], coordinates: Floats | None) -> Objects:
    reasons = np.full(len(geometries), "", dtype=object)
    polygons = finite & np.isin(shapely.get_type_id(geometries), POLYGONAL)
    invalid = np.flatnonzero(polygons & ~valid_polygons(geometries, coordinates))
    reasons[invalid] = shapely.is_valid_reason(geometries[invalid])
    return reasons


def _usable(geometries: Objects, finite: NDArray[np.bool_], reasons: Objects) -> Objects:
    usable = geometries.copy()
    usable[~(finite & np.isin(shapely.get_type_id(geometries), POLYGONAL))] = None
    for row in np.flatnonzero(reasons != ""):
        repaired = shapely.make_valid(geometries[row], method="structure", keep_collapsed=False)
        usable[row] = polygonal(np.array([repaired], dtype=object))[0]
    usable[shapely.is_empty(usable)] = None  # what is valid and not empty has an area
    return usable


def _texts(values: Any) -> Objects:
    plain = np.asarray(values, dtype=object)
    texts = ["" if value is None or value != value else str(value) for value in plain.tolist()]
    return np.array(texts, dtype=object)
