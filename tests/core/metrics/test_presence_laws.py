"""Presence against a brute-force reading of the definitions, on random rows of communities."""

from __future__ import annotations

from itertools import product

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.metrics.presence import presence
from gis_service.model.policy import DEFAULT_POLICY


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict, dict, dict]:
    """Intervals of land (with overlaps and gaps), stations on the axis, shares of elders."""
    count = draw(st.integers(1, 5))
    starts = draw(st.lists(st.integers(0, 30), min_size=count, max_size=count))
    widths = draw(st.lists(st.integers(2, 15), min_size=count, max_size=count))
    land = {
        chr(65 + at): (start, start + width)
        for at, (start, width) in enumerate(zip(starts, widths, strict=True))
    }
    stations = draw(
        st.dictionaries(
            st.sampled_from("stuvwx"),
            st.tuples(st.integers(0, 45), st.sampled_from(["", *land, "?"])),
            max_size=6,
        )
    )
    elders = {code: draw(st.sampled_from([5, 20])) for code in land}
    return land, stations, elders


def _outcomes(land: dict, x: int, recorded: str) -> tuple[str | None, list[str | None]]:
    """What a station counts for now, and all that it may count for."""
    inside = [code for code, (low, high) in land.items() if low < x < high]
    touched = [code for code, (low, high) in land.items() if x in (low, high)]
    holders = inside or touched
    known = recorded if recorded in land else None
    if len(holders) == 1:
        return holders[0], [holders[0]] + ([known] if known else [])
    if holders:
        base = known if known in holders else None
        return base, [*holders, base]
    return None, [None] + ([known] if known else [])


@given(cases())
@settings(deadline=None, max_examples=150)
def test_figures_and_range_equal_the_brute_force(register, people, case):
    land, stations, elders = case
    layer = gpd.GeoDataFrame(
        {"name": "", "street": ""},
        index=list(land),
        geometry=[shapely.box(low, 0, high, 10) for low, high in land.values()],
        crs="EPSG:4547",
    )
    facilities = register(
        **{key: ((x, 5), {"community": said}) for key, (x, said) in stations.items()}
    )
    report = presence(layer, facilities, people(**{k: (100 - n, n) for k, n in elders.items()}))

    ageing = {code for code, number in elders.items() if number >= 10}
    known = [_outcomes(land, x, said) for x, said in stations.values()]
    base = {now for now, _ in known}
    counts = [len(ageing & set(choice)) for choice in product(*(later for _, later in known))]
    assert {c.code for c in report.communities if c.ageing} == ageing
    assert {c.code for c in report.communities if c.covered} == base - {None}
    assert report.covered == len(ageing & base)
    if ageing:
        assert report.range == (
            pytest.approx(min(counts) / len(ageing)),
            pytest.approx(max(counts) / len(ageing)),
        )
        assert report.range[0] <= report.rate <= report.range[1]
        missing = report.needed + report.covered
        assert missing >= DEFAULT_POLICY.target * len(ageing) - 1e-9
