"""The pictures of the documents: taken for keeps with GIS_SERVICE_SCREENSHOTS=1."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).resolve().parents[2] / "boundaries" / "communities.geojson"
Shot = Callable[[Page, str], None]
Open = Callable[[str], Page]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/?lang=zh", "dashboard-zh"),
        ("/?lang=en", "dashboard-en"),
        ("/maps/disputes", "map-disputes"),
        ("/maps/coverage", "map-coverage"),
    ],
)
def test_a_page_with_a_map_makes_a_picture(
    open_map: Open, shot: Shot, address: str, name: str
) -> None:
    shot(open_map(address), name)


def test_the_dashboard_on_a_telephone_makes_a_picture(
    page: Page, open_map: Open, shot: Shot
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    shot(open_map("/"), "dashboard-360")


def test_an_upload_and_its_result_make_pictures(
    page: Page, shot: Shot, sign_in_page: Callable[..., Any]
) -> None:
    sign_in_page(page, "bureau")
    page.goto("/surveys/new")
    page.locator("#file").set_input_files(SAMPLE)
    expect(page.locator("#chosen")).to_contain_text("communities.geojson")
    shot(page, "upload")
    page.locator("#send").click()
    page.wait_for_url(re.compile(r"/surveys/\d+$"))
    page.wait_for_selector('html[data-map-ready="true"]')
    row = page.locator("#table-findings tbody tr").first
    row.locator("td").first.click()
    expect(page.locator(".leaflet-popup .gis-card")).to_be_visible()
    shot(page, "survey-result")


def test_the_ledger_and_a_previewed_case_make_pictures(
    page: Page, open_map: Open, shot: Shot, sign_in_page: Callable[..., Any]
) -> None:
    sign_in_page(page, "bureau")
    shot(open_map("/cases?lang=zh&sort=-area"), "cases-ledger")
    open_map("/cases/LH-2026-0003?lang=zh")
    page.locator("[name=by][value=median]").check()
    page.locator("#preview").click()
    expect(page.locator("#outcome")).to_be_visible()
    page.locator(".steps").evaluate("node => node.scrollIntoView()")
    shot(page, "case-preview")
