"""The lines around disputed land, noded on the grid, and the faces that they enclose.

Only edges that touch the land are noded, and only with one another, with vertices that lie on
them and with the lines that staff drew; all other edges of a community stay as they are. The
faces are what can be given to one community or another; doing so adds and cancels whole edges, so
that nothing else can move.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.noding import HALF_DIAGONAL, Floats, Ints, node
from gis_service.core.topology import GRID_M, Objects

TOUCH_M = 1.5 * GRID_M
"""How near to the land an edge lies that touches it: rounding moves either by less than this."""

NOTHING: Objects = np.empty(0, dtype=object)

_SHIFT = 31
"""Bits of a local coordinate in grid steps: layers up to 2,000 km across."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Edges:
    """Directed edges with the community's land on their left; ends are numbers of nodes."""

    row: Ints
    part: Ints
    start: Ints
    end: Ints
    near: NDArray[np.bool_]

    def ids(self, count: int) -> Ints:
        """Give one number per directed edge, among ``count`` nodes."""
        return self.start * count + self.end


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrangement:
    """Noded edges of the communities that touch some land, and the faces within it.

    Attributes
    ----------
    ground, lands
        What was asked: pieces of land, polygons of the findings.
    rows
        Communities that touch the land, by position in the layer.
    codes, xy
        Nodes: sorted number of the grid cell, and the coordinates (metres) to write for it, as
        some community stores them.
    edges
        Of ``rows``, after noding.
    inserted
        Nodes that an edge got as a vertex, and that no community beyond ``rows`` has.
    original
        Vertices that communities had before: sorted numbers ``row * nodes + node``.
    faces, land
        Faces within the land (on the grid), and which land each lies in.
    face, start, end
        Directed edges of the faces, face on the left.
    drawn
        Edges (start, end) of the lines that staff drew, both directions.
    claimed
        Pairs (face, row): sorted numbers ``face * rows_of_the_layer + row``.
    bent_m
        Length of the edges that got a vertex, metres: they move by less than the grid.
    """

    ground: Ground
    lands: Objects
    rows: Ints
    origin: Floats
    codes: Ints
    xy: Floats
    edges: Edges
    inserted: Ints
    original: Ints
    faces: Objects
    land: Ints
    face: Ints
    start: Ints
    end: Ints
    drawn: Ints
    claimed: Ints
    bent_m: float

    @cached_property
    def length(self) -> Floats:
        """Lengths of the faces' edges, metres."""
        cells = decode(self.codes)
        step = cells[self.start] - cells[self.end]
        return np.asarray(np.hypot(step[:, 0], step[:, 1]) * GRID_M)

    def claimants(self, face: int) -> list[int]:
        """Rows that claim a face."""
        size = len(self.ground.topology)
        begin, end = np.searchsorted(self.claimed, (face * size, (face + 1) * size))
        return [int(pair) - face * size for pair in self.claimed[begin:end]]

    def on_grid(self, nodes: Ints) -> Floats:
        """Coordinates of nodes on the grid, metres."""
        return (decode(self.codes[nodes]) + self.origin) / 1000


def encode(cells: Floats) -> Ints:
    """Number grid cells (non-negative whole steps from the origin)."""
    steps = cells.astype(np.int64)
    return np.asarray((steps[:, 0] << _SHIFT) + steps[:, 1])


def decode(codes: Ints) -> Floats:
    """Undo `encode`."""
    steps = np.column_stack((codes >> _SHIFT, codes & ((1 << _SHIFT) - 1)))
    return steps.astype(np.float64)


