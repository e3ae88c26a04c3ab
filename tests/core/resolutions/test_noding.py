from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gis_service.core.resolutions.noding import node

NONE = np.empty((0, 2))


def paths(points, segment):
    return [shapely.LineString(points[segment == i]) for i in np.unique(segment)]


def test_lines_that_cross_get_the_same_vertex():
    points, segment = node(np.array([[0.0, 0], [0, 8]]), np.array([[10.0, 8], [10, 0]]), hot=NONE)
    first, second = (points[segment == i].tolist() for i in (0, 1))
    assert first == [[0, 0], [5, 4], [10, 8]]
    assert second == [[0, 8], [5, 4], [10, 0]]


def test_a_line_takes_up_a_vertex_that_it_passes_by_less_than_half_a_step():
    points, _ = node(np.array([[0.0, 0]]), np.array([[1000.0, 1]]), hot=np.array([[400.0, 0]]))
    assert points.tolist() == [[0, 0], [400, 0], [1000, 1]]


def test_both_directions_of_a_line_take_the_same_path():
    start, end = np.array([[0.0, 0]]), np.array([[1000.0, 333]])
    hot = np.array([[200.0, 67], [500, 166], [501, 167], [900, 300]])
    points, segment = node(np.vstack((start, end)), np.vstack((end, start)), hot=hot)
    assert points[segment == 0].tolist() == points[segment == 1][::-1].tolist()


segments = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.just(2), st.just(2)),
    elements=st.integers(0, 40).map(float),
)


@given(segments)
@settings(deadline=None, max_examples=300)
def test_afterwards_no_two_lines_cross_and_each_moved_by_less_than_a_step(found):
    found = found[(found[:, 0] != found[:, 1]).any(axis=1)]
    if not len(found):
        return
    points, segment = node(found[:, 0], found[:, 1], hot=NONE)
    assert (points == np.rint(points)).all()
    first = np.flatnonzero(segment[1:] == segment[:-1])
    lines = shapely.linestrings(np.stack((points[first], points[first + 1]), axis=1))
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    assert not len(one), [(lines[i].wkt, lines[j].wkt) for i, j in zip(one, other, strict=True)]
    before = shapely.linestrings(found)
    for number, path in enumerate(paths(points, segment)):
        assert shapely.hausdorff_distance(before[number], path) < 1


def test_a_crossing_on_the_corner_of_cells_is_a_vertex_of_both():
    start, end = np.array([[10.0, 22], [6, 25]]), np.array([[14.0, 34], [18, 21]])
    points, segment = node(start, end, hot=NONE)
    first, second = ({tuple(xy) for xy in points[segment == i].tolist()} for i in (0, 1))
    assert first & second
