from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from gis_service.core.checks.allowing import ALLOWED_COLUMNS
from gis_service.errors import UnreadableFileError
from gis_service.formats import read_allowed


def test_a_layer_is_read_into_the_working_crs(tmp_path):
    lake = shapely.box(513_400, 2_494_700, 513_500, 2_494_800)
    frame = gpd.GeoDataFrame(
        {"类型": ["空白", "gap"], "理由": ["水库", None], "期限": ["2027-06-30", None]},
        geometry=[lake, None],
        crs="EPSG:4547",
    ).to_crs(4490)
    frame.to_file(tmp_path / "allowed.gpkg")
    read = read_allowed(tmp_path / "allowed.gpkg", working_crs="EPSG:4547")
    assert tuple(read.columns) == ALLOWED_COLUMNS
    assert read.crs == "EPSG:4547"
    assert read.drop(columns="geometry").to_numpy().tolist() == [
        ["gap", "", "水库", "2027-06-30"],
        ["gap", "", "", ""],
    ]
    assert read.geometry.iloc[0].symmetric_difference(lake).area < 0.5
    assert read.geometry.iloc[1] is None


@pytest.mark.parametrize("name", ["allowed.csv", "allowed.geojson"])
def test_a_list_of_names_alone_needs_no_crs(tmp_path, name):
    if name.endswith("csv"):
        text = "检查,社区,理由\n飞地,440303001001,海岛\n"
    else:
        text = (
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, '
            '"properties": {"check": "detached", "communities": "440303001001"}}]}'
        )
    (tmp_path / name).write_text(text, "utf-8")
    read = read_allowed(tmp_path / name, working_crs="EPSG:4547")
    assert read["check"].tolist() == ["detached"]
    assert read["communities"].tolist() == ["440303001001"]
    assert read.geometry.isna().all()


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "allowed.gpkg").write_bytes(b"nothing")
    with pytest.raises(UnreadableFileError):
        read_allowed(tmp_path / "allowed.gpkg")
