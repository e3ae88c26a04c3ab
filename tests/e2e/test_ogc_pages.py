"""The pages of /ogc in a browser: the map beside the table, on a screen and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_features_are_shown_as_a_map_beside_a_table(page: Page) -> None:
    page.goto("/ogc")
    page.get_by_role("link", name="集合").click()
    expect(page.get_by_role("row")).to_have_count(6)
    page.goto("/ogc/collections/communities/items")
    expect(page.get_by_role("row")).to_have_count(82)
    expect(page.locator("#ogc-map.leaflet-container canvas")).to_be_visible()
    page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.locator("#ogc-map canvas")).to_be_visible()
    expect(page.locator("dl.ogc-facts")).to_contain_text("area_m2")


def test_a_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/ogc", "/ogc/collections", "/ogc/collections/communities",
                 "/ogc/collections/facilities/items", "/ogc/collections/streets/queryables",
                 "/ogc/tiles", "/ogc/conformance"):  # fmt: skip
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, path
