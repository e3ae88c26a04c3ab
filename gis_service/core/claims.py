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
    claimants, settled = _claimants(faces, regions.claims[chosen], land, tree)
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


def _claimants(
    faces: Objects, claims: NDArray[np.int64], land: Objects, tree: shapely.STRtree
) -> tuple[list[Claimants], NDArray[np.bool_]]:
    """Claimants at a point of each face, and whether they claim the whole of it.

    All over a face the number of claims is the same; so when as many claimants as that are met at
    one point, and nobody else has land in the face, each of them claims all of it.
    """
    inner = shapely.point_on_surface(faces)
    face, row = tree.query(inner, predicate="intersects")
    owners: list[set[int]] = [set() for _ in range(len(faces))]
    for at, number in zip(face.tolist(), row.tolist(), strict=True):
        owners[at].add(number)
    met = np.bincount(face, minlength=len(faces))
    claimants = [frozenset(found) for found in owners]
    return claimants, (met == claims) & ~_shared_with_others(faces, claimants, land, tree)


def _shared_with_others(
    faces: Objects, claimants: list[Claimants], land: Objects, tree: shapely.STRtree
) -> NDArray[np.bool_]:
    """Tell in which faces others than the claimants at one point have land, too."""
    face, row = tree.query(faces, predicate="intersects")
    apart = [r not in claimants[f] for f, r in zip(face.tolist(), row.tolist(), strict=True)]
    face, row = face[np.array(apart, dtype=bool)], row[np.array(apart, dtype=bool)]
    shares = shapely.area(shapely.intersection(land[row], faces[face]))
    slack = 1e-6 * (shapely.area(faces) + shapely.length(faces))
    result = np.zeros(len(faces), dtype=np.bool_)
    result[face[shares > slack[face]]] = True
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
