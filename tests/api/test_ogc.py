"""OGC API Features: shapes, pages, boxes, strictness."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely
from shapely import box

COLLECTIONS = ("communities", "streets", "findings", "facilities", "coverage")
COUNTS = {"communities": 4, "streets": 2, "findings": 2, "facilities": 4, "coverage": 4}


def _shapes(document: dict[str, Any]) -> dict[str, shapely.Geometry]:
    return {
        f["id"]: shapely.from_geojson(orjson.dumps(f["geometry"])) for f in document["features"]
    }


def test_the_landing_page_links_to_everything_that_answers(client: Any) -> None:
    links = {link["rel"]: link for link in client.get("/ogc").json()["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= set(links)
    for link in links.values():
        answer = client.get(link["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(link["type"].partition(";")[0])


def test_every_collection_is_described_the_same_way_in_the_list_and_alone(client: Any) -> None:
    listed = client.get("/ogc/collections").json()["collections"]
    assert tuple(c["id"] for c in listed) == COLLECTIONS
    for described in listed:
        assert client.get(f"/ogc/collections/{described['id']}").json() == described
        items = next(link for link in described["links"] if link["rel"] == "items")
        assert items["type"] == "application/geo+json"
        west, south, east, north = described["extent"]["spatial"]["bbox"][0]
        assert 114 < west < east < 114.3 and 22.4 < south < north < 22.7


@pytest.mark.parametrize("name", COLLECTIONS)
def test_items_are_geojson_as_rfc_7946_wants_it(client: Any, name: str) -> None:
    answer = client.get(f"/ogc/collections/{name}/items")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    document = answer.json()
    assert document["type"] == "FeatureCollection" and "crs" not in document
    assert document["numberMatched"] == document["numberReturned"] == COUNTS[name]
    assert len({f["id"] for f in document["features"]}) == COUNTS[name]
    assert not re.search(r"\d\.\d{8}", "".join(str(f["geometry"]) for f in document["features"]))
    for shape in _shapes(document).values():
        for part in getattr(shape, "geoms", [shape]):
            if part.geom_type == "Polygon":
                assert part.exterior.is_ccw and not any(r.is_ccw for r in part.interiors)


def test_holes_run_the_other_way(fresh: Any, district: Any, tmp_path: Path) -> None:
    ring = box(0, 0, 1000, 1000).difference(box(400, 400, 600, 600))
    path = district.write_communities(tmp_path / "hole.gpkg", {"A": ring})
    fresh.app.state.services.boundaries.import_file(path, user="x")
    feature = fresh.get("/ogc/collections/communities/items/A").json()
    shape = shapely.from_geojson(orjson.dumps(feature["geometry"]))
    assert shape.exterior.is_ccw and [r.is_ccw for r in shape.interiors] == [False]


def test_neighbours_share_their_published_vertices(client: Any) -> None:
    shapes = _shapes(client.get("/ogc/collections/communities/items").json())
    shared = set(shapes["A"].exterior.coords) & set(shapes["C"].exterior.coords)
    assert len(shared) == 2


def test_the_properties_are_those_of_the_contract(client: Any) -> None:
    wanted = {
        "communities": "code name street area_m2 area_mu findings ageing covered residents elders "
        "elder_share",
        "streets": "name communities area_m2 ageing covered rate elders beds",
        "findings": "key check severity communities names area_m2 area_mu width_m text_zh text_en "
        "point",
        "facilities": "id name kind status opened places beds meals_per_day community "
        "community_name street lies_in location",
        "coverage": "code name street residents elders elder_share ageing covered "
        "covered_with_planned facilities class",
    }
    for name, names in wanted.items():
        features = client.get(f"/ogc/collections/{name}/items").json()["features"]
        for feature in features:
            assert set(feature["properties"]) == set(names.split())
    classes = client.get("/ogc/collections/coverage/items").json()["features"]
    assert {f["id"]: f["properties"]["class"] for f in classes} == {
        "A": "covered",
        "B": "not_ageing",
        "C": "planned",
        "D": "unknown",
    }


@pytest.mark.parametrize("name", COLLECTIONS)
def test_one_feature_is_the_one_of_the_list_with_links(client: Any, name: str) -> None:
    for listed in client.get(f"/ogc/collections/{name}/items").json()["features"]:
        address = client.app.url_path_for("api:item", collection_id=name, feature_id=listed["id"])
        answer = client.get(str(address))
        assert answer.headers["content-type"] == "application/geo+json"
        feature = answer.json()
        links = {link["rel"]: link["href"] for link in feature.pop("links")}
        assert feature == listed
        assert client.get(links["self"]).status_code == 200
        assert links["collection"].endswith(f"/ogc/collections/{name}")


def test_a_code_with_a_slash_or_a_question_mark_is_reachable(
    fresh: Any, district: Any, tmp_path: Path
) -> None:
    path = district.write_communities(tmp_path / "s.gpkg", {"A/1?x#甲": box(3000, 0, 3009, 9)})
    fresh.app.state.services.boundaries.import_file(path, user="x")
    feature = fresh.get("/ogc/collections/communities/items/A%2F1%3Fx%23甲").json()
    assert feature["id"] == feature["properties"]["code"] == "A/1?x#甲"
    self = next(link["href"] for link in feature["links"] if link["rel"] == "self")
    assert fresh.get(self).json() == feature


def test_a_box_selects_exactly_the_features_that_it_meets(
    fresh: Any, district: Any, tmp_path: Path
) -> None:
    slanted = {
        "A": shapely.Polygon([(0, 0), (2000, 0), (0, 2000)]),
        "B": shapely.Polygon([(2000, 0), (2000, 2000), (1900, 2000), (900, 1000)]),
        "C": box(-3000, 0, -100, 2900).difference(box(-2900, 100, -200, 2800)),
        "D": shapely.Polygon([(-3000, 3000), (2000, 3500), (2000, 3510), (-3000, 3010)]),
    }
    path = district.write_communities(tmp_path / "slanted.gpkg", slanted)
    fresh.app.state.services.boundaries.import_file(path, user="x")
    everything = {
        name: _shapes(fresh.get(f"/ogc/collections/{name}/items").json())
        for name in ("communities", "streets", "findings", "facilities")
    }
    bounds = shapely.total_bounds(list(everything["communities"].values()))
    west0, south0, east0, north0 = bounds.tolist()
    chance = random.Random(7)
    in_envelope_alone = 0
    for _ in range(50):
        west = west0 + chance.random() * (east0 - west0)
        south = south0 + chance.random() * (north0 - south0)
        east, north = west + chance.random() * 0.01, south + chance.random() * 0.01
        window = box(west, south, east, north)
        for name, shapes in everything.items():
            url = f"/ogc/collections/{name}/items?bbox={west!r},{south!r},{east!r},{north!r}"
            document = fresh.get(url).json()
            wanted = {key for key, shape in shapes.items() if shape.intersects(window)}
            near = {key for key, shape in shapes.items() if shape.envelope.intersects(window)}
            in_envelope_alone += len(near - wanted)
            assert {f["id"] for f in document["features"]} == wanted
            assert document["numberMatched"] == len(wanted)
    assert in_envelope_alone > 20, "the boxes must tell a shape from its envelope"


def test_a_box_takes_six_numbers_a_point_and_the_antimeridian(client: Any) -> None:
    url = "/ogc/collections/communities/items?bbox="
    whole = "114,22,0,115,23,100"
    assert client.get(url + whole).json()["numberMatched"] == 4
    lon, lat = client.get("/ogc/collections/facilities/items/s1").json()["geometry"]["coordinates"]
    point = client.get(f"{url}{lon},{lat},{lon},{lat}").json()
    assert [f["id"] for f in point["features"]] == ["A"]
    assert client.get(url + "170,-10,-170,10").json()["numberMatched"] == 0
    assert client.get(url + "114,22,-170,23").json()["numberMatched"] == 4
    assert client.get(url + "115,22,114,23").json()["numberMatched"] == 0


def test_following_next_gives_each_feature_once(client: Any) -> None:
    seen: list[str] = []
    url: str | None = "/ogc/collections/communities/items?limit=1"
    while url:
        answer = client.get(url)
        document = answer.json()
        assert document["numberReturned"] == 1 and document["numberMatched"] == 4
        seen += [f["id"] for f in document["features"]]
        url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
        assert ('rel="next"' in answer.headers.get("link", "")) == (url is not None)
    assert seen == ["A", "B", "C", "D"]


def test_pages_keep_to_the_state_on_which_they_began(
    fresh: Any, district: Any, tmp_path: Path
) -> None:
    first = fresh.get("/ogc/collections/communities/items?limit=3").json()
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    path = district.write_communities(tmp_path / "n.gpkg", {"AA": box(0, 0, 9, 9)})
    services = fresh.app.state.services
    services.boundaries.import_file(path, user="x")
    assert fresh.get("/ogc/collections/communities/items").json()["numberMatched"] == 5
    second = fresh.get(following)
    assert [f["id"] for f in second.json()["features"]] == ["D"]
    for _ in range(2):
        services.boundaries.import_file(path, user="x")
        fresh.get("/ogc/collections/communities/items")
    assert fresh.get(following).status_code == 400


def test_a_limit_above_the_maximum_is_cut(client: Any) -> None:
    for limit in ("10001", "99999999999999999999"):
        assert client.get(f"/ogc/collections/streets/items?limit={limit}").status_code == 200


def test_an_etag_is_answered_with_304_until_the_data_changes(fresh: Any, files: Path) -> None:
    url = "/ogc/collections/communities/items?limit=2"
    first = fresh.get(url)
    tag = first.headers["etag"]
    again = fresh.get(url, headers={"If-None-Match": f'W/"x", {tag}'})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag
    assert fresh.get(url).content == first.content
    assert fresh.get(url.replace("2", "3")).headers["etag"] != tag
    fresh.app.state.services.boundaries.import_file(files / "communities.gpkg", user="x")
    assert fresh.get(url, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "bbox=a,b,c,d", "bbox=", "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=nan,1,2,3", "bbox=1,inf,2,3",
        "bbox=1e999,1,2,3", "bbox=1,5,2,4", "bbox=1,2,9,3,4,1", "bbox=1_0,2,3,4", "bbox=1,,3,4",
        "limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=", "limit=１", "after=x",
        "after=0123456789abcdef.1", "after=.", "colour=red", "limit=1&limit=2", "lang=fr",
        "datetime=2020", "BBOX=1,2,3,4",
    ],
)  # fmt: skip
def test_an_impossible_parameter_is_a_400_that_names_it(client: Any, query: str) -> None:
    answer = client.get(f"/ogc/collections/communities/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400 and problem["code"] == "parameter"
    assert problem["details"]["parameter"] == query.partition("=")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/collections/nothing", "/ogc/collections/nothing/items",
        "/ogc/collections/nothing/items/A", "/ogc/collections/communities/items/Z",
        "/ogc/collections/communities/items/..%2f", "/ogc/collections/%00/items", "/ogc/x", "/x",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_a_404_whatever_its_form(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_empty_database_has_empty_collections(empty: Any) -> None:
    assert len(empty.get("/ogc/collections").json()["collections"]) == 5
    for name in COLLECTIONS:
        document = empty.get(f"/ogc/collections/{name}/items").json()
        assert document["features"] == [] and document["numberMatched"] == 0
        assert "extent" not in empty.get(f"/ogc/collections/{name}").json()
    assert empty.get("/api/v1/coverage").status_code == 404
