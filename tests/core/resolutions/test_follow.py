from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import apply_proposal
from gis_service.errors import ResolutionError

ROAD = shapely.LineString([(-50, 40), (5, 12), (7, 6), (8, 1), (60, -30)])


def test_the_boundary_takes_the_line_of_the_road_within_the_land_only(draw, box, propose):
    layer = draw(A=box(0, 0, 10, 10), B=box(4, 0, 20, 10))
    proposal = propose(layer, "overlap:A+B:1", "follow", lines=ROAD)
    after = apply_proposal(layer, proposal)
    assert run_checks(after) == []
    common = shapely.intersection(*after.geometry.to_numpy())
    assert (
        shapely.hausdorff_distance(common, shapely.intersection(ROAD, shapely.box(4, 0, 10, 10)))
        < 1e-3
    )
    assert proposal.resolution == "follow"


def test_a_road_that_passes_by_is_refused(draw, box, propose):
    layer = draw(A=box(0, 100, 10, 110), B=box(4, 100, 20, 110))
    with pytest.raises(ResolutionError) as refused:
        propose(layer, "overlap:A+B:1", "follow", lines=ROAD)
    assert refused.value.details["reason"] == "line-does-not-cross"
