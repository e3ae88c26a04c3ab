"""Dispute ranges against trying every combination."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.metrics.disputes import Dispute, Outcome, apply_outcomes
from gis_service.core.metrics.outcomes import covered_range
from gis_service.core.metrics.ranges import dispute_range
from gis_service.core.metrics.shelf import METRICS
from gis_service.core.metrics.tables import Tables
from gis_service.model.policy import Policy

CODES = ["A", "B", "C", "D"]
POLICY = Policy(rule="walking", walk_minutes=10.0)


def make_tables(homes: list[str], places: list[str | None]) -> Tables:
    origins, stations = range(len(homes)), [f"s{at}" for at in range(len(places))]
    rows = [
        (o, s, 60.0 * ((7 * o + 3 * at) % 20)) for o in origins for at, s in enumerate(stations)
    ]
    return Tables(
        communities=pd.DataFrame(
            {"street": ["East", "East", "West", "West"], "elders": 10, "ageing": True}, index=CODES
        ),
        demand=pd.Series([5 + 3 * at for at in origins], index=list(origins)),
        community_of=pd.Series(homes, index=list(origins), dtype=object),
        facilities=pd.DataFrame({"community": places, "places": 10.0, "beds": 2.0}, index=stations),
        cost=pd.DataFrame(rows, columns=["origin", "facility", "seconds"]),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Tables, list[Dispute]]:
    code = st.sampled_from(CODES)
    homes = draw(st.lists(code, min_size=1, max_size=6))
    places = draw(st.lists(st.one_of(st.none(), code), min_size=1, max_size=4))
    disputes = []
    for number in range(draw(st.integers(0, 3))):
        outcomes = []
        for _ in range(draw(st.integers(1, 2))):
            origin, station = draw(st.integers(0, 9)), draw(st.integers(0, 9))
            blocks = {origin: draw(code)} if origin < len(homes) else {}
            stations = {f"s{station}": draw(code)} if station < len(places) else {}
            outcomes.append(Outcome(origins=blocks, facilities=stations))
        disputes.append(Dispute(id=f"d{number}", outcomes=tuple(outcomes)))
    return make_tables(homes, places), disputes


@given(
    cases(),
    st.sampled_from(["presence", "coverage", "walking_share", "capacity", "equity"]),
    st.sampled_from([("district", ""), ("street", "East"), ("community", "A")]),
)
@settings(deadline=None, max_examples=80)
def test_the_range_is_the_least_and_most_of_all_combinations(
    case: tuple[Tables, list[Dispute]], name: str, place: tuple[str, str]
) -> None:
    tables, disputes = case
    part = {"capacity": "places", "equity": "gini"}.get(name, "")
    metric = METRICS[name]
    disputes = [d for d in disputes if _apart(d, disputes)]
    found = dispute_range(
        tables, disputes, metric=metric, policy=POLICY, level=place[0], place=place[1], part=part
    )

    def plain(chosen: Any) -> float:
        frame = metric.compute(apply_outcomes(tables, chosen, policy=POLICY), POLICY)
        mine = frame[
            (frame["level"] == place[0]) & (frame["place"] == place[1]) & (frame["part"] == part)
        ]
        return float(mine["value"].iloc[0])

    values = [plain(chosen) for chosen in product(*(d.choices for d in disputes))]
    known = [one for one in values if not np.isnan(one)]
    assert found.exact
    assert found.value == pytest.approx(plain(()), nan_ok=True)
    if known:
        assert (found.low, found.high) == (pytest.approx(min(known)), pytest.approx(max(known)))
    if len(set(known)) > 1:
        assert found.deciding


def _apart(dispute: Dispute, disputes: list[Dispute]) -> bool:
    """Two open cases never decide on the same block or station."""

    def things(one: Dispute) -> set[Any]:
        return {thing for o in one.outcomes for thing in (*o.origins, *o.facilities)}

    return all(other is dispute or not things(other) & things(dispute) for other in disputes)


@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=5))
@settings(deadline=None)
def test_ranges_of_presence_equal_those_of_the_coverage_report(
    moves: list[tuple[str, str]],
) -> None:
    tables = make_tables(["A"], [now for now, _ in moves] or [None])
    disputes = [
        Dispute(id=f"d{at}", outcomes=(Outcome(facilities={f"s{at}": other}),))
        for at, (_, other) in enumerate(moves)
    ]
    found = dispute_range(tables, disputes, metric=METRICS["presence"], policy=Policy())
    outcomes = [tuple({CODES.index(now), CODES.index(other)}) for now, other in moves]
    low, high = covered_range(outcomes, wanted=range(4), certain=[])
    assert (found.low, found.high) == (low / 4, high / 4)


def test_people_who_move_can_change_which_communities_are_ageing() -> None:
    tables = make_tables(["A"], ["A"])
    people = tables.communities.assign(residents=100.0, from_60=10.0, from_65=0.0)
    tables = tables.changed(communities=people)
    move = {"A": {"residents": -5.0, "from_60": -5.0, "elders": -5.0}}
    dispute = Dispute(id="case-1", outcomes=(Outcome(people=move),))
    found = dispute_range(tables, [dispute], metric=METRICS["presence"], policy=Policy())
    assert (found.value, found.low, found.high) == (0.25, 0.0, 0.25)
    assert found.deciding == ("case-1",)


def test_beyond_the_limit_the_range_is_a_bound_that_says_so() -> None:
    tables = make_tables(["A", "B", "C"], ["A", "B", "C"])
    disputes = [
        Dispute(id=f"d{at}", outcomes=(Outcome(facilities={f"s{at}": CODES[at + 1]}),))
        for at in range(3)
    ]
    exact = dispute_range(tables, disputes, metric=METRICS["presence"], policy=Policy())
    loose = dispute_range(tables, disputes, metric=METRICS["presence"], policy=Policy(), most=4)
    assert exact.exact and not loose.exact
    assert loose.low <= exact.low <= exact.high <= loose.high
    gini = METRICS["equity"]
    wide = dispute_range(tables, disputes, metric=gini, policy=Policy(), part="gini", most=4)
    assert (wide.low, wide.high, wide.exact) == (0.0, 1.0, False)
