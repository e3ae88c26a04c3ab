"""Surveys sent through the page: findings, hostile names, refusals with a way on."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from playwright.sync_api import Locator, Page, expect
from shapely import box

pytestmark = pytest.mark.browser

CHINESE = re.compile(r"[\u4e00-\u9fff]")

HOSTILE = {
    "an element": '<img src=x onerror="window.hit=1">',
    "a template": "${window.hit=1}",
    "backticks": "`+(window.hit=1)+`",
    "an ended script": "</script><script>window.hit=1</script>",
    "an expression": "{{ 7 * 7 }}{% raw %}<!--",
    "an attribute": '" autofocus onfocus="window.hit=1" x=\'',
}
WEST, SOUTH, SIDE = 114.12, 22.55, 0.002


def overlapping(names: dict[str, str], path: Path) -> Path:
    """Write squares in a row, each overlapping the next; names are codes and streets too."""
    squares = [
        box(WEST + i * SIDE * 0.8, SOUTH, WEST + i * SIDE * 0.8 + SIDE, SOUTH + SIDE)
        for i in range(len(names))
    ]
    listed = list(names.values())
    frame = gpd.GeoDataFrame(
        {"code": [f"{n}{i}" for i, n in enumerate(listed)], "name": listed, "street": listed},
        geometry=squares,
        crs="EPSG:4326",
    )
    frame.to_file(path, driver="GeoJSON")
    return path


def without_prj(folder: Path) -> Path:
    """Zip a shapefile in EPSG:4547 metres that doesn't say its coordinate system."""
    squares = [
        box(513_000, 2_494_000, 514_000, 2_495_000),
        box(513_900, 2_494_000, 515_000, 2_495_000),
    ]
    frame = gpd.GeoDataFrame(
        {"code": ["A", "B"], "name": ["A", "B"]}, geometry=squares, crs="EPSG:4547"
    )
    frame.to_file(folder / "survey.shp", encoding="utf-8")
    archive = folder / "survey.zip"
    with zipfile.ZipFile(archive, "w") as held:
        for part in folder.glob("survey.*"):
            if part.suffix not in (".prj", ".zip"):
                held.write(part, part.name)
    return archive


@pytest.fixture
def page(page: Page, sign_in_page: Callable[..., Any]) -> Page:
    """A page of signed-in bureau staff."""
    sign_in_page(page, "bureau")
    return page


@pytest.fixture
def send(page: Page) -> Callable[..., Page]:
    """Choose a file on the upload page and send it."""

    def sent(path: Path, *, language: str = "zh") -> Page:
        page.goto(f"/surveys/new?lang={language}")
        page.locator("#file").set_input_files(path)
        expect(page.locator("#chosen")).to_contain_text(path.name)
        page.locator("#send").click()
        return page

    return sent


def overlaps(page: Page) -> Locator:
    """Rows of overlaps; beside them stands the rest of the district, which nobody claims."""
    called = page.locator("th", has_text=re.compile("重叠|Overlap"))
    return page.locator("#table-findings tbody tr", has=called)


def on_result(page: Page) -> None:
    page.wait_for_url(re.compile(r"/surveys/\d+$"))
    page.wait_for_selector('html[data-map-ready="true"]')


def test_an_uploaded_survey_shows_its_findings(send: Callable[..., Page], tmp_path: Path) -> None:
    page = send(overlapping({"a": "甲", "b": "乙"}, tmp_path / "two.geojson"))
    on_result(page)
    rows = overlaps(page)
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("重叠")
    expect(page.locator(".facts")).to_contain_text("two.geojson")
    rows.first.locator("td").first.click()
    expect(page.locator(".leaflet-popup .gis-card")).to_contain_text("重叠")
    with page.expect_download() as download:
        page.locator("main a[download]").click()
    assert '"FeatureCollection"' in Path(download.value.path()).read_text("utf-8")
    page.goto("/surveys/new")
    expect(page.locator(".latest li").first).to_contain_text("two.geojson")


