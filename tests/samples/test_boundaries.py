"""The sample's map, held against plain shapely computations on the committed files."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.samples import Sample
from gis_service.samples.lines import draw_lines
from gis_service.samples.partition import partition
from gis_service.samples.places import STREETS
from gis_service.samples.terrain import read_terrain


def overlaps_of(polygons: np.ndarray) -> list[tuple[int, int, shapely.Geometry]]:
    """Every pair's common land of 1 m² or more, by the definition."""
    tree = shapely.STRtree(polygons)
    a, b = tree.query(polygons, "intersects")
    a, b = a[a < b], b[a < b]
    common = shapely.intersection(polygons[a], polygons[b])
    keep = shapely.area(common) >= 1.0
    return list(zip(a[keep], b[keep], common[keep], strict=True))


def gaps_of(polygons: np.ndarray, outline: shapely.Polygon) -> list[shapely.Geometry]:
    """Every piece of the outline of 1 m² or more that nobody claims."""
    parts = shapely.get_parts(shapely.difference(outline, shapely.union_all(polygons)))
    return [part for part in parts if part.area >= 1.0]


def width_of(geometry: shapely.Geometry) -> float:
    parts = shapely.get_parts(geometry)
    largest = parts[np.argmax(shapely.area(parts))]
    return 2.0 * shapely.maximum_inscribed_circle(largest).length


def test_before_the_faults_the_communities_tile_the_outline(sample: Sample) -> None:
    clean = np.array(sample.clean.geometry.values)
    assert len(clean) == 81
    assert shapely.coverage_is_valid(clean)
    outline = sample.outline.geometry.iloc[0]
    assert shapely.union_all(clean).equals(outline)
    assert shapely.area(clean).sum() == pytest.approx(outline.area, abs=1e-6)


def test_each_streets_communities_make_one_piece(sample: Sample) -> None:
    streets = sample.clean.assign(street=sample.clean.index.str[:9]).groupby("street")
    assert len(streets) == len(STREETS) == 10
    for street in STREETS:
        own = streets.get_group(street.code)
        assert len(own) == street.communities
        whole = shapely.union_all(own.geometry.values)
        assert whole.geom_type == "Polygon"
        assert not whole.interiors


def test_the_files_read_back_to_the_same_vertices_on_the_grid(
    sample: Sample, drawn: gpd.GeoDataFrame, outline: shapely.Polygon
) -> None:
    assert list(drawn["code"]) == list(sample.communities.index)
    for read, made in zip(drawn.geometry, sample.communities.geometry, strict=True):
        assert np.array_equal(shapely.get_coordinates(read), shapely.get_coordinates(made))
    made = sample.outline.geometry.iloc[0]
    assert np.array_equal(shapely.get_coordinates(outline), shapely.get_coordinates(made))


@pytest.mark.realdata
def test_the_outline_is_the_real_one_vertex_by_vertex(
    outline: shapely.Polygon, shared_data: Path
) -> None:
    real = gpd.read_file(shared_data / "luohu" / "outline.geojson").to_crs("EPSG:4547")
    ring = np.round(shapely.get_coordinates(real.geometry.iloc[0]), 3)
    assert set(map(tuple, ring)) == set(map(tuple, shapely.get_coordinates(outline)))
    assert len(shapely.get_coordinates(outline)) == len(ring)


def test_shared_lines_have_30_to_300_vertices_and_uneven_spacing() -> None:
    terrain = read_terrain(np.random.default_rng(5))
    mesh, communities = partition(terrain, np.random.default_rng(6))
    drawing = draw_lines(mesh, communities, terrain=terrain, rng=np.random.default_rng(7))
    shared = [line.xy for line in drawing.lines if line.right >= 0]
    assert len(shared) > 150
    assert all(30 <= len(xy) <= 300 for xy in shared)
    for xy in shared:
        spacing = np.hypot(*np.diff(xy, axis=0).T)
        assert spacing.std() > 0.1 * spacing.mean()
    assert shapely.coverage_is_valid(np.array(drawing.polygons()))


