"""Changing the policy: shown first, then saved, never over another's change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gis_service.errors import ForbiddenError, StaleError
from gis_service.model.people import Actor
from gis_service.services import Services

BUREAU = Actor(name="li", role="bureau")


def test_what_would_change_is_told_and_nothing_is_written(loaded: Services) -> None:
    own = loaded.outlooks.read().scene.policy
    assert loaded.policies.version() == 0
    same = loaded.policies.preview(own)
    assert same.settings == [] and same.covered_gained == same.covered_lost == []
    wider = loaded.policies.preview(replace(own, rule="straight", straight_distance_m=20_000.0))
    assert {name for name, _, _ in wider.settings} == {"rule", "straight_distance_m"}
    assert wider.after.figures["covered"] == wider.after.figures["ageing"]
    assert len(wider.covered_gained) - len(wider.covered_lost) == (
        wider.after.figures["covered"] - wider.before.figures["covered"]
    )
    assert loaded.policies.version() == 0


def test_a_saved_policy_holds_and_is_in_the_audit_trail(loaded: Services) -> None:
    own = loaded.outlooks.read().scene.policy
    version = loaded.policies.save(replace(own, target=0.9), actor=BUREAU, seen=0)
    assert loaded.policies.version() == version.number
    assert loaded.outlooks.read().figures["target"] == 0.9
    with loaded.database.reading() as unit:
        last = unit.audit.entries()[-1]
        assert (last.user, last.action) == ("li", "change policy")
        assert unit.audit.broken() is None


def test_another_s_change_is_never_overwritten(loaded: Services) -> None:
    own = loaded.outlooks.read().scene.policy
    loaded.policies.save(replace(own, target=0.9), actor=BUREAU, seen=0)
    with pytest.raises(StaleError):
        loaded.policies.save(replace(own, target=0.8), actor=BUREAU, seen=0)
    with pytest.raises(ForbiddenError):
        loaded.policies.save(own, actor=Actor(name="wu", role="viewer"), seen=0)
    assert loaded.outlooks.read().figures["target"] == 0.9
