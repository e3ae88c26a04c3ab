"""Imports through the pages: drop zone, progress, preview on the map, confirmation, rollback."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from playwright.sync_api import Page, expect
from shapely import affinity

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).resolve().parents[2] / "boundaries" / "communities.geojson"
PREVIEW = re.compile(r"/imports/[0-9a-f]{24}$")


@pytest.fixture(scope="module")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of our own: these tests change the boundaries."""
    return tmp_path_factory.mktemp("imports")


@pytest.fixture(scope="module")
def server(server_folder: Path, serve: Callable[[Path], Any]) -> Iterator[str]:
    """A server of our own."""
    with serve(server_folder) as address:
        yield address


@pytest.fixture
def clerk(page: Page, sign_in_page: Callable[..., Any]) -> Page:
    """The page of signed-in bureau staff."""
    sign_in_page(page, "bureau")
    return page


def survey(folder: Path, *, rows: int, shrink: float = 0.9, name: str = "survey") -> Path:
    """Write the first communities of the sample, the first one smaller and renamed."""
    frame = gpd.read_file(SAMPLE).iloc[:rows].copy()
    frame.loc[0, "geometry"] = affinity.scale(frame.geometry.iloc[0], shrink, shrink)
    path = folder / f"{name}.geojson"
    frame.to_file(path, driver="GeoJSON")
    return path


def preview(page: Page, path: Path, *, language: str = "zh") -> Page:
    """Send a file and wait for its preview."""
    page.goto(f"/imports/new?lang={language}")
    page.locator("#file").set_input_files(path)
    expect(page.locator("#chosen")).to_contain_text(path.name)
    page.locator("#send").click()
    page.wait_for_url(PREVIEW)
    page.wait_for_selector("#decide")
    page.wait_for_selector('html[data-map-ready="true"]')
    return page


def put_into_effect(page: Page, reason: str) -> int:
    """Confirm the preview that is open; give the version's number."""
    page.locator('#decide [name="reason"]').fill(reason)
    page.locator("#confirm").click()
    link = page.locator('.notice a[href^="/versions/"]').first
    expect(link).to_be_visible(timeout=30_000)
    return int(str(link.get_attribute("href")).rsplit("/", 1)[1])


def test_a_partial_survey_is_previewed_confirmed_compared_and_rolled_back(
    clerk: Page, tmp_path: Path, shot: Callable[[Page, str], None]
) -> None:
    page = preview(clerk, survey(tmp_path, rows=5))
    expect(page.locator("#reach")).to_contain_text("局部")
    expect(page.locator('#modes [value="partial"]')).to_be_checked()
    rows = page.locator("#table-changes tbody tr")
    expect(rows.first).to_contain_text("界线变更")
    rows.first.locator("td").first.click()
    expect(page.locator(".leaflet-popup .gis-card")).to_be_visible()
    shot(page, "import-preview")
    before = page.request.get("/api/v1/versions").json()["versions"][0]["number"]
    made = put_into_effect(page, "局部复测")
    assert made == before + 1
    page.get_by_role("link", name="该版本的变化").click()
    page.wait_for_selector('html[data-map-ready="true"]')
    expect(page.locator("#table-changes tbody tr")).to_have_count(1)
    page.locator("#tab-pieces").click()
    piece = page.locator("#table-pieces tbody tr").first
    expect(piece).to_contain_text("无")
    piece.locator("td").first.click()
    expect(page.locator(".leaflet-popup .gis-card").last).to_contain_text("原有归属")
    shot(page, "versions-compare")
    page.goto(f"/versions/{before}")
    page.locator('#rollback [name="reason"]').fill("复测有误")
    page.locator("#rollback button").click()
    page.wait_for_url(re.compile(rf"/versions/{made + 1}$"), timeout=30_000)
    expect(page.locator(".facts")).to_contain_text("复测有误")
    page.goto("/versions")
    expect(page.locator("#versions tbody tr")).to_have_count(made + 1)
    shot(page, "versions")
    compared = page.request.get(f"/api/v1/versions/compare?a={before}&b={made + 1}").json()
    assert compared["communities"] == []


