"""The district cut into streets, and each street into communities.

Every cut is the best of many drawn ones: it parts what must be parted, shares people and land
out evenly, is short, keeps both sides compact and keeps away from corners that exist already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.samples.mesh import Chord, Mesh, Point
from gis_service.samples.places import STREETS, StreetPlace, community_code, community_name
from gis_service.samples.terrain import Array, Terrain, to_metres

_STREET_TRIES = 900
_COMMUNITY_TRIES = 90
_GRID_M = 110.0
_NEAR_CORNER_M = 130.0


@dataclass(frozen=True)
class Community:
    """One invented community and the face of the mesh that it has."""

    code: str
    name: str
    street: StreetPlace
    face: int


@dataclass(frozen=True)
class _Ground:
    """Points all over the district, and how much people-and-land each one stands for."""

    xy: Array
    weight: Array


@dataclass(frozen=True)
class _Cut:
    """A drawn cut: its ends are existing vertices, or edges with a point in them."""

    cost: float
    chord: Chord
    between: tuple[Point, ...]
    left: shapely.Polygon


def partition(terrain: Terrain, rng: np.random.Generator) -> tuple[Mesh, list[Community]]:
    """Cut the outline into 10 streets and 81 communities; sorted by code."""
    ring = [(float(x), float(y)) for x, y in shapely.get_coordinates(terrain.outline)[:-1]]
    mesh = Mesh.of(ring)
    ground = _ground(terrain)
    anchors = [to_metres(np.array(street.anchors)) for street in STREETS]
    faces = _part_streets(mesh, ground, rng, anchors=anchors)
    communities = []
    for street in STREETS:
        own = _part_communities(
            mesh, ground, rng, face=faces[street.code], count=street.communities
        )
        own.sort(key=lambda face: _reading_order(mesh.ring(face)))
        communities += [
            Community(community_code(street, i), community_name(street, i), street, face)
            for i, face in enumerate(own, start=1)
        ]
    return mesh, communities


def _ground(terrain: Terrain) -> _Ground:
    x0, y0, x1, y1 = terrain.outline.bounds
    xx, yy = np.meshgrid(np.arange(x0, x1, _GRID_M), np.arange(y0, y1, _GRID_M))
    xy = np.column_stack((xx.ravel(), yy.ravel()))
    xy = xy[shapely.contains_xy(terrain.outline, xy[:, 0], xy[:, 1])]
    return _Ground(xy, 0.10 + terrain.density(xy))


def _reading_order(ring: list[Point]) -> tuple[float, float]:
    """North to south in bands of 600 m, west to east inside a band."""
    middle = np.mean(np.array(ring), axis=0)
    return (-round(float(middle[1]) / 600.0), float(middle[0]))


def _part_streets(
    mesh: Mesh, ground: _Ground, rng: np.random.Generator, *, anchors: list[Array]
) -> dict[str, int]:
    shares = np.array([s.communities for s in STREETS], dtype=float)
    done: dict[str, int] = {}
    queue = [(0, list(range(len(STREETS))))]
    while queue:
        face, members = queue.pop()
        if len(members) == 1:
            done[STREETS[members[0]].code] = face
            continue
        land = _within(ground, _polygon(mesh, face))
        own, share = [anchors[m] for m in members], shares[members]

        def cost(
            left: shapely.Polygon,
            way: shapely.LineString,
            own: list[Array] = own,
            share: Array = share,
            land: _Ground = land,
        ) -> float:
            inside = _sides(left, own)
            if inside is None or inside.all() or not inside.any():
                return np.inf
            margin = float(shapely.distance(shapely.points(np.concatenate(own)), way).min())
            wanted = share[inside].sum() / share.sum()
            got = _weight(land, left) / land.weight.sum()
            return float(0.9 * abs(_odds(wanted) - _odds(got)) + max(0.0, 1.2 - margin / 300.0))

        cut = _best(mesh, face, rng, tries=_STREET_TRIES, cost=cost, bends=0.055)
        new = _apply(mesh, face, cut, rank=3.0)
        inside = _sides(cut.left, own)
        assert inside is not None  # noqa: S101  (an infinite cost is never the best)
        queue.append((new, [m for m, there in zip(members, inside, strict=True) if there]))
        queue.append((face, [m for m, there in zip(members, inside, strict=True) if not there]))
    return done


def _sides(left: shapely.Polygon, groups: list[Array]) -> NDArray[np.bool_] | None:
    """Tell which groups of points lie in ``left``; None when one lies on both sides."""
    inside = [shapely.contains_xy(left, group[:, 0], group[:, 1]) for group in groups]
    if any(there.any() and not there.all() for there in inside):
        return None
    return np.array([there.all() for there in inside])


def _part_communities(
    mesh: Mesh, ground: _Ground, rng: np.random.Generator, *, face: int, count: int
) -> list[int]:
    done, queue = [], [(face, count)]
    while queue:
        face, count = queue.pop()
        if count == 1:
            done.append(face)
            continue
        land = _within(ground, _polygon(mesh, face))
        first = count // 2

        def cost(
            left: shapely.Polygon,
            way: shapely.LineString,  # noqa: ARG001
            wanted: float = first / count,
            land: _Ground = land,
        ) -> float:
            return 1.8 * abs(_odds(wanted) - _odds(_weight(land, left) / land.weight.sum()))

        cut = _best(mesh, face, rng, tries=_COMMUNITY_TRIES, cost=cost, bends=0.045)
        new = _apply(mesh, face, cut, rank=2.0)
        queue += [(new, first), (face, count - first)]
    return done


def _best(
    mesh: Mesh,
    face: int,
    rng: np.random.Generator,
    *,
    tries: int,
    cost: Callable[[shapely.Polygon, shapely.LineString], float],
    bends: float,
) -> _Cut:
    """Draw cuts and keep the cheapest; ``bends`` is how far a cut swerves, by its length."""
    polygon = _polygon(mesh, face)
    rim = polygon.exterior
    shapely.prepare([polygon, rim])
    x0, y0, x1, y1 = polygon.bounds
    best: _Cut | None = None
    for turn in range(tries * 12):
        if turn >= tries and best is not None:
            break
        through = (float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1)))
        angle = float(rng.uniform(0.0, np.pi))
        swerve = rng.normal(0.0, bends, 3).clip(-2 * bends, 2 * bends)
        chord = mesh.chord(face, through, (float(np.cos(angle)), float(np.sin(angle))))
        if chord is None:
            continue
        chord = _snapped(mesh, chord)
        between = _swerving(chord, swerve)
        way = shapely.LineString([chord.a, *between, chord.b])
        # A narrow face leaves little room: after many draws it must do with less.
        if not _runs_inside(polygon, rim, way, strict=1.0 if turn < 4 * tries else 0.4):
            continue
        left = _left_part(mesh, face, chord, between)
        sides = (left.area, polygon.area - left.area)
        if min(sides) < 0.02 * polygon.area:
            continue
        right_length = rim.length - (left.length - way.length) + way.length
        shape = left.length / left.area**0.5 + right_length / sides[1] ** 0.5
        total = (
            cost(left, way)
            + 0.45 * (shape / 3.5449 - 2.0)
            + 0.5 * way.length / polygon.area**0.5
            + 1.5 * _crowding(mesh, face, chord)
        )
        if np.isfinite(total) and (best is None or total < best.cost):
            best = _Cut(total, chord, between, left)
    if best is None:
        raise RuntimeError(f"no cut found through face {face}")
    return best


def _snapped(mesh: Mesh, chord: Chord) -> Chord:
    """Move ends that lie on the rim to the outline's nearest own vertex."""

    def nearest(edge: tuple[int, int], point: Point) -> Point:
        if not mesh.on_rim(edge):
            return point
        return min(
            (mesh.xy[v] for v in edge),
            key=lambda p: (p[0] - point[0]) ** 2 + (p[1] - point[1]) ** 2,
        )

    a, b = nearest(chord.start, chord.a), nearest(chord.end, chord.b)
    return Chord(chord.start, chord.end, a, b)


