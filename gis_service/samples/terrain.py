"""The ground: the district's outline, where it is built up, and how its streets bend.

Coordinates are EPSG:4547 metres on a 1 mm grid unless a name says otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Array = NDArray[np.float64]

CRS = "EPSG:4547"
"""CGCS2000 / 3-degree Gauss-Kruger CM 114E."""

DEGREE_DECIMALS = 9
"""Decimals of every longitude and latitude written: 0.1 mm, so that 1 mm survives."""

_TOWN = (
    # lon, lat, radius in m, strength
    (114.113, 22.546, 2300.0, 1.0),
    (114.118, 22.572, 2300.0, 0.9),
    (114.137, 22.556, 1500.0, 0.7),
    (114.174, 22.559, 1150.0, 0.8),
    (114.143, 22.586, 1200.0, 0.6),
    (114.190, 22.600, 700.0, 0.35),
)
_WAVES = ((1300.0, 34.0), (1700.0, 34.0), (460.0, 13.0), (390.0, 11.0), (150.0, 2.6))
_FADE_M = 420.0


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(lonlat: Array) -> Array:
    """Turn (n, 2) WGS 84 degrees into EPSG:4547 metres on the 1 mm grid."""
    x, y = _transformer("EPSG:4326", CRS).transform(lonlat[:, 0], lonlat[:, 1])
    return on_grid(np.column_stack((x, y)))


def to_degrees(xy: Array) -> Array:
    """Turn (n, 2) EPSG:4547 metres into WGS 84 degrees with `DEGREE_DECIMALS` decimals."""
    lon, lat = _transformer(CRS, "EPSG:4326").transform(xy[:, 0], xy[:, 1])
    return np.asarray(np.round(np.column_stack((lon, lat)), DEGREE_DECIMALS))


def on_grid(xy: Array) -> Array:
    """Round coordinates to the 1 mm grid."""
    return np.asarray(np.round(xy, 3))


@dataclass(frozen=True)
class Terrain:
    """The district's ground.

    Attributes
    ----------
    outline
        The real outline: counter-clockwise, on the 1 mm grid.
    towns
        One row per town: middle x, y (m), radius (m), strength.
    waves
        One row per wave of the bend: wave vector x, y (rad/m), shift x, y (m), phase (rad).
    """

    outline: shapely.Polygon
    towns: Array
    waves: Array

    def density(self, xy: Array) -> Array:
        """How built-up the ground is at (n, 2) points: 0 (hills) to 1 (town)."""
        x, y, radius, strength = self.towns.T
        squared = (xy[:, :1] - x) ** 2 + (xy[:, 1:] - y) ** 2
        total = (strength * np.exp(-squared / (2 * radius**2))).sum(axis=1)
        return np.asarray(np.minimum(total, 1.0))

    def bend(self, xy: Array) -> Array:
        """Shift (n, 2) points by a smooth field that is zero on the rim.

        The field's steepness stays under 1, so that lines which do not cross before do not
        cross after. The result is not rounded.
        """
        distance = shapely.distance(shapely.points(xy), self.outline.exterior)
        share = np.clip(distance / _FADE_M, 0.0, 1.0)
        fade = share * share * (3.0 - 2.0 * share)
        shift = np.zeros_like(xy)
        for kx, ky, ax, ay, phase in self.waves:
            wave = np.sin(kx * xy[:, 0] + ky * xy[:, 1] + phase)
            shift += wave[:, None] * np.array([ax, ay])
        return np.asarray(xy + shift * fade[:, None])


def read_terrain(rng: np.random.Generator) -> Terrain:
    """Read the outline that travels with the package, and draw the waves of the bend."""
    text = resources.files(__package__).joinpath("outline.geojson").read_text(encoding="utf-8")
    ring = json.loads(text)["features"][0]["geometry"]["coordinates"][0]
    outline = shapely.Polygon(to_metres(np.array(ring, dtype=float)))
    outline = shapely.orient_polygons(outline, exterior_cw=False)
    rows = []
    for length, height in _WAVES:
        way = rng.uniform(0.0, np.pi)
        kx, ky = 2 * np.pi / length * np.cos(way), 2 * np.pi / length * np.sin(way)
        # The shift runs across the wave's way: streets bend, blocks keep their size.
        rows.append((kx, ky, -height * np.sin(way), height * np.cos(way), rng.uniform(0, 6.28)))
    towns = np.array(_TOWN)
    towns[:, :2] = to_metres(towns[:, :2])
    return Terrain(outline, towns, np.array(rows))
