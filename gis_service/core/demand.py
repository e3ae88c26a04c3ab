"""Where people live in their communities: totals spread over blocks so that they add up exactly.

A community's total T is spread in proportion to weights w by the largest-remainder method: each
block gets :math:`\\lfloor T w / \\sum w \\rfloor`, and the people left over go one each to the
blocks with the largest fractions (of equal ones to the first id). So all figures are whole people
and their sum is T, exactly.

Ways, the first that the data allow, said for each community in the result:

weights
    Blocks with a column of people: in its proportion.
blocks
    Blocks without one: polygons in proportion to their area, points alike.
residential
    No blocks: places on a grid over residential land.
area
    Neither: places on a grid over the whole community. People are not spread evenly in truth;
    a report has to say that this way was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_service.errors import CrsError, InputError
from gis_service.model.text import Text

GRID_M = 100.0

WAYS: dict[str, Text] = {
    "weights": Text("按街区人口比例分摊", "in proportion to the people of blocks"),
    "blocks": Text("按街区面积（或逐点均分）分摊", "in proportion to the area of blocks"),
    "residential": Text("按居住用地分摊", "over residential land"),
    "area": Text("按社区全部面积分摊", "over the whole area of the community"),
}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Demand points with their people.

    Attributes
    ----------
    points
        Index: id of the block, or ``<community>/<number>`` for places on a grid; columns
        community, people (int64), geometry (points). Every community's people add up to its total.
    ways
        By community one of `WAYS`.
    unplaced
        People of totals whose community has no land and no blocks, by community.
    notes
        How many communities went which way.
    """

    points: gpd.GeoDataFrame
    ways: pd.Series[Any]
    unplaced: pd.Series[Any]
    notes: tuple[Text, ...]


