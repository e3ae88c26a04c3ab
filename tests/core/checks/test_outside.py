from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.topology import Topology


@pytest.fixture
def beyond():
    def find(layer, outline):
        land = None if outline is None else shapely.from_wkt(outline)
        return CHECKS["outside"].find(Topology.of(layer, outline=land), CheckContext())

    return find


def test_communities_within_the_outline_are_clean(draw, box, beyond):
    assert beyond(draw(A=box(0, 0, 9, 9)), box(0, 0, 9, 20)) == []


def test_without_an_outline_nothing_is_outside(draw, box, beyond):
    assert beyond(draw(A=box(0, 0, 9, 9)), None) == []


def test_land_beyond_the_outline_is_found_by_piece_and_community(draw, box, beyond):
    layer = draw(A=box(0, 0, 9, 9), B=box(9, -2, 20, 12), C=None)
    found = {f.key: (f.area_m2, f.severity) for f in beyond(layer, box(0, 0, 30, 9))}
    assert found == {
        "outside:B:1": (33, "dispute"),
        "outside:B:2": (22, "dispute"),
    }


def test_a_rim_beyond_the_outline_by_centimetres_is_a_sliver(draw, box, beyond):
    (found,) = beyond(draw(A=box(0, 0, 90, 9.2)), box(0, 0, 90, 9))
    assert found.severity == "sliver"
    assert found.width_m == pytest.approx(0.2, rel=0.05)


def test_a_community_wholly_outside_is_found_whole(draw, box, beyond):
    (found,) = beyond(draw(A=box(50, 50, 60, 60)), box(0, 0, 9, 9))
    assert found.area_m2 == 100
