from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import apply_proposal
from gis_service.errors import ResolutionError


@pytest.fixture
def two(draw, box):
    return draw(A=box(0, 0, 10, 10), B=box(6, 0, 20, 10))


def line(*points):
    return shapely.LineString(points)


def test_each_side_keeps_the_piece_beside_its_land(two, propose, land):
    proposal = propose(two, "overlap:A+B:1", "split", lines=line((9, -5), (9, 15)))
    after = apply_proposal(two, proposal)
    assert land(after) == {"A": 90, "B": 110}
    assert run_checks(after) == []
    assert shapely.coverage_is_valid(after.geometry.to_numpy())


def test_a_crooked_line_is_followed_to_the_millimetre(two, propose):
    crooked = line((7, -1), (7.1234, 4), (8.5, 4.5678), (7, 11))
    after = apply_proposal(two, propose(two, "overlap:A+B:1", "split", lines=crooked))
    vertices = {tuple(xy) for xy in shapely.get_coordinates(after.geometry["A"]).tolist()}
    assert {(7.123, 4.0), (8.5, 4.568)} <= vertices


def test_pieces_can_have_named_owners(two, propose, land):
    lines = shapely.MultiLineString([[(5, 4), (11, 4)], [(5, 6), (11, 6)]])
    owners = ((8.0, 2.0, "A"), (8.0, 5.0, "B"), (8.0, 8.0, "A"))
    proposal = propose(two, "overlap:A+B:1", "split", lines=lines, owners=owners)
    assert land(apply_proposal(two, proposal)) == {"A": 92, "B": 108}


def test_a_gap_can_be_split_too(draw, box, propose, land):
    layer = draw(N=box(0, 6, 10, 10), S=box(0, 0, 10, 4), W=box(0, 4, 4, 6), E=box(6, 4, 10, 6))
    proposal = propose(layer, "gap:E+N+S+W:1", "split", lines=line((4, 3), (4, 4), (6, 6), (6, 7)))
    after = apply_proposal(layer, proposal)
    assert sum(land(after).values()) == 100
    assert proposal.filled_m2 == 4
    assert run_checks(after) == []


def test_the_line_is_kept_in_the_proposal(two, propose):
    proposal = propose(two, "overlap:A+B:1", "split", lines=line((9, -5), (9, 15)))
    assert proposal.params == {"lines": "LINESTRING (9 -5, 9 15)"}
    assert proposal.to_mapping()["params"]["lines"].startswith("LINESTRING")


@pytest.mark.parametrize(
    ("lines", "owners", "reason"),
    [
        (line((30, 0), (30, 10)), (), "line-does-not-cross"),
        (line((8, 2), (8, 8)), (), "line-does-not-cross"),
        (shapely.Point(8, 5), (), "not-a-line"),
        (shapely.box(0, 0, 9, 9), (), "not-a-line"),
        (line((8, -1), (8, 11)), ((50.0, 5.0, "A"),), "point-outside"),
        (line((8, -1), (8, 11)), ((7.0, 5.0, "A"), (7.0, 6.0, "B")), "piece-named-twice"),
        (line((8, -1), (8, 11)), ((7.0, 5.0, "X"),), "not-a-party"),
        (None, (), "missing-parameter"),
    ],
)
def test_what_does_not_split_the_land_is_refused(two, propose, lines, owners, reason):
    with pytest.raises(ResolutionError) as refused:
        propose(two, "overlap:A+B:1", "split", lines=lines, owners=owners)
    assert refused.value.details["reason"] == reason
