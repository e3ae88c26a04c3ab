"""The metrics on a district that can be counted by hand, and their laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.metrics.equity import lorenz
from gis_service.core.metrics.reach import grouped_quantile
from gis_service.core.metrics.rules import CoverageRule, covered
from gis_service.core.metrics.sensitivity import sensitivity, threshold_name
from gis_service.core.metrics.shelf import METRICS
from gis_service.core.metrics.tables import MEASURE_COLUMNS, Tables
from gis_service.core.metrics.trend import open_in, trend
from gis_service.model.policy import Policy


@pytest.fixture
def tables() -> Tables:
    """A (10 + 30 elders) and B (20) in East, C (40) in West; stations x in A and y in B."""
    return Tables(
        communities=pd.DataFrame(
            {
                "street": ["East", "East", "West", "West"],
                "elders": [40, 20, 40, np.nan],
                "ageing": [True, False, True, False],
            },
            index=["A", "B", "C", "D"],
        ),
        demand=pd.Series({1: 10, 2: 30, 3: 20, 4: 40}),
        community_of=pd.Series({1: "A", 2: "A", 3: "B", 4: "C"}),
        facilities=pd.DataFrame(
            {"community": ["A", "B"], "places": [30.0, 6.0], "beds": [4.0, np.nan]},
            index=["x", "y"],
        ),
        cost=pd.DataFrame(
            [(1, "x", 300.0), (2, "x", 900.0), (3, "x", 600.0), (3, "y", 60.0), (4, "y", 901.0)],
            columns=["origin", "facility", "seconds"],
        ),
        straight=pd.DataFrame(
            [(1, "x", 200.0), (2, "x", 500.0), (3, "y", 50.0), (4, "y", 700.0)],
            columns=["origin", "facility", "metres"],
        ),
        reach_s=1000.0,
        reach_m=1000.0,
    )


def value(tables: Tables, name: str, place: str = "", part: str = "", **policy: Any) -> float:
    frame = METRICS[name].compute(tables, Policy(**policy))
    assert list(frame.columns) == list(MEASURE_COLUMNS)
    row = frame[(frame["place"] == place) & (frame["part"] == part)]
    assert len(row) == 1
    return float(row["value"].iloc[0])


def test_every_metric_answers_for_each_community_street_and_the_district(tables: Tables) -> None:
    for metric in METRICS.values():
        frame = metric.compute(tables, Policy())
        assert metric.title.zh and metric.definition.en
        for _, part in frame.groupby("part"):
            counts = part["level"].value_counts().to_dict()
            assert counts == {"community": 4, "street": 2, "district": 1}


def test_presence_and_walking_rules_by_hand(tables: Tables) -> None:
    assert value(tables, "presence") == 0.5
    assert value(tables, "coverage", rule="walking", walk_minutes=15.0) == 0.5
    by_half = covered(tables, CoverageRule(kind="walking", limit_m=899.9))
    assert by_half.to_dict() == {"A": False, "B": True, "C": False, "D": False}
    assert covered(tables, CoverageRule(kind="walking", limit_m=300.0, share=0.25)).loc["A"]
    straight = covered(tables, CoverageRule(kind="straight", limit_m=500.0))
    assert straight.to_dict() == {"A": True, "B": True, "C": False, "D": False}


def test_shares_times_and_capacity_by_hand(tables: Tables) -> None:
    assert value(tables, "walking_share") == 0.6
    assert value(tables, "walking_share", "A", walk_minutes=5.0) == 0.25
    assert value(tables, "stations_in_reach") == 0.2
    assert value(tables, "nearest_time", "A", "mean") == (10 * 300 + 30 * 900) / 40
    assert value(tables, "nearest_time", "A", "median") == 900
    assert value(tables, "nearest_time", "East", "median") == 300
    assert np.isnan(value(tables, "nearest_time", "D", "p90"))
    assert value(tables, "capacity", "East", "places") == 1000 * 36 / 60
    assert value(tables, "capacity", "", "beds") == 1000 * 4 / 100


def test_floating_access_and_equity_by_hand(tables: Tables) -> None:
    # x: 30 places for 10 + 30 + 20; y: 6 for 20 (4 is a second too far).
    assert value(tables, "two_step_fca", "B") == pytest.approx(0.5 + 0.3)
    assert value(tables, "two_step_fca") == pytest.approx(36 / 100)
    assert value(tables, "equity", "", "worst_quarter") == 0.0
    assert value(tables, "equity", "A", "gini") == pytest.approx(0.0)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 5)), min_size=1),
    st.sampled_from([0.25, 0.5, 0.9]),
)
@settings(deadline=None)
def test_quantiles_and_gini_equal_those_of_single_people(
    rows: list[tuple[int, int, int]], share: float
) -> None:
    group = np.array([row[0] for row in rows])
    score = np.array([float(row[1]) for row in rows])
    weight = np.array([float(row[2]) for row in rows])
    quantiles = grouped_quantile(group, score, weights=weight, share=share)
    curves = lorenz(group, score, weights=weight)
    for number in range(group.max() + 1):
        mine = group == number
        people = np.sort(np.repeat(score[mine], weight[mine].astype(int)))
        if not len(people):
            assert np.isnan(quantiles[number, 0]) and np.isnan(curves[number, 1])
            continue
        assert quantiles[number, 0] == people[int(np.ceil(share * len(people) - 1e-9)) - 1]
        if people.sum():
            plain = np.abs(people[:, None] - people[None, :]).sum()
            assert curves[number, 1] == pytest.approx(plain / (2 * len(people) * people.sum()))
            lorenz_line = np.r_[0.0, np.cumsum(people) / people.sum()]
            at = np.interp(0.25, np.linspace(0, 1, len(people) + 1), lorenz_line)
            assert curves[number, 2] == pytest.approx(at)


def test_the_sensitivity_table_marks_the_chosen_rule_once(tables: Tables) -> None:
    for policy in (
        Policy(),
        Policy(rule="walking", walking_speed_m_s=0.8),
        Policy(rule="walking", walk_limit="distance"),
        Policy(rule="straight", straight_distance_m=450.0),
        Policy(rule="walking", walk_minutes=12.0),
    ):
        table = sensitivity(tables, policy=policy)
        chosen = table[table["chosen"]]
        assert len(chosen) == 1 and chosen["rule"].iloc[0] == policy.rule
        rule = CoverageRule.of(policy)
        both = (covered(tables, rule) & tables.communities["ageing"]).sum()
        assert chosen["covered"].iloc[0] == both and chosen["rate"].iloc[0] == both / 2
        assert (chosen["met"] == (chosen["rate"] >= policy.target)).all()
        assert all(threshold_name(row).zh for row in table.to_dict("records"))


def test_a_longer_limit_never_covers_fewer_communities(tables: Tables) -> None:
    table = sensitivity(tables, policy=Policy())
    for _, group in table[table["rule"] != "inside"].groupby("rule"):
        assert group.sort_values("limit_m")["covered"].is_monotonic_increasing


def test_thresholds_beyond_the_cost_table_stay_open(tables: Tables) -> None:
    table = sensitivity(tables.changed(reach_s=500.0, straight=None), policy=Policy())
    far = table[(table["rule"] == "walking") & (table["limit_m"] > 500)]
    assert far["covered"].isna().all() and far["met"].isna().all()
    assert table[table["rule"] == "straight"]["rate"].isna().all()


def test_definitions_of_ageing_are_set_side_by_side(tables: Tables) -> None:
    every = pd.Series(True, index=tables.communities.index)
    some = tables.communities["ageing"]
    table = sensitivity(
        tables, policy=Policy(), ageing={"all": every, "some": some}, chosen_ageing="some"
    )
    inside = table[table["rule"] == "inside"].set_index("ageing_rule")
    assert inside["rate"].to_dict() == {"all": 0.5, "some": 0.5}
    assert inside["chosen"].to_dict() == {"all": False, "some": True}


def test_a_trend_has_each_year_with_its_change(tables: Tables) -> None:
    register = pd.DataFrame(
        {"opened": ["2020", "2024-03-01"], "status": ["open", "open"]}, index=["x", "y"]
    )
    by_year = {
        year: tables.changed(facilities=tables.facilities[open_in(register, year)])
        for year in (2019, 2020, 2024)
    }
    frame = trend(by_year, lambda held: METRICS["presence"].compute(held, Policy()))
    district = frame[frame["level"] == "district"]
    assert district["value"].tolist() == [0.0, 0.5, 0.5]
    assert district["change"].tolist()[1:] == [0.5, 0.0] and district["change"].isna().iloc[0]
