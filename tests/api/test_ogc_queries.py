"""OGC API Features: systems, filters, sorting, schemas, encodings and pages."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import orjson
import pytest
import shapely
from pyproj import Transformer

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ITEMS = "/ogc/collections/communities/items"
NORTH_EAST = (2_494_000, 513_000)
"""South-west corner of the district, northing before easting, EPSG:4547."""


def _ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


def _filtered(client: Any, expression: str, name: str = "communities", more: str = "") -> list[str]:
    return _ids(client.get(f"/ogc/collections/{name}/items?filter={quote(expression)}{more}"))


@pytest.mark.parametrize("code", [4326, 4490, 4547, 4526, 3857])
def test_coordinates_follow_the_axes_of_their_system(client: Any, code: int) -> None:
    answer = client.get(f"{ITEMS}/A?crs={EPSG}{code}")
    assert answer.headers["content-crs"] == f"<{EPSG}{code}>"
    ring = answer.json()["geometry"]["coordinates"][0]
    lonlat = client.get(f"{ITEMS}/A").json()["geometry"]["coordinates"][0]
    move = Transformer.from_crs("OGC:CRS84", f"EPSG:{code}")  # in the order of the authority
    for given, (lon, lat) in zip(ring, lonlat, strict=True):
        assert given == pytest.approx(
            move.transform(lon, lat), abs=0.02 if code > 4500 or code == 3857 else 2e-7
        )
    first = ring[0]
    assert {4326: 22 < first[0] < 23, 4490: 22 < first[0] < 23, 4547: 2.4e6 < first[0] < 2.5e6,
            4526: 2.4e6 < first[0] < 2.5e6, 3857: 1.2e7 < first[0] < 1.3e7}[code]  # fmt: skip


def test_the_data_s_own_system_gives_the_numbers_as_they_are_kept(client: Any) -> None:
    ring = client.get(f"{ITEMS}/A?crs={EPSG}4547").json()["geometry"]["coordinates"][0]
    north, east = NORTH_EAST
    square = {(north + y, east + x) for x in (0, 1000) for y in (0, 1000)}
    assert {tuple(point) for point in ring} == square


def test_crs84_is_said_without_being_asked_for(client: Any) -> None:
    for url in (ITEMS, f"{ITEMS}/A"):
        assert client.get(url).headers["content-crs"] == f"<{CRS84}>"
    told = client.get("/ogc/collections/communities").json()
    assert told["crs"][0] == CRS84 and told["storageCrs"] == f"{EPSG}4547"
    assert told["storageCrs"] in told["crs"] and len(told["crs"]) == 6


def test_coordinates_of_web_maps_are_given_only_by_name_and_labelled(client: Any) -> None:
    plain = client.get(f"{ITEMS}/A").json()
    for name, least in (("gcj02", 0.003), ("bd09", 0.008)):
        answer = client.get(f"{ITEMS}/A?crs={name}")
        moved = answer.json()
        assert name in answer.headers["content-crs"] and "approximate" in moved["coordinates"]
        shift = (
            moved["geometry"]["coordinates"][0][0][0] - plain["geometry"]["coordinates"][0][0][0]
        )
        assert least < shift < 0.02
        assert client.get(f"{ITEMS}?crs={name}&f=fgb").status_code == 400
    assert "coordinates" not in plain


def test_a_box_is_read_in_its_own_system_and_axes(client: Any) -> None:
    north, east = NORTH_EAST
    box = f"{north + 1100},{east + 100},{north + 1200},{east + 200}"
    assert _ids(client.get(f"{ITEMS}?bbox={box}&bbox-crs={EPSG}4547")) == ["C"]
    lon, lat = client.get("/ogc/collections/facilities/items/s1").json()["geometry"]["coordinates"]
    assert _ids(client.get(f"{ITEMS}?bbox={lat},{lon},{lat},{lon}&bbox-crs={EPSG}4326")) == ["A"]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("code = 'A'", "A"), ("code <> 'A'", "BCD"), ("area_m2 > 1000000", "B"),
        ("area_m2 BETWEEN 900000 AND 1000000", "ACD"), ("code IN ('A', 'D')", "AD"),
        ("code NOT IN ('A', 'D')", "BC"), ("name LIKE 'B%'", "B"), ("name NOT LIKE '_社区'", ""),
        ("residents IS NULL", "D"), ("residents IS NOT NULL", "ABC"), ("ageing = true", "AC"),
        ("ageing", "AC"), ("NOT ageing", "B"), ("street = '南街' AND NOT (code = 'A')", "B"),
        ("code = 'A' OR code = 'C' AND street = '南街'", "A"), ("CASEI(code) = CASEI('a')", "A"),
        ("elders >= 20 or residents is null", "ACD"), ("\"code\" = 'A'", "A"),
        ("name = 'it''s'", ""), ("name LIKE '\\%%'", ""),
    ],
)  # fmt: skip
def test_an_expression_chooses_what_it_says(client: Any, expression: str, wanted: str) -> None:
    assert "".join(_filtered(client, expression)) == wanted


def test_an_expression_takes_shapes(client: Any) -> None:
    lon, lat = client.get("/ogc/collections/facilities/items/s1").json()["geometry"]["coordinates"]
    around = f"BBOX({lon - 0.0001},{lat - 0.0001},{lon + 0.0001},{lat + 0.0001})"
    assert _filtered(client, f"S_INTERSECTS(geometry, {around})") == ["A"]
    assert _filtered(client, f"S_INTERSECTS(geometry,POINT({lon} {lat}))") == ["A"]
    assert _filtered(client, f"S_CONTAINS(geometry, {around})") == ["A"]
    assert _filtered(client, f"S_WITHIN({around}, geometry)") == ["A"]
    assert _filtered(client, f"S_DISJOINT(geometry, {around})") == ["B", "C", "D"]
    assert _filtered(client, f"S_WITHIN(geometry, {around})", "facilities") == ["s1"]
    north, east = NORTH_EAST
    line = f"LINESTRING({north} {east + 500}, {north + 1500} {east + 500})"
    crossing = f"S_CROSSES(geometry, {line})"
    assert _filtered(client, crossing, more=f"&filter-crs={EPSG}4547") == ["A", "C"]


def test_json_says_the_same_as_text(client: Any) -> None:
    shape = {"type": "Point", "coordinates": [0, 0]}
    args = [
        {"op": "like", "args": [{"property": "name"}, "A%"]},
        {"op": "not", "args": [{"op": "s_intersects", "args": [{"property": "geometry"}, shape]}]},
        {"op": "between", "args": [{"property": "area_m2"}, 1, 1e9]},
        {"op": "in", "args": [{"property": "code"}, ["A", "B"]]},
    ]
    body = orjson.dumps({"op": "and", "args": args}).decode()
    assert _filtered(client, body, more="&filter-lang=cql2-json") == ["A"]


def test_times_are_compared_where_a_register_has_them(client: Any) -> None:
    expression = "T_AFTER(opened, DATE('2000-01-01')) OR opened IS NULL"
    assert len(_filtered(client, expression, "facilities")) == 4
    expression = "T_DURING(opened, INTERVAL('2020-01-01', '..'))"
    assert _filtered(client, expression, "facilities") == []


@pytest.mark.parametrize(
    "query",
    [
        "filter=colour='red'", "filter=code=", "filter=code='A", "filter=code=1", "filter=1",
        "filter=", "filter=area_m2 > 1e999", "filter=S_INTERSECTS(geometry,POINT(0))",
        "filter=S_INTERSECTS(geometry,POLYGON((0 0,1 1,1 0,0 1,0 0)))", "filter=S_NEAR(geometry,1)",
        "filter=S_INTERSECTS(name,BBOX(1,2,3,4))", "filter=geometry='x'",
        "filter=code=DATE('2020')",
        "filter=NOT" + " NOT" * 100 + " ageing", "filter=" + "(" * 500, "filter=code;DROP",
        "filter=code='A'" + " OR code='A'" * 400, "filter=BBOX(1,2,3)", "filter=code LIKE 5",
        "filter=T_AFTER(code,DATE('2020-01-01'))", "filter=T_AFTER(area_m2,INTERVAL('..'))",
        "filter={}&filter-lang=cql2-json", "filter=[&filter-lang=cql2-json",
        'filter={"op":"like","args":[1]}&filter-lang=cql2-json',
        'filter={"op":["x"],"args":[1]}&filter-lang=cql2-json',
        'filter={"op":"and","args":[]}&filter-lang=cql2-json',
        "filter-lang=sql", "filter-crs=EPSG:1", "crs=EPSG:1", "crs=", "bbox-crs=gcj02", "sortby=x",
        "sortby=", "properties=x", "skipGeometry=yes", "area_m2=wide", "ageing=1", "f=pdf",
        "f=csv&after=x",
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_a_400_that_names_the_parameter(client: Any, query: str) -> None:
    answer = client.get(f"{ITEMS}?{quote(query, safe='=&')}")
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    named = "after" if query.endswith("after=x") else query.partition("=")[0]
    named = "filter" if query.startswith("filter=") else named
    assert problem["details"]["parameter"] == named


def test_queryables_are_parameters(client: Any) -> None:
    assert _ids(client.get(f"{ITEMS}?street=北街")) == ["C", "D"]
    assert _ids(client.get(f"{ITEMS}?ageing=false")) == ["B"]
    assert _ids(client.get(f"{ITEMS}?street=北街&filter=area_m2 < 950000")) == ["D"]


def test_sorting_runs_through_the_pages(client: Any) -> None:
    assert _ids(client.get(f"{ITEMS}?sortby=-area_m2,code")) == ["B", "A", "C", "D"]
    assert _ids(client.get(f"{ITEMS}?sortby=%2Bstreet,-code")) == ["D", "C", "B", "A"]
    assert _ids(client.get(f"{ITEMS}?sortby=-residents"))[-1] == "D", "what is missing comes last"
    seen: list[str] = []
    url: str | None = f"{ITEMS}?sortby=-code&limit=3&crs={EPSG}4326&street=北街&filter=code <> 'x'"
    url = url.replace("limit=3", "limit=1")
    while url:
        document = client.get(url).json()
        seen += [feature["id"] for feature in document["features"]]
        url = next((k["href"] for k in document["links"] if k["rel"] == "next"), None)
    assert seen == ["D", "C"]


def test_only_what_is_asked_for_is_given(client: Any) -> None:
    found = client.get(f"{ITEMS}?properties=name,street&skipGeometry=true").json()["features"]
    assert [set(f["properties"]) for f in found] == [{"name", "street"}] * 4
    assert all(f["geometry"] is None for f in found)


@pytest.mark.parametrize("name", ["communities", "streets", "findings", "facilities", "coverage"])
def test_schemas_tell_of_every_property(client: Any, name: str) -> None:
    told = {k["rel"]: k["href"] for k in client.get(f"/ogc/collections/{name}").json()["links"]}
    schema = client.get(told["http://www.opengis.net/def/rel/ogc/1.0/schema"])
    assert schema.headers["content-type"] == "application/schema+json"
    properties = schema.json()["properties"]
    roles = {p.get("x-ogc-role") for p in properties.values()}
    assert {"id", "primary-geometry"} <= roles and "type" not in properties["geometry"]
    kinds = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list}
    for feature in client.get(f"/ogc/collections/{name}/items").json()["features"]:
        assert set(feature["properties"]) == set(properties) - {"geometry"}
        for key, value in feature["properties"].items():
            assert value is None or isinstance(value, kinds[properties[key]["type"]])
    asked = client.get(told["http://www.opengis.net/def/rel/ogc/1.0/queryables"]).json()
    assert asked["$id"].endswith(f"/ogc/collections/{name}/queryables") and "?" not in asked["$id"]
    for key in asked["properties"]:
        if key != "geometry":
            assert client.get(f"/ogc/collections/{name}/items?sortby={key}").status_code == 200


def test_an_unknown_collection_has_no_schema(client: Any) -> None:
    for name in ("schema", "queryables", "sortables", "tiles"):
        assert client.get(f"/ogc/collections/nothing/{name}").status_code == 404


def test_other_encodings_hold_the_same_features(client: Any, tmp_path: Path) -> None:
    for form, suffix in (("fgb", ".fgb"), ("gpkg", ".gpkg"), ("kml", ".kml"), ("shp", ".zip")):
        for name, count in (("communities", 4), ("findings", 2), ("facilities", 4)):
            answer = client.get(f"/ogc/collections/{name}/items?f={form}")
            assert answer.status_code == 200, answer.text
            path = tmp_path / f"{name}{suffix}"
            path.write_bytes(answer.content)
            read = gpd.read_file(path)
            assert len(read) == count == int(answer.headers["ogc-numbermatched"])
            assert name != "communities" or "A社区" in set(read.astype(str).values.flat)
    names = zipfile.ZipFile(tmp_path / "communities.zip").namelist()
    assert {"polygons.shp", "polygons.cpg", "polygons.prj"} <= set(names)
    metric = client.get(f"{ITEMS}?f=gpkg&crs={EPSG}4547&street=北街&limit=1").content
    (tmp_path / "m.gpkg").write_bytes(metric)
    read = gpd.read_file(tmp_path / "m.gpkg")
    assert read.crs == "EPSG:4547" and list(read["code"]) == ["C"]
    assert shapely.area(read.geometry.iloc[0]) == pytest.approx(1_000_000)
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"{ITEMS}?f=csv").content.decode("utf-8-sig")))
    )
    assert [row["code"] for row in rows] == list("ABCD") and rows[0]["lon"]
    sequence = client.get(ITEMS, headers={"Accept": "application/geo+json-seq"})
    assert sequence.headers["content-type"] == "application/geo+json-seq"
    texts = sequence.content.split(b"\x1e")
    assert [orjson.loads(text)["id"] for text in texts[1:]] == list("ABCD")


@pytest.mark.parametrize(
    "path",
    [
        "/ogc", "/ogc/conformance", "/ogc/collections", "/ogc/collections/findings", ITEMS,
        f"{ITEMS}/A", "/ogc/collections/communities/queryables",
    ],
)  # fmt: skip
def test_every_resource_is_a_page_for_browsers(client: Any, path: str) -> None:
    accept = "text/html,application/xhtml+xml,*/*;q=0.8"
    answer = client.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>") and "<h1>" in answer.text
    assert answer.content == client.get(f"{path}?f=html").content
    json = client.get(f"{path}?f=json", headers={"Accept": accept})
    assert json.headers["content-type"].split(";")[0].endswith("json")


def test_texts_of_the_data_stay_texts_on_a_page(fresh: Any, district: Any, tmp_path: Path) -> None:
    frame = district.communities()
    frame.loc[0, "name"] = "</script><script>alert(1)</script>"
    frame.to_file(tmp_path / "x.gpkg", driver="GPKG")
    fresh.app.state.services.boundaries.import_file(tmp_path / "x.gpkg", user="x")
    assert "<script>alert" not in fresh.get(f"{ITEMS}?f=html").text


def test_an_etag_is_answered_before_any_work(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"{ITEMS}?filter=code='A'"
    tag = client.get(url).headers["etag"]

    def work(*_: object, **__: object) -> None:
        raise AssertionError("nothing is to be worked out")

    monkeypatch.setattr("gis_service.services.features.select", work)
    again = client.get(url, headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.headers["content-crs"] == f"<{CRS84}>"
