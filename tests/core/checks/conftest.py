"""Slow, plain answers to what is claimed twice or not at all, written from the definitions."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from types import SimpleNamespace

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

Land = list[tuple[tuple[str, ...], float]]


def _same(one: BaseGeometry, other: BaseGeometry) -> bool:
    return one.intersection(other).area >= 0.999 * max(one.area, other.area)


def overlaps(polygons: dict[str, BaseGeometry], *, min_area_m2: float = 1.0) -> Land:
    """Claimants and area of each piece claimed twice or more: cut the plane, ask each face."""
    lines = shapely.union_all([polygon.boundary for polygon in polygons.values()])
    faces: defaultdict[tuple[str, ...], list[BaseGeometry]] = defaultdict(list)
    for face in shapely.get_parts(shapely.polygonize([lines])):
        inner = face.point_on_surface()
        owners = tuple(sorted(code for code, land in polygons.items() if land.contains(inner)))
        faces[owners].append(face)
    found = []
    for owners, members in faces.items():
        pairs = list(combinations(owners, 2))
        if not pairs or all(_same(polygons[one], polygons[two]) for one, two in pairs):
            continue
        for piece in shapely.get_parts(shapely.union_all(members)):
            if piece.area >= min_area_m2:
                found.append((owners, piece.area))
    return sorted(found)


def gaps(
    polygons: dict[str, BaseGeometry],
    *,
    outline: BaseGeometry | None = None,
    min_area_m2: float = 1.0,
) -> list[float]:
    """Areas of the pieces that nobody claims: the filled union, or the outline, less everything."""
    union = shapely.union_all(list(polygons.values()))
    filled = shapely.union_all([shapely.Polygon(p.exterior) for p in shapely.get_parts(union)])
    rest = (outline or filled).difference(union)
    return sorted(p.area for p in shapely.get_parts(rest) if p.area >= min_area_m2)


def pair_overlaps(polygons: list[BaseGeometry], *, min_area_m2: float = 1.0) -> int:
    """How many pairs share at least this much land."""
    tree = shapely.STRtree(polygons)
    return sum(
        polygons[one].intersection(polygons[two]).area > min_area_m2
        for one, two in tree.query(polygons).T
        if one < two
    )


@pytest.fixture(scope="session")
def oracle() -> SimpleNamespace:
    """``overlaps``, ``gaps`` and ``pair_overlaps`` by definition."""
    return SimpleNamespace(overlaps=overlaps, gaps=gaps, pair_overlaps=pair_overlaps)
