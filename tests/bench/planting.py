"""What is planted into a coverage: one recipe a fault, each at a place of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from walls import Wall

Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]

LEAST_POINTS = 3
"""So many points make a hump; so many spikes make a line that crosses another."""

EXACT_M = 0.01
"""A mismatch of edges can only be told in layers whose lines lie nearer together than this."""


@dataclass(frozen=True)
class Planted:
    """One fault that was put in.

    Attributes
    ----------
    kind
        What was planted; `scoring.EXPECTED` says what a check should call it.
    rows
        Rows concerned: claimants, neighbours of a gap, owner of a ring.
    place
        x, y of a point in the middle of it.
    extent
        All of it: land, line or point.
    """

    kind: str
    rows: tuple[int, ...]
    place: tuple[float, float]
    extent: shapely.Geometry


@dataclass(eq=False)
class Changes:
    """What the recipes did, until it is applied to the rings."""

    planted: list[Planted] = field(default_factory=list)
    rings: dict[int, Floats] = field(default_factory=dict)
    holes: dict[int, Floats] = field(default_factory=dict)
    extra: list[tuple[int, Floats, bool]] = field(default_factory=list)
    """Host row, ring, whether it is named in the last planted fault."""

    def add(self, kind: str, rows: tuple[int, ...], place: Floats, extent: Floats) -> None:
        """Record a fault; ``extent`` is a point, a line, or a closed ring."""
        if len(extent) == 1:
            where = shapely.Point(extent[0])
        elif len(extent) > 3 and (extent[0] == extent[-1]).all():
            where = shapely.Polygon(extent)
        else:
            where = shapely.LineString(extent)
        x, y = place.tolist()
        self.planted.append(Planted(kind, tuple(sorted(rows)), (x, y), where))

    def applied(self, points: Floats, sizes: Indexes, first: int) -> tuple[Floats, Indexes]:
        """Put the changed rings in place of those of the rows from ``first`` on."""
        rows = [row for row in self.rings if first <= row < first + len(sizes)]
        if not rows:
            return points, sizes
        ends = np.cumsum(sizes)
        pieces, done, sizes = [], 0, sizes.copy()
        for row in sorted(rows):
            at = row - first
            pieces += [points[done : ends[at] - sizes[at]], self.rings[row]]
            done = ends[at]
            sizes[at] = len(self.rings[row])
        return np.concatenate((*pieces, points[done:])), sizes

    def added(
        self,
        polygons: NDArray[np.object_],
        street: NDArray[np.int64],
        *,
        again: Callable[[Floats], Floats],
    ) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
        """Cut the holes and append the extra communities, each in the street of its host."""
        polygons = polygons.copy()
        for row, hole in self.holes.items():
            shell = shapely.get_exterior_ring(polygons[row])
            polygons[row] = shapely.polygons(shell, holes=[shapely.linearrings(again(hole))])
        more = np.empty(len(self.extra), dtype=object)
        more[:] = [shapely.Polygon(again(ring)) for _, ring, _ in self.extra]
        hosts = np.array([host for host, _, _ in self.extra], dtype=np.intp)
        return np.concatenate((polygons, more)), np.concatenate((street, street[hosts]))


@dataclass(frozen=True, eq=False)
class Site:
    """A community of the wall, with its neighbours, where one recipe is carried out."""

    wall: Wall
    row: int
    column: int

    @property
    def here(self) -> int:
        """Row of the community in the layer."""
        return self.row * self.wall.columns + self.column

    @property
    def east(self) -> int:
        """Row of its eastern neighbour."""
        return self.here + 1

    @property
    def north_east(self) -> int:
        """Row of the third community at its north-eastern corner."""
        return (self.row + 1) * self.wall.columns + self.column + self.row % 2

    def ring(self, row: int) -> tuple[Floats, Indexes]:
        """Give the ring of any row, not yet changed, and its six corners."""
        return self.wall.ring(*divmod(row, self.wall.columns))

    def east_line(self) -> tuple[Floats, slice]:
        """Give the ring, and the middle half of the line to the eastern neighbour."""
        ring, corner = self.ring(self.here)
        quarter = (corner[3] - corner[2]) // 4
        return ring, slice(corner[2] + quarter, corner[3] - quarter)


@dataclass(frozen=True)
class Recipe:
    """A way to plant; left out where lines lie further apart than ``most_apart_m``, or where a
    polygon has fewer than ``least_vertices`` on average."""

    name: str
    plant: Callable[[Site, Changes, np.random.Generator], None]
    most_apart_m: float = np.inf
    least_vertices: int = 0


def _bulge(
    kind: str, low_m: float, high_m: float
) -> Callable[[Site, Changes, np.random.Generator], None]:
    """Move the eastern line: east (an overlap) for positive metres, west (a gap) for negative."""

    def plant(site: Site, changes: Changes, rng: np.random.Generator) -> None:
        ring, part = site.east_line()
        before = ring[part].copy()
        ring[part, 0] += _profile(len(before), rng.uniform(low_m, high_m))
        ring[part] = np.round(ring[part], 3)
        changes.rings[site.here] = ring
        _lens(changes, kind, (site.here, site.east), before, ring[part])

    return plant


def _touching(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Put an overlap and a gap on one line, that meet in a vertex."""
    ring, part = site.east_line()
    before = ring[part].copy()
    half = len(before) // 2
    moved = before.copy()
    moved[: half + 1, 0] += _profile(half + 1, rng.uniform(8, 30))
    moved[half:, 0] += _profile(len(before) - half, -rng.uniform(8, 30))
    ring[part] = np.round(moved, 3)
    changes.rings[site.here] = ring
    pair = (site.here, site.east)
    # on a line of few vertices one of the two humps may have none between its ends
    if half + 1 >= LEAST_POINTS:
        _lens(changes, "touching_overlap", pair, before[: half + 1], ring[part][: half + 1])
    if len(before) - half >= LEAST_POINTS:
        _lens(changes, "touching_gap", pair, before[half:], ring[part][half:])


