"""What hangs on open cases: by hand, and against an oracle that plays every combination."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.core.metrics.deciding import MOST_COMBINATIONS, Ending, deciding
from gis_service.core.metrics.lands import People
from gis_service.model.policy import AgeingRule, Policy

POLICY = Policy(ageing=(AgeingRule(60, 0.10),), target=0.7)


def people(*pairs: tuple[float, float]) -> People:
    residents, older = zip(*pairs, strict=True)
    return People(
        ages=(60,), residents=np.array(residents, dtype=float), older=np.array([older], dtype=float)
    )


def test_a_station_on_disputed_land_decides_about_the_target() -> None:
    folk = people((100, 20), (100, 5))
    endings = [Ending(to=0, facilities=(0,)), Ending(to=1, facilities=(0,))]
    found = deciding([endings], people=folk, stations=np.array([1, 0]), policy=POLICY)
    keeps, loses = found.decisions[0].effects
    assert keeps.reached and keeps.covered == 1 and keeps.covered_lost == ()
    assert not loses.reached and loses.covered_lost == (0,) and loses.covered_gained == (1,)
    assert found.decisions[0].changes_target and found.decisions[0].turns_target
    assert (found.combinations, found.reached, found.rates) == (2, 1, (0.0, 1.0))


def test_people_who_go_along_can_make_a_community_ageing() -> None:
    folk = people((100, 50), (100, 9))
    endings = [
        Ending(to=0, transfers=((1, 0, 0.1),)),
        Ending(to=1, transfers=((0, 1, 0.1),)),
    ]
    found = deciding([endings], people=folk, stations=np.array([1, 0]), policy=POLICY)
    stays, turns = found.decisions[0].effects
    assert stays.ageing_gained == () and turns.ageing_gained == (1,)
    assert found.decisions[0].changes_communities and found.decisions[0].changes_target


def test_a_case_that_matters_only_together_with_another_is_told() -> None:
    folk = people((100, 20), (100, 20), (100, 5))
    one = [Ending(to=0, facilities=(2,)), Ending(to=2, facilities=(2,))]
    two = [Ending(to=1, facilities=(2,)), Ending(to=2, facilities=(2,))]
    found = deciding([one, two], people=folk, stations=np.array([0, 0, 2]), policy=POLICY)
    assert [d.changes_target for d in found.decisions] == [False, False]
    assert [d.turns_target for d in found.decisions] == [True, True]
    assert (found.combinations, found.reached) == (4, 1)


def test_no_open_case_leaves_what_is() -> None:
    found = deciding([], people=people((100, 20)), stations=np.array([1]), policy=POLICY)
    assert found.decisions == () and found.reached == 1 and found.rates == (1.0, 1.0)


def test_a_community_without_figures_is_never_ageing() -> None:
    folk = people((np.nan, np.nan), (100, 20))
    endings = [Ending(to=0, transfers=((1, 0, 0.5),)), Ending(to=1)]
    found = deciding([endings], people=folk, stations=np.array([1, 0]), policy=POLICY)
    assert all(effect.ageing == 1 for effect in found.decisions[0].effects)


def test_too_many_combinations_are_left_but_each_case_is_still_exact() -> None:
    endings = [Ending(to=0, facilities=(0,)), Ending(to=1, facilities=(0,))]
    folk = people((100, 20), (100, 5))
    cases = [endings] * 13
    found = deciding(cases, people=folk, stations=np.array([13, 0]), policy=POLICY)
    assert found.combinations == 2**13 > MOST_COMBINATIONS
    assert found.rates is None and found.decisions[0].turns_target is None
    assert found.decisions[0].effects[1].covered_gained == (1,)


def test_cases_that_can_not_matter_are_no_combinations() -> None:
    idle = [Ending(to=2, facilities=(2,)), Ending(to=3, facilities=(2,))]
    heavy = [Ending(to=0, facilities=(0,)), Ending(to=1, facilities=(0,))]
    folk = people((100, 20), (100, 5), (100, 5), (100, 5))
    stations = np.array([1, 0, 40, 1])
    found = deciding([heavy, *[idle] * 30], people=folk, stations=stations, policy=POLICY)
    assert found.combinations == 2**31 and found.reached == 2**30
    assert [d.turns_target for d in found.decisions] == [True, *[False] * 30]


@st.composite
def scenes(draw: st.DrawFn):
    size = draw(st.integers(2, 4))
    folk = [(100.0, float(draw(st.integers(5, 15)))) for _ in range(size)]
    stations = [draw(st.integers(0, 1)) for _ in range(size)]
    rows = st.integers(0, size - 1)
    cases = []
    for _ in range(draw(st.integers(0, 3))):
        parties = draw(st.lists(rows, min_size=1, max_size=3, unique=True))
        share = draw(st.sampled_from([0.0, 0.1, 0.25]))
        base = draw(st.none() | st.sampled_from(parties))
        held = (base,) if draw(st.booleans()) else ()
        if held and base is not None:
            stations[base] += 1
        cases.append(
            [
                Ending(
                    to=to,
                    transfers=tuple((p, to, share) for p in parties if p != to and share),
                    facilities=held,
                )
                for to in parties
            ]
        )
    return folk, stations, cases


@given(scenes())
def test_sums_of_columns_agree_with_playing_every_combination(scene) -> None:
    folk, stations, cases = scene
    found = deciding(cases, people=people(*folk), stations=np.array(stations), policy=POLICY)

    def played(chosen: list[Ending]) -> tuple[set[int], set[int], bool]:
        residents, older, has = [f[0] for f in folk], [f[1] for f in folk], list(stations)
        for ending in chosen:
            for source, target, share in ending.transfers:
                for values, at in ((residents, 0), (older, 1)):
                    values[source] -= share * folk[source][at]
                    values[target] += share * folk[source][at]
            for base in ending.facilities:
                if base is not None:
                    has[base] -= 1
                has[ending.to] += 1
        ageing = {
            i for i, (r, o) in enumerate(zip(residents, older, strict=True))
            if r > 0 and o >= 0.10 * r - 1e-9
        }  # fmt: skip
        covered = {i for i, n in enumerate(has) if n > 0}
        return ageing, covered, len(ageing & covered) >= 0.7 * len(ageing) - 1e-9

    now = played([])
    for decision, endings in zip(found.decisions, cases, strict=True):
        for effect, ending in zip(decision.effects, endings, strict=True):
            ageing, covered, reached = played([ending])
            assert set(effect.ageing_gained) == ageing - now[0]
            assert set(effect.ageing_lost) == now[0] - ageing
            assert set(effect.covered_gained) == covered - now[1]
            assert set(effect.covered_lost) == now[1] - covered
            assert effect.reached == reached
    every = {combo: played([c[i] for c, i in zip(cases, combo, strict=True)])
             for combo in product(*(range(len(c)) for c in cases))}  # fmt: skip
    assert found.combinations == len(every)
    assert found.reached == sum(outcome[2] for outcome in every.values())
    for k, decision in enumerate(found.decisions):
        turns = any(
            every[combo][2] != every[(*combo[:k], other, *combo[k + 1 :])][2]
            for combo in every
            for other in range(len(cases[k]))
        )
        assert decision.turns_target == turns
