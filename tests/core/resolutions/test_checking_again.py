"""After a change its neighbourhood alone is checked again: the findings are those of the whole."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.checks import Known, check_again, run_checks
from gis_service.core.checks.run import outline_land
from gis_service.core.topology import Topology, metric_crs

metres = st.floats(-6, 6, allow_nan=False).map(lambda value: round(value, 3))
faults = st.lists(
    st.tuples(st.integers(0, 29), st.integers(0, 11), metres, metres), min_size=1, max_size=10
)


def told(findings):
    return [
        (one.key, one.severity, one.communities, round(one.area_m2, 2), one.text.zh)
        for one in findings
    ]


@given(faults, st.integers(0, 10), st.integers(0, 1000), st.sampled_from([None, -2.0, 3.0]))
@settings(deadline=None, max_examples=60)
def test_the_findings_are_those_of_the_whole_layer(large_coverage, faults, done, seed, margin):
    before = large_coverage(faults[: min(done, len(faults) - 1)], seed=seed)
    after = large_coverage(faults, seed=seed)
    before["street"] = after["street"] = [f"S{row % 3}" for row in range(len(before))]
    outline = None
    if margin is not None:
        land = shapely.union_all(large_coverage(seed=seed).geometry.to_numpy())
        outline = gpd.GeoDataFrame(
            geometry=[shapely.set_precision(land.buffer(margin, join_style="mitre"), 0.001)],
            crs=before.crs,
        )
    found = run_checks(before, outline=outline)
    district = outline_land(outline, crs=metric_crs(before))
    known = Known.of(Topology.of(before, outline=district), found)
    same = shapely.equals_identical(before.geometry.to_numpy(), after.geometry.to_numpy())
    again = check_again(known, after, np.flatnonzero(~same).tolist())
    assert told(again) == told(run_checks(after, outline=outline))


def test_without_a_change_nothing_is_looked_at(large_coverage):
    layer = large_coverage([(3, 4, 5.0, 5.0)])
    found = run_checks(layer)
    known = Known.of(Topology.of(layer), found)
    assert check_again(known, layer, []) == found


def test_a_community_that_loses_its_geometry_is_named(large_coverage):
    layer = large_coverage()
    known = Known.of(Topology.of(layer), run_checks(layer))
    shapes = layer.geometry.to_numpy().copy()
    shapes[7] = None
    after = layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))
    assert told(check_again(known, after, [7])) == told(run_checks(after))
    back = Known.of(Topology.of(after), run_checks(after))
    assert told(check_again(back, layer, [7])) == told(run_checks(layer))