def arrange(
    ground: Ground,
    lands: Objects,
    *,
    lines: BaseGeometry | None = None,
    seams: Objects = NOTHING,
) -> Arrangement:
    """Node what touches ``lands`` (polygons) and ``lines`` (clipped to them); find the faces.

    ``seams`` are further lines at which edges are noded, without giving land to anybody.
    """
    topology = ground.topology
    places = np.r_[lands, seams]
    rows = np.unique(topology.tree.query(places, predicate="dwithin", distance=TOUCH_M)[1])
    land_steps, row, part, stored, origin = _steps(ground, rows, lands)
    cells = np.rint(stored * 1000) - origin
    follows = np.flatnonzero((part[1:, 1] == part[:-1, 1]) & (cells[1:] != cells[:-1]).any(axis=1))
    start, end = cells[follows], cells[follows + 1]
    edge_row, edge_part = row[follows], part[follows, 0]
    near = _touching(start, end, (places, origin))
    drawn = np.empty((0, 2, 2))
    if lines is not None:
        drawn = _segments(shapely.intersection(np.array([lines], dtype=object), lands), origin)
    path_start = np.vstack((start[near], land_steps[:, 0], drawn[:, 0]))
    path_end = np.vstack((end[near], land_steps[:, 1], drawn[:, 1]))
    hot, hot_xy, elsewhere = _vertices_on((path_start, path_end), ground, rows, origin)
    points, path = node(path_start, path_end, hot=hot)
    first = np.flatnonzero(path[1:] == path[:-1])
    new_start, new_end, of = points[first], points[first + 1], path[first]
    count = int(near.sum())
    own = of < count
    pieces = np.bincount(of, minlength=len(path_start))[:count]
    bent = np.flatnonzero(near)[pieces > 1]
    all_start = np.vstack((start[~near], new_start[own]))
    all_end = np.vstack((end[~near], new_end[own]))
    codes = np.unique(encode(np.vstack((all_start, all_end, points))))
    foreign = np.searchsorted(codes, encode(elsewhere))
    edges = Edges(
        row=np.r_[edge_row[~near], edge_row[near][of[own]]],
        part=np.r_[edge_part[~near], edge_part[near][of[own]]],
        start=np.searchsorted(codes, encode(all_start)),
        end=np.searchsorted(codes, encode(all_end)),
        near=np.r_[np.zeros(int((~near).sum()), bool), np.ones(int(own.sum()), bool)],
    )
    faces, land = _faces(new_start, new_end, lands, origin)
    face, face_start, face_end = _face_edges(faces, codes, origin)
    claimed = _claims(topology.usable, rows, edges, (faces, face, face_start, face_end), codes)
    by_line = of >= count + len(land_steps)
    tips = (
        np.searchsorted(codes, encode(new_start[by_line])),
        np.searchsorted(codes, encode(new_end[by_line])),
    )
    return Arrangement(
        ground=ground,
        lands=lands,
        rows=np.asarray(rows, dtype=np.int64),
        origin=origin,
        codes=codes,
        xy=_written(codes, origin, ((cells, stored), (hot, hot_xy))),
        edges=edges,
        inserted=np.setdiff1d(_inner(points, path, codes, count), foreign),
        original=np.unique(edge_row * len(codes) + np.searchsorted(codes, encode(start))),
        faces=faces,
        land=land,
        face=face,
        start=face_start,
        end=face_end,
        drawn=np.unique(np.r_[tips[0] * len(codes) + tips[1], tips[1] * len(codes) + tips[0]]),
        claimed=claimed,
        bent_m=float(np.hypot(*(start[bent] - end[bent]).T).sum() * GRID_M),
    )


def _steps(ground: Ground, rows: Ints, lands: Objects) -> tuple[Floats, Ints, Ints, Floats, Floats]:
    """Give the lands' edges, and each vertex of ``rows``: row, (part, ring), coordinates; origin.

    Rings run with the land on their left. A community whose rings are invalid is taken as the
    checks take it, repaired.
    """
    topology = ground.topology
    source = ground.stored[rows].copy()
    broken = topology.reasons[rows] != ""
    source[broken] = topology.usable[rows][broken]
    parts, owner = shapely.get_parts(shapely.force_2d(source), return_index=True)
    rings, part = shapely.get_rings(
        shapely.orient_polygons(parts, exterior_cw=False), return_index=True
    )
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    number = np.arange(len(parts)) - np.searchsorted(owner, owner)
    boundary = shapely.get_coordinates(lands)
    corner = np.vstack((xy, boundary)).min(axis=0) if len(xy) else boundary.min(axis=0)
    origin = np.floor(corner * 1000) - 1000
    both = np.column_stack((number[part[ring]], ring))
    return _segments(shapely.boundary(lands), origin), rows[owner[part[ring]]], both, xy, origin


def _segments(lines: Objects, origin: Floats) -> Floats:
    """Give the edges of linework in grid steps, (n, 2, 2); what the grid makes a point is left."""
    parts = shapely.get_parts(shapely.get_parts(lines))
    parts = parts[shapely.get_type_id(parts) == 1]
    xy, line = shapely.get_coordinates(parts, return_index=True)
    cells = np.rint(xy * 1000) - origin
    follows = (line[1:] == line[:-1]) & (cells[1:] != cells[:-1]).any(axis=1)
    return np.stack((cells[:-1][follows], cells[1:][follows]), axis=1)


def _touching(start: Floats, end: Floats, place: tuple[Objects, Floats]) -> NDArray[np.bool_]:
    """Tell which edges touch the land."""
    places, origin = place
    lines = shapely.linestrings((np.stack((start, end), axis=1) + origin) / 1000)
    found = shapely.STRtree(lines).query(places, predicate="dwithin", distance=TOUCH_M)[1]
    near = np.zeros(len(start), dtype=bool)
    near[found] = True
    return near


