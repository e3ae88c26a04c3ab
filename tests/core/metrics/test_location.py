from __future__ import annotations

import pytest

from gis_service.core.metrics.location import locate
from gis_service.core.topology import Topology
from gis_service.errors import CrsError


@pytest.fixture
def layer(draw, box):
    """A 0–10, B 8–20 (strip 8–10 disputed), C 20–30 beside B; nothing from 30 on."""
    return draw(
        A=box(0, 0, 10, 10),
        B=box(8, 0, 20, 10),
        C=box(20, 0, 30, 10),
        names=["甲", "乙", "丙"],
        streets=["东街", "东街", "西街"],
    )


@pytest.fixture
def place(layer, register):
    def where(point, **said):
        (location,) = locate(Topology.of(layer), register(s=(point, said)))
        return location

    return where


def _facts(location):
    return location.kind, location.base, location.candidates


def test_a_point_in_one_community_is_inside(place):
    assert _facts(place((5, 5))) == ("inside", 0, (0,))


def test_a_point_in_an_overlap_is_in_disputed_land_and_counts_for_none(place):
    assert _facts(place((9, 5))) == ("disputed_land", None, (0, 1))


def test_in_disputed_land_the_recorded_claimant_counts(place):
    assert _facts(place((9, 5), community="B")) == ("disputed_land", 1, (0, 1))


def test_in_disputed_land_a_recorded_stranger_does_not_count(place):
    assert _facts(place((9, 5), community="C")) == ("disputed_land", None, (0, 1))


def test_a_point_recorded_elsewhere_counts_where_it_lies(place):
    assert _facts(place((5, 5), community="C")) == ("recorded_elsewhere", 0, (0, 2))


def test_a_point_on_a_shared_line_is_on_the_line(place):
    assert _facts(place((20, 5))) == ("on_the_line", None, (1, 2))
    assert _facts(place((20, 5), community="C")) == ("on_the_line", 2, (1, 2))


def test_half_a_millimetre_beside_a_line_is_on_it(place):
    assert place((20.0004, 5)).kind == "on_the_line"
    assert place((20.002, 5)).kind == "inside"


def test_a_point_on_the_outer_edge_is_inside(place):
    assert _facts(place((0, 5))) == ("inside", 0, (0,))


def test_a_point_beyond_all_counts_for_none_and_may_count_for_the_recorded(place):
    assert _facts(place((99, 5))) == ("outside", None, ())
    assert _facts(place((99, 5), community="C")) == ("outside", None, (2,))
    assert place((99, 5), community="C").outcomes == (2, None)


def test_a_facility_without_place_is_outside(place):
    assert _facts(place(None, community="A")) == ("outside", None, (0,))


def test_the_recorded_community_may_be_a_name_with_its_street(place):
    assert place((5, 5), community_name="丙", street="西街").declared == 2
    assert place((5, 5), community_name="丙", street="东街").declared is None
    assert place((5, 5), community_name="丙").declared == 2


def test_an_unknown_recorded_community_is_kept_as_text(place):
    location = place((5, 5), community="Z9")
    assert (location.kind, location.declared, location.recorded) == ("inside", None, "Z9")


def test_a_repeated_code_means_the_row_in_which_the_point_lies(draw, box, register):
    layer = draw([("A", box(0, 0, 9, 9)), ("A", box(9, 0, 18, 9))])
    (location,) = locate(Topology.of(layer), register(s=((12, 5), {"community": "A"})))
    assert (location.kind, location.base) == ("inside", 1)


def test_another_crs_is_refused(layer, register):
    with pytest.raises(CrsError, match="facilities"):
        locate(Topology.of(layer), register(crs="EPSG:4526", s=(5, 5)))


def test_an_empty_register_has_no_locations(layer, register):
    assert locate(Topology.of(layer), register()) == []
