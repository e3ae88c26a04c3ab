"""All overlaps and gaps of real files that nobody here drew."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import (
    RESOLUTIONS,
    Ground,
    ResolutionParams,
    apply_proposal,
    clean,
    resolve_all,
)
from gis_service.core.topology import Topology
from gis_service.formats import read_boundaries


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["eindhoven.geojson", "birmingham.geojson"])
def test_clean_and_median_resolve_everything(shared_data, name):
    layer = read_boundaries(shared_data / "faults" / name)
    before = Topology.of(layer)
    cleaned = clean(Ground.of(layer))
    assert cleaned.skipped == ()
    half = apply_proposal(layer, cleaned)
    assert not [f for f in run_checks(half) if f.severity == "sliver"]
    outcome = resolve_all(half, RESOLUTIONS["median"], params=ResolutionParams())
    assert outcome.refused == ()
    assert [f.key for f in run_checks(outcome.layer) if f.severity != "note"] == []
    after = Topology.of(outcome.layer)
    filled = cleaned.filled_m2 + sum(proposal.filled_m2 for proposal in outcome.proposals)
    assert after.union.area == pytest.approx(before.union.area + filled, rel=1e-7)
    areas = shapely.area(outcome.layer.geometry.to_numpy())
    assert areas.sum() == pytest.approx(after.union.area, rel=1e-4)
    assert len(areas) == len(layer)
    assert (areas > 0).all()
    assert (after.reasons == "").all()
    named = {change.row for p in (cleaned, *outcome.proposals) for change in p.changes}
    for row in set(range(len(layer))) - named:
        assert outcome.layer.geometry.iloc[row] is layer.geometry.iloc[row]


@pytest.mark.realdata
def test_a_clean_file_stays_as_it_is(shared_data):
    layer = read_boundaries(shared_data / "faults" / "seoul.geojson")
    after = apply_proposal(layer, clean(Ground.of(layer)))
    same = shapely.equals_identical(after.geometry.to_numpy(), layer.geometry.to_numpy())
    assert np.all(same)
