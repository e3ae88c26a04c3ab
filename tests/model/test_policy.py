"""The walking part of the policy: limits, presets, and files from before it."""

from __future__ import annotations

import pytest

from gis_service.errors import PolicyError
from gis_service.model.policy import AGEING_PRESETS, DEFAULT_POLICY, Policy


def test_a_policy_file_from_before_the_walking_rules_means_the_same() -> None:
    assert Policy.from_toml('name = "default"\ntarget = 0.7\n') == DEFAULT_POLICY
    assert DEFAULT_POLICY.rule == "inside" and DEFAULT_POLICY.ageing == AGEING_PRESETS["60+10|65+7"]


def test_a_policy_goes_through_plain_types_unchanged() -> None:
    policy = Policy(rule="walking", walking_speed_m_s=0.8, decay="gaussian", stations_needed=2)
    assert Policy.from_mapping(policy.to_mapping()) == policy


def test_minutes_and_metres_are_one_scale() -> None:
    by_time = Policy(walking_speed_m_s=0.6, walk_minutes=10.0)
    assert (by_time.walk_length_m, by_time.walk_limit_s) == (360.0, 600.0)
    by_length = Policy(walk_limit="distance", walking_speed_m_s=0.8)
    assert (by_length.walk_length_m, by_length.walk_limit_s) == (1000.0, 1250.0)


@pytest.mark.parametrize(
    "line",
    [
        'rule = "near"', "walking_speed_m_s = 0", "walk_minutes = 300", "covered_share = 1.5",
        'decay = "cubic"', "stations_needed = 0", "detour = 0.5", 'walk_limit = "hours"',
        "stations_needed = 1.5", "straight_distance_m = -1",
    ],
)  # fmt: skip
def test_impossible_values_are_refused_with_what_is_allowed(line: str) -> None:
    with pytest.raises(PolicyError, match="allowed"):
        Policy.from_toml(line)