def largest_remainder(totals: pd.Series[Any], group: Any, weights: Any) -> Ints:
    """Spread whole totals over rows so that each group's rows add up to its total, exactly.

    Parameters
    ----------
    totals
        Whole numbers by group.
    group
        Group of each row; rows whose group has no total get 0.
    weights
        Of each row, 0 or more; a group whose weights are all 0 is spread evenly.

    Returns
    -------
    ndarray
        int64, one a row. A group with a total but no row is the caller's to find.

    Examples
    --------
    >>> largest_remainder(pd.Series({"A": 10}), ["A", "A", "A"], [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    whole = totals.to_numpy(dtype=np.float64)
    if len(whole) and not ((whole >= 0) & (whole == np.floor(whole)) & (whole < 2**53)).all():
        raise InputError(
            "要分摊的人口须为 0 或以上的整数。请先更正人口表。",
            "People to be spread must be whole numbers of 0 or more. Correct the table first.",
        )
    weight = np.asarray(weights, dtype=np.float64)
    if len(weight) and not ((weight >= 0) & (weight < np.inf)).all():
        raise InputError(
            "街区权重含负数、空值或无穷大；须为 0 或以上的有限数。",
            "Weights of blocks hold negative, missing or infinite values; finite numbers of 0 or "
            "more are allowed.",
        )
    number = totals.index.get_indexer(pd.Index(group))
    known = np.flatnonzero(number >= 0)
    at, share = number[known], weight[known]
    size = len(totals)
    sums = np.bincount(at, weights=share, minlength=size)
    share = np.where(sums[at] > 0, share, 1.0)
    sums = np.bincount(at, weights=share, minlength=size)
    exact = whole[at] * (share / sums[at])
    given = np.floor(exact).astype(np.int64)
    missing = whole.astype(np.int64) - np.bincount(at, weights=given, minlength=size).astype(int)
    order = np.lexsort((np.arange(len(at)), given - exact, at))
    first = np.searchsorted(at[order], np.arange(size))
    rank = np.empty(len(at), dtype=np.int64)
    rank[order] = np.arange(len(at)) - first[at[order]]
    given += np.where(missing[at] > 0, rank < missing[at], 0)
    # Rounding of the product may give one too many; it is taken from the smallest fractions.
    given -= np.where(missing[at] < 0, _last(rank, at, size) < -missing[at], 0)
    result = np.zeros(len(number), dtype=np.int64)
    result[known] = given
    return result


def _last(rank: Ints, at: Ints, size: int) -> Ints:
    """Rank from the end of each group."""
    return np.asarray(np.bincount(at, minlength=size)[at] - 1 - rank)


def spread(
    totals: pd.Series[Any],
    communities: gpd.GeoDataFrame,
    *,
    blocks: gpd.GeoDataFrame | None = None,
    weights: str | None = None,
    residential: gpd.GeoDataFrame | None = None,
    grid_m: float = GRID_M,
) -> Spread:
    """Place the people of each community.

    Parameters
    ----------
    totals
        People by community (code); missing counts are left out.
    communities
        Index: code; polygons in a metric CRS.
    blocks
        Points or polygons in the same CRS, index: id; with a column ``community`` (code) where it
        is known; without it, or for a code that no community has, it is told from where a point
        inside lies.
    weights
        Column of ``blocks`` in whose proportion people are spread; None or not there: area.
    residential
        Polygons of residential land, for communities without blocks.
    grid_m
        Distance of the places of a grid.

    Raises
    ------
    CrsError
        When the layers are not in one metric CRS.
    InputError
        When totals or weights are negative or not whole.
    """
    for other in (blocks, residential):
        if other is not None and other.crs != communities.crs:
            raise CrsError(
                f"街区或居住用地的坐标系（{other.crs}）与社区图层（{communities.crs}）不同。"
                "请先转换。",
                f"Blocks or residential land are in {other.crs}, the communities in "
                f"{communities.crs}. Transform them first.",
            )
    wanted = totals[totals.notna() & totals.index.isin(communities.index)]
    wanted = wanted[~wanted.index.duplicated()].sort_index()
    placed = _placed_blocks(blocks, communities, weights=weights, wanted=wanted)
    rest = wanted.index.difference(pd.Index(placed["community"].unique()))
    grid = _placed_grid(communities.loc[rest], residential, grid_m=grid_m)
    both = pd.concat([placed, grid])
    both["people"] = largest_remainder(wanted, both["community"], both["weight"])
    ways = both.groupby("community")["way"].first().reindex(wanted.index)
    points = gpd.GeoDataFrame(
        both[["community", "people"]], geometry=both["geometry"], crs=communities.crs
    )
    return Spread(
        points=points.rename_axis("id"),
        ways=ways.dropna(),
        unplaced=wanted[ways.isna()],
        notes=_notes(ways),
    )


def _placed_blocks(
    blocks: gpd.GeoDataFrame | None,
    communities: gpd.GeoDataFrame,
    *,
    weights: str | None,
    wanted: pd.Series[Any],
) -> pd.DataFrame:
    columns = ["community", "weight", "way", "geometry"]
    if blocks is None or not len(blocks):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    shapes = np.asarray(blocks.geometry.array, dtype=object)
    points = shapely.point_on_surface(shapes)
    areas = shapely.area(shapes)
    is_area = areas > 0
    if "community" in blocks:
        community = blocks["community"].astype(object).to_numpy(copy=True)
        strange = ~pd.Index(community).isin(communities.index)
        community[strange] = _community_at(points[strange], communities)
    else:
        community = _community_at(points, communities)
    way, weight = "blocks", np.where(is_area, areas, 1.0)
    if weights is not None and weights in blocks:
        way, weight = "weights", blocks[weights].fillna(0.0).to_numpy(dtype=np.float64)
    frame = pd.DataFrame(
        {"community": community, "weight": weight, "way": way, "geometry": points},
        index=blocks.index.astype(str),
    )
    return frame[frame["community"].isin(wanted.index)].sort_index()


def _community_at(points: Any, communities: gpd.GeoDataFrame) -> Any:
    tree = shapely.STRtree(np.asarray(communities.geometry.array, dtype=object))
    at, row = tree.query(points, predicate="intersects")
    found = np.full(len(points), None, dtype=object)
    codes = communities.index.to_numpy()
    order = np.lexsort((codes[row].astype(str), at))[::-1]
    found[at[order]] = codes[row[order]]  # of several the first code is written last
    return found


def _placed_grid(
    communities: gpd.GeoDataFrame, residential: gpd.GeoDataFrame | None, *, grid_m: float
) -> pd.DataFrame:
    frames = []
    homes = None if residential is None else np.asarray(residential.geometry.array, dtype=object)
    tree = None if homes is None or not len(homes) else shapely.STRtree(homes)
    for code, shape in communities.geometry.items():  # a grid of its own for each community
        if shape is None or shape.is_empty:
            continue
        points = _grid_within(shape, grid_m)
        way = "area"
        if tree is not None:
            lived = np.unique(tree.query(points, predicate="intersects")[0])
            if len(lived):
                points, way = points[lived], "residential"
        if not len(points):
            points = np.array([shapely.point_on_surface(shape)], dtype=object)
        index = [f"{code}/{number}" for number in range(1, len(points) + 1)]
        values = {"community": code, "weight": 1.0, "way": way, "geometry": points}
        frames.append(pd.DataFrame(values, index=index))
    columns = ["community", "weight", "way", "geometry"]
    return pd.concat(frames) if frames else pd.DataFrame(columns=columns)


def _grid_within(shape: Any, grid_m: float) -> Any:
    west, south, east, north = shapely.bounds(shape)
    x = np.arange(np.floor(west / grid_m) + 0.5, np.ceil(east / grid_m)) * grid_m
    y = np.arange(np.floor(south / grid_m) + 0.5, np.ceil(north / grid_m)) * grid_m
    places = shapely.points(*(axis.ravel() for axis in np.meshgrid(x, y)))
    shapely.prepare(shape)
    return places[shapely.contains(shape, places)]


def _notes(ways: pd.Series[Any]) -> tuple[Text, ...]:
    counts = ways.value_counts()
    return tuple(
        Text(
            f"{counts[way]} 个社区的长者{text.zh}。",
            f"The people of {counts[way]} communities were spread {text.en}.",
        )
        for way, text in WAYS.items()
        if way in counts
    )