def test_text_in_the_data_stays_text(send: Callable[..., Page], tmp_path: Path) -> None:
    page = send(overlapping(HOSTILE, tmp_path / "hostile.geojson"))
    on_result(page)
    table = page.locator("#table-findings")
    for text in HOSTILE.values():
        expect(table).to_contain_text(text)
    found = overlaps(page)
    expect(found).to_have_count(len(HOSTILE) - 1)
    for row in found.all():
        row.locator("td").first.click()
        expect(page.locator(".leaflet-popup .gis-card").last).to_be_visible()
    popup = page.locator(".leaflet-popup .gis-card").last.inner_text()
    assert any(text in popup for text in HOSTILE.values())
    field = page.locator(".gis-search input")
    for text in HOSTILE.values():
        field.fill(text)
        option = page.locator("#gis-search-list [role=option]").first
        expect(option).to_contain_text(text)
        field.press("Enter")
        expect(page.locator(".leaflet-popup .gis-card-title").last).to_contain_text(text)
    for shape in page.locator(".leaflet-overlay-pane path").all():
        shape.dispatch_event("mouseover")
        expect(page.locator(".gis-tooltip").last).to_be_visible()
    assert page.evaluate("typeof window.hit") == "undefined"
    assert page.locator("main img, main script[src]").count() == 0
    page.goto("/surveys/new")
    expect(page.locator(".latest li").first).to_be_visible()
    assert page.evaluate("typeof window.hit") == "undefined"


def test_a_file_with_a_hostile_name_is_named_as_text(
    send: Callable[..., Page], tmp_path: Path
) -> None:
    name = "<img src=x onerror=window.hit=1>.geojson"
    page = send(overlapping({"a": "甲", "b": "乙"}, tmp_path / name))
    on_result(page)
    expect(page.locator(".facts")).to_contain_text(name)
    page.goto("/surveys/new")
    expect(page.locator(".latest li").first).to_contain_text(name)
    assert page.evaluate("typeof window.hit") == "undefined"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_broken_file_is_refused_in_the_pages_language(
    send: Callable[..., Page], watch: Any, tmp_path: Path, language: str
) -> None:
    watch.expect_status(400)
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [', "utf-8")
    page = send(broken, language=language)
    message = page.locator("#message")
    expect(message).to_be_visible()
    said = message.inner_text()
    assert bool(CHINESE.search(said)) == (language == "zh")
    assert len(said) > 10
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("#working")).to_be_hidden()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_survey_without_crs_is_checked_again_by_one_click(
    send: Callable[..., Page], watch: Any, tmp_path: Path, language: str
) -> None:
    watch.expect_status(400)
    page = send(without_prj(tmp_path), language=language)
    message = page.locator("#message")
    expect(message).to_be_visible()
    assert bool(CHINESE.search(message.inner_text())) == (language == "zh")
    retry = page.locator("#retry button", has_text=re.compile(r"EPSG:4547$"))
    retry.first.click()
    on_result(page)
    expect(overlaps(page)).to_have_count(1)
    expect(overlaps(page)).to_contain_text("A / B")
    expect(page.locator(".facts")).to_contain_text("EPSG:4547")


def test_sending_without_a_file_asks_for_one(page: Page) -> None:
    page.goto("/surveys/new")
    page.locator("#send").click()
    expect(page.locator("#message")).to_have_text("请先选择文件。")
    expect(page.locator("#send")).to_be_enabled()


def test_an_upload_can_be_cancelled(page: Page, tmp_path: Path) -> None:
    page.goto("/surveys/new")
    page.route("**/api/v1/surveys", lambda _route: None)  # the answer never comes
    page.locator("#file").set_input_files(
        overlapping({"a": "甲", "b": "乙"}, tmp_path / "x.geojson")
    )
    page.locator("#send").click()
    expect(page.locator("#working")).to_be_visible()
    expect(page.locator("#send")).to_be_disabled()
    page.locator("#cancel").click()
    expect(page.locator("#message")).to_have_text("已取消，未保留任何内容。")
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("#cancel")).to_be_hidden()