def _swerving(chord: Chord, swerve: Array) -> tuple[Point, ...]:
    a, b = np.array(chord.a), np.array(chord.b)
    along = b - a
    length = float(np.hypot(*along))
    across = np.array([-along[1], along[0]])
    places = (0.5,) if length < 700 else (0.36, 0.67) if length < 2200 else (0.24, 0.5, 0.77)
    points = [a + t * along + s * across for t, s in zip(places, swerve, strict=False)]
    return tuple((float(p[0]), float(p[1])) for p in points)


def _runs_inside(
    polygon: shapely.Polygon, rim: shapely.LinearRing, way: shapely.LineString, *, strict: float
) -> bool:
    """Whether the way stays well inside but for its ends; ``strict`` (0 to 1) scales how well."""
    if way.length < 150.0 * strict or not polygon.contains(way):
        return False
    places = np.linspace(0.0, 1.0, 15)[1:-1]
    points = shapely.line_interpolate_point(way, places, normalized=True)
    room = shapely.distance(points, rim)
    reach = np.minimum(places, 1 - places) * way.length
    return bool((room > strict * np.minimum(0.45 * reach, 75.0)).all())


def _left_part(mesh: Mesh, face: int, chord: Chord, between: tuple[Point, ...]) -> shapely.Polygon:
    ids = mesh.faces[face]
    at_end, at_start = ids.index(chord.end[1]), ids.index(chord.start[0])
    stretch = ids[at_end:] + ids[:at_end]
    stretch = stretch[: (at_start - at_end) % len(ids) + 1]
    ring = [chord.b, *(mesh.xy[v] for v in stretch), chord.a, *between]
    return shapely.Polygon(ring)


