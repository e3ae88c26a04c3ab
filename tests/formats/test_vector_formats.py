"""One layer in every format, told by its bytes."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from gis_service.errors import CrsError, ParameterError, UnreadableFileError
from gis_service.formats import FORMATS, read_boundaries, read_outline

WGS84 = "EPSG:4326"
METRIC = "EPSG:4547"


@pytest.fixture
def communities() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": ["440303001001", "440303001002"],
            "name": ["东门社区", "人民桥社区"],
            "street": ["东门街道", "东门街道"],
        },
        geometry=[
            shapely.box(513_400, 2_494_700, 513_500, 2_494_800),
            shapely.box(513_500, 2_494_700, 513_600, 2_494_800),
        ],
        crs=METRIC,
    )


def write(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "driver", "crs", "shelf"),
    [
        ("layer.shp", "ESRI Shapefile", METRIC, "shapefile"),
        ("layer.gpkg", "GPKG", METRIC, "geopackage"),
        ("layer.geojson", "GeoJSON", WGS84, "geojson"),
        ("layer.fgb", "FlatGeobuf", METRIC, "flatgeobuf"),
        ("layer.kml", "KML", WGS84, "kml"),
        ("layer2.kml", "LIBKML", WGS84, "kml"),
        ("layer.gdb", "OpenFileGDB", METRIC, "filegdb"),
    ],
)
def test_every_format_gives_the_same_communities(
    name: str, driver: str, crs: str, shelf: str, communities: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = write(communities.to_crs(crs), tmp_path / name, driver=driver)
    layer = read_boundaries(path)
    survey = layer.attrs["survey"]
    if shelf == "flatgeobuf":  # its index keeps the rows in an order of its own
        layer = layer.sort_index().assign(row=[1, 2])
    assert survey.format == shelf
    assert shelf in FORMATS
    assert survey.crs_declared == survey.crs == crs
    assert survey.working_crs == layer.crs.to_string() == METRIC
    assert layer.index.name == "code"
    assert layer["name"].tolist() == communities["name"].tolist()
    assert layer["row"].tolist() == [1, 2]
    area = layer.geometry.area.to_numpy()
    assert area == pytest.approx(communities.area.to_numpy(), rel=1e-4)
    assert not layer.has_z.any()
    if layer.attrs["has_codes"]:
        assert layer.index.tolist() == communities["code"].tolist()
        assert layer["street"].tolist() == communities["street"].tolist()


def test_a_format_is_told_by_its_bytes_not_by_its_name(
    communities: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = write(communities, tmp_path / "layer.gpkg", driver="GPKG")
    wrong = path.rename(tmp_path / "layer.geojson")
    assert read_boundaries(wrong).attrs["survey"].format == "geopackage"
    text = write(communities.to_crs(WGS84), tmp_path / "a.geojson", driver="GeoJSON")
    assert read_boundaries(text.rename(tmp_path / "a.txt")).attrs["survey"].format == "geojson"


def test_a_dxf_drawing_declares_nothing_and_its_closed_lines_are_areas(
    communities: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    rings = gpd.GeoDataFrame(geometry=communities.geometry.exterior)
    path = write(rings, tmp_path / "plan.dxf", driver="DXF")
    with pytest.raises(CrsError, match="--crs EPSG:4547 "):
        read_boundaries(path)
    layer = read_boundaries(path, crs=METRIC)
    assert layer.area.tolist() == pytest.approx([10_000, 10_000])
    assert {note.kind for note in layer.attrs["survey"].notes} >= {"closed_line"}
    assert not layer.attrs["has_codes"]
    assert layer.index.tolist() == ["1", "2"]


def test_a_kmz_is_a_zip_with_a_kml(communities: gpd.GeoDataFrame, tmp_path: Path) -> None:
    kml = write(communities.to_crs(WGS84), tmp_path / "doc.kml", driver="KML")
    with zipfile.ZipFile(tmp_path / "layer.kmz", "w") as archive:
        archive.write(kml, "doc.kml")
    assert read_boundaries(tmp_path / "layer.kmz").attrs["survey"].format == "kml"


def test_several_layers_are_listed_until_one_is_named(
    communities: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = write(communities, tmp_path / "a.gpkg", driver="GPKG", layer="draft")
    write(communities.iloc[:1], path, driver="GPKG", layer="final", append=False)
    with pytest.raises(ParameterError, match="draft, final"):
        read_boundaries(path)
    assert len(read_boundaries(path, layer="final")) == 1
    with pytest.raises(ParameterError, match="'other'"):
        read_boundaries(path, layer="other")


def test_a_layer_without_rows_is_unusable(communities: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = write(communities.iloc[:0], tmp_path / "a.gpkg", driver="GPKG", geometry_type="Polygon")
    with pytest.raises(UnreadableFileError, match="0 rows"):
        read_boundaries(path)


def test_an_outline_is_read_as_polygons(communities: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = write(communities, tmp_path / "outline.gpkg", driver="GPKG")
    outline = read_outline(path)
    assert outline.area.sum() == pytest.approx(20_000)
    assert outline.attrs["survey"].kind == "outline"


def test_an_outline_of_points_is_refused(communities: gpd.GeoDataFrame, tmp_path: Path) -> None:
    points = communities.set_geometry(communities.centroid)
    with pytest.raises(UnreadableFileError, match="no polygon"):
        read_outline(write(points, tmp_path / "outline.gpkg", driver="GPKG"))
