"""What became of each community between two states of a layer, and which land changed hands.

Definitions
-----------
community
    All rows with one code: their land is the union. Rows without a code are one community "".
same
    A community whose coordinates are the same, whatever the order of rings and their first vertex.
re-coded
    A code that is gone and one that is new, when the land of both is the same to `SAME_LAND`.
piece
    Land that one community lost and another gained, or that nobody had before or has afterwards.
    Where communities overlap, a place may be in several pieces.

All areas are planar, in square metres of the layers' own metric CRS, on the 1 mm grid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_service.core.topology import GRID_M, polygonal
from gis_service.model.differences import ChangeKind, CommunityChange

SAME_LAND = 0.999
"""Share of both areas that must be common for two codes to name the same land."""

PIECE_COLUMNS = ("from", "to", "area_m2", "geometry")

Objects = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Differences:
    """What differs between two layers.

    Attributes
    ----------
    communities
        One for each community that differs, sorted by code.
    pieces
        A frame with PIECE_COLUMNS in the CRS of the layers: land that changed hands, codes in
        ``from`` and ``to`` ("" for nobody), sorted. Land of re-coded communities is not in it.
    """

    communities: tuple[CommunityChange, ...]
    pieces: gpd.GeoDataFrame


def compare(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> Differences:
    """Say what became of each community.

    Parameters
    ----------
    before, after
        Index code; columns name, street, geometry. One in another CRS is transformed to that of
        ``after`` first; then every coordinate may differ.

    Examples
    --------
    >>> old = gpd.GeoDataFrame({"name": ["a"], "street": ["s"]}, index=["A"],
    ...                        geometry=[shapely.box(0, 0, 10, 10)], crs="EPSG:4547")
    >>> new = old.assign(geometry=[shapely.box(0, 0, 10, 9)])
    >>> [(c.code, c.kinds, c.lost_m2) for c in compare(old, new).communities]
    [('A', ('changed',), 10.0)]
    """
    if before.crs != after.crs and len(before):
        before = before.to_crs(after.crs)
    had, has = _by_code(before), _by_code(after)
    new_codes = _recoded(had, has)
    had.index = pd.Index([new_codes.get(code, code) for code in had.index], dtype=object)
    codes = sorted(set(had.index) | set(has.index))
    had, has = had.reindex(codes), has.reindex(codes)
    with np.errstate(invalid="ignore"):  # shapes that are not finite
        differs = _differ(_shapes(had), _shapes(has))
    gained, lost = _moved(_shapes(had), _shapes(has), where=differs)
    old_codes = {new: old for old, new in new_codes.items()}
    changes = _changes(had, has, old_codes, differs=differs, gained=gained, lost=lost)
    return Differences(changes, _pieces(codes, gained, lost, crs=after.crs))


def _by_code(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give one row a code: name, street, and the land, of several rows their union."""
    shapes = np.asarray(layer.geometry.array, dtype=object)
    frame = pd.DataFrame(
        {
            "code": np.asarray(layer.index, dtype=object),
            "name": np.asarray(layer["name"], dtype=object),
            "street": np.asarray(layer["street"], dtype=object),
            "land": shapes,
        }
    )
    repeated = frame["code"].duplicated(keep=False).to_numpy()
    single = frame[~repeated].set_index("code")
    groups = [
        {
            "code": code,
            "name": _first(rows["name"]),
            "street": _first(rows["street"]),
            "land": shapely.union_all(_usable(rows["land"].to_numpy())),
        }
        for code, rows in frame[repeated].groupby("code", sort=True)
    ]
    if not groups:
        return single
    return pd.concat([single, pd.DataFrame(groups).set_index("code")])


def _first(values: Iterable[object]) -> str:
    return next((value for value in sorted(map(str, values)) if value), "")


