"""Outlines of streets held against the communities that say they belong to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks.measure import Piece, significant_pieces
from gis_service.core.checks.wording import few, labels, size
from gis_service.core.topology import (
    Topology,
    on_grid,
    polygonal,
    require_same_crs,
)
from gis_service.errors import InputError
from gis_service.model.findings import Finding
from gis_service.model.policy import Policy
from gis_service.model.text import Text


def street_outlines(frame: gpd.GeoDataFrame, *, crs: pyproj.CRS) -> dict[str, BaseGeometry]:
    """Give the land of each street in ``frame`` on the grid; rows of one street are one.

    Parameters
    ----------
    frame
        Polygons in ``crs`` with the street's name in column ``street`` or, without one, ``name``.

    Raises
    ------
    CrsError
        When the frame is in another CRS than ``crs``.
    InputError
        When no row has both a street and a polygon.

    Examples
    --------
    >>> streets = gpd.GeoDataFrame({"name": ["East", ""]}, crs="EPSG:4547",
    ...                            geometry=[shapely.box(0, 0, 9, 9), shapely.box(9, 0, 12, 9)])
    >>> {street: land.area for street, land in street_outlines(streets, crs=streets.crs).items()}
    {'East': 81.0}
    """
    require_same_crs(frame, crs, what=("街道外轮廓", "street outlines"))
    named = next((frame[c] for c in ("street", "name") if c in frame and any(frame[c])), None)
    geometries, finite = on_grid(np.asarray(frame.geometry.array, dtype=object))
    geometries[~finite] = None
    lands = polygonal(shapely.make_valid(polygonal(geometries), method="structure"))
    parts: dict[str, list[BaseGeometry]] = {}
    for street, land in zip([] if named is None else named, lands, strict=False):
        if land is not None and isinstance(street, str) and street:
            parts.setdefault(street, []).append(land)
    if not parts:
        raise InputError(
            "街道外轮廓文件里没有带名称的面。请给出各街道的面，名称放在 street 或 name 列。",
            "The street outlines hold no polygon with a name. Give the area of each street, with "
            "its name in a column street or name.",
        )
    return {street: shapely.union_all(lands) for street, lands in sorted(parts.items())}


def find_mismatches(
    topology: Topology, outlines: Mapping[str, BaseGeometry], *, policy: Policy
) -> Iterator[Finding]:
    """Find the streets whose outline is not the land of their communities: one finding each.

    Without ``outlines`` there is nothing to find. ``communities`` are those that lie in the land
    that doesn't match, or the street's own where it has no outline.
    """
    if not outlines:
        return
    for street in sorted(set(outlines) | set(topology.streets[topology.streets != ""])):
        rows = np.flatnonzero((topology.streets == street) & ~shapely.is_missing(topology.usable))
        outline = outlines.get(street)
        if outline is None and len(rows):
            yield _without_outline(topology, street=street, rows=rows.tolist())
        elif outline is not None:
            yield from _mismatch(topology, outline, street=street, rows=rows, policy=policy)


def beyond_own_street(
    topology: Topology,
    outlines: Mapping[str, BaseGeometry],
    *,
    policy: Policy,
    within: BaseGeometry | None = None,
) -> list[tuple[int, Piece]]:
    """Give the connected pieces of each community beyond the outline of its own street.

    Communities without a street, and of streets without an outline, have none. With ``within``
    (the district's outline) land beyond that is left out. Rows are positions in the layer.
    """
    found: list[tuple[int, Piece]] = []
    for street, outline in outlines.items():
        rows = np.flatnonzero((topology.streets == street) & ~shapely.is_missing(topology.usable))
        shapely.prepare(outline)
        rows = rows[~shapely.covers(outline, topology.usable[rows])]
        beyond = polygonal(shapely.difference(topology.usable[rows], outline))
        if within is not None:
            beyond = polygonal(shapely.intersection(beyond, within))
        pieces = significant_pieces(beyond, policy)
        found += [(int(rows[piece.origin]), piece) for piece in pieces]
    return found


def outside_own_street(topology: Topology, row: int, *, piece: Piece, policy: Policy) -> Finding:
    """Say that a piece of a community lies beyond its street: an `outside` finding."""
    who, how = labels(topology, [row]), size(piece.area_m2, piece.width_m)
    street, severity = topology.streets[row], piece.severity(policy)
    if severity == "sliver":
        advice = Text("属绘图误差，贴合街道界线即可。", "A drawing error: follow the street there.")
    else:
        advice = Text(
            "请核对所属街道与街道界线；确属邻街道的，从该社区划出。",
            "Check the street and its outline; take the land out of the community where it "
            "belongs to another street.",
        )
    return Finding(
        key="",
        check="outside",
        severity=severity,
        communities=(topology.codes[row],),
        geometry=piece.geometry,
        point=piece.point,
        area_m2=piece.area_m2,
        width_m=piece.width_m,
        text=Text(
            f"{who.zh} 有一块地超出所属的{street}：{how.zh}。{advice.zh}",
            f"{who.en} has land beyond its street {street}: {how.en}. {advice.en}",
        ),
    )


def _mismatch(
    topology: Topology,
    outline: BaseGeometry,
    *,
    street: str,
    rows: NDArray[np.intp],
    policy: Policy,
) -> Iterator[Finding]:
    held = shapely.union_all(topology.usable[rows])
    lands = polygonal(np.array([shapely.difference(outline, held), held.difference(outline)]))
    missing, beyond = (
        [p for p in significant_pieces(lands[[side]], policy) if p.severity(policy) == "dispute"]
        for side in (0, 1)
    )
    pieces = [*missing, *beyond]
    if not pieces:
        return
    less, more = (size(sum(piece.area_m2 for piece in side)) for side in (missing, beyond))
    land = shapely.multipolygons([piece.geometry for piece in pieces])
    inside = topology.tree.query(land, predicate="intersects")
    shared = shapely.area(shapely.intersection(topology.usable[inside], land))
    largest = max(pieces, key=lambda piece: piece.area_m2)
    if len(rows) == 0:
        text = Text(
            f"{street}有外轮廓，但没有社区写明属于它。请核对街道名称。",
            f"{street} has an outline, but no community says that it belongs to it. "
            "Check the names of the streets.",
        )
    else:
        text = Text(
            f"{street}的外轮廓与其社区不一致：轮廓内不属于其社区的 {less.zh}，"
            f"其社区超出轮廓的 {more.zh}。请核对街道界线与社区所属街道。",
            f"The outline of {street} does not match its communities: {less.en} of it are held by "
            f"none of them, and they hold {more.en} beyond it. Check the outline and the street "
            "of each community.",
        )
    codes = tuple(topology.codes[row] for row in topology.ordered(inside[shared > 0]))
    yield _finding(codes, land=land, point=largest.point, text=text)


def _without_outline(topology: Topology, *, street: str, rows: list[int]) -> Finding:
    ordered = topology.ordered(rows)
    land = shapely.union_all(topology.usable[ordered])
    who = few(topology, ordered)
    (x, y), *_ = shapely.get_coordinates(shapely.point_on_surface(land)).tolist()
    text = Text(
        f"街道外轮廓中没有{street}，但 {who.zh} 属于它。请补上它的外轮廓，或改正街道名称。",
        f"There is no outline of {street}, to which {who.en} belong. "
        "Put in its outline, or correct the street.",
    )
    codes = tuple(topology.codes[row] for row in ordered)
    return _finding(codes, land=land, point=(x, y), text=text)


def _finding(
    codes: tuple[str, ...], *, land: BaseGeometry, point: tuple[float, float], text: Text
) -> Finding:
    return Finding(
        key="",
        check="street",
        severity="note",
        communities=codes,
        geometry=land,
        point=point,
        area_m2=float(shapely.area(land)),
        width_m=None,
        text=text,
    )
