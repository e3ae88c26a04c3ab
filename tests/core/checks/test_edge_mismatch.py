"""Edge mismatch: sides of a line that differ by less than can be surveyed are a note."""

from __future__ import annotations

import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.model.policy import Policy


def found_in(layer, **more):
    return [(f.check, f.severity, f.communities) for f in run_checks(layer, **more)]


def test_a_vertex_on_one_side_only_is_a_note(draw, box):
    bent = "POLYGON ((0 0, 10 0, 10.03 5, 10 10, 0 10, 0 0))"
    (found,) = run_checks(draw(A=bent, B=box(10, 0, 20, 10)))
    assert (found.check, found.severity, found.communities) == ("edge_mismatch", "note", ("A", "B"))
    assert 0.01 < found.width_m < 0.03 and found.area_m2 == pytest.approx(0.15)
    assert shapely.Point(found.point).distance(shapely.Point(10.015, 5)) < 2
    assert "容差" in found.text.zh and "tolerance" in found.text.en


def test_a_vertex_that_lies_on_the_line_is_nothing(draw, box):
    split = "POLYGON ((0 0, 10 0, 10 5, 10 10, 0 10, 0 0))"
    assert found_in(draw(A=split, B=box(10, 0, 20, 10))) == []


def test_several_places_of_a_line_are_one_note(draw, box):
    bent = "POLYGON ((0 0, 10 0, 10.03 2, 10 4, 10 6, 9.97 8, 10 10, 0 10, 0 0))"
    (found,) = run_checks(draw(A=bent, B=box(10, 0, 20, 10)))
    assert found.key == "edge_mismatch:A+B:1" and len(found.geometry.geoms) == 2


def test_each_line_has_its_own(draw, box):
    bent = "POLYGON ((10 0, 20 0, 20.03 5, 20 10, 10 10, 10.03 5, 10 0))"
    layer = draw(A=box(0, 0, 10, 10), M=bent, Z=box(20, 0, 30, 10))
    assert found_in(layer) == [
        ("edge_mismatch", "note", ("A", "M")),
        ("edge_mismatch", "note", ("M", "Z")),
    ]


def test_wider_than_the_tolerance_it_is_a_sliver_or_nothing(draw, box):
    long = "POLYGON ((0 0, 10 0, 10.2 50, 10 100, 0 100, 0 0))"
    layer = draw(A=long, B=box(10, 0, 20, 100))
    assert found_in(layer) == [("overlap", "sliver", ("A", "B"))]
    assert found_in(layer, policy=Policy(survey_tolerance_m=0.3)) == [
        ("edge_mismatch", "note", ("A", "B"))
    ]


def test_a_rim_beside_the_outline_is_named_so(draw, box):
    layer = draw(A="POLYGON ((0 0, 10 0, 10 10, 5 10.03, 0 10, 0 0))")
    outline = layer.iloc[:0].copy()
    outline.loc["o", "geometry"] = shapely.box(0, 0, 10, 10)
    (found,) = run_checks(layer, outline=outline.set_crs(layer.crs))
    assert (found.check, found.communities) == ("edge_mismatch", ("A",))
    assert "外轮廓" in found.text.zh and "outline" in found.text.en
