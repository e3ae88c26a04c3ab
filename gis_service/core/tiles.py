"""Tile matrix sets, and a layer's part of one tile: chosen, simplified, projected, clipped.

WebMercatorQuad and WorldCRS84Quad as OGC 17-083r4 defines them. A tile holds what lies up to
`BUFFER` units beyond its sides, so that lines are not drawn along them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.mvt import EXTENT, layer
from gis_service.errors import NotFoundError
from gis_service.registry import Registry

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

BUFFER = 64
MAX_ZOOM = 20
TOLERANCE = 0.75
"""How far simplified lines may lie from the true ones, in units of the tile (1/4096)."""


@dataclass(frozen=True)
class TileMatrixSet:
    """A way of cutting the world into tiles.

    Attributes
    ----------
    name, uri, crs
        As OGC registers them.
    wide
        How many tiles stand beside each other at zoom 0.
    """

    name: str
    uri: str
    crs: str
    wide: int

    def size(self, zoom: int) -> tuple[int, int]:
        """Give how many columns and rows there are."""
        return self.wide << zoom, 1 << zoom

    def place(self, lonlat: Floats, *, zoom: int) -> Floats:
        """Give points (n, 2) in lon/lat in tiles from the north-west corner."""
        columns, rows = self.size(zoom)
        x = (lonlat[:, 0] + 180.0) / 360.0 * columns
        if self.wide == 2:
            return np.column_stack((x, (90.0 - lonlat[:, 1]) / 180.0 * rows))
        turned = np.arcsinh(np.tan(np.radians(np.clip(lonlat[:, 1], -89.99, 89.99))))
        return np.column_stack((x, (0.5 - turned / (2.0 * np.pi)) * rows))

    def lonlat(self, column: float, row: float, *, zoom: int) -> tuple[float, float]:
        """Give the lon/lat of a place in tiles from the north-west corner."""
        columns, rows = self.size(zoom)
        lon = column / columns * 360.0 - 180.0
        if self.wide == 2:
            return lon, 90.0 - row / rows * 180.0
        return lon, float(np.degrees(np.arctan(np.sinh((0.5 - row / rows) * 2.0 * np.pi))))


_REGISTER = "http://www.opengis.net/def/tilematrixset/OGC/1.0/"

TILE_MATRIX_SETS: Registry[TileMatrixSet] = Registry(
    "tile matrix set",
    [
        (
            "WebMercatorQuad",
            TileMatrixSet(
                "WebMercatorQuad",
                f"{_REGISTER}WebMercatorQuad",
                "http://www.opengis.net/def/crs/EPSG/0/3857",
                1,
            ),
        ),
        (
            "WorldCRS84Quad",
            TileMatrixSet(
                "WorldCRS84Quad",
                f"{_REGISTER}WorldCRS84Quad",
                "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
                2,
            ),
        ),
    ],
)
"""Name → the set."""


@dataclass(frozen=True)
class Address:
    """One tile: its set, zoom, row and column; `at` refuses what can't be."""

    matrix_set: TileMatrixSet
    zoom: int
    row: int
    column: int

    @classmethod
    def at(cls, name: str, zoom: str, row: str, column: str) -> Address:
        """Read an address.

        Raises
        ------
        NotFoundError
            When there is no such tile.
        """
        matrix_set = TILE_MATRIX_SETS.find(name)
        whole = [
            text.isascii() and text.isdigit() and len(text) < 9 for text in (zoom, row, column)
        ]
        if all(whole) and int(zoom) <= MAX_ZOOM:
            columns, rows = matrix_set.size(int(zoom))
            if int(row) < rows and int(column) < columns:
                return cls(matrix_set, int(zoom), int(row), int(column))
        raise NotFoundError(
            f"没有瓦片 {name}/{zoom}/{row}/{column}；级别 0 至 {MAX_ZOOM}，次序为级别/行/列。",
            f"There is no tile {name}/{zoom}/{row}/{column}; zooms are 0 to {MAX_ZOOM}, the order "
            "is zoom/row/column.",
            max_zoom=MAX_ZOOM,
        )

    def window(self) -> tuple[float, float, float, float]:
        """Give west, south, east, north of the tile and its rim, in lon/lat."""
        rim = BUFFER / EXTENT
        give, zoom = self.matrix_set.lonlat, self.zoom
        west, north = give(self.column - rim, self.row - rim, zoom=zoom)
        east, south = give(self.column + 1 + rim, self.row + 1 + rim, zoom=zoom)
        return west, south, east, north


def encode(
    name: str,
    address: Address,
    *,
    shapes: Geometries,
    tree: shapely.STRtree,
    columns: Mapping[str, tuple[NDArray[Any], NDArray[Any]]],
) -> bytes:
    """Give a layer's part of a tile; b"" when it has nothing there.

    Parameters
    ----------
    shapes, tree
        Geometries in lon/lat, and the tree over them.
    columns
        Name → values and where they are missing, as long as ``shapes``.
    """
    near = np.sort(tree.query(shapely.box(*address.window())))
    if not len(near):
        return b""
    there = placed(shapes[near], address)
    seen = ~(shapely.is_missing(there) | shapely.is_empty(there))
    rows = near[seen]
    if not len(rows):
        return b""
    held = {key: (values[rows], missing[rows]) for key, (values, missing) in columns.items()}
    return layer(name, there[seen], columns=held)


def placed(shapes: Geometries, address: Address) -> Geometries:
    """Give geometries in the units of a tile, simplified for its zoom and clipped to its rim."""
    columns, _ = address.matrix_set.size(address.zoom)
    unit_deg = 360.0 / columns / EXTENT
    simple = shapely.simplify(shapes, TOLERANCE * unit_deg, preserve_topology=False)
    corner = np.array([address.column, address.row], dtype=float)

    def move(lonlat: Floats) -> Floats:
        found: Floats = (address.matrix_set.place(lonlat, zoom=address.zoom) - corner) * EXTENT
        return found

    moved = np.asarray(shapely.transform(simple, move), dtype=object)
    low, high = -BUFFER, EXTENT + BUFFER
    bounds = shapely.bounds(moved)
    with np.errstate(invalid="ignore"):
        beyond = (bounds[:, :2] < low).any(axis=1) | (bounds[:, 2:] > high).any(axis=1)
    if beyond.any():
        cut = moved[beyond]
        broken = ~shapely.is_valid(cut)
        cut[broken] = shapely.make_valid(cut[broken])
        moved[beyond] = shapely.clip_by_rect(cut, low, low, high, high)
    return moved
