"""Whose land is it? The claimants of each region that is claimed twice or more, or by nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.edges import BEYOND, Ints, Objects
from gis_service.core.reaching import reach_inside
from gis_service.core.regions import Regions

Claimants = frozenset[int]

NEGLIGIBLE_M2 = 1e-7
"""Faces smaller than a tenth of a square millimetre are the noise of computed crossings."""

TILE_VERTICES = 256
"""The land beyond the outline is cut until no piece has more vertices."""


@dataclass(frozen=True, eq=False)
class Claims:
    """Every place that two or more claim, once.

    ``faces[i]`` is land that exactly ``claimants[i]`` claim (rows; `BEYOND` when it lies outside
    the outline); ``group[i]`` is its tangle or loop, as in `Regions`.
    """

    faces: list[BaseGeometry]
    claimants: list[Claimants]
    group: list[int]

    @classmethod
    def of(
        cls,
        regions: Regions,
        land: Objects,
        *,
        outline: BaseGeometry | None = None,
        slack_m: float = 0.0,
    ) -> Claims:
        """Find who claims each region with two or more claims.

        Parameters
        ----------
        regions
            Of the layer, with the outline if there is one.
        land
            Each row's valid land, None where there is none.
        outline
            Of the district.
        slack_m
            How far apart the two sides of a line may be drawn and still be one line.
        """
        chosen = np.flatnonzero(regions.claims > 1)
        chosen = chosen[shapely.area(regions.faces[chosen]) > NEGLIGIBLE_M2]
        if not len(chosen):
            return cls([], [], [])
        faces, group = regions.land(chosen), regions.group[chosen]
        holdings = _Holdings.of(land, outline, near=faces)
        claimants, settled = _claimants(faces, regions.claims[chosen], holdings, slack_m)
        done = np.flatnonzero(settled).tolist()
        result = cls([faces[i] for i in done], [claimants[i] for i in done], group[done].tolist())
        for at in np.flatnonzero(~settled).tolist():
            for holders, face in _divided(faces[at], holdings):
                result.faces.append(face)
                result.claimants.append(holders)
                result.group.append(int(group[at]))
        return result

    def overlaps(self) -> tuple[Objects, list[Claimants]]:
        """Give connected land that two or more rows claim, and the rows.

        Pieces don't overlap; neighbouring ones with the same claimants are one.
        """
        real = [claimants - {BEYOND} for claimants in self.claimants]
        return self._joined((at, rows) for at, rows in enumerate(real) if len(rows) > 1)

    def outside(self) -> tuple[Objects, list[int]]:
        """Give connected land of one row beyond the outline, and the row."""
        found = [(at, who) for at, who in enumerate(self.claimants) if BEYOND in who]
        pieces, rows = self._joined(
            (at, frozenset([row])) for at, who in found for row in sorted(who - {BEYOND})
        )
        return pieces, [next(iter(row)) for row in rows]

    def _joined(self, items: Iterable[tuple[int, Claimants]]) -> tuple[Objects, list[Claimants]]:
        pieces: defaultdict[tuple[int, Claimants], list[BaseGeometry]] = defaultdict(list)
        for at, rows in items:
            pieces[self.group[at], rows].append(self.faces[at])
        whole = np.empty(len(pieces), dtype=object)
        whole[:] = [
            parts[0] if len(parts) == 1 else shapely.union_all(parts) for parts in pieces.values()
        ]
        claims = [rows for _, rows in pieces]
        parts, origin = shapely.get_parts(whole, return_index=True)
        solid = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)
        return parts[solid], [claims[at] for at in origin[solid].tolist()]


def unclaimed_pieces(regions: Regions) -> Objects:
    """Give every piece of land inside the layer that nobody claims, without islands in it."""
    chosen = np.flatnonzero(regions.claims < 1)
    chosen = chosen[shapely.area(regions.faces[chosen]) > NEGLIGIBLE_M2]
    faces, group = regions.land(chosen), regions.group[chosen]
    shared = np.bincount(group, minlength=1)[group] > 1 if len(group) else np.zeros(0, dtype=bool)
    pieces = [shapely.get_parts(faces[~shared])]
    for number in np.unique(group[shared]):
        pieces.append(shapely.get_parts(shapely.union_all(faces[group == number])))
    found = np.concatenate(pieces)
    return np.asarray(found[shapely.get_type_id(found) == 3], dtype=object)


def subdivide(parts: Objects, claims: list[Claimants]) -> list[tuple[Claimants, BaseGeometry]]:
    """Cut overlapping ``parts`` so that each point lies in one piece, with all its claimants."""
    lines = shapely.union_all(shapely.boundary(parts))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    face, part = shapely.STRtree(parts).query(inner, predicate="intersects")
    owners: defaultdict[int, Claimants] = defaultdict(frozenset)
    for at, index in zip(face.tolist(), part.tolist(), strict=True):
        owners[at] |= claims[index]
    return [(owner, faces[at]) for at, owner in owners.items()]


@dataclass(frozen=True, eq=False)
class _Holdings:
    """All land with an owner: the rows' and, in tiles, what lies beyond the outline."""

    land: Objects
    owner: Ints
    tree: shapely.STRtree

    @classmethod
    def of(cls, land: Objects, outline: BaseGeometry | None, *, near: Objects) -> _Holdings:
        """Take all rows' land, and what lies beyond the outline near some faces."""
        owner = np.arange(len(land), dtype=np.int64)
        if outline is not None:
            beyond = _beyond(outline, near)
            land = np.concatenate((land, beyond))
            owner = np.concatenate((owner, np.full(len(beyond), BEYOND, dtype=np.int64)))
        return cls(land, owner, shapely.STRtree(land))


