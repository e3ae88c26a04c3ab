"""The states of a case, and the policy file's section [cases]."""

from __future__ import annotations

import pytest

from gis_service.errors import PolicyError
from gis_service.model.casework import DEFAULT_CASE_POLICY, MOVES, PATH, STATES, CasePolicy
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.services.access import PERMISSIONS
from gis_service.services.cases.moving import ACTIONS


def test_the_path_goes_step_by_step_and_skips_none() -> None:
    forward = ("negotiate", "propose", "review", "approve", "apply", "file")
    for at, move in enumerate(forward):
        for state in STATES:
            target = DEFAULT_CASE_POLICY.target(state, move)
            if state == PATH[at]:
                assert target == PATH[at + 1]
            elif not (state == "joint" and move == "negotiate"):
                assert target is None, (state, move)


def test_closed_cases_move_only_by_reopening() -> None:
    for state in ("filed", "merged"):
        assert DEFAULT_CASE_POLICY.moves(state) == ()
    for state in ("withdrawn", "resolved"):
        assert DEFAULT_CASE_POLICY.moves(state) == ("reopen",)


def test_an_office_without_a_review_goes_from_proposed_to_approved() -> None:
    policy = CasePolicy.from_mapping({"states": [s for s in PATH if s != "reviewed"]})
    assert policy.target("proposed", "approve") == "approved"
    assert policy.target("proposed", "review") is None
    assert policy.moves("proposed") == ("approve", "return", "withdraw")


def test_an_office_without_negotiation_returns_to_found() -> None:
    policy = CasePolicy.from_mapping({"states": [s for s in PATH if s != "negotiating"]})
    assert policy.target("found", "propose") == "proposed"
    assert policy.target("approved", "return") == "found"


def test_the_section_survives_a_round_trip_and_stands_in_the_policy() -> None:
    text = '[cases.days]\nfound = 7\n[cases.roles]\nreview = ["administrator"]\n'
    policy = Policy.from_toml(text)
    assert policy.cases.days_in("found") == 7 and policy.cases.days_in("negotiating") == 60
    assert policy.cases.roles_for("review") == ("administrator",)
    assert Policy.from_mapping(policy.to_mapping()) == policy
    assert Policy.from_mapping(DEFAULT_POLICY.to_mapping()) == DEFAULT_POLICY


@pytest.mark.parametrize(
    "text",
    [
        "cases = 3",
        "[cases]\nunknown = 1",
        '[cases]\nstates = ["found", "proposed", "applied"]',
        '[cases]\nstates = ["proposed", "found", "approved", "applied"]',
        '[cases]\nstates = ["found", "found", "proposed", "approved", "applied"]',
        '[cases.roles]\nreview = ["king"]',
        '[cases.roles]\ndance = ["street"]',
        '[cases.roles]\nreview = "bureau"',
        "[cases.days]\nfound = 0",
        "[cases.days]\nfound = 1.5",
        "[cases.days]\nnowhere = 3",
    ],
)
def test_an_impossible_section_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(text)
    assert "allowed" in caught.value.en and "允许" in caught.value.zh


def test_the_default_roles_are_those_of_the_permissions() -> None:
    for move in MOVES:
        assert set(DEFAULT_CASE_POLICY.roles_for(move)) == PERMISSIONS[ACTIONS[move]], move
