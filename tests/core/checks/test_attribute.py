from __future__ import annotations

import pytest

from gis_service.core.checks import CHECKS, CheckContext
from gis_service.core.topology import Topology


@pytest.fixture
def faults():
    return lambda layer: CHECKS["attribute"].find(Topology.of(layer), CheckContext())


def test_distinct_codes_and_names_are_clean(draw, box, faults):
    layer = draw(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1), names=["x", "y"], streets=["s", "s"])
    assert faults(layer) == []


def test_a_repeated_code_is_one_error_with_its_rows(draw, box, faults):
    (found,) = faults(draw([("A", box(0, 0, 1, 1)), ("A", box(1, 0, 2, 1)), ("B", None)]))
    assert (found.key, found.communities) == ("attribute:A:1", ("A",))
    assert "第 1、2 行" in found.text.zh
    assert found.geometry.geom_type == "MultiPoint"


def test_each_missing_code_is_an_error(draw, box, faults):
    found = faults(draw([("", box(0, 0, 1, 1)), ("", box(1, 0, 2, 1))]))
    assert sorted(f.key for f in found) == ["attribute::1", "attribute::2"]


def test_row_numbers_that_stand_in_for_codes_are_not_judged(draw, box, faults):
    layer = draw([("", box(0, 0, 1, 1)), ("1", box(1, 0, 2, 1)), ("1", None)])
    layer.attrs["has_codes"] = False
    assert faults(layer) == []


def test_one_name_twice_in_a_street_is_an_error(draw, box, faults):
    layer = draw(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1), names=["x", "x"], streets=["s", "s"])
    (found,) = faults(layer)
    assert (found.key, found.severity) == ("attribute:A+B:1", "error")


@pytest.mark.parametrize("streets", [["s", "t"], ["", ""]])
def test_one_name_in_two_streets_or_without_street_is_clean(draw, box, faults, streets):
    layer = draw(A=box(0, 0, 1, 1), B=box(1, 0, 2, 1), names=["x", "x"], streets=streets)
    assert faults(layer) == []


def test_a_fault_without_any_land_has_no_place(draw, faults):
    (found,) = faults(draw([("A", None), ("A", "POLYGON EMPTY")]))
    assert (found.geometry, found.point) == (None, None)