def _vertices_on(
    edges: tuple[Floats, Floats], ground: Ground, rows: Ints, origin: Floats
) -> tuple[Floats, Floats, Floats]:
    """Find the vertices of any community on these edges.

    Gives them in grid steps, as stored, and those of communities other than ``rows``.
    """
    ends = np.stack(edges, axis=1)
    metres = shapely.linestrings((ends + origin) / 1000)
    beside = np.unique(ground.topology.tree.query(metres, predicate="dwithin", distance=TOUCH_M)[1])
    xy, owner = shapely.get_coordinates(ground.stored[beside], return_index=True)
    cells = np.rint(xy * 1000) - origin
    inside = np.flatnonzero(((cells >= 0) & (cells < 2**_SHIFT)).all(axis=1))
    tree = shapely.STRtree(shapely.linestrings(ends))
    on = tree.query(shapely.points(cells[inside]), predicate="dwithin", distance=HALF_DIAGONAL)
    chosen = inside[np.unique(on[0])]
    other = chosen[~np.isin(beside[owner[chosen]], rows)]
    return cells[chosen], xy[chosen], cells[other]


def _inner(points: Floats, path: Ints, codes: Ints, count: int) -> Ints:
    """Nodes within the paths of the first ``count`` segments, their ends left out."""
    inner = (path[1:-1] == path[:-2]) & (path[1:-1] == path[2:]) & (path[1:-1] < count)
    return np.unique(np.searchsorted(codes, encode(points[1:-1][inner])))


def _faces(start: Floats, end: Floats, lands: Objects, origin: Floats) -> tuple[Objects, Ints]:
    """Enclose faces by noded edges; keep those within a land, or that rounding cut off from it."""
    low = (start[:, 0] < end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] < end[:, 1]))
    ordered = np.hstack((np.where(low[:, None], start, end), np.where(low[:, None], end, start)))
    once = np.unique(ordered, axis=0).reshape(-1, 2, 2)
    lines = shapely.linestrings((once + origin) / 1000)
    faces = shapely.get_parts(shapely.polygonize(lines))
    inner = shapely.point_on_surface(faces)
    tree = shapely.STRtree(lands)
    found, within = tree.query(inner, predicate="intersects")
    land = np.full(len(faces), -1, dtype=np.int64)
    land[found[::-1]] = within[::-1]
    face, beside = tree.query(faces, predicate="dwithin", distance=TOUCH_M)
    thin = (land < 0) & (shapely.area(faces) <= TOUCH_M * shapely.length(faces))
    face, beside = face[thin[face]], beside[thin[face]]
    xy, pair = shapely.get_coordinates(faces[face], return_index=True)
    far = np.zeros(len(face))
    np.maximum.at(far, pair, shapely.distance(shapely.points(xy), lands[beside[pair]]))
    hair = far <= TOUCH_M
    land[face[hair]] = beside[hair]
    return faces[land >= 0], land[land >= 0]


def _face_edges(faces: Objects, codes: Ints, origin: Floats) -> tuple[Ints, Ints, Ints]:
    rings, owner = shapely.get_rings(
        shapely.orient_polygons(faces, exterior_cw=False), return_index=True
    )
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    nodes = np.searchsorted(codes, encode(np.rint(xy * 1000) - origin))
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    return owner[ring[follows]].astype(np.int64), nodes[follows], nodes[follows + 1]


def _claims(
    usable: Objects,
    rows: Ints,
    edges: Edges,
    faces: tuple[Objects, Ints, Ints, Ints],
    codes: Ints,
) -> Ints:
    """Tell who claims which face: where a boundary runs along it the edge tells, else a point."""
    shapes, face, start, end = faces
    size, count = len(usable), len(codes)
    inner = shapely.point_on_surface(shapes)
    at, found = shapely.STRtree(usable[rows]).query(inner, predicate="intersects")
    near = np.flatnonzero(edges.near)
    ids = edges.ids(count)[near]
    order = np.argsort(ids, kind="stable")
    ids, owner = ids[order], edges.row[near][order]
    along = _pairs(start * count + end, face, ids, owner, size)
    against = _pairs(end * count + start, face, ids, owner, size)
    both = np.intersect1d(along, against)
    known = np.union1d(at * size + rows[found], np.setdiff1d(along, both))
    return np.asarray(np.setdiff1d(known, np.setdiff1d(against, both)), dtype=np.int64)


def _pairs(wanted: Ints, face: Ints, ids: Ints, owner: Ints, size: int) -> Ints:
    """Pairs (face, row) in which the row has an edge that the face has."""
    begin = np.searchsorted(ids, wanted, side="left")
    count = np.searchsorted(ids, wanted, side="right") - begin
    use = np.repeat(np.arange(len(wanted)), count)
    step = np.arange(len(use)) - np.repeat(np.cumsum(count) - count, count)
    return np.asarray(np.unique(face[use] * size + owner[begin[use] + step]), dtype=np.int64)


def _written(codes: Ints, origin: Floats, known: tuple[tuple[Floats, Floats], ...]) -> Floats:
    """Give the coordinates to write for each node: as a community stores it, else the grid's."""
    xy = (decode(codes) + origin) / 1000
    for cells, stored in known:
        numbers = encode(cells)
        at = np.minimum(np.searchsorted(codes, numbers), len(codes) - 1)
        hit = codes[at] == numbers
        xy[at[hit]] = stored[hit]
    return xy