def _crossing(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Let the line run now on one side of the neighbour's, now on the other."""
    ring, part = site.east_line()
    before = ring[part].copy()
    sides = np.where(np.arange(len(before)) % 2 == 0, 0.3, -0.3)[1:-1]
    if len(sides) < LEAST_POINTS:  # two spikes are two slivers
        return
    ring[part, 0][1:-1] += sides * rng.uniform(0.6, 1, len(sides))
    ring[part] = np.round(ring[part], 3)
    changes.rings[site.here] = ring
    changes.add("crossing", (site.here, site.east), before[len(before) // 2], before)


def _edge_mismatch(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Put a vertex on one side only, 1 to 4 cm off the line."""
    ring, part = site.east_line()
    at, along, across = _longest_segment(ring, part)
    vertex = ring[at] + 0.5 * along + rng.uniform(0.01, 0.04) * across
    changes.rings[site.here] = np.insert(ring, at + 1, np.round(vertex, 3), axis=0)
    changes.add("edge_mismatch", (site.here, site.east), vertex, vertex[None])


def _kink(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Put a small loop into one ring; the neighbour's line runs straight."""
    ring, part = site.east_line()
    at, along, across = _longest_segment(ring, part)
    step = along / np.hypot(*along)
    middle = ring[at] + 0.5 * along
    height = rng.uniform(0.3, 0.6)
    loop = np.round(_loop(middle, step, across, height), 3)
    changes.rings[site.here] = np.insert(ring, at + 1, loop, axis=0)
    line = np.concatenate((ring[at][None], loop, ring[at + 1][None]))
    changes.add("self_crossing", (site.here,), _crossing_of(line), line)


def _bow_tie(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Put the same loop into both rings, so that all edges match."""
    ring, part = site.east_line()
    at, along, across = _longest_segment(ring, part)
    step = along / np.hypot(*along)
    loop = np.round(_loop(ring[at] + 0.5 * along, step, across, rng.uniform(0.3, 0.6)), 3)
    other, _ = site.ring(site.east)
    there = int(np.flatnonzero((other == ring[at + 1]).all(axis=1))[0])
    changes.rings[site.here] = np.insert(ring, at + 1, loop, axis=0)
    changes.rings[site.east] = np.insert(other, there + 1, loop[::-1], axis=0)
    line = np.concatenate((ring[at][None], loop, ring[at + 1][None]))
    for row in (site.here, site.east):
        changes.add("bow_tie", (row,), _crossing_of(line), line)


def _duplicate(site: Site, changes: Changes, _rng: np.random.Generator) -> None:
    """Put the whole community in twice."""
    ring, _ = site.ring(site.here)
    row = _next_row(site, changes)
    changes.extra.append((site.here, ring, True))
    changes.add("duplicate", (site.here, row), ring.mean(axis=0), _closed(ring))


def _enclave(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Put a community into another that has no hole for it."""
    ring, _ = site.ring(site.here)
    island = _circle(ring.mean(axis=0), rng)
    row = _next_row(site, changes)
    changes.extra.append((site.here, island, True))
    changes.add("enclave", (site.here, row), island.mean(axis=0), _closed(island))


def _island(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Put a community into another that has a hole for it: this is no fault."""
    ring, _ = site.ring(site.here)
    island = _circle(ring.mean(axis=0), rng)
    changes.holes[site.here] = island[::-1]
    changes.extra.append((site.here, island, False))


def _gap_at_junction(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Cut off the north-eastern corner: a gap that three communities border."""
    ring, corner = site.ring(site.here)
    start, stop = corner[3] - rng.integers(4, 8), corner[3] + rng.integers(4, 8)
    old = ring[start : stop + 1]
    chord = ring[[start, stop]]
    inner = chord.mean(axis=0) + 0.25 * (chord.mean(axis=0) - ring[corner[3]])
    path = np.round(np.stack((chord[0], inner, chord[1])), 3)
    changes.rings[site.here] = np.concatenate((ring[:start], path, ring[stop + 1 :]))
    land = np.concatenate((old, path[::-1]))
    rows = (site.here, site.east, site.north_east)
    changes.add("gap_at_junction", rows, (ring[corner[3]] + inner) / 2, land)


def _three_way(site: Site, changes: Changes, rng: np.random.Generator) -> None:
    """Let three communities claim the land around their junction, all the same land."""
    ring, corner = site.ring(site.here)
    junction = ring[corner[3]]
    reach = int(rng.integers(4, 8))
    corners = np.stack(
        (
            ring[corner[3] - reach],
            site.ring(site.east)[0][_after(site, reach)],
            ring[corner[3] + reach],
        )
    )
    land = _bulged(corners, rng)
    rows = (site.here, site.east, site.north_east)
    for row in rows:
        changes.rings[row] = _with_land(site.ring(row)[0], land, junction)
    changes.add("three_way", rows, corners.mean(axis=0), _closed(land))


def _rim(
    kind: str, low_m: float, high_m: float
) -> Callable[[Site, Changes, np.random.Generator], None]:
    """Move the southern rim: south (outside) for positive metres, north (a bay) for negative."""

    def plant(site: Site, changes: Changes, rng: np.random.Generator) -> None:
        ring, corner = site.ring(site.here)
        margin = min(4, (corner[1] - corner[0]) // 4)  # few vertices: nearer to the corners
        part = slice(corner[0] + margin, corner[1] - margin + 1)
        before = ring[part].copy()
        ring[part, 1] -= _profile(len(before), rng.uniform(low_m, high_m))
        ring[part] = np.round(ring[part], 3)
        changes.rings[site.here] = ring
        _lens(changes, kind, (site.here,), before, ring[part])

    return plant


RECIPES = (
    Recipe("overlap", _bulge("overlap", 5, 40)),
    Recipe("gap", _bulge("gap", -40, -5)),
    Recipe("overlap_sliver", _bulge("overlap_sliver", 0.15, 0.4)),
    Recipe("gap_sliver", _bulge("gap_sliver", -0.4, -0.15)),
    Recipe("gap_at_junction", _gap_at_junction, least_vertices=200),
    Recipe("three_way", _three_way, least_vertices=200),
    Recipe("touching", _touching),
    Recipe("duplicate", _duplicate),
    Recipe("enclave", _enclave),
    Recipe("island", _island),
    Recipe("self_crossing", _kink),
    Recipe("bow_tie", _bow_tie),
    Recipe("edge_mismatch", _edge_mismatch, EXACT_M),
    Recipe("crossing", _crossing),
)
"""What is planted inside, in turn. An island is no fault: it must not be reported."""

RIM_RECIPES = (Recipe("bay", _rim("bay", -40, -5)), Recipe("outside", _rim("outside", 5, 40)))
"""What is planted at the rim, in turn."""


def _profile(points: int, height_m: float) -> Floats:
    """Give a hump that is 0 at both ends and at least 2 mm between them."""
    hump = np.sin(np.linspace(0, np.pi, points)) * abs(height_m)
    hump[1:-1] = np.maximum(hump[1:-1], 0.002)
    hump[[0, -1]] = 0
    return np.asarray(hump * np.sign(height_m))


def _lens(
    changes: Changes, kind: str, rows: tuple[int, ...], before: Floats, after: Floats
) -> None:
    middle = len(before) // 2
    land = np.concatenate((before, after[-2:0:-1], before[:1]))
    changes.add(kind, rows, (before[middle] + after[middle]) / 2, land)


def _longest_segment(ring: Floats, part: slice) -> tuple[int, Floats, Floats]:
    """Give where the longest segment of a line starts, its vector, and the unit vector left."""
    steps = ring[part.start + 1 : part.stop + 1] - ring[part]
    at = int(np.argmax(np.hypot(*steps.T)))
    along = steps[at]
    return part.start + at, along, np.array((-along[1], along[0])) / np.hypot(*along)


def _loop(middle: Floats, step: Floats, across: Floats, height_m: float) -> Floats:
    """Give four vertices that make a line cross itself: ahead, aside, back, and over the line.

    It is open wide enough that digitising the line again, 5 cm off, leaves the crossing.
    """
    ahead = np.outer((0.5, 0.5, -0.5, -0.5), step)
    return middle + ahead + np.outer((0, height_m, height_m, -0.15), across)


def _crossing_of(line: Floats) -> Floats:
    """Give where a line that goes through a loop's four vertices crosses itself."""
    first, last = shapely.linestrings(line[:2]), shapely.linestrings(line[3:5])
    return np.asarray(shapely.get_coordinates(shapely.intersection(first, last))[0])


def _next_row(site: Site, changes: Changes) -> int:
    return site.wall.rows * site.wall.columns + len(changes.extra)


def _circle(centre: Floats, rng: np.random.Generator) -> Floats:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.round(
        centre + rng.uniform(20, 60) * np.column_stack((np.cos(angle), np.sin(angle))), 3
    )


def _closed(ring: Floats) -> Floats:
    return np.concatenate((ring, ring[:1]))


def _after(site: Site, reach: int) -> int:
    """Index in the eastern neighbour's ring, ``reach`` before its north-western corner."""
    _, corner = site.ring(site.east)
    return int(corner[5]) - reach


def _bulged(corners: Floats, rng: np.random.Generator) -> Floats:
    """Give the ring through three corners, counter-clockwise, its sides bent outwards."""
    centre = corners.mean(axis=0)
    angle = np.arctan2(*(corners - centre).T[::-1])
    corners = corners[np.argsort(angle)]
    middle = (corners + np.roll(corners, -1, axis=0)) / 2
    middle += rng.uniform(0.3, 0.5) * (middle - centre)
    return np.round(np.stack((corners, middle), axis=1).reshape(-1, 2), 3)


def _with_land(ring: Floats, land: Floats, junction: Floats) -> Floats:
    """Add ``land``, a counter-clockwise ring through two vertices of ``ring``, to a ring.

    What lies between those two, the junction among it, is replaced by the far way round.
    """
    at = int(np.flatnonzero((ring == junction).all(axis=1))[0])
    turned = np.roll(ring, len(ring) // 2 - at, axis=0)
    on_land = (turned[:, None] == land[None]).all(axis=2)
    first, last = np.flatnonzero(on_land.any(axis=1))
    start, stop = int(on_land[first].argmax()), int(on_land[last].argmax())
    path = np.roll(land, -start, axis=0)
    steps = (stop - start) % len(land)
    return np.concatenate((turned[:first], path[: steps + 1], turned[last + 1 :]))
