"""The agreement pack of a file, on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import shapely


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gis_service", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"GIS_SERVICE_DATA_DIR": str(folder / "data")},
    )


def test_a_file_alone_gives_the_whole_pack_and_no_database(tmp_path: Path, district: Any) -> None:
    file = district.write_communities(tmp_path / "communities.gpkg")
    road = gpd.GeoDataFrame(
        {"name": ["爱国路"]},
        geometry=[
            shapely.LineString(
                [
                    (district.EAST + 950, district.NORTH - 50),
                    (district.EAST + 950, district.NORTH + 1050),
                ]
            )
        ],
        crs=district.CRS,
    )
    road.to_file(tmp_path / "roads.gpkg", driver="GPKG")
    done = run(
        tmp_path, "documents", file, "--finding", "overlap:A+B:1", "--by", "median",
        "--date", "2026-11-23", "--number", "LH-2026-0007", "--named-lines", "roads.gpkg",
        "-o", "pack",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = sorted(path.name for path in (tmp_path / "pack").iterdir())
    assert made == ["agreement.docx", "map.pdf", "map_a3.pdf", "points.xlsx"]
    assert not (tmp_path / "data").exists()
    sheet = openpyxl.load_workbook(tmp_path / "pack" / "points.xlsx")["走向说明"]
    assert "沿爱国路道路中心线向南方向行1000.00米至J2点" in sheet["B2"].value


def test_nothing_is_written_for_a_finding_that_is_not_there_or_a_date_that_is_none(
    tmp_path: Path, district: Any
) -> None:
    file = district.write_communities(tmp_path / "communities.gpkg")
    for wrong in (("overlap:X:1", "2026-11-23"), ("overlap:A+B:1", "23.11.2026")):
        done = run(
            tmp_path, "documents", file, "--finding", wrong[0], "--by", "median",
            "--date", wrong[1], "-o", "pack",
        )  # fmt: skip
        assert done.returncode == 2
        assert not (tmp_path / "pack").exists()
    assert "2026-11-23" in done.stderr
