"""Whose land is it? The claimants of each region that is claimed twice or more, or by nobody."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.edges import Objects
from gis_service.core.regions import Regions

Claimants = frozenset[int]

NEGLIGIBLE_M2 = 1e-7
"""Faces smaller than a tenth of a square millimetre are the noise of computed crossings."""


def claimed_pieces(
    regions: Regions, land: Objects, tree: shapely.STRtree
) -> tuple[Objects, list[Claimants]]:
    """Give every piece of land claimed twice or more, and the rows that claim it.

    Parameters
    ----------
    regions
        Of the layer.
    land, tree
        Each row's valid land (None where there is none) and its STRtree.

    Returns
    -------
    pieces, claimants
        Connected polygons that don't overlap, and for each the set of rows. Neighbouring pieces
        with the same claimants are one.
    """
    chosen = np.flatnonzero(regions.claims > 1)
    chosen = chosen[shapely.area(regions.faces[chosen]) > NEGLIGIBLE_M2]
    faces = regions.land(chosen)
    owners = _owners(regions, chosen)
    claimants, settled = _claimants(faces, regions.claims[chosen], owners, land, tree)
    pieces: defaultdict[tuple[int, Claimants], list[shapely.Geometry]] = defaultdict(list)
    for at in np.flatnonzero(settled).tolist():
        pieces[int(regions.group[chosen[at]]), claimants[at]].append(faces[at])
    for at in np.flatnonzero(~settled).tolist():
        for holders, face in _divided(faces[at], land, tree):
            pieces[int(regions.group[chosen[at]]), holders].append(face)
    joined: list[shapely.Geometry] = []
    claims: list[Claimants] = []
    for (_, holders), parts in pieces.items():
        whole = shapely.get_parts(parts[0] if len(parts) == 1 else shapely.union_all(parts))
        whole = whole[(shapely.get_type_id(whole) == 3) & (shapely.area(whole) > 0)]
        joined.extend(whole)
        claims.extend([holders] * len(whole))
    result = np.empty(len(joined), dtype=object)
    result[:] = joined
    return result, claims


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


def subdivide(parts: Objects, claims: list[Claimants]) -> list[tuple[Claimants, shapely.Geometry]]:
    """Cut overlapping ``parts`` so that each point lies in one piece, with all its claimants."""
    lines = shapely.union_all(shapely.boundary(parts))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    face, part = shapely.STRtree(parts).query(inner, predicate="intersects")
    owners: defaultdict[int, Claimants] = defaultdict(frozenset)
    for at, index in zip(face.tolist(), part.tolist(), strict=True):
        owners[at] |= claims[index]
    return [(owner, faces[at]) for at, owner in owners.items()]


def _owners(regions: Regions, chosen: NDArray[np.intp]) -> list[Claimants]:
    """Owners of the edges of each face's group."""
    groups = regions.group[chosen]
    first = np.searchsorted(regions.parties[:, 0], groups)
    stop = np.searchsorted(regions.parties[:, 0], groups, side="right")
    rows = regions.parties[:, 1]
    return [frozenset(rows[a:b].tolist()) for a, b in zip(first, stop, strict=True)]


def _claimants(
    faces: Objects,
    claims: NDArray[np.int64],
    owners_of_edges: list[Claimants],
    land: Objects,
    tree: shapely.STRtree,
) -> tuple[list[Claimants], NDArray[np.bool_]]:
    """Claimants at a point of each face, and whether they claim the whole of it.

    They do when as many were met as the face has claims, and they own all edges around it and
    nobody else's land fits into it (then no line of others can run through it), or else when each
    covers all its area.
    """
    inner = shapely.point_on_surface(faces)
    face, row = tree.query(inner, predicate="intersects")
    owners: list[set[int]] = [set() for _ in range(len(faces))]
    for at, number in zip(face.tolist(), row.tolist(), strict=True):
        owners[at].add(number)
    claimants = [frozenset(found) for found in owners]
    met = np.bincount(face, minlength=len(faces))
    equal = [one == other for one, other in zip(claimants, owners_of_edges, strict=True)]
    settled = np.array(equal, dtype=np.bool_) & ~_holding_others(faces, claimants, land, tree)
    doubtful = np.flatnonzero(~settled & (met == claims))
    asked = np.isin(face, doubtful)
    shares = shapely.area(shapely.intersection(land[row[asked]], faces[face[asked]]))
    held = np.bincount(face[asked], weights=shares, minlength=len(faces))[doubtful]
    area = shapely.area(faces[doubtful])
    slack = 1e-6 * (area + shapely.length(faces[doubtful]))
    settled[doubtful] = np.abs(held - met[doubtful] * area) <= slack
    return claimants, settled & (met == claims)


def _holding_others(
    faces: Objects, claimants: list[Claimants], land: Objects, tree: shapely.STRtree
) -> NDArray[np.bool_]:
    """Tell which faces may hold a part of another community whole, by bounding boxes."""
    face, row = tree.query(faces)
    apart = [int(r) not in claimants[f] for f, r in zip(face.tolist(), row.tolist(), strict=True)]
    face, row = face[np.array(apart, dtype=bool)], row[np.array(apart, dtype=bool)]
    parts, of = shapely.get_parts(land[row], return_index=True)
    inner, outer = shapely.bounds(parts), shapely.bounds(faces[face[of]])
    within = (inner[:, :2] >= outer[:, :2]).all(axis=1) & (inner[:, 2:] <= outer[:, 2:]).all(axis=1)
    result = np.zeros(len(faces), dtype=np.bool_)
    result[face[of][within]] = True
    return result


def _divided(
    face: shapely.Geometry, land: Objects, tree: shapely.STRtree
) -> list[tuple[Claimants, shapely.Geometry]]:
    """Cut one face by all communities that reach into it; keep what two or more claim."""
    rows = np.sort(tree.query(face, predicate="intersects"))
    parts, origin = shapely.get_parts(shapely.intersection(land[rows], face), return_index=True)
    solid = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > NEGLIGIBLE_M2)
    claims = [frozenset([int(rows[at])]) for at in origin[solid]]
    if not claims:
        return []
    return [found for found in subdivide(parts[solid], claims) if len(found[0]) > 1]