def test_the_planted_overlaps_are_all_the_overlaps_there_are(
    sample: Sample, drawn: gpd.GeoDataFrame
) -> None:
    polygons = shapely.make_valid(np.array(drawn.geometry))
    own = list(sample.clean.index)
    found = {(own[a], own[b]): common for a, b, common in overlaps_of(polygons)}
    planted = sample.planted[sample.planted["kind"].isin(["overlap", "sliver_overlap"])]
    assert len(planted) == 16
    assert set(found) == set(planted["codes"])
    for fault in planted.itertuples():
        # The shared line itself is a part of the intersection, without area.
        (common,) = [part for part in shapely.get_parts(found[fault.codes]) if part.area > 0]
        assert common.area == pytest.approx(fault.area_m2, abs=0.01)
        wide = fault.kind == "overlap"
        assert (500 < common.area < 30_000 and width_of(common) > 5) is wide
        assert (width_of(common) < 0.5) is not wide


def test_the_planted_gaps_are_all_the_gaps_there_are(
    sample: Sample, drawn: gpd.GeoDataFrame, outline: shapely.Polygon
) -> None:
    polygons = shapely.make_valid(np.array(drawn.geometry))
    found = sorted(gaps_of(polygons, outline), key=lambda gap: gap.area)
    planted = sample.planted[sample.planted["kind"].isin(["gap", "sliver_gap"])]
    planted = planted.sort_values("area_m2")
    assert len(found) == len(planted) == 12
    own = np.array(sample.clean.index)
    for gap, fault in zip(found, planted.itertuples(), strict=True):
        assert gap.area == pytest.approx(fault.area_m2, abs=0.01)
        assert gap.symmetric_difference(fault.geometry).area < 0.01
        beside = own[shapely.distance(polygons, gap) == 0.0]
        assert tuple(sorted(beside)) == fault.codes
        wide = fault.kind == "gap"
        assert (500 < gap.area < 30_000 and width_of(gap) > 5) is wide
        assert (width_of(gap) < 0.5) is not wide


def test_all_slivers_are_over_one_square_metre_and_long(sample: Sample) -> None:
    slivers = sample.planted[sample.planted["kind"].str.startswith("sliver")]
    assert len(slivers) == 12
    assert (slivers["area_m2"] > 1.5).all()
    assert (slivers.geometry.length / 2).between(45, 320).all()


def test_faults_lie_well_apart_and_inside_the_district(sample: Sample) -> None:
    places = np.array(sample.planted.geometry.dropna().values)
    tree = shapely.STRtree(places)
    assert len(tree.query(places, "dwithin", 80.0)[0]) == len(places)
    rim = sample.outline.geometry.iloc[0].exterior
    assert shapely.distance(places, rim).min() > 10.0


def test_one_ring_crosses_itself_and_leaves_no_other_trace(
    sample: Sample, drawn: gpd.GeoDataFrame, outline: shapely.Polygon
) -> None:
    invalid = np.flatnonzero(~shapely.is_valid(np.array(drawn.geometry)))
    planted = sample.planted[sample.planted["kind"] == "self_crossing"].iloc[0]
    assert [sample.clean.index[i] for i in invalid] == list(planted["codes"])
    assert "Self-intersection" in shapely.is_valid_reason(drawn.geometry.iloc[invalid[0]])
    near = planted.geometry.buffer(20.0)
    left = shapely.difference(near, shapely.union_all(shapely.make_valid(drawn.geometry.values)))
    assert 0.05 < left.area < 0.3


def test_one_code_is_there_twice_and_one_is_missing(
    sample: Sample, drawn: gpd.GeoDataFrame
) -> None:
    twice = drawn.loc[drawn["code"].duplicated(), "code"]
    missing = set(sample.clean.index) - set(drawn["code"])
    planted = sample.planted[sample.planted["kind"] == "duplicate_code"].iloc[0]
    assert {*twice, *missing} == set(planted["codes"])
    assert len(twice) == len(missing) == 1
    assert set(sample.population["code"]) == set(sample.clean.index)


@pytest.mark.realdata
def test_streets_are_real_and_communities_are_not(
    drawn: gpd.GeoDataFrame, shared_data: Path
) -> None:
    path = shared_data / "luohu" / "committees_2023.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        real = list(csv.DictReader(file))
    streets = {(row["street_name"], row["street_code"][:9]) for row in real}
    assert {(s.name, s.code) for s in STREETS} == streets
    names = {row["community_name"].removesuffix("居民委员会") for row in real}
    codes = {row["community_code"] for row in real}
    assert not names & set(drawn["name"])
    assert not names & {name.removesuffix("社区") for name in drawn["name"]}
    assert not codes & set(drawn["code"])
    assert drawn["name"].str.contains("示例").all()
