"""A seeded generator of surveyed-looking coverages with planted faults, of any size.

Communities are bricks of a jittered wall (each has six neighbours, three meet at a junction);
every shared line is drawn with irregular vertices and decimetre to decametre wiggles on a 1 mm
grid, with a different number of vertices on every line. Nothing is wrong but what is planted.

exact
    Neighbours share every vertex.
separately digitised (``digitised_apart_m`` > 0)
    Every polygon is digitised on its own: each vertex lies up to that far from its neighbour's,
    and a third of the segments carry a vertex more, on one side only. Both lines stay within half
    that distance of the line that is meant, so within that distance of each other.

All coordinates are metres in EPSG:4547. The same arguments give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from planting import RECIPES, RIM_RECIPES, Changes, Planted, Site
from walls import BLOCK, Wall

Floats = NDArray[np.float64]

SURVEY_TOLERANCE_M = 0.05
MEAN_VERTICES = 350
"""Most communities then have 300 to 400 vertices."""


@dataclass(frozen=True)
class Coverage:
    """Polygons of a coverage, the faults in it, the district's outline.

    Attributes
    ----------
    polygons
        The communities; duplicates, enclaves and true islands come last.
    street
        Street number of each; the communities of a street are connected.
    outline
        The land that the communities would cover without a fault.
    planted
        What a check has to find; nothing else is wrong.
    """

    polygons: NDArray[np.object_]
    street: NDArray[np.int64]
    outline: shapely.Polygon
    planted: tuple[Planted, ...] = field(default=())

    @property
    def codes(self) -> NDArray[np.str_]:
        """Give the code of each row."""
        return np.char.add("C", np.char.zfill(np.arange(len(self.polygons)).astype(str), 7))

    def frame(self) -> gpd.GeoDataFrame:
        """Give the layer as the readers do: index code; name, street, row."""
        codes = self.codes
        columns = {
            "name": np.char.add("Community ", codes),
            "street": np.char.add("Street ", self.street.astype(str)),
            "row": np.arange(1, len(codes) + 1),
        }
        index = pd.Index(codes.astype(object), name="code")
        return gpd.GeoDataFrame(columns, index=index, geometry=self.polygons, crs="EPSG:4547")


def coverage(
    communities: int,
    *,
    vertices: int = MEAN_VERTICES,
    faults: int | None = 0,
    seed: int = 2026,
    digitised_apart_m: float = 0.0,
) -> Coverage:
    """Make a coverage of about ``communities`` polygons (a whole wall of them).

    Parameters
    ----------
    vertices
        Vertices of a polygon on average, without what a separate digitisation adds.
    faults
        At how many places something is planted, inside in turn of `RECIPES`, at the rim of
        `RIM_RECIPES`; at most at one place in four communities. None: one for 25 communities, and
        60 at least where there is room.
    digitised_apart_m
        Above 0 every polygon is digitised on its own, lines up to this far apart.
    """
    streams = np.random.SeedSequence(seed).spawn(3)
    columns = max(3, round(np.sqrt(communities)))
    rows = max(3, round(communities / columns))
    wall = Wall.drawn(rows, columns, vertices=vertices, rng=np.random.default_rng(streams[0]))
    changes = _plant(
        wall,
        faults=faults,
        apart_m=digitised_apart_m,
        vertices=vertices,
        rng=np.random.default_rng(streams[1]),
    )
    again = np.random.default_rng(streams[2]) if digitised_apart_m > 0 else None
    blocks = []
    for first in range(0, rows, BLOCK):
        points, sizes = changes.applied(
            *wall.rings(first, min(first + BLOCK, rows)), first * columns
        )
        if again is not None:
            points, sizes = _digitised_again(points, sizes, digitised_apart_m, rng=again)
        blocks.append(_polygons(points, sizes))
    polygons, street = changes.added(
        np.concatenate(blocks),
        wall.streets(),
        again=lambda ring: _again(ring, digitised_apart_m, again),
    )
    return Coverage(polygons, street, shapely.Polygon(wall.outline()), tuple(changes.planted))


def _plant(
    wall: Wall, *, faults: int | None, apart_m: float, vertices: int, rng: np.random.Generator
) -> Changes:
    changes = Changes()
    inside = [(r, c) for r in range(1, wall.rows - 1, 2) for c in range(1, wall.columns - 1, 2)]
    rim = [(0, c) for c in range(2, wall.columns - 1, 4)]
    usual = max(60, wall.rows * wall.columns // 25)
    wanted = min(len(inside) + len(rim), usual if faults is None else faults)
    at_rim = min(len(rim), -(-wanted * len(RIM_RECIPES) // (len(RECIPES) + len(RIM_RECIPES))))
    recipes = [r for r in RECIPES if apart_m <= r.most_apart_m and vertices >= r.least_vertices]
    chosen = [
        (RIM_RECIPES, rim, at_rim),
        (recipes, inside, min(len(inside), wanted - at_rim)),
    ]
    for shelf, places, count in chosen:
        picked = sorted(rng.permutation(len(places))[:count].tolist())
        for number, place in enumerate(picked):
            row, column = places[place]
            shelf[number % len(shelf)].plant(Site(wall, row, column), changes, rng)
    return changes


def _polygons(points: Floats, sizes: NDArray[np.intp]) -> NDArray[np.object_]:
    """Close open rings, given one after another, and make polygons of them."""
    ends = np.cumsum(sizes)
    closed = np.insert(points, ends, points[ends - sizes], axis=0)
    owner = np.repeat(np.arange(len(sizes)), sizes + 1)
    result: NDArray[np.object_] = shapely.polygons(shapely.linearrings(closed, indices=owner))
    return result


def _digitised_again(
    points: Floats, sizes: NDArray[np.intp], distance_m: float, *, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.intp]]:
    """Digitise open rings again: every vertex off by up to half ``distance_m``, a third more."""
    ends = np.cumsum(sizes)
    ahead = np.empty_like(points)
    ahead[:-1] = points[1:]
    ahead[ends - 1] = points[ends - sizes]
    between = points + rng.uniform(0.2, 0.8, (len(points), 1)) * (ahead - points)
    taken = np.ones((len(points), 2), dtype=bool)
    taken[:, 1] = rng.random(len(points)) < 1 / 3
    moved = np.stack((points, between), axis=1)[taken]
    angle = rng.uniform(0, 2 * np.pi, len(moved))
    reach = rng.uniform(0, distance_m / 2, len(moved))
    moved[:, 0] += np.cos(angle) * reach
    moved[:, 1] += np.sin(angle) * reach
    starts = ends - sizes
    return np.round(moved, 4), np.add.reduceat(taken.sum(axis=1), starts)


def _again(ring: Floats, distance_m: float, rng: np.random.Generator | None) -> Floats:
    if rng is None:
        return ring
    return _digitised_again(ring, np.array([len(ring)]), distance_m, rng=rng)[0]
