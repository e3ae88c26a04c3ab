"""What `decisions.py` does to 10,000 communities, on a few."""

from __future__ import annotations

import decisions
import pytest


@pytest.mark.parametrize("what", [decisions.cleaned, decisions.decided])
def test_every_planted_decision_is_carried_out_and_nothing_else_moves(what) -> None:
    outcome = what(144, faults=40)
    assert outcome.decided >= 4
    assert outcome.ok, outcome
