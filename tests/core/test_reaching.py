"""Who may have land in a face: never fewer than an intersection shows."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.reaching import reach_inside

corner = st.tuples(st.integers(0, 8), st.integers(0, 8))
polygon = (
    st.lists(corner, min_size=3, max_size=7)
    .map(lambda ring: shapely.make_valid(shapely.Polygon(ring), method="structure"))
    .filter(lambda shape: shape.area > 0 and shape.geom_type in ("Polygon", "MultiPolygon"))
)


@given(st.lists(polygon, min_size=1, max_size=4), st.lists(polygon, min_size=1, max_size=4))
@settings(deadline=None, max_examples=300)
def test_no_land_in_a_face_is_overlooked(faces, lands):
    faces = shapely.get_parts(np.array(faces, dtype=object))
    lands = np.array(lands, dtype=object)
    face, holding = (
        grid.ravel() for grid in np.meshgrid(np.arange(len(faces)), np.arange(len(lands)))
    )
    told = reach_inside(faces, face, lands, holding)
    shares = shapely.area(shapely.intersection(faces[face], lands[holding]))
    assert not ((shares > 1e-6) & ~told).any()


def test_a_neighbour_that_only_touches_is_told_apart():
    faces = np.array([shapely.box(0, 0, 4, 4)], dtype=object)
    lands = np.array(
        [shapely.box(4, 0, 9, 4), shapely.box(9, 9, 12, 12), shapely.box(-1, -1, 5, 5)],
        dtype=object,
    )
    told = reach_inside(faces, np.zeros(3, dtype=np.int64), lands, np.arange(3))
    assert told.tolist() == [False, False, True]
