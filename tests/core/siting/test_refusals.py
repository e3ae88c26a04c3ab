"""What can't be answered is refused with what to do; time, progress and cancelling."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gis_service.core.siting import SITINGS, Limits, lscp, mclp, p_center, p_median
from gis_service.core.siting.rescore import Scorer
from gis_service.errors import InputError, NotFoundError, ParameterError

TABLE = pd.DataFrame(
    {"origin": [1, 2, 3], "facility": ["a", "b", "c"], "seconds": [60.0, 60.0, 60.0]}
)
PEOPLE = pd.Series({1: 5, 2: 10, 3: 20, 4: 1})


@pytest.mark.parametrize("p", [-1, 4, 1.5, True])
def test_a_number_of_sites_that_cannot_be_is_refused(p) -> None:
    with pytest.raises(InputError, match="0 to 3") as refused:
        mclp(TABLE, PEOPLE, p=p, cutoff_s=60)
    assert "备选点" in refused.value.zh


def test_sites_forced_in_and_out_at_once_or_unknown_are_refused() -> None:
    for limits in (
        Limits(forced_in=("a",), forced_out=("a",)),
        Limits(forced_in=("z",)),
        Limits(forced_in=("a", "a")),
    ):
        with pytest.raises(InputError, match="can't be used"):
            mclp(TABLE, PEOPLE, p=2, cutoff_s=60, limits=limits)


def test_more_forced_sites_than_new_ones_are_refused() -> None:
    with pytest.raises(InputError, match="exceed"):
        mclp(TABLE, PEOPLE, p=1, cutoff_s=60, limits=Limits(forced_in=("a", "b")))


def test_targets_and_times_that_cannot_be_reached_name_who_is_left() -> None:
    with pytest.raises(InputError, match="such as 4"):
        lscp(TABLE, PEOPLE, cutoff_s=60)
    with pytest.raises(ParameterError, match="target"):
        lscp(TABLE, PEOPLE, cutoff_s=60, target=0)
    for model in (p_median, p_center):
        with pytest.raises(InputError, match="such as 4"):
            model(TABLE, PEOPLE, p=3)


def test_bad_tables_are_refused() -> None:
    with pytest.raises(InputError, match="lacks columns"):
        mclp(TABLE.drop(columns="origin"), PEOPLE, p=1, cutoff_s=60)
    with pytest.raises(InputError, match="Ids repeat"):
        mclp(TABLE, pd.concat([PEOPLE, PEOPLE]), p=1, cutoff_s=60)
    with pytest.raises(InputError, match="missing"):
        mclp(TABLE.assign(seconds=np.nan), PEOPLE, p=1, cutoff_s=60)


def test_nobody_to_serve_needs_no_site() -> None:
    plan = mclp(TABLE, PEOPLE * 0, p=2, cutoff_s=60)
    assert (plan.sites, plan.objective, plan.optimal) == ((), 0.0, True)


def test_every_model_is_on_the_shelf_with_both_languages() -> None:
    assert list(SITINGS) == ["policy", "mclp", "lscp", "p_median", "p_center", "capacitated"]
    assert all(model.title.zh and model.objective.en for model in SITINGS.values())


def hard(sites: int = 70, origins: int = 2500) -> tuple[pd.DataFrame, pd.Series]:
    """A question without any structure: a gap that takes long to close."""
    rng = np.random.default_rng(7)
    near = rng.random((origins, sites)) < 0.06
    origin, site = np.nonzero(near)
    table = pd.DataFrame({"origin": origin, "facility": site, "seconds": 60.0})
    return table, pd.Series(rng.integers(1, 100, origins))


def test_when_the_time_is_over_the_best_so_far_comes_with_its_bound() -> None:
    table, people = hard()
    plan = mclp(table, people, p=20, cutoff_s=60, time_limit_s=0.4)
    reached = people[table[table["facility"].isin(plan.sites)]["origin"].unique()].sum()
    assert plan.objective == reached and len(plan.sites) == 20
    assert not plan.optimal and plan.bound > plan.objective and plan.gap > 0
    assert "0.4 s" in plan.notes[0].en and plan.seconds < 5


def test_progress_rises_and_what_it_raises_stops_the_work() -> None:
    table, people = hard()
    shares = []

    def stop(share, stage) -> None:
        shares.append(share)
        assert stage.zh and stage.en
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mclp(table, people, p=20, cutoff_s=60, progress=stop)
    assert shares == sorted(shares) and len(shares) > 3


def test_a_dragged_site_is_scored_like_a_new_table() -> None:
    scorer = Scorer.of(TABLE, PEOPLE, cutoff_s=60)
    moved = pd.DataFrame({"origin": [3, 4], "seconds": [60.0, 59.0]})
    score = scorer.score(["a"], moved=moved)
    assert (score.elders, score.share) == (26.0, 26 / 36)
    assert score.weighted_s == 5 * 60 + 10 * 60 + 20 * 60 + 59
    assert scorer.score(["a", "b"]).farthest_s == np.inf
    with pytest.raises(NotFoundError, match="z"):
        scorer.score(["z"])