def _usable(shapes: Objects) -> Objects:
    """Give the land of each shape on the grid; None where there is none."""
    result = np.full(len(shapes), None, dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    there[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    invalid = there.copy()
    invalid[there] = ~shapely.is_valid(shapes[there])
    result[there] = shapes[there]
    result[invalid] = shapely.make_valid(shapes[invalid], method="structure")
    return polygonal(result)


def _recoded(had: pd.DataFrame, has: pd.DataFrame) -> dict[str, str]:
    """Give old code → new code of the communities whose land stayed the same."""
    gone = had.loc[sorted(set(had.index) - set(has.index) - {""})]
    come = has.loc[sorted(set(has.index) - set(had.index) - {""})]
    if gone.empty or come.empty:
        return {}
    old, new = _usable(gone["land"].to_numpy()), _usable(come["land"].to_numpy())
    pairs = shapely.STRtree(new).query(old, predicate="intersects")
    common = shapely.area(shapely.intersection(old[pairs[0]], new[pairs[1]], grid_size=GRID_M))
    larger = np.maximum(shapely.area(old[pairs[0]]), shapely.area(new[pairs[1]]))
    found: dict[str, str] = {}
    taken: set[str] = set()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = common / larger
    for at in sorted(np.flatnonzero(share >= SAME_LAND), key=lambda at: (-share[at], at)):
        old_code, new_code = gone.index[pairs[0][at]], come.index[pairs[1][at]]
        if old_code not in found and new_code not in taken:
            found[old_code] = new_code
            taken.add(new_code)
    return found


def _shapes(frame: pd.DataFrame) -> Objects:
    """Give the land of each row; None where the community does not exist or has no shape."""
    shapes: Objects = frame["land"].to_numpy(dtype=object, copy=True)
    shapes[~shapely.is_geometry(shapes)] = None
    return shapes


def _differ(had: Objects, has: Objects) -> NDArray[np.bool_]:
    """Tell where the coordinates differ; True where there is a shape on one side only."""
    none = shapely.is_missing(had), shapely.is_missing(has)
    differs: NDArray[np.bool_] = ~(shapely.equals_exact(had, has) | (none[0] & none[1]))
    both = np.flatnonzero(differs & ~none[0] & ~none[1])
    one, other = shapely.normalize(had[both]), shapely.normalize(has[both])
    same = shapely.equals_exact(one, other)
    same |= shapely.to_wkb(had[both]) == shapely.to_wkb(has[both])  # NaN equals nothing
    differs[both] = ~same
    return differs


def _moved(had: Objects, has: Objects, *, where: NDArray[np.bool_]) -> tuple[Objects, Objects]:
    """Give the land that each community gained and lost; None where none."""
    gained, lost = np.full(len(had), None, dtype=object), np.full(len(had), None, dtype=object)
    rows = np.flatnonzero(where)
    old, new = _usable(had[rows]), _usable(has[rows])
    come, gone = shapely.is_missing(old), shapely.is_missing(new)
    gained[rows[come]], lost[rows[gone]] = new[come], old[gone]
    both = ~(come | gone)
    gained[rows[both]] = _land(shapely.difference(new[both], old[both], grid_size=GRID_M))
    lost[rows[both]] = _land(shapely.difference(old[both], new[both], grid_size=GRID_M))
    return gained, lost


def _land(shapes: Objects) -> Objects:
    return polygonal(np.atleast_1d(np.asarray(shapes, dtype=object)))


def _changes(
    had: pd.DataFrame,
    has: pd.DataFrame,
    old_codes: dict[str, str],
    *,
    differs: NDArray[np.bool_],
    gained: Objects,
    lost: Objects,
) -> tuple[CommunityChange, ...]:
    found = []
    gains, losses = _areas(gained), _areas(lost)
    areas_before, areas_after = _areas(_shapes(had)), _areas(_shapes(has))
    names = list(zip(had["name"], has["name"], had["street"], has["street"], strict=True))
    for row, code in enumerate(had.index):
        was, now, street_was, street_now = names[row]
        existed, exists = isinstance(was, str), isinstance(now, str)
        kinds: list[ChangeKind] = []
        if not existed or not exists:
            kinds.append("removed" if existed else "added")
        else:
            if code in old_codes:
                kinds.append("recoded")
            if was != now:
                kinds.append("renamed")
            if street_was != street_now:
                kinds.append("reassigned")
            if differs[row]:
                kinds.append("changed")
        if kinds:
            found.append(
                CommunityChange(
                    code=str(code),
                    code_before=str(old_codes.get(code, code)) if existed else "",
                    name_before=was if existed else "",
                    name_after=now if exists else "",
                    street_before=street_was if existed else "",
                    street_after=street_now if exists else "",
                    kinds=tuple(kinds),
                    area_before_m2=float(areas_before[row]) if existed else None,
                    area_after_m2=float(areas_after[row]) if exists else None,
                    gained_m2=float(gains[row]),
                    lost_m2=float(losses[row]),
                )
            )
    return tuple(found)


def _areas(shapes: Objects) -> NDArray[np.float64]:
    areas: NDArray[np.float64] = np.nan_to_num(shapely.area(shapes))
    return areas


def _pieces(codes: list[str], gained: Objects, lost: Objects, *, crs: object) -> gpd.GeoDataFrame:
    """Cut the land that moved by who lost and who gained it."""
    losers = np.flatnonzero(~shapely.is_missing(lost))
    winners = np.flatnonzero(~shapely.is_missing(gained))
    rows: list[tuple[str, str, shapely.Geometry]] = []
    left_lost, left_gained = lost.copy(), gained.copy()
    if len(losers) and len(winners):
        pairs = shapely.STRtree(gained[winners]).query(lost[losers], predicate="intersects")
        at, to = losers[pairs[0]].tolist(), winners[pairs[1]].tolist()
        common = _land(shapely.intersection(lost[at], gained[to], grid_size=GRID_M))
        held = np.flatnonzero(_areas(common) > 0).tolist()
        rows += [(codes[at[i]], codes[to[i]], common[i]) for i in held]
        for left, side in ((left_lost, at), (left_gained, to)):
            for row in sorted({side[i] for i in held}):
                taken = shapely.union_all(common[[i for i in held if side[i] == row]])
                left[row] = shapely.difference(left[row], taken, grid_size=GRID_M)
    rows += [(codes[i], "", left_lost[i]) for i in losers.tolist()]
    rows += [("", codes[i], left_gained[i]) for i in winners.tolist()]
    shapes = _land(np.array([shape for *_, shape in rows], dtype=object))
    areas = _areas(shapes)
    kept = [i for i in range(len(rows)) if areas[i] > 0]
    kept.sort(key=lambda i: (rows[i][0], rows[i][1]))
    return gpd.GeoDataFrame(
        {
            "from": pd.Series([rows[i][0] for i in kept], dtype=object),
            "to": pd.Series([rows[i][1] for i in kept], dtype=object),
            "area_m2": areas[kept],
        },
        geometry=gpd.GeoSeries(list(shapes[kept]), crs=crs),
    )
