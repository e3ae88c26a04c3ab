"""Each model held against trying every choice, on random small questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gis_service.core.siting import (
    Communities,
    Limits,
    capacitated_mclp,
    lscp,
    mclp,
    p_center,
    p_median,
    policy,
)
from gis_service.errors import InputError

Question = dict[str, Any]
checked = settings(deadline=None, max_examples=80)


@st.composite
def questions(draw: st.DrawFn, *, most_sites: int = 7, most_origins: int = 9) -> Question:
    """A random cost table with demand, existing sites and a number of new ones."""
    sites = [f"s{at}" for at in range(draw(st.integers(1, most_sites)))]
    origins = list(range(draw(st.integers(1, most_origins))))
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(origins), st.sampled_from(sites), st.integers(0, 20)),
            max_size=40,
        )
    )
    fixed = sites[: draw(st.integers(0, 1))]
    free = [site for site in sites if site not in fixed]
    rows = [(origin, site, 60.0 * minutes) for origin, site, minutes in pairs]
    return {
        "table": pd.DataFrame(rows, columns=["origin", "facility", "seconds"]),
        "demand": pd.Series([draw(st.integers(0, 30)) for _ in origins], index=origins),
        "fixed": fixed,
        "free": free,
        "p": draw(st.integers(0, len(free))),
        "cutoff_s": 60.0 * draw(st.integers(0, 20)),
    }


def nearest(question: Question, sites: Iterable[str]) -> pd.Series:
    """Seconds to the nearest of the sites by origin; infinite where none is listed."""
    table = question["table"]
    near = table[table["facility"].isin(list(sites))]
    times = near.groupby("origin")["seconds"].min().astype(float)
    return times.reindex(question["demand"].index).fillna(np.inf)


def covered(question: Question, sites: Iterable[str]) -> float:
    inside = nearest(question, sites) <= question["cutoff_s"]
    return float(question["demand"][inside].sum())


def all_choices(
    question: Question,
    worth: Callable[[Question, tuple[str, ...]], Any],
    allowed: Callable[[tuple[str, ...]], bool] = lambda _: True,
) -> dict[tuple[str, ...], Any]:
    """Worth of every choice of at most p new sites."""
    return {
        chosen: worth(question, (*question["fixed"], *chosen))
        for size in range(question["p"] + 1)
        for chosen in combinations(question["free"], size)
        if allowed(chosen)
    }


def given_to(question: Question, *names: str, **more: Any) -> dict[str, Any]:
    named = {name: question[name] for name in names}
    return {"fixed": question["fixed"], "candidates": question["free"]} | named | more


@given(questions())
@checked
def test_mclp_reaches_what_the_best_of_all_choices_reaches(question: Question) -> None:
    best = max(all_choices(question, covered).values())
    plan = mclp(question["table"], question["demand"], **given_to(question, "p", "cutoff_s"))
    assert (plan.objective, plan.bound, plan.optimal) == (best, best, True)
    assert covered(question, (*question["fixed"], *plan.sites)) == best
    assert len(plan.sites) <= question["p"] and set(plan.sites) <= set(question["free"])
    assert plan.before == covered(question, question["fixed"])
    served = sum(reason.served for reason in plan.reasons)
    assert served == plan.objective - plan.before
    for reason in plan.reasons:
        others = [site for site in plan.sites if site != reason.site]
        assert reason.gained == best - covered(question, (*question["fixed"], *others))
    for other in plan.runners_up:
        assert other.objective == covered(question, (*question["fixed"], *other.sites))
        assert other.objective >= 0.99 * best - 1e-9 and len(other.sites) == len(plan.sites)


@given(questions(), st.data())
@checked
def test_mclp_keeps_to_forced_sites_caps_and_budget(question: Question, data: Any) -> None:
    free = question["free"]
    costs = {site: float(data.draw(st.integers(1, 5))) for site in free}
    groups = {site: data.draw(st.sampled_from(["东街", "西街"])) for site in free}
    limits = Limits(
        forced_in=tuple(data.draw(st.lists(st.sampled_from(free), unique=True, max_size=2)))
        if free
        else (),
        forced_out=(),
        budget=float(data.draw(st.integers(0, 15))),
        costs=costs,
        caps={"东街": data.draw(st.integers(0, 3))},
        groups=groups,
    )

    def allowed(chosen: tuple[str, ...]) -> bool:
        east = sum(groups[site] == "东街" for site in chosen)
        dear = sum(costs[site] for site in chosen) > limits.budget
        return set(limits.forced_in) <= set(chosen) and not dear and east <= limits.caps["东街"]

    choices = all_choices(question, covered, allowed)
    arguments = given_to(question, "p", "cutoff_s", limits=limits)
    if not choices:
        with pytest.raises(InputError, match="forced in"):
            mclp(question["table"], question["demand"], **arguments)
        return
    plan = mclp(question["table"], question["demand"], **arguments)
    assert allowed(plan.sites) and plan.optimal
    assert plan.objective == max(choices.values())


@given(questions(), st.integers(1, 10))
@checked
def test_lscp_finds_the_fewest_sites_that_reach_the_target(question: Question, tenths: int) -> None:
    question["p"] = len(question["free"])
    target = tenths / 10
    wanted = target * question["demand"].sum() - 1e-6
    enough = [len(c) for c, worth in all_choices(question, covered).items() if worth >= wanted]
    arguments = given_to(question, "cutoff_s", target=target)
    if not enough:
        with pytest.raises(InputError, match="target"):
            lscp(question["table"], question["demand"], **arguments)
        return
    plan = lscp(question["table"], question["demand"], **arguments)
    assert (plan.objective, plan.bound, plan.optimal) == (min(enough), min(enough), True)
    assert covered(question, (*question["fixed"], *plan.sites)) >= wanted


@given(questions(), st.booleans())
@checked
def test_p_median_has_the_shortest_walks_of_all_choices(question: Question, cut: bool) -> None:
    cutoff_s = question["cutoff_s"] if cut else None

    def walked(question: Question, sites: tuple[str, ...]) -> float:
        times = nearest(question, sites)
        if cutoff_s is not None:
            times = times.clip(upper=cutoff_s)
        peopled = question["demand"] > 0
        return float((question["demand"] * times)[peopled].sum())

    best = min(all_choices(question, walked).values())
    arguments = given_to(question, "p", cutoff_s=cutoff_s)
    if not np.isfinite(best):
        with pytest.raises(InputError, match="everybody"):
            p_median(question["table"], question["demand"], **arguments)
        return
    plan = p_median(question["table"], question["demand"], **arguments)
    assert plan.objective == pytest.approx(best) and plan.optimal
    assert walked(question, (*question["fixed"], *plan.sites)) == pytest.approx(best)


@given(questions())
@checked
def test_p_center_has_the_shortest_longest_walk(question: Question) -> None:
    def longest(question: Question, sites: tuple[str, ...]) -> float:
        times = nearest(question, sites)[question["demand"] > 0]
        return float(times.max()) if len(times) else 0.0

    best = min(all_choices(question, longest).values())
    arguments = given_to(question, "p")
    if not np.isfinite(best):
        with pytest.raises(InputError, match="everybody"):
            p_center(question["table"], question["demand"], **arguments)
        return
    plan = p_center(question["table"], question["demand"], **arguments)
    assert (plan.objective, plan.bound, plan.optimal) == (best, best, True)
    assert longest(question, (*question["fixed"], *plan.sites)) == best


@given(questions(), st.data(), st.sampled_from(["inside", "walking"]))
@checked
def test_policy_covers_most_communities_and_then_most_elders(
    question: Question, data: Any, rule: str
) -> None:
    codes = ["A", "B", "C"]
    sites = [*question["fixed"], *question["free"]]
    lies = {site: data.draw(st.sampled_from(codes)) for site in sites}
    homes = pd.Series([data.draw(st.sampled_from(codes)) for _ in question["demand"]])
    homes.index = question["demand"].index
    ageing = data.draw(st.lists(st.sampled_from(codes), unique=True))

    def both(question: Question, chosen: tuple[str, ...]) -> tuple[int, float]:
        if rule == "inside":
            count = len({lies[site] for site in chosen} & set(ageing))
        else:
            inside = nearest(question, chosen) <= question["cutoff_s"]
            people = question["demand"]
            count = sum(
                people[(homes == code) & inside].sum() >= 0.5 * people[homes == code].sum()
                for code in ageing
                if people[homes == code].sum() > 0
            )
        return int(count), covered(question, chosen)

    best = max(all_choices(question, both).values())
    communities = Communities(ageing=ageing, of_site=lies, of_origin=homes, rule=rule)
    plan = policy(
        question["table"],
        question["demand"],
        **given_to(question, "p", "cutoff_s", communities=communities),
    )
    assert (plan.communities, plan.objective) == best and plan.optimal
    assert both(question, (*question["fixed"], *plan.sites)) == best
    assert (plan.communities_bound, plan.bound) == best
    for other in plan.runners_up:
        assert both(question, (*question["fixed"], *other.sites))[0] == best[0]


@given(questions(most_sites=5, most_origins=6), st.data())
@settings(deadline=None, max_examples=60)
def test_capacitated_mclp_serves_most_elders(question: Question, data: Any) -> None:
    sites = [*question["fixed"], *question["free"]]
    capacity = pd.Series({site: data.draw(st.integers(0, 40)) for site in sites})
    near = question["table"][question["table"]["seconds"] <= question["cutoff_s"]]

    def served(question: Question, chosen: tuple[str, ...]) -> float:
        pairs = near[near["facility"].isin(chosen)].drop_duplicates(["origin", "facility"])
        if not len(pairs):
            return 0.0
        rows = [pairs["origin"] == origin for origin in question["demand"].index]
        limits = [*question["demand"], *(capacity[site] for site in chosen)]
        rows += [pairs["facility"] == site for site in chosen]
        found = linprog(-np.ones(len(pairs)), A_ub=np.array(rows, dtype=float), b_ub=limits)
        return float(-found.fun)

    best = max(all_choices(question, served).values())
    plan = capacitated_mclp(
        question["table"],
        question["demand"],
        capacity=capacity,
        **given_to(question, "p", "cutoff_s"),
    )
    assert plan.objective == pytest.approx(best) and plan.optimal
    assert served(question, (*question["fixed"], *plan.sites)) == pytest.approx(best)


@given(questions(), st.randoms(use_true_random=False))
@checked
def test_the_order_of_rows_does_not_matter(question: Question, random: Any) -> None:
    order = list(range(len(question["table"])))
    random.shuffle(order)
    people = question["demand"].sample(frac=1.0, random_state=random.randrange(1000))
    arguments = given_to(question, "p", "cutoff_s")
    one = mclp(question["table"], question["demand"], **arguments)
    two = mclp(question["table"].iloc[order], people, **arguments)
    assert (one.sites, one.objective, one.runners_up, one.reasons) == (
        two.sites,
        two.objective,
        two.runners_up,
        two.reasons,
    )
