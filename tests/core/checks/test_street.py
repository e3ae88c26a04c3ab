from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.checks.bodies import bodies_of
from gis_service.core.checks.contacts import shared_places
from gis_service.core.checks.street_outlines import (
    beyond_own_street,
    find_mismatches,
    street_outlines,
)
from gis_service.core.topology import Topology
from gis_service.errors import CrsError, InputError
from gis_service.model.policy import Policy


@pytest.fixture
def strays():
    def find(layer, **policy):
        return CHECKS["street"].find(Topology.of(layer), CheckContext(policy=Policy(**policy)))

    return find


@pytest.fixture
def row(draw, box):
    """Squares of 10 m in a row from the west, each with its street."""

    def make(*streets, gap_after=None, gap_m=0.0):
        shapes = {}
        for number in range(len(streets)):
            west = 10 * number + (gap_m if gap_after is not None and number > gap_after else 0)
            shapes[f"C{number}"] = box(west, 0, west + 10, 10)
        return draw(shapes, streets=list(streets))

    return make


class TestValid:
    def test_streets_in_one_piece_are_clean(self, row, strays):
        assert strays(row("s", "s", "t", "t")) == []

    def test_communities_without_a_street_are_clean(self, row, strays):
        assert strays(row("", "s", "")) == []

    def test_a_street_of_one_community_is_clean(self, row, strays):
        assert strays(row("s", "t", "u")) == []

    def test_touching_in_a_point_is_enough(self, draw, box, strays):
        layer = draw(A=box(0, 0, 9, 9), B=box(9, 9, 12, 12), streets=["s", "s"])
        assert strays(layer) == []

    def test_any_part_of_a_community_connects_it(self, draw, box, strays):
        parts = shapely.multipolygons([shapely.box(90, 0, 99, 9), shapely.box(9, 0, 10, 1)]).wkt
        assert strays(draw(A=box(0, 0, 9, 9), B=parts, streets=["s", "s"])) == []

    def test_lines_that_share_no_vertex_still_touch(self, draw, box, strays):
        layer = draw(A=box(0, 0, 9, 90), B=box(9, 40, 12, 41), streets=["s", "s"])
        assert strays(layer) == []

    @pytest.mark.parametrize(("gap_m", "count"), [(0.4, 0), (0.6, 1)])
    def test_a_gap_thinner_than_a_sliver_parts_nothing(self, row, strays, gap_m, count):
        assert len(strays(row("s", "s", gap_after=0, gap_m=gap_m))) == count

    def test_rows_without_land_are_left_to_geometry(self, draw, box, strays):
        layer = draw(A=box(0, 0, 9, 9), B=None, C="POINT (0 0)", streets=["s", "s", "s"])
        assert strays(layer) == []


class TestInvalid:
    def test_a_community_apart_from_its_street_is_a_note(self, row, strays):
        (found,) = strays(row("s", "s", "t", "s"))
        assert (found.key, found.severity, found.area_m2) == ("street:C3:1", "note", 100)
        assert "does not touch the other communities of s" in found.text.en

    def test_a_body_of_several_is_one_finding(self, row, strays):
        (found,) = strays(row("s", "s", "s", "t", "s", "s"))
        assert (found.communities, found.geometry.area) == (("C4", "C5"), 200)

    def test_of_equal_bodies_that_with_the_first_code_is_the_main_one(self, row, strays):
        layer = row("s", "t", "s")
        assert [f.key for f in strays(layer)] == ["street:C2:1"]
        assert [f.key for f in strays(layer.iloc[::-1])] == ["street:C2:1"]

    def test_a_text_of_many_names_some(self, row, strays):
        (found,) = strays(row(*"sssssss", "t", *"ssssss"))
        assert "and 1 more" in found.text.en
        assert "等 6 个社区" in found.text.zh


