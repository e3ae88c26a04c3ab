from __future__ import annotations

import pandas as pd
import pytest

from gis_service.core.metrics.definitions import ageing_definitions
from gis_service.core.topology import Topology
from gis_service.errors import PolicyError
from gis_service.model.policy import AGEING_PRESETS, AgeingRule, Policy


@pytest.fixture
def layer(draw, box):
    return draw(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1), names=["甲", "乙"], streets=["东街", "东街"])


def _found(layer, table, policy):
    index = pd.Index(layer.index)
    return ageing_definitions(Topology.of(layer), table, policy=policy, index=index)


def test_every_preset_is_applied_and_the_chosen_one_named(layer, people) -> None:
    found, chosen = _found(layer, people(A=(84, 16), B=(90, 10)), Policy())
    assert list(found) == list(AGEING_PRESETS) and chosen == "60+10|65+7"
    assert found["60+10|65+7"].to_dict() == {"A": True, "B": True}
    assert found["60+15"].to_dict() == {"A": True, "B": False}
    assert not found["60+20"].any() and not found["65+14"].any()


def test_a_definition_of_ones_own_stands_beside_the_presets(layer, people) -> None:
    policy = Policy(ageing=(AgeingRule(60, 0.12),))
    found, chosen = _found(layer, people(A=(84, 16), B=(90, 10)), policy)
    assert chosen == "policy" and found["policy"].to_dict() == {"A": True, "B": False}
    assert len(found) == 5


def test_presets_that_the_age_bands_cannot_answer_are_left_out(layer, people) -> None:
    table = people(A=(84, 16), B=(90, 10))
    table.loc[table["age_from"] == 60, "age_to"] = 70
    table.loc[table["age_from"] == 65, "age_from"] = 71
    found, chosen = _found(layer, table, Policy(ageing=(AgeingRule(60, 0.15),)))
    assert list(found) == ["60+15", "60+20"] and chosen == "60+15"
    with pytest.raises(PolicyError):
        _found(layer, table, Policy())
