"""The page that `gis-service check -o x.html` writes works alone, from the disk."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def written(command: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("standalone") / "result.html"
    survey = ROOT / "boundaries" / "communities.geojson"
    done = subprocess.run(
        [command, "check", str(survey), "-o", str(path)], capture_output=True, timeout=120
    )
    assert done.returncode == 1, done.stderr
    return path


def test_the_file_shows_map_and_table_and_asks_for_nothing(
    written: Path, bare_context: Callable[[str], Any], map_ready: Callable[[Any], Any]
) -> None:
    with bare_context(written.as_uri()) as (context, watch):
        page = context.new_page()
        page.goto(written.as_uri())
        map_ready(page)
        row = page.locator("#table-findings tbody tr").first
        row.locator("td").first.click()
        expect(page.locator(".leaflet-popup .gis-card")).to_be_visible()
        expect(row).to_have_class("selected")
        page.locator("thead button").first.click()
        expect(page.locator("thead th").first).to_have_attribute("aria-sort", "ascending")
        page.locator(".gis-search input").fill("桂园示例0")
        expect(page.locator("#gis-search-list [role=option]").first).to_be_visible()
        asked = [url for url in watch.requests if not url.startswith(("data:", "blob:"))]
        assert asked == [written.as_uri()]


def test_the_file_fits_a_telephone(
    written: Path, bare_context: Callable[[str], Any], map_ready: Callable[[Any], Any]
) -> None:
    with bare_context(written.as_uri()) as (context, _):
        page = context.new_page()
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(written.as_uri())
        map_ready(page)
        wide, seen = page.evaluate(
            "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
        )
        assert wide <= seen
