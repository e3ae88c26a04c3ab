from __future__ import annotations

import pytest

from gis_service.core.resolutions import apply_proposal
from gis_service.errors import ResolutionError


@pytest.fixture
def two(draw, box):
    return draw(A=box(0, 0, 10, 10), B=box(8, 0, 20, 10))


def test_nothing_moves_and_the_land_is_listed_until_the_date(two, propose):
    proposal = propose(two, "overlap:A+B:1", "joint", until="2027-06-30")
    assert proposal.changes == ()
    (allowed,) = proposal.allowed
    assert (allowed.finding, allowed.until, allowed.land.area) == (
        "overlap:A+B:1",
        "2027-06-30",
        20,
    )
    after = apply_proposal(two, proposal)
    assert all(a is b for a, b in zip(after.geometry, two.geometry, strict=True))


def test_a_date_is_needed(two, propose):
    with pytest.raises(ResolutionError, match="until"):
        propose(two, "overlap:A+B:1", "joint")


def test_what_is_no_date_is_refused(two, propose):
    with pytest.raises(ResolutionError, match="2027-06-30"):
        propose(two, "overlap:A+B:1", "joint", until="next summer")
