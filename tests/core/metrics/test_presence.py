from __future__ import annotations

import json

import pytest

from gis_service.core.metrics.presence import presence
from gis_service.errors import CrsError
from gis_service.model.policy import Policy


@pytest.fixture
def layer(draw, box):
    """Four communities in a row: A and B overlap from 8 to 10."""
    return draw(
        A=box(0, 0, 10, 10),
        B=box(8, 0, 20, 10),
        C=box(20, 0, 30, 10),
        D=box(30, 0, 40, 10),
        names=["甲", "乙", "丙", "丁"],
        streets=["东街", "东街", "西街", "西街"],
    )


@pytest.fixture
def old(people):
    """A, B and C are ageing, D is not."""
    return people(A=(80, 20), B=(80, 20), C=(80, 20), D=(99, 1))


def _covered(report):
    return [found.code for found in report.communities if found.covered]


def test_a_station_inside_covers_an_ageing_community(layer, register, old):
    report = presence(layer, register(s=(5, 5)), old)
    assert (report.ageing, report.covered, report.rate) == (3, 1, pytest.approx(1 / 3))
    assert _covered(report) == ["A"]
    assert report.communities[0].facilities == ("s",)
    assert report.range == (report.rate, report.rate)


def test_a_station_in_a_community_that_is_not_ageing_does_not_count(layer, register, old):
    report = presence(layer, register(s=(35, 5)), old)
    assert report.covered == 0
    assert report.communities[3].covered is True
    assert report.communities[3].ageing is False


def test_needed_is_what_is_missing_to_the_target(layer, register, old):
    facilities = register(s=(5, 5))
    assert presence(layer, facilities, old).needed == 2  # 70 % of 3 is 2.1: three
    assert presence(layer, facilities, old, policy=Policy(target=2 / 3)).needed == 1
    assert presence(layer, facilities, old, policy=Policy(target=1 / 3)).needed == 0


@pytest.mark.parametrize(
    "more", [{"status": "closed"}, {"status": "planned"}, {"kind": "nursing_home"}]
)
def test_other_states_and_kinds_do_not_cover(layer, register, old, more):
    assert presence(layer, register(s=((5, 5), more)), old).covered == 0


def test_planned_and_building_stations_count_in_the_planned_figures(layer, register, old):
    facilities = register(
        a=(5, 5), b=((15, 5), {"status": "planned"}), c=((25, 5), {"status": "building"})
    )
    report = presence(layer, facilities, old)
    assert (report.covered, report.covered_with_planned) == (1, 3)
    assert report.rate_with_planned == 1
    assert [c.covered_with_planned for c in report.communities] == [True, True, True, False]


def test_a_station_in_disputed_land_makes_a_range(layer, register, old):
    report = presence(layer, register(a=(5, 5), s=((9, 5), {"community": "B"})), old)
    assert report.covered == 2
    assert report.range == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    (unsure,) = report.uncertain
    assert (unsure.reason, unsure.recorded, unsure.candidates, unsure.decides) == (
        "disputed_land",
        "B",
        ("A", "B"),
        True,
    )


def test_a_station_recorded_elsewhere_makes_a_range(layer, register, old):
    report = presence(layer, register(s=((35, 5), {"community": "C"})), old)
    assert (report.covered, report.range) == (0, (0, pytest.approx(1 / 3)))


def test_closed_and_planned_stations_make_no_range(layer, register, old):
    facilities = register(
        s=((9, 5), {"status": "closed"}), t=((9, 5), {"status": "planned", "community": "A"})
    )
    report = presence(layer, facilities, old)
    assert report.uncertain == ()
    assert report.range == (0, 0)


def test_streets_are_summed_by_name(layer, register, old):
    facilities = register(
        a=(5, 5),
        home=((35, 5), {"kind": "nursing_home", "beds": 40.0}),
        late=((35, 5), {"kind": "nursing_home", "beds": 99.0, "status": "planned"}),
        shared=((9, 5), {"kind": "day_care", "beds": 7.0}),
        unknown=((5, 5), {"kind": "nursing_home"}),
    )
    east, west = presence(layer, facilities, old).streets
    assert (east.street, east.communities, east.ageing, east.covered) == ("东街", 2, 2, 1)
    assert (east.rate, east.elders, east.beds) == (0.5, 40, 7)
    assert (west.street, west.ageing, west.rate, west.elders, west.beds) == ("西街", 1, 0, 21, 40)


def test_without_any_ageing_community_there_is_no_rate(layer, register, people):
    report = presence(layer, register(s=(5, 5)), people(A=(99, 1)))
    assert (report.ageing, report.rate, report.range, report.needed) == (0, None, None, 0)
    assert report.streets[0].rate is None
    assert report.communities[1].ageing is None


def test_communities_are_sorted_by_code_whatever_the_rows(layer, register, old):
    backwards = layer.iloc[::-1]
    facilities = register(s=(5, 5), t=((9, 5), {"community": "B"}))
    report = presence(backwards, facilities, old)
    assert [c.code for c in report.communities] == ["A", "B", "C", "D"]
    assert report.to_mapping() == presence(layer, facilities, old).to_mapping()


def test_unknown_communities_and_missing_places_are_noted_once(layer, register, old):
    facilities = register(a=((5, 5), {"community": "Z"}), b=None)
    notes = [note.en for note in presence(layer, facilities, old).notes]
    assert any("no usable place" in note and note.startswith("1 ") for note in notes)
    assert any("recorded for 1 facilities" in note for note in notes)


def test_a_report_is_plain_json(layer, register, old):
    report = presence(layer, register(s=((9, 5), {"community": "B"})), old)
    values = json.loads(json.dumps(report.to_mapping()))
    assert values["communities"][0]["code"] == "A"
    assert values["policy"]["target"] == 0.7


def test_frames_are_not_changed(layer, register, old):
    facilities = register(s=((9.00049, 5), {"community": "B"}))
    before = (layer.to_wkt(), facilities.to_wkt(), old.copy())
    presence(layer, facilities, old)
    assert layer.to_wkt().equals(before[0])
    assert facilities.to_wkt().equals(before[1])
    assert old.equals(before[2])


def test_an_empty_register_covers_nothing(layer, register, old):
    assert presence(layer, register(), old).covered == 0


def test_different_coordinate_systems_are_refused(layer, register, old):
    with pytest.raises(CrsError):
        presence(layer, register(crs="EPSG:4526", s=(5, 5)), old)