def test_a_whole_survey_says_what_it_removes(clerk: Page, tmp_path: Path) -> None:
    page = preview(clerk, survey(tmp_path, rows=79, shrink=1.0), language="en")
    expect(page.locator("#reach")).to_contain_text("removes the 2 communities")
    expect(page.locator('#modes [value="whole"]')).to_be_checked()
    page.locator('#modes [value="partial"]').click()
    page.wait_for_function("document.querySelector('#modes [value=partial]')?.checked")
    page.wait_for_selector('html[data-map-ready="true"]')
    expect(page.locator("#table-changes tbody tr")).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#discard").click()
    expect(page.locator(".notice")).to_contain_text("given up")


def test_a_file_without_crs_is_read_again_from_its_own_page(clerk: Page, tmp_path: Path) -> None:
    frame = gpd.read_file(SAMPLE).to_crs("EPSG:4547").iloc[:3][["code", "name", "geometry"]]
    frame.to_file(tmp_path / "bare.shp", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "bare.zip", "w") as archive:
        for path in tmp_path.glob("bare.*"):
            if path.suffix not in (".prj", ".zip"):
                archive.write(path, path.name)
    clerk.goto("/imports/new")
    clerk.locator("#file").set_input_files(tmp_path / "bare.zip")
    clerk.locator("#send").click()
    clerk.wait_for_url(PREVIEW)
    expect(clerk.locator("#why")).to_be_visible(timeout=30_000)
    clerk.locator('#again [name="crs"]').fill("EPSG:4547")
    clerk.locator('#again [type="submit"]').click()
    clerk.wait_for_selector("#decide", timeout=30_000)
    expect(clerk.locator(".facts")).to_contain_text("EPSG:4547")


def test_a_preview_that_others_overtook_is_kept_and_made_anew(
    clerk: Page, tmp_path: Path, server: str
) -> None:
    page = preview(clerk, survey(tmp_path, rows=4, shrink=0.8, name="first"))
    other = page.context.new_page()
    preview(other, survey(tmp_path, rows=4, shrink=0.7, name="second"))
    put_into_effect(other, "抢先")
    other.close()
    page.locator('#decide [name="reason"]').fill("后到")
    page.locator("#confirm").click()
    expect(page.locator("#why")).to_contain_text("预览之后边界", timeout=30_000)
    page.locator("#read").click()
    expect(page.locator("#why")).to_have_count(0, timeout=30_000)
    page.wait_for_selector("#decide")
    assert put_into_effect(page, "后到") > 1


def test_a_file_can_be_dropped_and_everything_reached_by_keyboard(
    clerk: Page, tmp_path: Path
) -> None:
    path = survey(tmp_path, rows=2, shrink=0.95, name="dropped")
    clerk.goto("/imports/new")
    content = json.dumps(path.read_text("utf-8"))
    clerk.evaluate(
        f"""() => {{
            const data = new DataTransfer();
            data.items.add(new File([{content}], "dropped.geojson"));
            const drop = new DragEvent("drop", {{ dataTransfer: data, bubbles: true }});
            document.getElementById("drop").dispatchEvent(drop);
        }}"""
    )
    expect(clerk.locator("#chosen")).to_contain_text("dropped.geojson")
    clerk.locator("#send").focus()
    clerk.keyboard.press("Enter")
    clerk.wait_for_url(PREVIEW)
    clerk.wait_for_selector("#decide")
    clerk.locator('#decide [name="reason"]').focus()
    clerk.keyboard.type("键盘")
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".notice")).to_contain_text("已生效", timeout=30_000)


def test_the_preview_fits_a_telephone(
    clerk: Page, tmp_path: Path, shot: Callable[[Page, str], None]
) -> None:
    clerk.set_viewport_size({"width": 360, "height": 740})
    preview(clerk, survey(tmp_path, rows=3, name="phone"))
    shot(clerk, "import-preview-360")
    for address in (clerk.url, "/imports/new", "/versions", "/versions/1", "/versions/compare"):
        clerk.goto(address)
        width = clerk.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, address