def _beyond(outline: BaseGeometry, near: Objects) -> Objects:
    """Cut the land beyond ``outline`` around some faces into tiles of few vertices."""
    boxes = shapely.bounds(near) + np.array([-1.0, -1.0, 1.0, 1.0])
    left, low = boxes[:, :2].min(axis=0).tolist()
    right, high = boxes[:, 2:].max(axis=0).tolist()
    tiles: list[BaseGeometry] = []
    waiting = [(left, low, right, high, outline, boxes)]
    while waiting:
        left, low, right, high, within, boxes = waiting.pop()
        meets = (boxes[:, :2] <= (right, high)).all(axis=1)
        boxes = boxes[meets & (boxes[:, 2:] >= (left, low)).all(axis=1)]
        if not len(boxes):
            continue
        inside = shapely.clip_by_rect(within, left, low, right, high)
        if shapely.get_num_coordinates(inside) <= TILE_VERTICES:
            box = shapely.box(left, low, right, high)
            clean = inside if shapely.is_valid(inside) else shapely.make_valid(inside)
            tiles += shapely.get_parts(shapely.difference(box, clean)).tolist()
        elif right - left > high - low:
            middle = (left + right) / 2
            waiting.append((left, low, middle, high, inside, boxes))
            waiting.append((middle, low, right, high, inside, boxes))
        else:
            middle = (low + high) / 2
            waiting.append((left, low, right, middle, inside, boxes))
            waiting.append((left, middle, right, high, inside, boxes))
    kept = [tile for tile in tiles if tile.geom_type == "Polygon" and not tile.is_empty]
    result = np.empty(len(kept), dtype=object)
    result[:] = kept
    return result


def _claimants(
    faces: Objects, claims: NDArray[np.int64], holdings: _Holdings, slack_m: float
) -> tuple[list[Claimants], NDArray[np.bool_]]:
    """Claimants at a point of each face, and whether they claim the whole of it.

    All over a face the number of claims is the same; so when as many claimants as that are met at
    one point, and nobody else has land in the face, each of them claims all of it.
    """
    inner = shapely.point_on_surface(faces)
    face, holding = holdings.tree.query(inner, predicate="intersects")
    owners: list[set[int]] = [set() for _ in range(len(faces))]
    for at, row in zip(face.tolist(), holdings.owner[holding].tolist(), strict=True):
        owners[at].add(row)
    met = np.array([len(found) for found in owners])
    claimants = [frozenset(found) for found in owners]
    apart = _shared_with_others(faces, claimants, holdings, slack_m)
    return claimants, (met == claims) & ~apart


def _shared_with_others(
    faces: Objects, claimants: list[Claimants], holdings: _Holdings, slack_m: float
) -> NDArray[np.bool_]:
    """Tell in which faces others than the claimants at one point have land, too."""
    face, holding = holdings.tree.query(faces)
    rows = holdings.owner[holding].tolist()
    other = np.array([r not in claimants[f] for f, r in zip(face.tolist(), rows, strict=True)])
    face, holding = face[other.astype(bool)], holding[other.astype(bool)]
    meets = reach_inside(faces, face, holdings.land, holding)
    face, holding = face[meets], holding[meets]
    shares = shapely.area(shapely.intersection(holdings.land[holding], faces[face]))
    slack = 1e-6 * (shapely.area(faces) + shapely.length(faces)) + slack_m * shapely.length(faces)
    result = np.zeros(len(faces), dtype=np.bool_)
    result[face[shares > slack[face]]] = True
    return result


def _divided(face: BaseGeometry, holdings: _Holdings) -> list[tuple[Claimants, BaseGeometry]]:
    """Cut one face by all land that reaches into it; keep what two or more claim."""
    holding = np.sort(holdings.tree.query(face, predicate="intersects"))
    cut = shapely.intersection(holdings.land[holding], face)
    parts, origin = shapely.get_parts(cut, return_index=True)
    solid = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > NEGLIGIBLE_M2)
    claims = [frozenset([int(holdings.owner[holding[at]])]) for at in origin[solid]]
    if not claims:
        return []
    return [found for found in subdivide(parts[solid], claims) if len(found[0]) > 1]
