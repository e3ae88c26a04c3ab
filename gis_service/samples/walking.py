"""Street blocks inside the communities, and the walking network that their edges make."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.samples.mesh import Mesh, moments
from gis_service.samples.partition import Community
from gis_service.samples.terrain import CRS, Array, Terrain, on_grid

_TOWN_BLOCK_M2 = 4550.0
_HILL_BLOCK_M2 = 90_000.0
_STREET_FROM_M2 = 30_000.0
_SNAP_SHARE = 0.1
_STRETCHES = 4


@dataclass(frozen=True)
class Blocks:
    """Street blocks: the corners before the bend, and which community each one lies in.

    Attributes
    ----------
    mesh
        The mesh, cut down to blocks.
    community
        Face of the mesh → position of its community in the list of communities.
    """

    mesh: Mesh
    community: dict[int, int]


def cut_blocks(
    mesh: Mesh, communities: list[Community], *, terrain: Terrain, rng: np.random.Generator
) -> Blocks:
    """Cut each community into street blocks: small in town, large in the hills.

    The mesh is made finer in place; the communities keep their faces' numbers for one block.
    """
    belongs = {c.face: i for i, c in enumerate(communities)}
    for position, community in enumerate(communities):
        queue = [community.face]
        while queue:
            face = queue.pop()
            new = _halve(mesh, face, terrain, rng)
            if new is not None:
                belongs[new] = position
                queue += [face, new]
    return Blocks(mesh, belongs)


def _halve(mesh: Mesh, face: int, terrain: Terrain, rng: np.random.Generator) -> int | None:
    area, middle, axis = moments(mesh.ring(face))
    density = float(terrain.density(np.array([middle]))[0]) if area < 4e5 else 0.0
    wanted = _HILL_BLOCK_M2 * (_TOWN_BLOCK_M2 / _HILL_BLOCK_M2) ** min(1.0, 1.25 * density)
    if area < wanted * rng.uniform(1.1, 1.9):
        return None
    for _ in range(6):
        slip = float(rng.uniform(-0.12, 0.12)) * area**0.5
        turn = float(rng.normal(0.0, 0.03))
        through = (middle[0] + slip * axis[0], middle[1] + slip * axis[1])
        way = (-axis[1] - turn * axis[0], axis[0] - turn * axis[1])
        chord = mesh.chord(face, through, way)
        if chord is None:
            continue
        ends = []
        for edge, point in ((chord.start, chord.a), (chord.end, chord.b)):
            known = _near_corner(mesh, edge, point)
            ends.append(mesh.insert(edge, point) if known is None else known)
        ring = mesh.faces[face]
        gap = (ring.index(ends[1]) - ring.index(ends[0])) % len(ring)
        if min(gap, len(ring) - gap) < 2:
            continue
        return mesh.cut(face, (ends[0], ends[1]), between=(), rank=float(area > _STREET_FROM_M2))
    return None


def _near_corner(mesh: Mesh, edge: tuple[int, int], point: tuple[float, float]) -> int | None:
    """Give the edge's end that is so near that a crossing there is likelier than two corners."""
    (ax, ay), (bx, by) = mesh.xy[edge[0]], mesh.xy[edge[1]]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    along = ((point[0] - ax) ** 2 + (point[1] - ay) ** 2) ** 0.5
    near = max(_SNAP_SHARE * length, min(12.0, length / 2))
    if along < near:
        return edge[0]
    return edge[1] if length - along < near else None


def block_polygons(blocks: Blocks, terrain: Terrain) -> gpd.GeoDataFrame:
    """Give the blocks as they lie on the ground: community (position), geometry."""
    faces = sorted(blocks.community)
    bent = on_grid(terrain.bend(np.array(blocks.mesh.xy)))
    rings = [bent[blocks.mesh.faces[face]] for face in faces]
    return gpd.GeoDataFrame(
        {"community": [blocks.community[face] for face in faces]},
        geometry=[shapely.Polygon(ring) for ring in rings],
        crs=CRS,
    )


def walking_network(
    blocks: Blocks, *, terrain: Terrain, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give the nodes (index ``id``, points) and edges (``u``, ``v``, ``length_m``, ``kind``).

    Edges follow the blocks' sides; ``length_m`` is measured along the bent way, so it is never
    less than the straight distance. Nodes are numbered west to east.
    """
    mesh = blocks.mesh
    flat = np.array(mesh.xy)
    bent = on_grid(terrain.bend(flat))
    order = np.lexsort((bent[:, 1], bent[:, 0]))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    ends = np.array(sorted(mesh.rank))
    length = np.maximum(_lengths(flat, ends, terrain), _straight(bent, ends))
    middle = (bent[ends[:, 0]] + bent[ends[:, 1]]) / 2
    kind = _kinds(mesh, ends, density=terrain.density(middle), rng=rng)
    kind = np.where((kind == "steps") & (length > 90.0), "path", kind)
    edges = pd.DataFrame(
        {
            "u": number[ends].min(axis=1),
            "v": number[ends].max(axis=1),
            "length_m": np.ceil(length * 100) / 100,
            "kind": kind,
        }
    ).sort_values(["u", "v"], ignore_index=True)
    nodes = gpd.GeoDataFrame(
        geometry=shapely.points(bent[order]),
        index=pd.RangeIndex(1, len(order) + 1, name="id"),
        crs=CRS,
    )
    return nodes, edges


def _lengths(flat: Array, ends: Array, terrain: Terrain) -> Array:
    shares = np.linspace(0.0, 1.0, _STRETCHES + 1)[None, :, None]
    a, b = flat[ends[:, 0]][:, None, :], flat[ends[:, 1]][:, None, :]
    along = terrain.bend((a + (b - a) * shares).reshape(-1, 2))
    steps = np.diff(along.reshape(len(ends), _STRETCHES + 1, 2), axis=1)
    return np.asarray(np.hypot(steps[..., 0], steps[..., 1]).sum(axis=1))


def _straight(bent: Array, ends: Array) -> Array:
    step = bent[ends[:, 1]] - bent[ends[:, 0]]
    return np.asarray(np.hypot(step[:, 0], step[:, 1]))


def _kinds(mesh: Mesh, ends: Array, *, density: Array, rng: np.random.Generator) -> Array:
    rank = np.array([mesh.rank[(int(u), int(v))] for u, v in ends])
    steep = rng.uniform(size=len(ends)) < 0.02 + 0.10 * (1 - density)
    return np.where(rank >= 1.0, "street", np.where(steep, "steps", "path"))
