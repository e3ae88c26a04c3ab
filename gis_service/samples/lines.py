"""The communities' shared lines, drawn as a surveyor would, and the rings made of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from gis_service.samples.mesh import Mesh
from gis_service.samples.partition import Community
from gis_service.samples.terrain import Array, Terrain, on_grid

_SPACING_M = 9.0
_FEWEST, _MOST = 30, 300
_WOBBLE_M = 0.12
_CALM_M = 40.0


@dataclass(frozen=True)
class Line:
    """One line between two junctions.

    Attributes
    ----------
    xy
        Its vertices, both ends included, on the 1 mm grid.
    left, right
        Positions of the communities beside it, in its direction; ``right`` is -1 on the rim.
    """

    xy: Array
    left: int
    right: int


@dataclass(frozen=True)
class Drawing:
    """All lines, and each community's ring as a walk along them.

    Attributes
    ----------
    lines
        Every line once.
    walks
        Per community: (line number, whether it is walked backwards), counter-clockwise.
    """

    lines: list[Line]
    walks: list[list[tuple[int, bool]]]

    def ring(self, position: int) -> Array:
        """Give a community's open ring."""
        parts = []
        for number, backwards in self.walks[position]:
            xy = self.lines[number].xy
            parts.append(xy[::-1][:-1] if backwards else xy[:-1])
        return np.concatenate(parts)

    def polygons(self) -> list[shapely.Polygon]:
        """Give every community's polygon, in their order."""
        return [shapely.Polygon(self.ring(i)) for i in range(len(self.walks))]


def draw_lines(
    mesh: Mesh, communities: list[Community], *, terrain: Terrain, rng: np.random.Generator
) -> Drawing:
    """Draw the lines of a mesh that holds the communities only (no blocks yet)."""
    position = {c.face: i for i, c in enumerate(communities)}
    junctions = _junctions(mesh, position)
    lines: list[Line] = []
    known: dict[tuple[int, int], int] = {}
    walks = []
    for i, community in enumerate(communities):
        walk = []
        for chain in _chains(mesh.faces[community.face], junctions):
            number = known.get((chain[-1], chain[-2]))
            if number is None:
                twin = mesh.owner.get((chain[1], chain[0]))
                right = -1 if twin is None else position[twin]
                xy = np.array([mesh.xy[v] for v in chain])
                lines.append(Line(xy if right < 0 else _surveyed(xy, terrain, rng), i, right))
                known[(chain[0], chain[1])] = len(lines) - 1
                walk.append((len(lines) - 1, False))
            else:
                walk.append((number, True))
        walks.append(walk)
    return Drawing(lines, walks)


def _junctions(mesh: Mesh, position: dict[int, int]) -> set[int]:
    """Vertices where three or more sides meet: communities, or the outside."""
    sides: dict[int, set[int]] = {}
    for (a, b), face in mesh.owner.items():
        beyond = mesh.owner.get((b, a))
        outer = -1 if beyond is None else position[beyond]
        for vertex in (a, b):
            sides.setdefault(vertex, set()).update((position[face], outer))
    return {vertex for vertex, around in sides.items() if len(around) > 2}


def _chains(ring: list[int], junctions: set[int]) -> list[list[int]]:
    """Cut a ring at its junctions."""
    stops = [i for i, v in enumerate(ring) if v in junctions]
    rolled = ring[stops[0] :] + ring[: stops[0] + 1]
    stops = [i - stops[0] for i in stops] + [len(rolled) - 1]
    return [rolled[a : b + 1] for a, b in pairwise(stops)]


def _surveyed(corners: Array, terrain: Terrain, rng: np.random.Generator) -> Array:
    """Draw one line: uneven spacing, bent with the streets, a wobble of decimetres."""
    way = shapely.LineString(corners)
    count = int(np.clip(round(way.length / _SPACING_M), _FEWEST, _MOST))
    steps = rng.uniform(0.45, 1.55, count - 1)
    places = np.concatenate(([0.0], np.cumsum(steps) / steps.sum()))
    points = shapely.line_interpolate_point(way, places, normalized=True)
    xy = shapely.get_coordinates(points)
    xy[0], xy[-1] = corners[0], corners[-1]
    xy = terrain.bend(xy)
    along = np.gradient(xy, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    across = np.column_stack((-along[:, 1], along[:, 0]))
    calm = np.clip(np.minimum(places, 1 - places) * way.length / _CALM_M, 0.0, 1.0)
    wobble = rng.normal(0.0, _WOBBLE_M, count).clip(-2.5 * _WOBBLE_M, 2.5 * _WOBBLE_M)
    return on_grid(xy + across * (wobble * calm)[:, None])
