"""Vector tiles are read back as they were written, by a reader that knows the specification."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.core.mvt import layer, varints
from gis_service.core.tiles import TILE_MATRIX_SETS, Address, encode


@given(st.lists(st.integers(0, 2**62), max_size=30))
@settings(max_examples=100, deadline=None)
def test_varints_are_those_of_protocol_buffers(numbers: list[int]) -> None:
    def plain(number: int) -> bytes:
        text = b""
        while number > 127:
            text += bytes([number % 128 + 128])
            number //= 128
        return text + bytes([number])

    found, ends = varints(np.array(numbers, dtype=np.int64))
    assert found.tobytes() == b"".join(map(plain, numbers))
    assert ends.tolist() == np.cumsum([len(plain(n)) for n in numbers], dtype=int).tolist()


def _columns(count: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    names = np.array([f"名{n % 3}" for n in range(count)], dtype=object)
    missing = np.arange(count) % 2 == 1
    return {
        "name": (names, np.zeros(count, dtype=bool)),
        "size": (np.arange(count) - 0.5, missing),
        "flag": (np.arange(count) % 2 == 0, np.zeros(count, dtype=bool)),
    }


def _read(content: bytes, path: Path) -> object:
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, CLIP="NO")


def test_every_kind_of_shape_and_value_comes_back(tmp_path: Path) -> None:
    wkts = [
        "POINT (1 2)",
        "MULTIPOINT ((1 2), (5 6))",
        "LINESTRING (0 0, 10 0, 10 10)",
        "MULTILINESTRING ((0 0, 10 0), (20 20, 30 20, 30 30))",
        "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0), (10 10, 10 20, 20 20, 20 10, 10 10))",
        "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((20 20, 40 20, 40 40, 20 20), "
        "(30 21, 39 21, 39 30, 30 21)))",
        "GEOMETRYCOLLECTION (POINT (1 1), POLYGON ((0 0, 50 0, 50 50, 0 0)))",
    ]
    shapes = shapely.from_wkt(wkts)
    read = _read(layer("x", shapes, columns=_columns(7)), tmp_path / "a.mvt")
    assert len(read) == 7
    for row, shape in enumerate(shapes):
        if shape.geom_type == "GeometryCollection":
            shape = shape.geoms[1]
        back = shapely.transform(read.geometry[row], lambda xy: (xy - (0, 4096)) * (1, -1))
        assert shapely.equals(back, shape)
        assert read["name"][row] == f"名{row % 3}" and bool(read["flag"][row]) == (row % 2 == 0)
        assert np.isnan(read["size"][row]) == (row % 2 == 1)


@pytest.mark.parametrize(
    "wkt",
    ["POLYGON ((0 0, 0.2 0, 0.2 0.2, 0 0))", "LINESTRING (0 0, 0.3 0)", "POLYGON EMPTY",
     "POLYGON ((0 0, 100 0, 100 0.1, 0 0))"],
)  # fmt: skip
def test_what_is_smaller_than_a_unit_is_left_out(wkt: str) -> None:
    assert layer("x", np.array([shapely.from_wkt(wkt)]), columns=_columns(1)) == b""


def test_a_hole_goes_with_its_outer_ring_and_alone(tmp_path: Path) -> None:
    kept = "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0), (10 10, 10 10.2, 10.2 10.2, 10 10))"
    gone = "POLYGON ((0 0, 0.4 0, 0.4 0.4, 0 0), (0.1 0.1, 0.1 0.2, 0.2 0.2, 0.1 0.1))"
    shapes = shapely.from_wkt([gone, kept])
    read = _read(layer("x", shapes, columns=_columns(2)), tmp_path / "a.mvt")
    assert list(read["name"]) == ["名1"] and not read.geometry[0].interiors


def test_simplified_neighbours_part_by_less_than_two_units(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    zigzag = np.column_stack((114.1 + rng.normal(0, 1e-4, 400), np.linspace(22.5, 22.6, 400)))
    west = shapely.Polygon([(114.0, 22.6), (114.0, 22.5), *zigzag])
    east = shapely.Polygon([(114.2, 22.6), (114.2, 22.5), *zigzag])
    shapes = np.array([west, east], dtype=object)
    one = TILE_MATRIX_SETS["WebMercatorQuad"]
    for zoom in (9, 12, 15):
        column, row = one.place(np.array([[114.1, 22.55]]), zoom=zoom)[0].astype(int)
        address = Address(one, zoom, int(row), int(column))
        made = encode("x", address, shapes=shapes, tree=shapely.STRtree(shapes), columns={})
        left, right = shapely.make_valid(_read(made, tmp_path / "a.mvt").geometry.to_numpy())
        shared = shapely.length(left) + shapely.length(right)
        assert shapely.area(shapely.intersection(left, right)) < shared
        assert shapely.area(left) > 0 and shapely.distance(left, right) < 2
