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


@pytest.fixture
def coded(draw, box):
    return lambda codes: draw(
        [(code, box(number, 0, number + 1, 1)) for number, code in enumerate(codes)]
    )


OFFICIAL = [f"4403030050{number:02}" for number in range(1, 41)]


@pytest.mark.parametrize(
    "wrong", ["44030300599", "4403030059999", "44030300509O", "440303005099.0", "CN440303005"]
)
def test_a_code_written_otherwise_than_the_rest_is_malformed(coded, faults, wrong):
    (found,) = faults(coded([*OFFICIAL, wrong]))
    assert (found.key, found.severity) == (f"attribute:{wrong}:1", "error")
    assert "such as 440303005001" in found.text.en


@pytest.mark.parametrize("wrong", [" A1", "A 1", "A1\t", "A1\u200b", "A\u30001"])
def test_a_code_with_blanks_or_invisible_characters_is_malformed(coded, faults, wrong):
    (found,) = faults(coded(["A2", wrong]))
    assert found.communities == (wrong,)
    assert "blanks or invisible" in found.text.en


@pytest.mark.parametrize("count", [81, 1000, 10_000])
def test_numbers_counted_up_are_clean(coded, faults, count):
    assert faults(coded([str(number) for number in range(1, count + 1)])) == []


def test_codes_of_many_forms_are_clean(coded, faults):
    assert faults(coded(["A-1", "440303", "社区一", "B7", "x" * 40])) == []
