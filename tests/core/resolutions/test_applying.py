from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
import shapely

from gis_service.core.resolutions import apply_proposal, invert
from gis_service.errors import ResolutionError


@pytest.fixture
def two(draw, box):
    return draw(A=box(0, 0, 10, 10), B=box(6, 0, 20, 10))


@pytest.fixture
def proposal(two, propose):
    return propose(two, "overlap:A+B:1", "median")


def test_the_layer_that_was_given_stays_as_it_is(two, proposal):
    before = two.copy()
    after = apply_proposal(two, proposal)
    assert two.equals(before)
    assert list(after.columns) == list(two.columns)
    assert list(after.index) == list(two.index)
    assert after.crs == two.crs


def test_one_undo_gives_both_sides_of_the_shared_line_back(two, proposal):
    assert proposal.communities == ("A", "B")
    undone = apply_proposal(apply_proposal(two, proposal), invert(proposal))
    for code in ("A", "B"):
        assert shapely.equals_identical(undone.geometry[code], two.geometry[code])


def test_a_community_that_changed_since_is_refused(two, proposal, box):
    changed = two.copy()
    changed.loc["A", "geometry"] = shapely.from_wkt(box(0, 0, 10, 9))
    with pytest.raises(ResolutionError, match="community A") as refused:
        apply_proposal(changed, proposal)
    assert refused.value.details["reason"] == "stale-proposal"


def test_applying_twice_is_refused(two, proposal):
    with pytest.raises(ResolutionError):
        apply_proposal(apply_proposal(two, proposal), proposal)


def test_without_a_proof_nothing_is_applied(two, proposal):
    doubtful = replace(proposal, proof=(replace(proposal.proof[0], value=1.0),))
    with pytest.raises(ResolutionError, match="not proven"):
        apply_proposal(two, doubtful)


def test_the_facts_are_plain_json(proposal):
    facts = orjson.loads(orjson.dumps(proposal.to_mapping()))
    assert facts["communities"][0] == {"code": "A", "row": 1, "gained_m2": 0.0, "lost_m2": 20.0}
    assert all(check["ok"] for check in facts["proof"])