def _crowding(mesh: Mesh, face: int, chord: Chord) -> float:
    """How much nearer than `_NEAR_CORNER_M` the ends lie to other corners (0: not at all)."""
    corners = np.array(mesh.ring(face))
    total = 0.0
    for edge, point in ((chord.start, chord.a), (chord.end, chord.b)):
        distance = np.hypot(corners[:, 0] - point[0], corners[:, 1] - point[1])
        nearest = float(distance[distance > 0].min())
        if not mesh.on_rim(edge):
            total += max(0.0, 1.0 - nearest / _NEAR_CORNER_M)
    return total


def _apply(mesh: Mesh, face: int, cut: _Cut, *, rank: float) -> int:
    ends = []
    for edge, point in ((cut.chord.start, cut.chord.a), (cut.chord.end, cut.chord.b)):
        known = [v for v in edge if mesh.xy[v] == point]
        ends.append(known[0] if known else mesh.insert(edge, point))
    return mesh.cut(face, (ends[0], ends[1]), between=cut.between, rank=rank)


def _polygon(mesh: Mesh, face: int) -> shapely.Polygon:
    return shapely.Polygon(mesh.ring(face))


def _weight(ground: _Ground, polygon: shapely.Polygon) -> float:
    inside = shapely.contains_xy(polygon, ground.xy[:, 0], ground.xy[:, 1])
    return max(float(ground.weight[inside].sum()), 0.05)


def _within(ground: _Ground, polygon: shapely.Polygon) -> _Ground:
    inside = shapely.contains_xy(polygon, ground.xy[:, 0], ground.xy[:, 1])
    return _Ground(ground.xy[inside], ground.weight[inside])


def _odds(share: float) -> float:
    share = min(max(share, 0.01), 0.99)
    return float(np.log(share / (1 - share)))
