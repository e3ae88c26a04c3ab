from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_service.core.topology import Topology, on_grid, polygonal
from gis_service.errors import CrsError


def test_a_layer_without_crs_is_refused(draw, box):
    with pytest.raises(CrsError, match="EPSG:4547"):
        Topology.of(draw(A=box(0, 0, 9, 9), crs=None))


def test_a_layer_in_degrees_is_refused(draw, box):
    with pytest.raises(CrsError, match="degrees"):
        Topology.of(draw(A=box(0, 0, 9, 9), crs="EPSG:4490"))


@pytest.mark.parametrize("rows", [0, 1])
def test_a_layer_of_no_or_one_row_is_read(draw, box, rows):
    topology = Topology.of(draw([("A", box(0, 0, 9, 9))] * rows))
    assert len(topology) == rows
    assert topology.regions.claims.tolist() == [1] * rows
    assert len(topology.claimed[0]) == len(topology.unclaimed) == 0


def test_repeated_and_empty_codes_stay_as_they_are(draw, box):
    topology = Topology.of(draw([("", box(0, 0, 1, 1)), ("A", None), ("A", "POINT (0 0)")]))
    assert topology.codes.tolist() == ["", "A", "A"]


def test_coordinates_stand_on_the_millimetre_grid(draw):
    topology = Topology.of(draw(A="POLYGON ((0.0004 0, 9 0, 9 9.0006, 0.0004 0))"))
    assert topology.usable[0].equals_exact(
        shapely.from_wkt("POLYGON ((0 0, 9 0, 9 9.001, 0 0))"), 0
    )


def test_the_given_layer_is_not_changed(draw):
    layer = draw(A="POLYGON ((0.0004 0, 9 0, 9 9.0006, 0.0004 0))")
    before = layer.geometry.to_wkb().tolist()
    Topology.of(layer)
    assert layer.geometry.to_wkb().tolist() == before


def test_points_that_fall_together_on_the_grid_are_one():
    ring = "POLYGON ((0 0, 9 0, 9.0001 0.0001, 9 9, 0 0))"
    geometries, _ = on_grid(np.array([shapely.from_wkt(ring)], dtype=object))
    assert shapely.get_num_coordinates(geometries[0]) == 4


def test_a_hole_smaller_than_the_grid_vanishes_and_is_no_fault(draw):
    hole = "(2 2, 2.0001 2, 2.0001 2.0001, 2 2)"
    topology = Topology.of(draw(A=f"POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), {hole})"))
    assert topology.reasons[0] == ""
    assert shapely.get_num_interior_rings(topology.usable[0]) == 0


def test_a_height_is_dropped(draw):
    topology = Topology.of(draw(A="POLYGON Z ((0 0 5, 9 0 5, 9 9 5, 0 0 5))"))
    assert not shapely.has_z(topology.usable[0])


def test_a_bow_tie_is_repaired_for_the_other_checks_with_its_reason_kept(draw):
    topology = Topology.of(draw(A="POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"))
    assert topology.reasons[0] == "Self-intersection[1 1]"
    assert topology.usable[0].is_valid
    assert topology.usable[0].area == 2


@pytest.mark.parametrize(
    "wkt",
    [
        None,
        "POLYGON EMPTY",
        "POINT (1 1)",
        "LINESTRING (0 0, 1 1)",
        "GEOMETRYCOLLECTION EMPTY",
        "POLYGON ((0 0, 1 0, 2 0, 0 0))",
        "POLYGON ((0 0, 0.0001 0, 0.0001 0.0001, 0 0))",
    ],
)
def test_what_holds_no_land_is_not_usable(draw, wkt):
    assert Topology.of(draw(A=wkt)).usable[0] is None


def test_coordinates_that_are_no_numbers_are_not_usable(draw, box):
    layer = draw(A=box(0, 0, 1, 1), B="POLYGON ((0 0, 1 0, 1 1, 0 0))")
    broken = shapely.transform(layer.geometry.array[1], lambda xy: np.where(xy > 0, np.nan, xy))
    layer.geometry = [layer.geometry.array[0], broken]
    topology = Topology.of(layer)
    assert topology.finite.tolist() == [True, False]
    assert topology.usable[1] is None


def test_the_polygons_of_a_collection_are_kept_as_one():
    mixed = shapely.from_wkt(
        "GEOMETRYCOLLECTION (LINESTRING (0 0, 1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)), "
        "MULTIPOLYGON (((5 5, 6 5, 6 6, 5 5))))"
    )
    assert polygonal(np.array([mixed], dtype=object))[0].area == 1
