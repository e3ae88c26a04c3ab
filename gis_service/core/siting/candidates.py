"""Where a station could stand: street nodes inside chosen land, thinned to a distance."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.compiled import compiled
from gis_service.errors import InputError

APART_M = 150.0


def street_candidates(
    nodes_xy: Any, land: gpd.GeoDataFrame, *, apart_m: float = APART_M
) -> gpd.GeoDataFrame:
    """Take street nodes inside some land, none nearer to another than a distance.

    Parameters
    ----------
    nodes_xy
        Coordinates (n, 2) of the network's nodes, in the land's metric CRS.
    land
        Polygons in which a station may stand.
    apart_m
        Least distance between two candidates; 0 keeps all nodes. From west to east and south to
        north each node is taken unless a taken one is nearer.

    Returns
    -------
    GeoDataFrame
        Index ``id``: ``street-<x>-<y>`` in whole metres (``~2`` behind a repeated one), points.

    Raises
    ------
    InputError
        When no node lies inside the land.

    Examples
    --------
    >>> land = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], crs="EPSG:4547")
    >>> street_candidates([(10, 10), (20, 10), (90, 90), (200, 0)], land, apart_m=50).index.tolist()
    ['street-10-10', 'street-90-90']
    """
    nodes = np.unique(np.asarray(nodes_xy, dtype=np.float64).reshape(-1, 2), axis=0)
    tree = shapely.STRtree(np.asarray(land.geometry.array, dtype=object))
    inside = np.unique(tree.query(shapely.points(nodes), predicate="intersects")[0])
    if not len(inside):
        raise InputError(
            "所选用地内没有道路节点，无法作为备选点。请扩大用地范围或检查步行网络。",
            "No street node lies inside the chosen land. Choose more land or check the network.",
        )
    nodes = nodes[inside]
    if apart_m > 0:
        nodes = nodes[_thinned(nodes, float(apart_m))]
    names = np.char.add(
        np.char.add("street-", np.round(nodes[:, 0]).astype(np.int64).astype(str)),
        np.char.add("-", np.round(nodes[:, 1]).astype(np.int64).astype(str)),
    )
    first: dict[str, int] = {}
    index = []
    for name in names.tolist():
        first[name] = first.get(name, 0) + 1
        index.append(name if first[name] == 1 else f"{name}~{first[name]}")
    frame = gpd.GeoDataFrame(index=index, geometry=shapely.points(nodes), crs=land.crs)
    return frame.rename_axis("id")


@compiled
def _thinned(nodes: Any, apart: float) -> Any:
    """Nodes, sorted by x, of which none is nearer than ``apart`` to one taken before."""
    keep = np.zeros(len(nodes), np.bool_)
    begin = 0
    for one in range(len(nodes)):
        while nodes[one, 0] - nodes[begin, 0] >= apart:
            begin += 1
        free = True
        for other in range(begin, one):
            if keep[other]:
                east = nodes[one, 0] - nodes[other, 0]
                north = nodes[one, 1] - nodes[other, 1]
                if east * east + north * north < apart * apart:
                    free = False
                    break
        keep[one] = free
    return keep
