"""2SFCA and E2SFCA: by hand, from the definition in plain loops, and their law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gis_service as gis
from gis_service.core.metrics.floating import decay
from gis_service.errors import InputError, ParameterError


def cost(*rows: tuple[Any, Any, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["origin", "facility", "seconds"])


def test_two_steps_by_hand() -> None:
    table = cost(("a", "x", 100), ("b", "x", 600), ("b", "y", 900), ("c", "y", 901))
    access = gis.two_step_fca(
        table, pd.Series({"a": 10, "b": 40, "c": 5}), pd.Series({"x": 25, "y": 8}), 900
    )
    # x: 25 / (10 + 40) = 0.5; y: 8 / 40 = 0.2, c is a second too far.
    assert access.to_dict() == pytest.approx({"a": 0.5, "b": 0.7, "c": 0.0})


def test_steps_of_decay_by_hand() -> None:
    table = cost(("a", "x", 300), ("b", "x", 301))
    access = gis.two_step_fca(
        table,
        pd.Series({"a": 10, "b": 20}),
        pd.Series({"x": 9}),
        900,
        weights=[(300, 1.0), (900, 0.5)],
    )
    # R = 9 / (10 × 1 + 20 × 0.5) = 0.45
    assert access.to_dict() == pytest.approx({"a": 0.45, "b": 0.225})


@st.composite
def cases(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    origins, facilities = range(draw(st.integers(1, 6))), "xyz"[: draw(st.integers(1, 3))]
    pairs = [(o, f) for o in origins for f in facilities if draw(st.booleans())]
    rows = [(o, f, 60.0 * draw(st.integers(0, 20))) for o, f in pairs]
    demand = pd.Series([draw(st.integers(0, 50)) for _ in origins], index=list(origins))
    supply = pd.Series([draw(st.integers(0, 50)) for _ in facilities], index=list(facilities))
    return cost(*rows), demand, supply


@given(cases(), st.sampled_from(["none", "linear", "gaussian", "step"]))
@settings(deadline=None)
def test_scores_equal_the_definition_and_add_up_to_the_supply_in_reach(
    case: tuple[pd.DataFrame, pd.Series, pd.Series], name: str
) -> None:
    table, demand, supply = case
    weights = decay(name, 900.0)
    access = gis.two_step_fca(table, demand, supply, 900, weights=weights)
    near = table[table["seconds"] <= 900]

    def weight(seconds: float) -> float:
        return 1.0 if weights is None else float(weights(np.array([seconds]))[0])

    ratio, reached = {}, 0.0
    for facility, group in near.groupby("facility"):
        asked = sum(demand[r.origin] * weight(r.seconds) for r in group.itertuples())
        ratio[facility] = supply[facility] / asked if asked > 0 else 0.0
        reached += supply[facility] if asked > 0 else 0.0
    for origin in demand.index:
        mine = near[near["origin"] == origin]
        plain = sum(ratio[r.facility] * weight(r.seconds) for r in mine.itertuples())
        assert access[origin] == pytest.approx(plain)
    assert (access * demand).sum() == pytest.approx(reached)


def test_rows_may_come_in_any_order_and_with_strangers() -> None:
    table = cost(("a", "x", 60), ("ghost", "x", 60), ("a", "ghost", 60), ("b", "x", 60))
    demand, supply = pd.Series({"a": 1, "b": 3}), pd.Series({"x": 8})
    one = gis.two_step_fca(table, demand, supply, 60)
    two = gis.two_step_fca(table.iloc[::-1], demand, supply, 60)
    assert one.to_dict() == two.to_dict() == {"a": 2.0, "b": 2.0}


def test_unusable_tables_and_decays_are_refused() -> None:
    demand, supply = pd.Series({"a": 1}), pd.Series({"x": 8})
    with pytest.raises(InputError, match="lacks columns: seconds"):
        gis.two_step_fca(cost(("a", "x", 1))[["origin", "facility"]], demand, supply, 60)
    with pytest.raises(InputError, match="negative"):
        gis.two_step_fca(cost(("a", "x", -1)), demand, supply, 60)
    with pytest.raises(InputError, match="Ids repeat"):
        gis.two_step_fca(cost(("a", "x", 1)), pd.concat([demand, demand]), supply, 60)
    with pytest.raises(ParameterError, match="times must rise"):
        gis.two_step_fca(cost(("a", "x", 1)), demand, supply, 60, weights=[(60, 1), (30, 0.5)])
    with pytest.raises(ParameterError, match="cutoff"):
        gis.two_step_fca(cost(("a", "x", 1)), demand, supply, float("nan"))
