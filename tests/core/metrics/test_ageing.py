from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gis_service.core.metrics.ageing import ageing_figures
from gis_service.core.topology import Topology
from gis_service.errors import InputError, PolicyError
from gis_service.model.policy import DEFAULT_POLICY, AgeingRule, Policy


@pytest.fixture
def layer(draw, box):
    return draw(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1), names=["甲", "乙"], streets=["东街", "东街"])


@pytest.fixture
def figures(layer):
    def compute(table, policy=DEFAULT_POLICY, on=layer):
        return ageing_figures(Topology.of(on), table, policy=policy)

    return compute


def _ageing(result):
    return result.figures["ageing"].tolist()


def test_a_share_exactly_at_the_rule_is_ageing(figures, people):
    assert _ageing(figures(people(A=(90, 10), B=(91, 9)))) == [True, False]


def test_any_rule_makes_a_community_ageing(figures, people):
    table = people(A=(91, 9), B=(91, 9))
    table.loc[(table["code"] == "A") & (table["age_from"] == 65), "count"] = 8
    assert _ageing(figures(table)) == [True, False]


def test_residents_elders_and_share_are_counted(figures, people):
    row = figures(people(A=(75, 25), B=(1, 1))).figures.iloc[0]
    assert (row["residents"], row["elders"], row["share"]) == (100, 25, 0.25)


def test_a_community_of_nobody_is_known_and_not_ageing(figures, people):
    row = figures(people(A=(0, 0), B=(1, 1))).figures.iloc[0]
    assert (row["known"], row["ageing"]) == (True, False)
    assert np.isnan(row["share"])


def test_a_band_that_straddles_the_age_is_refused_with_the_bands_there_are(figures, people):
    policy = Policy(ageing=(AgeingRule(62, 0.1),))
    with pytest.raises(PolicyError, match="0–59, 60–64, 65\\+"):
        figures(people(A=(90, 10), B=(1, 1)), policy)


def test_the_elder_age_must_begin_a_band_too(figures, people):
    with pytest.raises(PolicyError, match="63"):
        figures(people(A=(90, 10)), Policy(elder_age=63))


def test_overlapping_bands_are_refused(figures, people):
    table = people(A=(90, 10))
    total = table.iloc[[0]].assign(age_from=0, age_to=30)
    with pytest.raises(InputError, match="overlap"):
        figures(pd.concat([table, total]))


def test_rows_for_men_and_women_are_added(figures, people):
    table = people(A=(45, 5), B=(50, 0))
    assert figures(pd.concat([table, table])).figures["residents"].tolist() == [100, 100]


def test_only_old_bands_are_refused(figures, people):
    table = people(A=(90, 10))
    with pytest.raises(InputError, match="younger"):
        figures(table[table["age_from"] >= 60])


def test_another_population_stands_in_and_is_named(figures, people):
    result = figures(people(population="resident", A=(90, 10), B=(1, 1)))
    assert result.population == "resident"
    assert "没有户籍人口" in result.notes[0].zh


def test_the_population_of_the_policy_is_taken_when_it_is_there(figures, people):
    table = pd.concat(
        [people(A=(99, 1), B=(99, 1)), people(population="resident", A=(1, 9), B=(1, 9))]
    )
    result = figures(table)
    assert (result.population, _ageing(result), result.notes) == (
        "registered",
        [False, False],
        (),
    )


def test_the_latest_of_several_years_is_taken_and_named(figures, people):
    table = pd.concat([people(year=2020, A=(1, 9), B=(1, 9)), people(A=(99, 1), B=(99, 1))])
    result = figures(table)
    assert _ageing(result) == [False, False]
    assert "2024" in result.notes[0].en


def test_a_community_without_figures_is_unknown_and_noted(figures, people):
    result = figures(people(A=(90, 10)))
    assert result.figures["known"].tolist() == [True, False]
    assert "1 communities have no population figures" in result.notes[0].en


def test_a_suppressed_count_leaves_a_community_unknown(figures, people):
    table = people(A=(90, 10), B=(90, 10))
    table["count"] = table["count"].astype(float)
    table.loc[1, "count"] = np.nan
    assert figures(table).figures["known"].tolist() == [False, True]


def test_people_of_no_community_are_noted(figures, people):
    result = figures(people(A=(90, 10), B=(90, 10), Z=(5, 5)))
    assert "1 places of the population table match no community" in result.notes[0].en


def test_a_repeated_code_is_matched_by_street_and_name(figures, people, draw, box):
    layer = draw(
        [("A", box(0, 0, 1, 1)), ("A", box(1, 0, 2, 1))],
        names=["甲", "乙"],
        streets=["东街", "东街"],
    )
    table = pd.concat(
        [
            people(name="甲", street="东街", A=(90, 10)),
            people(name="乙", street="东街", B=(70, 30)),
        ]
    )
    result = figures(table, on=layer)
    assert result.figures["elders"].tolist() == [10, 30]
    assert "2 communities" in result.notes[0].en


def test_row_numbers_that_stand_in_for_codes_match_nothing(figures, people, layer):
    layer.index = ["1", "2"]
    layer.attrs["has_codes"] = False
    result = figures(people(**{"1": (90, 10), "2": (90, 10)}), on=layer)
    assert result.figures["known"].tolist() == [False, False]


def test_an_empty_table_leaves_all_unknown(figures, people):
    result = figures(people())
    assert result.figures["known"].tolist() == [False, False]
    assert result.population == "unstated"
