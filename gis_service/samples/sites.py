"""Residential blocks with elders, free places for facilities, and candidate sites."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.samples.partition import Community
from gis_service.samples.register import Pools
from gis_service.samples.residents import elders
from gis_service.samples.terrain import CRS, Array, Terrain, on_grid

_BLOCKS = 400
_CANDIDATES = 120
_LARGE_M2 = 20_000.0
_HAMLET_RADIUS_M = 45.0
_FROM_LINE_M = 22.0
_FROM_FAULT_M = 40.0
_STREET_HALF_WIDTH_M = 6.0


def usable_blocks(
    blocks: gpd.GeoDataFrame,
    polygons: list[shapely.Polygon],
    *,
    faults: list[shapely.Polygon],
    terrain: Terrain,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Choose the blocks that people may live in, in a drawn order.

    Sound, at least 900 m², inside their community, far from the planted faults; ``density``
    is how built-up the ground is there.
    """
    own = np.array(polygons)[blocks["community"].to_numpy()]
    inner = shapely.buffer(
        blocks.geometry.to_numpy(), -_STREET_HALF_WIDTH_M, join_style="mitre", mitre_limit=2.0
    )
    # In the hills a block is a slope with a hamlet in its middle.
    hamlet = shapely.buffer(shapely.centroid(inner), _HAMLET_RADIUS_M, quad_segs=2)
    inner = np.where(shapely.area(inner) > _LARGE_M2, hamlet, inner)
    inner = shapely.transform(inner, on_grid)
    middle = shapely.centroid(inner)
    near = shapely.distance(middle, shapely.union_all(faults)) < _FROM_FAULT_M
    good = (
        blocks.is_valid.to_numpy()
        & (shapely.get_type_id(inner) == 3)
        & shapely.is_valid(inner)
        & (shapely.area(inner) > 900.0)
        & ~near
        & shapely.contains(own, inner)
        & shapely.contains(inner, middle)
        & (shapely.distance(middle, shapely.boundary(own)) > _FROM_LINE_M)
        & (shapely.distance(inner, shapely.union_all(faults)) > 5.0)
    )
    frame = gpd.GeoDataFrame(
        {"community": blocks["community"].to_numpy()[good]}, geometry=inner[good], crs=CRS
    )
    frame["density"] = terrain.density(shapely.get_coordinates(middle[good]))
    return frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)


def home_land(blocks: gpd.GeoDataFrame, count: int, *, terrain: Terrain) -> Array:
    """Give each community's built-up land: block areas (at most 6,000 m²) by density."""
    middle = shapely.get_coordinates(shapely.centroid(blocks.geometry.to_numpy()))
    land = np.minimum(blocks.area.to_numpy(), 6000.0) * terrain.density(middle)
    bins = np.bincount(blocks["community"].to_numpy(), weights=land, minlength=count)
    return np.asarray(bins, dtype=np.float64)


def free_places(usable: gpd.GeoDataFrame, communities: list[Community]) -> Pools:
    """Give the middles of usable blocks as places for facilities, on the 1 mm grid."""
    middles = on_grid(shapely.get_coordinates(shapely.centroid(usable.geometry.to_numpy())))
    points: list[list[shapely.Point]] = [[] for _ in communities]
    for position, xy in zip(usable["community"], middles, strict=True):
        points[position].append(shapely.Point(xy))
    return Pools(communities, points)


def draw_blocks(
    usable: gpd.GeoDataFrame,
    communities: list[Community],
    *,
    population: pd.DataFrame,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Draw residential blocks (index ``id``; community, elders, residents, geometry).

    ``elders`` (60+) and ``residents`` add up to each community's resident people.
    """
    old = elders(population, kind="resident")
    everyone = elders(population, kind="resident", age=0)
    rows: list[tuple[str, int, int, object]] = []
    for position, community in enumerate(communities):
        own = usable[usable["community"] == position]
        total = int(everyone[community.code])
        wanted = int(np.clip(round(total * _BLOCKS / everyone.sum()), 2, 10))
        own = own.sort_values("density", ascending=False, kind="stable").iloc[: 6 * wanted]
        own = own.iloc[rng.permutation(len(own))[:wanted]]
        weight = own.area.to_numpy() * rng.uniform(0.7, 1.4, len(own))
        people = _spread(total, weight)
        aged = _spread(int(old[community.code]), people * rng.uniform(0.7, 1.3, len(own)))
        for geometry, one, some in zip(own.geometry, people, aged, strict=True):
            rows.append((community.code, int(some), int(one), geometry))
    frame = gpd.GeoDataFrame(
        rows, columns=["community", "elders", "residents", "geometry"], geometry="geometry", crs=CRS
    )
    frame.index = pd.Index([f"LH-B{i:04d}" for i in range(1, len(rows) + 1)], name="id")
    return frame


def draw_candidates(
    pools: Pools, *, terrain: Terrain, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Draw candidate sites (index ``id``; name, community, cost in 10,000 yuan, geometry)."""
    rows: list[tuple[str, str, int, shapely.Point]] = []
    counts = np.full(len(pools.points), _CANDIDATES // len(pools.points))
    counts[rng.permutation(len(counts))[: _CANDIDATES - counts.sum()]] += 1
    for community, count in zip(pools.communities, counts, strict=True):
        place = pools.communities.index(community)
        stem = community.name.removesuffix("社区")
        for k in range(1, int(count) + 1):
            point = pools.take(place)
            density = float(terrain.density(np.array([[point.x, point.y]]))[0])
            cost = int(round((70 + 190 * density) * float(rng.uniform(0.75, 1.35)) / 5) * 5)
            rows.append((f"{stem}备选点{k}", community.code, cost, point))
    frame = gpd.GeoDataFrame(
        rows, columns=["name", "community", "cost", "geometry"], geometry="geometry", crs=CRS
    )
    frame.index = pd.Index([f"LH-C{i:03d}" for i in range(1, len(rows) + 1)], name="id")
    return frame


def _spread(total: int, weight: Array) -> Array:
    """Share a whole number out in whole numbers, by largest remainder."""
    exact = total * weight / weight.sum()
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return np.asarray(whole, dtype=np.float64)
