"""Blocks and candidate sites: read with their people, costs and communities."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis_service.errors import FieldMappingError, RowError
from gis_service.formats.places import read_places

SAMPLE = Path(__file__).resolve().parents[2] / "facilities"


def test_the_sample_blocks_and_candidates_are_read() -> None:
    blocks = read_places(SAMPLE / "blocks.geojson")
    assert blocks.index.is_unique and blocks.crs.to_epsg() == 4547
    assert blocks.loc["LH-B0001", ["community", "elders", "residents"]].tolist() == [
        "440303001901", 444, 2694,
    ]  # fmt: skip
    assert (blocks.geometry.geom_type == "Point").all() and blocks["cost"].isna().all()
    candidates = read_places(SAMPLE / "candidates.csv")
    assert candidates.loc["LH-C001", "cost"] == 195 and len(candidates) == 120


def test_a_table_without_coordinates_or_with_bad_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("id,elders\na,3\n", "utf-8")
    with pytest.raises(FieldMappingError, match="coordinates"):
        read_places(path)
    path.write_text("id,lon,lat,elders\na,114.1,22.55,-3\n", "utf-8")
    with pytest.raises(RowError):
        read_places(path)


def test_columns_are_recognised_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("编号,经度,纬度,长者数,社区代码\na,114.1,22.55,12,01\n", "utf-8")
    found = read_places(path)
    assert found.loc["a", ["elders", "community"]].tolist() == [12, "01"]
