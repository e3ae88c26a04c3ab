"""OGC API Tiles: what GDAL reads from a tile is what the collections hold there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio
import pytest
import shapely

SETS = ("WebMercatorQuad", "WorldCRS84Quad")
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def _tile_of(name: str, lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Column and row of a place, from the definitions of the sets."""
    if name == "WorldCRS84Quad":
        return (lon + 180) / 360 * 2 ** (zoom + 1), (90 - lat) / 180 * 2**zoom
    y = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))
    return (lon + 180) / 360 * 2**zoom, (1 - y / np.pi) / 2 * 2**zoom


def _read(content: bytes, layer: str, path: Path) -> Any:
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, layer=layer)


@pytest.mark.parametrize("matrix_set", SETS)
@pytest.mark.parametrize("zoom", [4, 10, 13, 15, 18])
def test_a_tile_holds_the_shapes_of_its_place(
    client: Any, matrix_set: str, zoom: int, tmp_path: Path
) -> None:
    features = client.get("/ogc/collections/communities/items").json()["features"]
    lon, lat = 114.13, 22.55
    centre = shapely.from_geojson(orjson.dumps(features[0]["geometry"])).centroid
    lon, lat = centre.x, centre.y
    x, y = _tile_of(matrix_set, lon, lat, zoom)
    url = f"/ogc/collections/communities/tiles/{matrix_set}/{zoom}/{int(y)}/{int(x)}"
    answer = client.get(url)
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    read = _read(answer.content, "communities", tmp_path / "tile.mvt")
    wanted = {}
    for feature in features:
        shape = shapely.from_geojson(orjson.dumps(feature["geometry"]))
        place = shapely.transform(
            shape,
            lambda xy: np.array([_tile_of(matrix_set, a, b, zoom) for a, b in xy]) * 4096,
        )
        # GDAL gives y upwards within the tile, cut to its sides
        place = shapely.transform(
            place, lambda xy: (xy - (int(x) * 4096, int(y) * 4096)) * (1, -1) + (0, 4096)
        )
        wanted[feature["id"]] = shapely.intersection(place, shapely.box(0, 0, 4096, 4096))
    large = {key for key, shape in wanted.items() if shapely.area(shape) > 40}
    assert large <= set(read["id"]) <= {k for k, s in wanted.items() if not s.is_empty}
    assert read.geometry.is_valid.all()
    for key, shape in zip(read["id"], read.geometry, strict=True):
        rim = shapely.length(wanted[key])
        assert shapely.area(shapely.symmetric_difference(shape, wanted[key])) < 2 * rim + 4
        row = next(f["properties"] for f in features if f["id"] == key)
        held = read[read["id"] == key].iloc[0]
        assert held["area_m2"] == row["area_m2"] and held["name"] == row["name"]


def test_a_tile_of_everything_has_a_layer_for_each_collection(client: Any, tmp_path: Path) -> None:
    x, y = _tile_of("WebMercatorQuad", 114.13, 22.54, 8)
    answer = client.get(f"/ogc/tiles/WebMercatorQuad/8/{int(y)}/{int(x)}")
    path = tmp_path / "all.mvt"
    path.write_bytes(answer.content)
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert layers == {"communities", "streets", "findings", "facilities", "coverage"}
    stations = pyogrio.read_dataframe(path, layer="facilities")
    assert sorted(stations["id"]) == ["s1", "s2", "s3", "s4"]
    assert set(stations.geom_type) == {"Point"}


def test_an_empty_tile_is_204_and_an_impossible_one_404(client: Any) -> None:
    base = "/ogc/collections/communities/tiles/WebMercatorQuad"
    empty = client.get(f"{base}/10/0/0")
    assert empty.status_code == 204 and empty.content == b""
    for place in ("1/2/0", "1/0/2", "21/0/0", "x/0/0", "1/-1/0", "0/0/0.5", "99999999999/0/0"):
        assert client.get(f"{base}/{place}").status_code == 404
    assert client.get("/ogc/collections/nothing/tiles/WebMercatorQuad/0/0/0").status_code == 404
    assert client.get("/ogc/tiles/Nothing/0/0/0").status_code == 404
    assert client.get(f"{base}/0/0/0?f=png").status_code == 400
    assert client.get(f"{base}/0/0/0?colour=red").status_code == 400


def test_a_tile_is_encoded_once_a_version(fresh: Any, files: Path) -> None:
    url = "/ogc/collections/streets/tiles/WorldCRS84Quad/6/23/104"
    first = fresh.get(url)
    assert first.status_code == 200, "Shenzhen lies there"
    tag = first.headers["etag"]
    again = fresh.get(url, headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b""
    fresh.app.state.services.boundaries.import_file(files / "communities.gpkg", user="x")
    assert fresh.get(url, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("parent", ["/ogc", "/ogc/collections/communities"])
def test_tile_sets_lead_to_tiles_and_to_their_definition(client: Any, parent: str) -> None:
    links = {link["rel"]: link["href"] for link in client.get(parent).json()["links"]}
    listed = client.get(links[f"{REL}tilesets-vector"]).json()["tilesets"]
    assert [one["id"] for one in listed] == list(SETS)
    for one in listed:
        itself = next(link["href"] for link in one["links"] if link["rel"] == "self")
        told = client.get(itself).json()
        assert told["dataType"] == "vector" and told["crs"] and told["tileMatrixSetURI"]
        item = next(link for link in told["links"] if link["rel"] == "item")
        assert item["templated"] and item["type"] == "application/vnd.mapbox-vector-tile"
        places = {"{tileMatrix}": "0", "{tileRow}": "0", "{tileCol}": "0"}
        address = item["href"]
        for name, value in places.items():
            address = address.replace(name, value)
        assert client.get(address).status_code in (200, 204)
        scheme = next(k["href"] for k in told["links"] if k["rel"] == f"{REL}tiling-scheme")
        matrices = client.get(scheme).json()["tileMatrices"]
        assert matrices[0]["scaleDenominator"] == pytest.approx(
            {"WebMercatorQuad": 559082264.028717, "WorldCRS84Quad": 279541132.014358}[one["id"]]
        )
