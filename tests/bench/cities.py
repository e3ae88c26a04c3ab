"""Cities to measure coverage on: streets, communities, blocks with elders, facilities; seeded.

`CITY` and `DISTRICT` are the two sizes of the targets. The same order always gives the same city.
Streets are a bent grid from which about a quarter of the edges is missing, all of it connected;
blocks are denser around centres, and lie off the streets. Coordinates are metres, as of EPSG:4547.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

SPACING_M = 55.0
ORIGIN = (500_000.0, 2_480_000.0)
MISSING = 0.45
STEPS = 0.02

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Order:
    """How large a city is wanted: ``street_nodes`` is rows × columns of street corners."""

    name: str
    communities: tuple[int, int]
    blocks: int
    facilities: int
    street_nodes: tuple[int, int]
    seed: int = 440303


CITY = Order("city", (40, 50), 50_000, 2_000, (550, 600))
DISTRICT = Order("district", (9, 9), 400, 60, (100, 150))


@dataclass(frozen=True, eq=False)
class City:
    """A made-up city.

    Attributes
    ----------
    nodes_xy, edges_uv, length_m, stairs
        Its streets, as `gis_service.core.network.WalkNetwork.from_edges` takes them.
    communities
        Polygons without overlaps or gaps.
    blocks_xy, block_community, elders, residents
        Blocks: a point, the community in which it lies, people of 60 and more, all people.
    facilities_xy, facility_community, places, beds
        Facilities, all open, with their capacity.
    """

    nodes_xy: Floats
    edges_uv: Ints
    length_m: Floats
    stairs: NDArray[np.bool_]
    communities: NDArray[np.object_]
    blocks_xy: Floats
    block_community: Ints
    elders: Ints
    residents: Ints
    facilities_xy: Floats
    facility_community: Ints
    places: Ints
    beds: Ints


@functools.cache
def city(order: Order) -> City:
    """Make the city of an order."""
    rng = np.random.default_rng(order.seed)
    rows, columns = order.street_nodes
    nodes = _bent(_raster(rows, columns), rng, jitter=0.28)
    edges = _edges(rows, columns, rng)
    straight = np.hypot(*(nodes[edges[:, 1]] - nodes[edges[:, 0]]).T)
    length = np.ceil(straight * rng.uniform(1.0, 1.08, len(edges)) * 100) / 100
    wide, high = (columns - 1) * SPACING_M, (rows - 1) * SPACING_M
    communities = _communities(order.communities, wide, high, rng)
    blocks = _spread(order.blocks, wide, high, rng)
    facilities = _spread(order.facilities, wide, high, rng)
    residents = np.maximum(1, rng.lognormal(5.6, 0.6, order.blocks).astype(np.int64))
    elders = rng.binomial(residents, rng.beta(3.0, 16.0, order.blocks)).astype(np.int64)
    return City(
        nodes + ORIGIN,
        edges,
        length,
        rng.uniform(size=len(edges)) < STEPS,
        communities,
        blocks + ORIGIN,
        _within(communities, blocks + ORIGIN),
        elders,
        residents,
        facilities + ORIGIN,
        _within(communities, facilities + ORIGIN),
        10 * rng.integers(1, 9, order.facilities),
        rng.integers(0, 30, order.facilities),
    )


def _raster(rows: int, columns: int) -> Floats:
    y, x = np.divmod(np.arange(rows * columns), columns)
    return np.column_stack((x, y)).astype(np.float64)


def _bent(raster: Floats, rng: np.random.Generator, *, jitter: float) -> Floats:
    return (raster + rng.uniform(-jitter, jitter, raster.shape)) * SPACING_M


def _edges(rows: int, columns: int, rng: np.random.Generator) -> Ints:
    """Keep a random tree over the raster, so that all is connected, and most other edges."""
    number = np.arange(rows * columns).reshape(rows, columns)
    pairs = np.vstack(
        (
            np.column_stack((number[:, :-1].ravel(), number[:, 1:].ravel())),
            np.column_stack((number[:-1].ravel(), number[1:].ravel())),
        )
    )
    weight = rng.uniform(1.0, 2.0, len(pairs))
    graph = coo_array((weight, (pairs[:, 0], pairs[:, 1])), (number.size, number.size))
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    inside = np.isin(
        pairs[:, 0] * number.size + pairs[:, 1],
        tree.coords[0].astype(np.int64) * number.size + tree.coords[1],
    )
    return pairs[inside | (rng.uniform(size=len(pairs)) >= MISSING)]


def _communities(
    size: tuple[int, int], wide: float, high: float, rng: np.random.Generator
) -> NDArray[np.object_]:
    rows, columns = size
    y, x = np.mgrid[0 : rows + 1, 0 : columns + 1].astype(float)
    y[1:-1, 1:-1] += rng.uniform(-0.25, 0.25, (rows - 1, columns - 1))
    x[1:-1, 1:-1] += rng.uniform(-0.25, 0.25, (rows - 1, columns - 1))
    corner = np.round(np.stack((x * wide / columns, y * high / rows), axis=-1) + ORIGIN, 3)
    ring = np.stack((corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]), axis=2)
    return np.asarray(shapely.polygons(ring.reshape(-1, 4, 2)))


def _spread(count: int, wide: float, high: float, rng: np.random.Generator) -> Floats:
    """Give points, two thirds of them around centres."""
    size = np.array([wide, high])
    centres = rng.uniform(0.05, 0.95, (max(4, count // 150), 2)) * size
    around = centres[rng.integers(0, len(centres), count)]
    around = around + rng.normal(0.0, 0.035, (count, 2)) * size
    anywhere = rng.uniform(size=(count, 2)) * size
    points = np.where(rng.uniform(size=(count, 1)) < 0.67, around, anywhere)
    return np.round(np.clip(points, 1.0, size - 1.0), 3)


def _within(communities: NDArray[np.object_], points: Floats) -> Ints:
    found = shapely.STRtree(communities).query_nearest(shapely.points(points), all_matches=False)
    return found[1].astype(np.int64)
