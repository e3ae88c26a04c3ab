from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gis_service.core.metrics.outcomes import covered_range, deciding

communities = st.integers(0, 5)
options = st.lists(st.one_of(st.none(), communities), min_size=1, max_size=3, unique=True)


@given(st.lists(options, max_size=6), st.sets(communities), st.sets(communities))
def test_the_range_is_the_least_and_most_of_all_combinations(outcomes, wanted, certain):
    counts = [len(({*choice} | certain) & wanted) for choice in product(*outcomes)]
    assert covered_range(outcomes, wanted=wanted, certain=certain) == (min(counts), max(counts))


@given(st.lists(options, min_size=1, max_size=5), st.sets(communities), st.sets(communities))
def test_a_facility_decides_when_changing_only_it_changes_the_count(outcomes, wanted, certain):
    base = [found[0] for found in outcomes]
    expected = []
    for at, found in enumerate(outcomes):
        others = {*base[:at], *base[at + 1 :]} | certain
        expected.append(len({len((others | {choice}) & wanted) for choice in found}) > 1)
    assert deciding(outcomes, base=base, wanted=wanted, certain=certain) == expected


def test_beyond_the_limit_the_low_end_is_a_safe_bound():
    outcomes = [(number, number + 1) for number in range(17)]
    low, high = covered_range(outcomes, wanted=range(18), certain=[])
    assert low <= 9
    assert high == 17
