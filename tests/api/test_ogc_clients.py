"""GDAL as a client of the real server, and pages held against a plain oracle."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
import orjson
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ITEMS = "/ogc/collections/communities/items"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with the sample, a process of its own."""
    folder = tmp_path_factory.mktemp("server")
    command = Path(sysconfig.get_path("scripts")) / "gis-service"
    around = {k: v for k, v in os.environ.items() if not k.startswith("GIS_SERVICE_")}
    with (
        (folder / "log").open("w+") as log,
        subprocess.Popen(
            [str(command), "serve", "--port", "0", "--data-dir", str(folder / "data")],
            stdout=subprocess.PIPE, stderr=log, text=True, env=around | {"PYTHONUNBUFFERED": "1"},
        ) as process,
    ):  # fmt: skip
        assert process.stdout is not None
        told = next((line for line in process.stdout if "http://" in line), "")
        try:
            yield told[told.index("http://") :].split()[0].rstrip("/")
        finally:
            process.terminate()


def test_gdal_counts_and_reads_all_81_communities(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GDAL_HTTP_PROXY", "")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    source = f"OAPIF:{server}/ogc"
    layers = {name for name, _ in pyogrio.list_layers(source)}
    assert {"communities", "streets", "findings", "facilities", "coverage"} <= layers
    told = pyogrio.read_info(source, layer="communities", force_feature_count=True)
    assert told["features"] == 81
    read = pyogrio.read_dataframe(source, layer="communities").set_index("id")
    assert len(read) == 81 and read.index.is_unique
    assert read.crs.to_epsg() == 4547, "GDAL takes the data's own system"
    in_pages = pyogrio.read_dataframe(source, layer="communities", PAGE_SIZE=7)
    assert sorted(in_pages["id"]) == sorted(read.index)
    lonlat = pyogrio.read_dataframe(source, layer="communities", CRS="OGC:CRS84").set_index("id")
    west, south, east, north = lonlat.total_bounds
    assert 114 < west < east < 114.3 and 22.4 < south < north < 22.7
    there = lonlat.loc[read.index].set_crs("OGC:CRS84", allow_override=True).to_crs(4547)
    apart = shapely.hausdorff_distance(there.geometry.to_numpy(), read.geometry.to_numpy())
    assert apart.max() < 0.05
    street = read["street"].iloc[0]
    chosen = pyogrio.read_dataframe(source, layer="communities", where=f"street = '{street}'")
    assert sorted(chosen["id"]) == sorted(read.index[read["street"] == street])


@pytest.fixture(scope="module")
def oracle(client: Any) -> gpd.GeoDataFrame:
    """The communities as a frame, read in one page in the data's own system."""
    found = client.get(f"{ITEMS}?crs={EPSG}4547").json()["features"]
    turned = [shapely.from_geojson(orjson.dumps(f["geometry"])) for f in found]
    shapes = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in turned]
    rows = [f["properties"] for f in found]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4547")


WHOLE = st.integers(min_value=-200, max_value=2200)
FILTERS: tuple[tuple[str, str], ...] = (
    ("", "code == code"),
    ("area_m2 >= 1000000", "area_m2 >= 1000000"),
    ("street = '南街'", "street == '南街'"),
    ("NOT (code IN ('A','C'))", "code not in ['A', 'C']"),
    ("residents > 99 OR code = 'D'", "residents > 99 or code == 'D'"),
)
SORTS = ("", "code", "-code", "street,-area_m2", "-elders")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    corners=st.one_of(st.none(), st.tuples(WHOLE, WHOLE, WHOLE, WHOLE)),
    which=st.sampled_from(FILTERS),
    sortby=st.sampled_from(SORTS),
    limit=st.integers(min_value=1, max_value=5),
    code=st.sampled_from([None, 4326, 4547, 3857]),
)
def test_the_pages_together_are_what_a_plain_frame_gives(
    client: Any,
    oracle: gpd.GeoDataFrame,
    corners: tuple[int, int, int, int] | None,
    which: tuple[str, str],
    sortby: str,
    limit: int,
    code: int | None,
) -> None:
    query: dict[str, str] = {"limit": str(limit)}
    wanted = oracle.query(which[1])
    if corners is not None:
        (south, north), (west, east) = sorted(corners[:2]), sorted(corners[2:])
        sides = (2_494_000.5 + south, 513_000.5 + west, 2_494_000.6 + north, 513_000.6 + east)
        query |= {"bbox": ",".join(map(repr, sides)), "bbox-crs": f"{EPSG}4547"}
        window = shapely.box(sides[1], sides[0], sides[3], sides[2])
        wanted = wanted[wanted.intersects(window)]
    query |= {"filter": which[0]} if which[0] else {}
    query |= {"sortby": sortby} if sortby else {}
    query |= {"crs": f"{EPSG}{code}"} if code else {}
    for name in [part for part in sortby.split(",") if part][::-1]:
        wanted = wanted.sort_values(
            name.lstrip("-"), ascending=not name.startswith("-"), kind="stable", na_position="last"
        )
    seen: list[str] = []
    url: str | None = f"{ITEMS}?{urlencode(query)}"
    while url:
        document = client.get(url).json()
        assert document["numberMatched"] == len(wanted)
        assert 0 < document["numberReturned"] <= limit or not len(wanted)
        seen += [feature["id"] for feature in document["features"]]
        url = next((k["href"] for k in document["links"] if k["rel"] == "next"), None)
    assert seen == list(wanted["code"])
