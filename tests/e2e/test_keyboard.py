"""Everything without a mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const node = document.activeElement;
  const kinds = {
    skip: ".skip", nav: "nav a", language: "a.language", search: ".gis-search input",
    layers: ".leaflet-control-layers a", tab: "[role=tab]", filter: "input[data-filter]",
    sort: "thead button", row: "tbody tr button",
  };
  const found = Object.entries(kinds).find(([, selector]) => node.matches(selector));
  return found ? found[0] : node.tagName;
}"""


@pytest.fixture
def dashboard(open_map: Callable[[str], Page]) -> Page:
    return open_map("/")


def walk(page: Page, wanted: str, *, most: int = 60) -> list[str]:
    """Press Tab until a kind of element has the focus; give all kinds on the way."""
    met: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        met.append(page.evaluate(FOCUSED))
        if met[-1] == wanted:
            return met
    raise AssertionError(f"{wanted} isn't reached by {most} Tabs: {met}")


def test_tab_reaches_skip_link_navigation_search_and_rows_in_this_order(dashboard: Page) -> None:
    met = walk(dashboard, "row")
    wanted = ["skip", "nav", "language", "search", "layers", "tab", "filter", "sort", "row"]
    assert list(dict.fromkeys(kind for kind in met if kind in wanted)) == wanted
    assert met[0] == "skip"


def test_the_skip_link_leads_to_the_content(dashboard: Page) -> None:
    dashboard.keyboard.press("Tab")
    expect(dashboard.locator(".skip")).to_be_in_viewport()
    dashboard.keyboard.press("Enter")
    dashboard.keyboard.press("Tab")
    assert dashboard.evaluate("document.activeElement.closest('main') !== null")


def test_a_community_is_found_by_typing_its_name(dashboard: Page) -> None:
    scale = dashboard.locator(".leaflet-control-scale-line")
    before = scale.inner_text()
    walk(dashboard, "search")
    dashboard.keyboard.type("桂园示例0")
    options = dashboard.locator("#gis-search-list [role=option]")
    expect(options.first).to_contain_text("桂园示例0")
    dashboard.keyboard.press("ArrowDown")
    dashboard.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(dashboard.locator(".gis-search input")).to_have_attribute(
        "aria-activedescendant", "gis-option-0"
    )
    name = options.first.inner_text().split(" · ")[0]
    dashboard.keyboard.press("Enter")
    expect(dashboard.locator(".leaflet-popup .gis-card-title")).to_contain_text(name)
    expect(scale).not_to_have_text(before)
    expect(options.first).to_be_hidden()


def test_the_search_says_when_nothing_is_found_and_closes_with_escape(dashboard: Page) -> None:
    walk(dashboard, "search")
    dashboard.keyboard.type("no such place")
    expect(dashboard.locator(".gis-none")).to_be_visible()
    dashboard.keyboard.press("Escape")
    expect(dashboard.locator("#gis-search-list")).to_be_hidden()


def test_enter_on_a_row_shows_it_on_the_map(dashboard: Page) -> None:
    walk(dashboard, "row")
    dashboard.keyboard.press("Enter")
    expect(dashboard.locator(".leaflet-popup")).to_be_visible()
    expect(dashboard.locator("tr.selected")).to_have_count(1)


def test_arrows_move_between_the_tables(dashboard: Page) -> None:
    walk(dashboard, "tab")
    dashboard.keyboard.press("ArrowRight")
    expect(dashboard.get_by_role("tab").nth(1)).to_be_focused()
    expect(dashboard.locator("#panel-communities")).to_be_visible()
    dashboard.keyboard.press("ArrowLeft")
    expect(dashboard.locator("#panel-findings")).to_be_visible()


def test_layers_are_switched_by_keyboard(dashboard: Page) -> None:
    shapes = dashboard.locator(".leaflet-overlay-pane path")
    expect(shapes).not_to_have_count(0)
    walk(dashboard, "layers")
    dashboard.keyboard.press("Enter")
    box = dashboard.locator(".leaflet-control-layers-overlays input").first
    expect(box).to_be_visible()
    dashboard.keyboard.press("Tab")
    if not box.evaluate("node => node === document.activeElement"):
        dashboard.keyboard.press("Tab")
    expect(box).to_be_focused()
    dashboard.keyboard.press("Space")
    expect(shapes).to_have_count(0)
