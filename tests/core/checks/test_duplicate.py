from __future__ import annotations

import pytest

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.topology import Topology


@pytest.fixture
def duplicates():
    return lambda layer: CHECKS["duplicate"].find(Topology.of(layer), CheckContext())


def test_an_exact_copy_is_an_error(draw, box, duplicates):
    (found,) = duplicates(draw(A=box(0, 0, 9, 9), B=box(0, 0, 9, 9)))
    assert (found.key, found.severity, found.area_m2) == ("duplicate:A+B:1", "error", 81)
    assert found.width_m is None
    assert "第 1 行与第 2 行" in found.text.zh


def test_a_copy_that_differs_by_less_than_a_thousandth_is_one(draw, box, duplicates):
    assert len(duplicates(draw(A=box(0, 0, 100, 100), B=box(0, 0, 100, 100.09)))) == 1


def test_a_copy_that_differs_by_more_is_none(draw, box, duplicates):
    assert duplicates(draw(A=box(0, 0, 100, 100), B=box(0, 0, 100, 100.2))) == []


def test_a_small_community_inside_a_large_one_is_no_duplicate(draw, box, duplicates):
    assert duplicates(draw(A=box(0, 0, 100, 100), B=box(3, 3, 6, 6))) == []


def test_three_copies_are_three_pairs_with_a_key_each(draw, box, duplicates):
    found = duplicates(draw([("", box(0, 0, 9, 9))] * 3))
    assert sorted(f.key for f in found) == ["duplicate:+:1", "duplicate:+:2", "duplicate:+:3"]


def test_neighbours_are_no_duplicates(draw, box, duplicates):
    assert duplicates(draw(A=box(0, 0, 9, 9), B=box(9, 0, 18, 9))) == []
