"""The pages of casework, asked without a browser: who sees what, filters, lines of a file."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from gis_service import web
from gis_service.model.people import Actor
from gis_service.web import case_words

CASE = re.compile(r'class="case-link" href="/cases/(LH-\d{4}-\d{4})')


@pytest.fixture
def bureau(visitor: Any, sign_in: Any) -> Any:
    """Signed-in bureau staff."""
    return sign_in(visitor, "bureau")


@pytest.fixture
def numbers(bureau: Any) -> list[str]:
    """All cases of the district, as the ledger lists them."""
    return CASE.findall(bureau.get("/cases").text)


def test_the_ledger_lists_what_fits_and_hands_its_filter_on(
    bureau: Any, numbers: list[str]
) -> None:
    assert len(numbers) > 1
    page = bureau.get("/cases?kind=overlap&sort=-area&state=").text
    listed = CASE.findall(page)
    assert 0 < len(listed) < len(numbers)
    assert f'href="/cases/{listed[0]}?kind=overlap&amp;sort=-area"' in page
    assert "/api/v1/cases.xlsx?kind=overlap&amp;sort=-area&amp;lang=zh" in page
    assert r"/api/v1/cases.geojson?kind=overlap\u0026sort=-area" in page
    assert 'aria-sort="descending"' in page
    one = bureau.get(f"/cases/{listed[0]}?kind=overlap&sort=-area").text
    assert f"1 / {len(listed)}" in one


def test_a_filter_that_cannot_be_is_said_on_the_page(bureau: Any, numbers: list[str]) -> None:
    answer = bureau.get("/cases?min_area=wide")
    assert answer.status_code == 400
    assert "min_area" in answer.text and CASE.findall(answer.text) == numbers
    assert bureau.get("/cases?state=nowhere&lang=en").status_code == 400


def test_the_ledger_goes_on_page_by_page(bureau: Any, numbers: list[str]) -> None:
    first = bureau.get("/cases?limit=1").text
    assert CASE.findall(first) == numbers[:1]
    following = re.search(r'id="more" href="([^"]+)"', first)
    assert following is not None
    second = bureau.get(following[1].replace("&amp;", "&")).text
    assert CASE.findall(second) == numbers[1:2]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_case_is_shown_in_both_languages(bureau: Any, numbers: list[str], language: str) -> None:
    for number in numbers:
        page = bureau.get(f"/cases/{number}?lang={language}").text
        assert ("Timeline" in page) == (language == "en")
        assert ("亩" in page) == (language == "zh")
        data = re.search(r'id="case-data">(.*?)</script>', page, re.S)
        assert data is not None and json.loads(data[1])["number"] == number


def test_street_staff_see_their_own_cases_and_no_others(
    visitor: Any, sign_in: Any, numbers: list[str], bureau: Any
) -> None:
    staff = sign_in(visitor, "street", "北街")
    own = CASE.findall(staff.get("/cases").text)
    assert set(own) < set(numbers)
    for number in numbers:
        assert staff.get(f"/cases/{number}").status_code == (200 if number in own else 403)
    assert "/cases/" in bureau.get("/maps/disputes").text


def test_a_viewer_reads_and_decides_nothing(visitor: Any, sign_in: Any, numbers: list[str]) -> None:
    viewer = sign_in(visitor, "viewer")
    page = viewer.get(f"/cases/{numbers[0]}").text
    assert 'id="decide"' not in page and "data-post=" not in page
    assert 'id="gis-case-links"' in viewer.get("/maps/disputes").text
    assert 'id="gis-case-links"' not in visitor.get("/maps/disputes").text


def test_what_the_coverage_hangs_on_is_shown_to_who_may_read_cases(
    visitor: Any, bureau: Any
) -> None:
    for address in ("/", "/maps/coverage"):
        assert 'id="deciding"' in bureau.get(address).text
        assert 'id="deciding"' not in visitor.get(address).text
    assert 'id="deciding"' not in bureau.get("/maps/coverage?as_of=1").text


def lines(path: Any, bbox: list[float], driver: str) -> Any:
    west, south, east, north = bbox
    middle = (south + north) / 2
    shapes = [
        shapely.LineString([(west - 0.001, middle), (east + 0.001, middle)]),
        shapely.LineString([(west + 1, middle), (east + 1, middle)]),
    ]
    frame = gpd.GeoDataFrame({"name": ["爱国<b>路", "远路"]}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(path, driver=driver)
    return path


@pytest.mark.parametrize(("name", "driver"), [("a.geojson", "GeoJSON"), ("a.kml", "KML")])
def test_the_lines_of_a_file_are_offered_where_they_are_near(
    bureau: Any, numbers: list[str], tmp_path: Any, name: str, driver: str
) -> None:
    bbox = bureau.get(f"/api/v1/cases/{numbers[0]}").json()["bbox"]
    sent = lines(tmp_path / name, bbox, driver).read_bytes()
    answer = bureau.post(f"/cases/{numbers[0]}/lines", files={"file": (name, sent)})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["numberGiven"] == 2
    assert [f["properties"]["name"] for f in found["features"]] == ["爱国<b>路"]
    assert found["features"][0]["properties"]["crosses"] is True
    assert bureau.get(f"/cases/{numbers[0]}/lines").json()["features"] == []


def test_a_file_without_lines_is_refused(bureau: Any, numbers: list[str]) -> None:
    point = {"type": "Point", "coordinates": [114.1, 22.5]}
    body = json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": point}]})  # fmt: skip
    answer = bureau.post(
        f"/cases/{numbers[0]}/lines",
        files={"file": ("points.geojson", body)},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 400 and answer.json()["code"] == "unreadable-file"


def test_cases_that_are_alike_can_be_merged_and_their_parts_split_off_again(
    bureau: Any, numbers: list[str], visitor: Any
) -> None:
    work = visitor.app.state.services.cases
    root = Actor(name="root", role="administrator")
    number = numbers[0]
    assert 'id="merge-form"' not in bureau.get(f"/cases/{number}").text
    with work.desk.database.writing(user="root", action="test") as unit:
        twin = replace(unit.cases.get(number), number="LH-2026-0901", version=1)
        unit.cases.add([twin], year=2026, first=901)
        unit.record(subject="case LH-2026-0901", before="", after="")
    page = bureau.get(f"/cases/{number}").text
    assert 'id="merge-form"' in page and 'value="LH-2026-0901"' in page
    work.editing.merge(root, number, others=["LH-2026-0901"])
    page = bureau.get(f"/cases/{number}").text
    assert 'id="merge-form"' not in page
    assert page.count('name="part"') == 2


def test_the_scripts_ask_only_for_words_that_they_are_given() -> None:
    asked = {
        word
        for path in Path(web.__file__).parent.joinpath("static").glob("case-*.js")
        for word in re.findall(r"\bwords\.(\w+)", path.read_text("utf-8"))
    }
    assert asked - {"lang"} <= set(case_words.case_words("en"))
    assert len(asked) > 30
