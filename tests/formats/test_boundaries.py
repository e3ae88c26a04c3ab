"""Coordinate systems from end to end, and ten thousand communities in little time."""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from gis_service.core.crs import wgs84_to_gcj02
from gis_service.errors import CrsError
from gis_service.formats import encode_geojson, read_boundaries
from gis_service.model.text import Text

BOX = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)


def write(path: Path, *, crs: int | None, geometry: object = BOX) -> Path:
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[geometry], crs=crs)
    pyogrio.write_dataframe(frame, path)
    return path


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_swapped_axes_are_recognised_and_read_when_told(tmp_path: Path) -> None:
    swapped = shapely.transform(BOX, lambda points: points[:, ::-1])
    path = write(tmp_path / "a.shp", crs=None, geometry=swapped)
    with pytest.raises(CrsError, match="--crs EPSG:4547/NE "):
        read_boundaries(path)
    layer = read_boundaries(path, crs="EPSG:4547/NE")
    assert layer.geometry.iloc[0].equals(BOX)
    assert layer.attrs["survey"].crs == "EPSG:4547/NE"


def test_metres_in_a_geojson_without_crs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    ring = [list(point) for point in BOX.exterior.coords]
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
        f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}'
    )
    with pytest.raises(
        CrsError, match="declared coordinate system EPSG:4326 contradicts"
    ) as caught:
        read_boundaries(path)
    assert caught.value.details["suggestions"] == ["EPSG:4547"]
    assert read_boundaries(path, crs="EPSG:4547").geometry.iloc[0].equals(BOX)


def test_the_prefix_of_zone_38_is_taken_off(tmp_path: Path) -> None:
    prefixed = shapely.transform(BOX, lambda points: points + np.array((38_000_000, 0)))
    layer = read_boundaries(write(tmp_path / "a.gpkg", crs=4526, geometry=prefixed))
    assert layer.crs.to_string() == "EPSG:4547"
    assert layer.geometry.iloc[0].equals_exact(BOX, 1e-3)


def test_the_working_crs_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", crs=4547)
    assert read_boundaries(path, working_crs="EPSG:32650").crs.to_string() == "EPSG:32650"
    with pytest.raises(CrsError, match="projected and in metres"):
        read_boundaries(path, working_crs="EPSG:4326")


def test_probable_gcj02_under_a_declared_crs_is_a_note(tmp_path: Path) -> None:
    district = shapely.Point(114.13, 22.55).buffer(0.05)
    outline = gpd.GeoDataFrame(geometry=[district], crs=4326).to_crs(4547)
    moved = shapely.transform(district, wgs84_to_gcj02)
    path = write(tmp_path / "a.geojson", crs=4326, geometry=moved)
    survey = read_boundaries(path, outline=outline).attrs["survey"]
    assert [(note.row, note.kind) for note in survey.notes] == [(0, "probable_gcj02")]
    assert "--crs GCJ02" in survey.notes[0].text.zh
    assert survey.crs == "EPSG:4326"
    right = read_boundaries(path, outline=outline, crs="GCJ02")
    assert right.attrs["survey"].notes == ()
    assert right.geometry.iloc[0].symmetric_difference(outline.geometry.iloc[0]).area < 40


def test_an_outline_does_not_stumble_over_odd_rows(tmp_path: Path) -> None:
    district = shapely.Point(114.13, 22.55).buffer(0.05)
    outline = gpd.GeoDataFrame(geometry=[district], crs=4326)
    west, south = 114.1, 22.5
    bow_tie = shapely.Polygon(
        [(west, south), (west + 0.1, south + 0.1), (west + 0.1, south), (west, south + 0.1)]
    )
    rows = [district, bow_tie, shapely.box(1e6, 1e6, 2e6, 2e6), None, shapely.Polygon()]
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=rows, crs=4326), path)
    layer = read_boundaries(path, outline=outline)
    kinds = [(note.row, note.kind) for note in layer.attrs["survey"].notes]
    assert kinds == [(4, "null_geometry"), (5, "empty_geometry"), (3, "out_of_range")]
    assert not layer.geometry.iloc[1].is_valid


def test_progress_runs_from_0_to_1_and_may_stop_the_work(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", crs=4547)
    shares: list[float] = []

    def told(share: float, stage: Text) -> None:
        shares.append(share)
        if len(shares) > 3:
            raise KeyboardInterrupt

    read_boundaries(path, progress=told)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    with pytest.raises(KeyboardInterrupt):
        read_boundaries(path, progress=told)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_ten_thousand_communities_take_seconds(suffix: str, tmp_path: Path) -> None:
    side = np.arange(100)
    x, y = (v.ravel() for v in np.meshgrid(500_000.0 + side * 100, 2_490_000.0 + side * 100))
    boxes = shapely.segmentize(shapely.box(x, y, x + 100, y + 100), 5.0)
    frame = gpd.GeoDataFrame({"code": np.arange(10_000).astype(str)}, geometry=boxes, crs=4547)
    path = tmp_path / f"a{suffix}"
    if suffix == ".gpkg":
        pyogrio.write_dataframe(frame, path)
    else:
        path.write_bytes(encode_geojson(frame))
    start = time.perf_counter()
    layer = read_boundaries(path)
    assert time.perf_counter() - start < 20
    assert len(layer) == 10_000
    assert layer.area.sum() == pytest.approx(1e8, rel=1e-4)