class TestOutlines:
    @pytest.fixture
    def outlines(self):
        def make(**streets):
            frame = gpd.GeoDataFrame(
                {"name": list(streets)}, geometry=list(streets.values()), crs="EPSG:4547"
            )
            return street_outlines(frame, crs=frame.crs)

        return make

    @pytest.fixture
    def mismatches(self):
        return lambda layer, outlines: list(
            find_mismatches(Topology.of(layer), outlines, policy=Policy())
        )

    def test_outlines_that_are_their_communities_are_clean(self, row, outlines, mismatches):
        layer = row("s", "s", "t")
        given_ = outlines(s=shapely.box(0, 0, 20, 10), t=shapely.box(20, 0, 30, 10))
        assert mismatches(layer, given_) == []
        assert beyond_own_street(Topology.of(layer), given_, policy=Policy()) == []

    def test_a_street_has_one_finding_for_all_that_does_not_match(self, row, outlines, mismatches):
        layer = row("s", "s", "t")
        given_ = outlines(s=shapely.box(0, 0, 18, 12), t=shapely.box(18, 0, 30, 10))
        of_s, of_t = mismatches(layer, given_)
        assert (of_s.communities, of_s.area_m2) == (("C1",), 36 + 20)
        assert (of_t.communities, of_t.area_m2) == (("C1",), 20)

    def test_land_beyond_ones_own_street_is_told_by_community(self, row, outlines):
        topology = Topology.of(row("s", "s", "t"))
        given_ = outlines(s=shapely.box(0, 0, 18, 12), t=shapely.box(18, 0, 30, 10))
        ((number, piece),) = beyond_own_street(topology, given_, policy=Policy())
        assert (topology.codes[number], piece.area_m2) == ("C1", 20)
        inside = shapely.box(0, 0, 19, 10)
        ((_, piece),) = beyond_own_street(topology, given_, policy=Policy(), within=inside)
        assert piece.area_m2 == 10

    def test_a_street_missing_on_either_side_is_one_finding(self, row, outlines, mismatches):
        found = mismatches(
            row("s", "t"), outlines(s=shapely.box(0, 0, 10, 10), u=shapely.box(10, 0, 20, 10))
        )
        assert ["no outline of t" in f.text.en for f in found] == [True, False]
        assert "no community says" in found[1].text.en

    def test_a_line_drawn_slightly_otherwise_is_no_mismatch(self, row, outlines, mismatches):
        assert mismatches(row("s"), outlines(s=shapely.box(0, 0, 10.3, 10))) == []

    def test_a_street_of_several_rows_is_one(self):
        frame = gpd.GeoDataFrame(
            {"street": ["s", "s", None]},
            geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)],
            crs="EPSG:4547",
        )
        assert {k: v.area for k, v in street_outlines(frame, crs=frame.crs).items()} == {"s": 2}

    def test_outlines_that_can_not_be_used_are_refused(self, row):
        nameless = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4547")
        with pytest.raises(InputError, match="no polygon with a name"):
            street_outlines(nameless, crs=nameless.crs)
        with pytest.raises(CrsError, match="another coordinate system"):
            street_outlines(nameless, crs=row("s").to_crs(4526).crs)


def _cells(seed, count):
    places = np.random.default_rng(seed).uniform(0, 200, (count, 2))
    extent = shapely.box(0, 0, 200, 200)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=extent)
    )
    return shapely.transform(shapely.intersection(cells, extent), lambda xy: np.round(xy, 3))


@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.integers(1, 4), st.booleans())
@settings(deadline=None, max_examples=60)
def test_bodies_of_streets_equal_the_plain_definition(seed, count, streets, digitised_again):
    """Union-find over all pairs nearer than a sliver's width; each body but the largest is told."""
    cells = _cells(seed, count)
    rng = np.random.default_rng(seed)
    if digitised_again:
        rings = [shapely.get_coordinates(cell)[:-1] for cell in cells]
        moved = [np.round(ring + rng.uniform(-0.02, 0.02, ring.shape), 3) for ring in rings]
        cells = np.array([shapely.Polygon(ring) for ring in moved], dtype=object)
    street = rng.integers(0, streets, len(cells)).astype(str)
    order = rng.permutation(len(cells))
    codes = np.array([f"{number:02}" for number in range(len(cells))])
    layer = gpd.GeoDataFrame(
        {"street": street[order]}, index=codes[order], geometry=cells[order], crs="EPSG:4547"
    )
    expected = []
    for name in set(street):
        rest, bodies = {int(i) for i in np.flatnonzero(street == name)}, []
        while rest:
            body, edge = set(), {rest.pop()}
            while edge:
                body |= edge
                edge = {i for i in rest if any(cells[i].distance(cells[j]) <= 0.5 for j in edge)}
                rest -= edge
            bodies.append(tuple(sorted(codes[i] for i in body)))
        area = dict(zip(codes, shapely.area(cells), strict=True))
        bodies.sort(key=lambda body: (-round(sum(area[code] for code in body), 2), body))
        expected += bodies[1:]
    found = CHECKS["street"].find(Topology.of(layer), CheckContext())
    assert sorted(f.communities for f in found) == sorted(expected)


@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.sampled_from([0.001, 0.5, 30.0]))
@settings(deadline=None, max_examples=40)
def test_the_quick_look_joins_only_what_touches(seed, count, touch_m):
    cells = shapely.segmentize(_cells(seed, count), 7)
    group = np.random.default_rng(seed).integers(0, 2, len(cells))
    joined = shared_places(cells, group, touch_m)
    for number in np.unique(joined):
        members = cells[joined == number]
        assert len(set(group[joined == number])) == 1
        assert bodies_of(members, touch_m).max() == 0
