"""Where facilities lie, and whether that agrees with what the register says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely


def places(
    facilities: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Say in which communities each facility lies, and how certain that is.

    A facility lies in a community when it lies in its inside; one on a line that communities
    share lies in the first of them by code. Both frames have the same CRS.

    Returns
    -------
    lies_in
        Sorted codes per facility; more than one on land that is claimed twice.
    location
        ``inside``, ``disputed_land``, ``recorded_elsewhere`` (one community, but the register
        declares another) or ``outside``.

    Examples
    --------
    >>> squares = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)], index=["A", "B"]
    ... )
    >>> points = gpd.GeoDataFrame(
    ...     {"community": ["A", "A", "A"]},
    ...     geometry=shapely.points([(0.5, 0.5), (1.5, 0.5), (9, 9)]),
    ... )
    >>> places(points, squares)
    ([('A',), ('A', 'B'), ()], ['inside', 'disputed_land', 'outside'])
    """
    points = facilities.geometry.to_numpy()
    shapes = np.asarray(shapely.make_valid(communities.geometry.to_numpy()), dtype=object)
    codes = np.asarray(communities.index, dtype=object)
    found: list[set[str]] = [set() for _ in points]
    on_line: list[set[str]] = [set() for _ in points]
    if len(points) and len(shapes):
        tree = shapely.STRtree(shapes)
        for sets, predicate in ((found, "within"), (on_line, "intersects")):
            for point, shape in tree.query(points, predicate=predicate).T:
                sets[point].add(str(codes[shape]))
    lies_in = [
        tuple(sorted(inside)) if inside else tuple(sorted(line))[:1]
        for inside, line in zip(found, on_line, strict=True)
    ]
    location = [
        _location(inside, str(recorded))
        for inside, recorded in zip(lies_in, facilities["community"], strict=True)
    ]
    return lies_in, location


def _location(lies_in: tuple[str, ...], recorded: str) -> str:
    if not lies_in:
        return "outside"
    if len(lies_in) > 1:
        return "disputed_land"
    return "inside" if recorded in ("", lies_in[0]) else "recorded_elsewhere"
