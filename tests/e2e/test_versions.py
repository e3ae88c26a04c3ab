"""Past states and histories in a browser: the banner, the map of then, what changed a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from playwright.sync_api import Page, expect
from shapely import affinity

from gis_service.bootstrap import build
from gis_service.settings import Settings

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).resolve().parents[2] / "boundaries" / "communities.geojson"
NONCE = re.compile(r"nonce=\"[^\"]+\"")


@pytest.fixture(scope="module")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of our own: these tests change the boundaries."""
    return tmp_path_factory.mktemp("versions")


@pytest.fixture(scope="module")
def server(server_folder: Path, serve: Callable[[Path], Any]) -> Iterator[str]:
    """A server of our own, on which a command then imports a second version."""
    with serve(server_folder) as address:
        services = build(Settings(data_dir=server_folder / "data"))
        frame = gpd.read_file(SAMPLE)
        frame.loc[0, "geometry"] = affinity.scale(frame.geometry.iloc[0], 0.5, 0.5)
        frame.to_file(server_folder / "second.geojson", driver="GeoJSON")
        services.boundaries.import_file(
            server_folder / "second.geojson",
            user="wang",
            reason="<b>复测</b>${1}",
            document="文9",
        )
        services.database.close()
        yield address


def code_of_first() -> str:
    return str(gpd.read_file(SAMPLE)["code"].iloc[0])


def test_a_page_says_which_past_state_it_shows(
    page: Page, open_map: Callable[[str], Page], shot: Callable[[Page, str], None]
) -> None:
    open_map("/?as_of=1")
    banner = page.locator("#as-of")
    expect(banner).to_contain_text("边界版本 1")
    shot(page, "as-of")
    page.locator("nav a", has_text="边界问题").first.click()
    page.wait_for_url(re.compile("as_of=1"))
    page.wait_for_selector('html[data-map-ready="true"]')
    expect(page.locator("#as-of")).to_be_visible()
    page.locator("#as-of a").click()
    page.wait_for_selector('html[data-map-ready="true"]')
    expect(page.locator("#as-of")).to_have_count(0)
    expect(page.locator("#shown-version")).to_contain_text("2")


def test_the_map_of_a_past_state_draws_the_shapes_of_then(
    page: Page, watch: Any, open_map: Callable[[str], Page]
) -> None:
    open_map("/maps/disputes?as_of=1")
    asked = [url for url in watch.requests if "/ogc/collections/" in url]
    assert asked and all("as_of=1" in url for url in asked)


def test_a_page_of_a_past_state_is_the_same_for_ever(page: Page) -> None:
    def text(address: str) -> str:
        return NONCE.sub("", page.request.get(address, headers={"accept": "text/html"}).text())

    for address in ("/?as_of=1", "/maps/coverage?as_of=1", "/maps/disputes?as_of=1&lang=en"):
        assert text(address) == text(address)


def test_the_history_of_a_community_leads_to_its_lines(
    page: Page, shot: Callable[[Page, str], None]
) -> None:
    page.goto(f"/communities/{code_of_first()}")
    rows = page.locator("#history tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("<b>复测</b>${1}")
    expect(rows.first).to_contain_text("文9")
    shot(page, "community-history")
    assert page.locator("#history b").count() == 0


def test_the_history_of_a_line_is_shown(page: Page) -> None:
    code = code_of_first()
    frame = gpd.read_file(SAMPLE).to_crs("EPSG:4547").set_index("code")
    touching = frame[frame.touches(frame.geometry[code])].index
    page.goto(f"/lines/{code}/{touching[0]}")
    expect(page.locator("#history tbody tr")).to_have_count(2)
    expect(page.locator("h1")).to_contain_text(code)


def test_what_is_not_there_is_told(page: Page, watch: Any) -> None:
    watch.expect_status(404)
    watch.expect_status(400)
    for address, text in (
        ("/versions/99", "没有边界版本 99"),
        ("/communities/nobody", "nobody"),
        ("/?as_of=77", "尚未导入|没有边界版本|时没有"),
        ("/maps/disputes?as_of=2999-01-01", "尚未过去"),
    ):
        page.goto(address)
        expect(page.locator("main")).to_contain_text(re.compile(text))
