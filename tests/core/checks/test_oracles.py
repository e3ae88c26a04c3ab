"""Every check held against its definition, written plainly, on random layers.

The layers are planar partitions with three-way points into which faults are put; islands, islands
in islands and millimetre noise are no faults. They are turned by any angle, moved to real
coordinates, and their rows are shuffled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, permutations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks import run_checks
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY

SIDE_M = 200
BOUNDS = shapely.box(0, 0, SIDE_M, SIDE_M)
REAL = (513_400.0, 2_494_700.0)
TOUCH_M, NARROW_M = DEFAULT_POLICY.sliver_width_m, DEFAULT_POLICY.survey_tolerance_m
LEAST_M2 = DEFAULT_POLICY.min_area_m2

FAULTS = [
    "wide", "narrow", "moved", "twice", "nearly_twice", "gone", "holed", "enclave", "exclave",
    "island", "nested", "noise", "crossed", "null",
]  # fmt: skip


def _partition(seed: int, cells: int) -> list[BaseGeometry]:
    places = np.random.default_rng(seed).uniform(5, SIDE_M - 5, (cells, 2))
    found = shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=BOUNDS)
    return list(shapely.intersection(shapely.get_parts(found), BOUNDS))


def _disc(land: BaseGeometry, share: float) -> BaseGeometry:
    line = shapely.maximum_inscribed_circle(land)
    return shapely.Point(line.coords[0]).buffer(line.length * share, quad_segs=3)


def _crossed(land: BaseGeometry) -> BaseGeometry:
    """Put a loop of half a metre into the longest edge."""
    ring = shapely.get_coordinates(land.exterior)[:-1]
    step = np.roll(ring, -1, axis=0) - ring
    at = int(np.argmax(np.hypot(*step.T)))
    along = step[at] / np.hypot(*step[at])
    middle, across = ring[at] + step[at] / 2, np.array((-along[1], along[0])) * 0.5
    loop = np.stack((middle + along * 0.4 + across, middle - along * 0.4 + across))
    return shapely.Polygon(np.insert(ring, at + 1, loop, axis=0))


def _put(fault: str, land: BaseGeometry, rng: np.random.Generator) -> list[BaseGeometry | None]:
    """What stands in the layer instead of ``land``; the first is the community itself."""
    disc, core = _disc(land, 0.8), _disc(land, 0.4)
    changed: dict[str, list[BaseGeometry | None]] = {
        "wide": [land.buffer(rng.uniform(0.2, 15), join_style="mitre")],
        "narrow": [land.buffer(-rng.uniform(0.2, 4), join_style="mitre")],
        "moved": [affinity.translate(land, *rng.uniform(-8, 8, 2))],
        "twice": [land, land],
        "nearly_twice": [land, affinity.scale(land, rng.uniform(0.997, 1.0), 1.0)],
        "gone": [],
        "holed": [land.difference(disc)],
        "enclave": [land, disc],
        "exclave": [land.union(affinity.translate(core, SIDE_M + 30 * rng.uniform(0, 1), 0))],
        "island": [land.difference(disc), disc],
        "nested": [land.difference(disc), disc.difference(core), core],
        "noise": [shapely.Polygon(_shaken(land, rng))],
        "crossed": [_crossed(land)],
        "null": [land, None],
    }
    return [shape for shape in changed[fault] if shape is None or not shape.is_empty]


def _shaken(land: BaseGeometry, rng: np.random.Generator) -> np.ndarray:
    ring = shapely.get_coordinates(land.exterior)[:-1]
    return ring + rng.uniform(-0.003, 0.003, ring.shape)


@st.composite
def layers(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Layers with their outline in ``attrs``."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    cells = _partition(seed, draw(st.integers(3, 16)))
    planned = draw(st.lists(st.sampled_from(FAULTS), max_size=4))
    shapes: list[BaseGeometry | None] = []
    for land, fault in zip(cells, planned, strict=False):
        shapes += _put(fault, land, rng)
    shapes += cells[len(planned) :]
    angle = draw(st.sampled_from([0.0, 45.0]) | st.floats(0, 90))
    place = np.array(draw(st.sampled_from([(0.0, 0.0), REAL])))

    def placed(shape: BaseGeometry | None) -> BaseGeometry | None:
        turned = affinity.rotate(shape, angle, origin=(0, 0)) if shape is not None else None
        return shapely.transform(turned, lambda xy: np.round(xy + place, 3))

    frame = {
        "name": rng.choice(["东", "西", "南", "北", ""], len(shapes)),
        "street": rng.choice(["s", "t", ""], len(shapes)),
        "row": np.arange(1, len(shapes) + 1),
    }
    codes = [f"{number:02}" for number in range(len(shapes))]
    geometry = [placed(shape) for shape in shapes]
    layer = gpd.GeoDataFrame(frame, index=codes, geometry=geometry, crs="EPSG:4547")
    layer = layer.iloc[rng.permutation(len(layer))]
    layer.attrs["outline"] = gpd.GeoDataFrame(geometry=[placed(BOUNDS)], crs="EPSG:4547")
    return layer


Lands = dict[str, BaseGeometry]
Owned = list[tuple[tuple[str, ...], BaseGeometry]]


def usable(layer: gpd.GeoDataFrame) -> Lands:
    """Land by code, as the checks go on with it: repaired, without rows that have none."""
    repaired = shapely.make_valid(layer.geometry.array, method="structure", keep_collapsed=False)
    return {
        code: land for code, land in zip(layer.index, repaired, strict=True) if land is not None
    }


def faces(lands: Lands) -> Owned:
    """Cut the plane along all lines; who owns each connected piece."""
    lines = shapely.union_all([land.boundary for land in lands.values()])
    owned: defaultdict[tuple[str, ...], list[BaseGeometry]] = defaultdict(list)
    for face in shapely.get_parts(shapely.polygonize([lines])):
        inner = face.point_on_surface()
        owners = tuple(sorted(code for code, land in lands.items() if land.contains(inner)))
        owned[owners].append(face)
    return [
        (owners, piece)
        for owners, members in owned.items()
        for piece in shapely.get_parts(shapely.union_all(members))
    ]


def duplicates(lands: Lands) -> set[tuple[str, str]]:
    return {
        (one, two)
        for one, two in combinations(sorted(lands), 2)
        if lands[one].intersection(lands[two]).area >= 0.999 * max(lands[one].area, lands[two].area)
    }


def inside(lands: Lands) -> set[tuple[str, str]]:
    """Pairs (inner, outer)."""
    same = duplicates(lands)
    return {
        (one, two)
        for one, two in permutations(lands, 2)
        if (min(one, two), max(one, two)) not in same
        and lands[one].intersection(lands[two]).area >= 0.999 * lands[one].area
    }


def width_m(land: BaseGeometry) -> float:
    return 2 * float(shapely.maximum_inscribed_circle(land, tolerance=1e-3).length)


def worth_it(owned: Owned) -> list[tuple[tuple[str, ...], float]]:
    """Pieces that are large and wide enough; examples in which that is a near thing are left."""
    found = []
    for owners, piece in owned:
        assume(abs(piece.area - LEAST_M2) > 0.01)
        if piece.area > LEAST_M2:
            width = width_m(piece)
            assume(not 0.8 * NARROW_M < width < 1.2 * NARROW_M)
            if width > NARROW_M:
                found.append((owners, piece.area))
    return sorted(found)


def bodies(pieces: dict[object, BaseGeometry]) -> list[set[object]]:
    """Pieces that lie no further apart than what touches, directly or through others."""
    rest, result = set(pieces), []
    while rest:
        body, edge = set(), {rest.pop()}
        while edge:
            body |= edge
            edge = {p for p in rest if any(pieces[p].distance(pieces[q]) <= TOUCH_M for q in edge)}
            rest -= edge
        result.append(body)
    return result


def of(found: list[Finding], check: str) -> list[tuple[tuple[str, ...], float]]:
    return sorted((f.communities, f.area_m2) for f in found if f.check == check)


def same(found: list, expected: list) -> None:
    """Compare; lines that cross at a hair's breadth meet in computed nodes up to 1 mm off.

    The layers are 200 m wide, so that along the longest such line a piece may differ by 0.2 m².
    """
    assert [who for who, _ in found] == [who for who, _ in expected]
    areas = [area for _, area in expected]
    assert [area for _, area in found] == pytest.approx(areas, rel=1e-4, abs=0.2)


def checked(layer: gpd.GeoDataFrame) -> list[Finding]:
    """Run the checks; layers whose lines happen to cross again and again are left out."""
    found = run_checks(layer, outline=layer.attrs["outline"])
    assume(all(finding.check != "crossing" for finding in found))
    return found


@given(layers())
@settings(deadline=None, max_examples=60)
def test_overlaps_and_enclaves_and_duplicates(layer):
    lands, found = usable(layer), checked(layer)
    twins, within = duplicates(lands), inside(lands)
    disputed = [
        (owners, piece)
        for owners, piece in faces(lands)
        if len(owners) > 1 and not all(pair in twins for pair in combinations(owners, 2))
    ]
    enclaves = {
        owners
        for owners, _ in disputed
        if any(all((i, o) in within for o in owners if o != i) for i in owners)
    }
    same(of(found, "overlap"), worth_it([d for d in disputed if d[0] not in enclaves]))
    same(of(found, "enclave"), worth_it([d for d in disputed if d[0] in enclaves]))
    expected = [(pair, lands[pair[0]].intersection(lands[pair[1]]).area) for pair in twins]
    same(of(found, "duplicate"), sorted(expected))


@given(layers())
@settings(deadline=None, max_examples=60)
def test_gaps_and_land_outside(layer):
    lands, found = usable(layer), checked(layer)
    (outline,) = layer.attrs["outline"].geometry
    claimed = shapely.union_all(list(lands.values()))
    rest = [((), piece) for piece in shapely.get_parts(outline.difference(claimed))]
    same(sorted(((), area) for _, area in of(found, "gap")), worth_it(rest))
    beyond = [
        ((code,), piece)
        for code, land in lands.items()
        for piece in shapely.get_parts(land.difference(outline))
        if piece.area > 0
    ]
    same(of(found, "outside"), worth_it(beyond))


@given(layers())
@settings(deadline=None, max_examples=60)
def test_exclaves_and_communities_apart_from_their_street(layer):
    lands, found = usable(layer), checked(layer)
    exclaves, strays = [], []
    for code, land in lands.items():
        parts = dict(enumerate(shapely.get_parts(land)))
        groups = bodies(parts)
        areas = sorted(sum(parts[number].area for number in group) for group in groups)
        exclaves += [((code,), area) for area in areas[:-1] if area >= LEAST_M2]
    same(of(found, "detached"), sorted(exclaves))
    for street in set(layer["street"]) - {""}:
        members = {
            code: lands[code] for code in layer.index[layer["street"] == street] if code in lands
        }
        groups = [
            (tuple(sorted(group)), shapely.union_all([members[code] for code in group]).area)
            for group in bodies(members)
        ]
        land = {who: sum(members[code].area for code in who) for who, _ in groups}
        strays += sorted(groups, key=lambda group: (-round(land[group[0]], 2), group[0]))[1:]
    same(of(found, "street"), sorted(strays))


@given(layers())
@settings(deadline=None, max_examples=60)
def test_rings_that_are_invalid_rows_without_land_and_names_used_twice(layer):
    found = checked(layer)
    invalid = [
        ((code,), 0.0) for code, land in layer.geometry.items() if land and not land.is_valid
    ]
    same(of(found, "self_crossing"), sorted(invalid))
    null = [((code,), 0.0) for code, land in layer.geometry.items() if land is None]
    same(of(found, "geometry"), sorted(null))
    named = Counter(
        (street, name)
        for street, name in zip(layer["street"], layer["name"], strict=True)
        if street and name
    )
    repeated = [
        (tuple(sorted(layer.index[(layer["street"] == s) & (layer["name"] == n)])), 0.0)
        for (s, n), count in named.items()
        if count > 1
    ]
    same(of(found, "attribute"), sorted(repeated))


@given(layers(), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_nothing_raises_and_no_key_repeats_whatever_the_rows_hold(layer, seed):
    """Nulls, points, lines, empties, infinities, spikes and repeated codes among the rest."""
    rng = np.random.default_rng(seed)
    strange = shapely.from_wkt(
        [
            "POINT (1 1)", "LINESTRING (0 0, 50 50)", "POLYGON EMPTY",
            "POLYGON ((0 0, 9 9, 0 0, 0 0))",
            "GEOMETRYCOLLECTION (POINT (1 1), POLYGON ((0 0, 9 0, 9 9, 0 0)))",
            "MULTIPOLYGON (((0 0, 50 0, 50 50, 0 50, 0 0)), ((10 10, 60 10, 60 60, 10 60, 10 10)))",
            "POLYGON ((0 0, 90 0, 90 90, 0 90, 0 0), (50 50, 120 50, 120 120, 50 120, 50 50))",
            "POLYGON ((0 0, 40 0, 40 40, 20 40, 20 90, 20 40, 0 40, 0 0))",
        ]
    )  # fmt: skip
    infinite = shapely.Polygon([(0, 0), (np.inf, 0), (9, 9)])
    geometry = layer.geometry.to_numpy().copy()
    for at in rng.permutation(len(geometry))[:3]:
        geometry[at] = rng.choice(np.array([*strange, infinite, None], dtype=object))
    layer = layer.set_geometry(gpd.GeoSeries(geometry, index=layer.index, crs=layer.crs))
    layer.index = [code if rng.random() < 0.8 else "00" for code in layer.index]
    found = run_checks(layer)
    assert len({finding.key for finding in found}) == len(found)
    turned = run_checks(layer.iloc[::-1])
    assert sorted(f.key for f in turned) == sorted(f.key for f in found)
