"""The maps under the mouse: tooltips, popups, layers, legend, full screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SPOT = """(selector) => {
  const box = document.querySelector(".gis-map").getBoundingClientRect();
  for (let y = box.top + box.height / 2; y < box.bottom; y += 7) {
    for (let x = box.left + box.width / 3; x < box.right; x += 7) {
      const hit = document.elementFromPoint(x, y);
      if (hit && hit.matches(selector)) return [x, y];
    }
  }
  return null;
}"""
CLEAR = """() => {
  const popup = document.querySelector(".leaflet-popup-content-wrapper");
  if (!popup || document.querySelector(".leaflet-pan-anim, .leaflet-zoom-anim")) return false;
  const box = popup.getBoundingClientRect();
  const free = (x, y) => popup.contains(document.elementFromPoint(x, y));
  return [0.04, 0.3, 0.7, 0.96].every((x) => [0.04, 0.3, 0.6, 0.96].every((y) =>
    free(box.left + box.width * x, box.top + box.height * y) ||
    (x > 0.9 && y < 0.1)));
}"""
COMMUNITY = ".leaflet-overlay-pane path"


@pytest.fixture
def overview(open_map: Callable[[str], Page]) -> Page:
    return open_map("/maps/overview")


def spot(page: Page, selector: str) -> tuple[float, float]:
    found = page.evaluate(SPOT, selector)
    assert found is not None, f"nothing to point at: {selector}"
    return found[0], found[1]


def names_at(page: Page, lon: float, lat: float) -> list[str]:
    """Ask the interface which communities hold a point."""
    around = f"{lon - 1e-5},{lat - 1e-5},{lon + 1e-5},{lat + 1e-5}"
    answer: dict[str, Any] = page.request.get(
        f"/ogc/collections/communities/items?bbox={around}"
    ).json()
    point = shapely.Point(lon, lat).buffer(2e-5)
    return [
        f["properties"]["name"]
        for f in answer["features"]
        if shapely.from_geojson(str(f["geometry"]).replace("'", '"')).intersects(point)
    ]


def test_a_tooltip_names_the_community_under_the_pointer(overview: Page) -> None:
    overview.mouse.move(*spot(overview, COMMUNITY))
    tooltip = overview.locator(".gis-tooltip")
    expect(tooltip).to_be_visible()
    shown = overview.locator(".gis-coordinates").inner_text()
    lon, lat = (float(part.strip("° ")) for part in shown.split(","))
    names = names_at(overview, lon, lat)
    assert names and any(name in tooltip.inner_text() for name in names)


def test_a_click_opens_a_popup_with_the_facts_and_a_button_to_close(overview: Page) -> None:
    overview.mouse.click(*spot(overview, COMMUNITY))
    popup = overview.locator(".leaflet-popup")
    expect(popup).to_be_visible()
    expect(popup.locator("dd", has_text="m²")).to_be_visible()
    close = popup.locator(".leaflet-popup-close-button")
    expect(close).to_have_attribute("aria-label", re.compile("关闭"))
    close.click()
    expect(popup).to_have_count(0)


def test_layers_are_switched_off_and_on(overview: Page) -> None:
    shapes = overview.locator(COMMUNITY)
    pins = overview.locator(".leaflet-marker-pane .gis-marker")
    communities, all_pins = shapes.count(), pins.count()
    overview.locator(".leaflet-control-layers").hover()
    boxes = overview.locator(".leaflet-control-layers-overlays input[type=checkbox]")
    count = boxes.count()
    assert count == 8
    before = [boxes.nth(i).is_checked() for i in range(count)]
    for i in range(count):
        if before[i]:
            boxes.nth(i).uncheck()
    expect(shapes).to_have_count(0)
    expect(pins).to_have_count(0)
    for i in range(count):
        if before[i]:
            boxes.nth(i).check()
    expect(shapes).to_have_count(communities)
    expect(pins).to_have_count(all_pins)


def test_the_coverage_layer_colours_the_communities_by_class(
    open_map: Callable[[str], Page],
) -> None:
    page = open_map("/maps/coverage")
    fills = page.locator(COMMUNITY).evaluate_all("ps => ps.map((p) => p.getAttribute('fill'))")
    shown = page.locator("#table-coverage tbody .mark").all_inner_texts()
    assert len(fills) == len(shown) == 81
    assert len(set(fills)) == len(set(shown)) >= 3
    assert sorted(fills.count(f) for f in set(fills)) == sorted(shown.count(s) for s in set(shown))


def test_the_legend_names_the_streets_of_the_data(overview: Page) -> None:
    legend = overview.locator(".gis-legend")
    if legend.locator("details").get_attribute("open") is None:
        legend.locator("summary").click()
    expect(legend.locator("li", has_text="桂园")).to_have_count(1)
    legend.locator("summary").click()
    expect(legend.locator(".gis-legend-body")).to_be_hidden()


@pytest.mark.parametrize("width", [360, 1366])
def test_the_open_legend_never_covers_most_of_the_map(
    open_map: Callable[[str], Page], page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    open_map("/")
    legend = page.locator(".gis-legend").bounding_box()
    whole = page.locator(".gis-map").bounding_box()
    assert legend is not None and whole is not None
    share = legend["width"] * legend["height"] / (whole["width"] * whole["height"])
    assert share < 0.25


@pytest.mark.parametrize("width", [360, 1366])
def test_no_control_covers_a_popup(open_map: Callable[[str], Page], page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    open_map("/maps/disputes")
    page.locator("#table-findings tbody tr td").first.click()
    page.locator(".gis-map").scroll_into_view_if_needed()
    page.wait_for_function(CLEAR)


def test_the_map_fills_the_screen_and_comes_back(overview: Page) -> None:
    button = overview.locator(".leaflet-control-zoom-fullscreen, .leaflet-control-fullscreen a")
    button.first.click()
    expect(overview.locator(".leaflet-fullscreen-on, .gis-map:fullscreen").first).to_be_attached()
    button.first.click()
    expect(overview.locator(".leaflet-fullscreen-on, .gis-map:fullscreen")).to_have_count(0)


def test_zoom_and_scale_work_together(overview: Page) -> None:
    scale = overview.locator(".leaflet-control-scale-line")
    before = scale.inner_text()
    overview.locator(".leaflet-control-zoom-in").click()
    expect(scale).not_to_have_text(before)
