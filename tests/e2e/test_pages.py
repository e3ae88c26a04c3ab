"""Every page opens, fits its screen, and speaks one language at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MAPS = ("/", "/maps/overview", "/maps/disputes", "/maps/coverage")
PAGES = (*MAPS, "/surveys/new", "/docs", "/maps/nowhere")
SCREENS = ({"width": 360, "height": 740}, {"width": 1366, "height": 768})
CHINESE = re.compile(r"[\u4e00-\u9fff]")

WORDS = """() => {
  const own = [
    "title", "nav a", ".brand", ".skip", ".sample-note", ".foot span", "h1", ".heading .hint",
    ".card h2", ".card .line", "#streets-title", ".streets > .hint", "[role=tab]", ".count",
    "thead button", ".gis-legend summary", ".gis-legend-title", ".leaflet-control-layers label",
    ".upload label > strong", ".upload label > span", ".upload summary", ".upload button",
    ".options label", ".latest h2", ".notice .button", "figcaption",
  ];
  const said = own.flatMap((s) => [...document.querySelectorAll(s)]).map((n) => n.textContent);
  for (const name of ["aria-label", "title", "placeholder"]) {
    for (const node of document.querySelectorAll(`main [${name}], nav[${name}]`)) {
      if (!node.closest("tbody")) said.push(node.getAttribute(name));
    }
  }
  return said.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""

NAMES = re.compile(
    r"gis-service|GeoJSON|GeoPackage|FlatGeobuf|Shapefile|Geodatabase|File|KML|DXF|EPSG|API|"
    r"Esri|zip|MB|UTC|lon|lat",
    re.IGNORECASE,
)


@pytest.mark.parametrize("address", MAPS)
def test_a_page_with_a_map_draws_every_layer(open_map: Callable[[str], Page], address: str) -> None:
    page = open_map(address)
    assert page.locator(".leaflet-overlay-pane path").count() > 0
    expect(page.locator("tbody tr").first).to_be_attached()


def test_the_upload_page_opens(page: Page, sign_in_page: Callable[..., Any]) -> None:
    page.goto("/surveys/new")
    expect(page.locator("#may-not-upload")).to_be_visible()
    sign_in_page(page, "bureau")
    page.goto("/surveys/new")
    expect(page.locator("#send")).to_be_enabled()


def test_the_documentation_shows_every_operation(page: Page) -> None:
    page.goto("/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    described: dict[str, Any] = page.request.get("/openapi.json").json()
    operations = sum(
        method in ("get", "post", "put", "patch", "delete")
        for methods in described["paths"].values()
        for method in methods
    )
    expect(page.locator(".opblock")).to_have_count(operations)
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock.is-open")).to_have_count(1)


@pytest.mark.parametrize(("address", "language"), [("/nowhere", "zh"), ("/maps/x", "en")])
def test_an_unknown_address_is_a_page_that_leads_back(
    page: Page, watch: Any, address: str, language: str
) -> None:
    watch.expect_status(404)
    answer = page.goto(f"{address}?lang={language}")
    assert answer is not None and answer.status == 404
    heading = page.locator("h1").inner_text()
    assert bool(CHINESE.search(heading)) == (language == "zh")
    page.locator("main a.button").click()
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: f"{s['width']}x{s['height']}")
def test_no_page_is_wider_than_its_screen(page: Page, watch: Any, screen: Any) -> None:
    watch.expect_status(404)
    page.set_viewport_size(screen)
    too_wide = {}
    for address in PAGES:
        page.goto(address)
        if address in MAPS:
            page.wait_for_selector('html[data-map-ready="true"]')
        if address == "/docs":
            page.wait_for_selector(".opblock")
        wide, seen = page.evaluate(
            "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
        )
        if wide > seen:
            too_wide[address] = (wide, seen)
    assert too_wide == {}


@pytest.mark.parametrize("address", ["/", "/maps/disputes", "/maps/coverage", "/surveys/new"])
def test_the_pages_words_are_chinese_or_english_and_never_mixed(
    page: Page, sign_in_page: Callable[..., Any], address: str
) -> None:
    sign_in_page(page, "bureau")
    for language in ("zh", "en"):
        page.goto(f"{address}?lang={language}")
        if address != "/surveys/new":
            page.wait_for_selector('html[data-map-ready="true"]')
        words = page.evaluate(WORDS)
        assert len(words) > 15
        if language == "en":
            mixed = [text for text in words if CHINESE.search(text)]
        else:
            mixed = [text for text in words if re.search(r"[A-Za-z]{3}", NAMES.sub("", text))]
        assert mixed == [], language


def test_the_language_switch_turns_the_page_and_is_kept_on_the_next(page: Page) -> None:
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("a.language").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("nav a").first).to_have_text("Overview")
    page.locator("nav a").nth(1).click()
    expect(page).to_have_url(re.compile("/maps/disputes$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Boundary findings")
    page.locator("a.language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator("nav a").first.click()
    expect(page.locator("nav a").first).to_have_text("总览")
