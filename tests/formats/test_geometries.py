"""Odd geometries: every row is kept, every oddity is a note that names its row."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely

from gis_service.errors import UnreadableFileError
from gis_service.formats import read_boundaries

SQUARE = [[114.1, 22.5], [114.11, 22.5], [114.11, 22.51], [114.1, 22.5]]


def collection(*geometries: Any) -> str:
    features = [
        {"type": "Feature", "properties": {"name": f"n{i}"}, "geometry": geometry}
        for i, geometry in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def polygon(ring: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring]}


def notes(layer: gpd.GeoDataFrame) -> list[tuple[int, str]]:
    return [(note.row, note.kind) for note in layer.attrs["survey"].notes]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.geojson"
    path.write_text(text, encoding="utf-8")
    return path


def test_null_empty_and_other_geometries_keep_their_rows(tmp_path: Path) -> None:
    text = collection(
        polygon(SQUARE),
        None,
        {"type": "Polygon", "coordinates": []},
        {"type": "Point", "coordinates": SQUARE[0]},
        {"type": "LineString", "coordinates": SQUARE},
        {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]},
    )
    layer = read_boundaries(write(tmp_path, text))
    assert layer["name"].tolist() == [f"n{i}" for i in range(6)]
    assert layer["row"].tolist() == [1, 2, 3, 4, 5, 6]
    assert notes(layer) == [
        (2, "null_geometry"),
        (3, "empty_geometry"),
        (4, "not_a_polygon"),
        (5, "not_a_polygon"),
        (6, "geometry_collection"),
    ]
    assert "Row 4: It is a point, not a polygon." in layer.attrs["survey"].notes[2].text.en
    assert "第 4 行" in layer.attrs["survey"].notes[2].text.zh


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_non_finite_coordinate_is_a_note_and_its_geometry_is_not_used(
    tmp_path: Path, number: str
) -> None:
    text = collection(polygon(SQUARE), polygon([*SQUARE[:2], [0.5, 0.5], SQUARE[3]]))
    layer = read_boundaries(write(tmp_path, text.replace("0.5, 0.5", f"{number}, 0.5")))
    assert notes(layer) == [(2, "non_finite")]
    assert layer.geometry.isna().tolist() == [False, True]


@pytest.mark.parametrize("number", ["1e999", "-1E+400"])
def test_a_number_too_large_is_an_error_that_names_the_feature(tmp_path: Path, number: str) -> None:
    text = collection(polygon(SQUARE), polygon([*SQUARE[:2], [0.5, 0.5], SQUARE[3]]))
    with pytest.raises(UnreadableFileError, match="Feature 2 holds the number") as caught:
        read_boundaries(write(tmp_path, text.replace("0.5, 0.5", f"{number}, 0.5")))
    assert caught.value.details["row"] == 2
    assert "第 2 个要素" in caught.value.zh


def test_a_row_out_of_range_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    far = [[500_000.0, 2_000_000.0], [500_001.0, 2_000_000.0], [500_001.0, 2_000_001.0]]
    text = collection(polygon(SQUARE), polygon(SQUARE), polygon([*far, far[0]]))
    layer = read_boundaries(write(tmp_path, text))
    assert notes(layer) == [(3, "out_of_range")]
    assert layer.geometry.isna().tolist() == [False, False, True]
    assert layer.crs.to_string() == "EPSG:4547"


def test_heights_are_dropped_with_one_note_for_all_rows(tmp_path: Path) -> None:
    high = [[x, y, 12.5] for x, y in SQUARE]
    layer = read_boundaries(write(tmp_path, collection(polygon(high), polygon(high))))
    assert notes(layer) == [(0, "third_dimension")]
    assert not layer.has_z.any()


def test_heights_in_one_row_name_the_row(tmp_path: Path) -> None:
    high = [[x, y, 12.5] for x, y in SQUARE]
    layer = read_boundaries(write(tmp_path, collection(polygon(SQUARE), polygon(high))))
    assert notes(layer) == [(2, "third_dimension")]


def geopackage_with(tmp_path: Path, wkb: bytes, *, kind: str, m: int = 0) -> Path:
    """Write a GeoPackage whose one geometry is given as WKB, which pyogrio can't write itself."""
    path = tmp_path / "a.gpkg"
    box = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box], crs=4547)
    pyogrio.write_dataframe(frame, path, driver="GPKG", layer="a", SPATIAL_INDEX="NO")
    with closing(sqlite3.connect(path)) as database, database:
        (blob,) = database.execute("SELECT geom FROM a").fetchone()
        header = blob[:3] + bytes([blob[3] & ~0b1110]) + blob[4:8]  # without an envelope
        database.execute("UPDATE a SET geom = ?", (header + wkb,))
        database.execute(
            "UPDATE gpkg_geometry_columns SET geometry_type_name = ?, m = ?", (kind, m)
        )
    return path


def test_curves_become_lines_and_a_note_says_so(tmp_path: Path) -> None:
    x, y, r = 513_450.0, 2_494_750.0, 50.0
    ring = [(x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y)]
    points = b"".join(struct.pack("<dd", *point) for point in ring)
    wkb = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5) + points
    layer = read_boundaries(geopackage_with(tmp_path, wkb, kind="CURVEPOLYGON"))
    assert notes(layer) == [(0, "curve")]
    assert layer.geom_type.tolist() == ["Polygon"]
    assert layer.area.iloc[0] == pytest.approx(math.pi * r * r, rel=0.01)


def test_measures_are_dropped(tmp_path: Path) -> None:
    wkb = shapely.to_wkb(
        shapely.from_wkt(
            "POLYGON M ((513400 2494700 1, 513409 2494700 2, 513409 2494709 3, 513400 2494700 1))"
        ),
        flavor="iso",
        output_dimension=4,
    )
    layer = read_boundaries(geopackage_with(tmp_path, wkb, kind="POLYGON", m=2))
    assert notes(layer) == [(0, "measured")]
    assert not shapely.has_m(layer.geometry.array).any()
    assert layer.area.iloc[0] == pytest.approx(40.5)
