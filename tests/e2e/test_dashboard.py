"""The dashboard: the sample's figures, and one story told by cards, map and table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def dashboard(open_map: Callable[[str], Page]) -> Page:
    return open_map("/")


def scale(page: Page) -> str:
    return page.locator(".leaflet-control-scale-line").inner_text()


def rows(page: Page, table: str = "findings") -> Locator:
    return page.locator(f"#table-{table} tbody tr")


def test_the_page_shows_the_samples_figures_and_says_that_they_are_no_survey(
    dashboard: Page,
) -> None:
    figure = {
        name: dashboard.locator(f".card-{name} .figure").inner_text()
        for name in ("communities", "disputes", "slivers", "coverage")
    }
    assert figure == {
        "communities": "81",
        "disputes": "16",
        "slivers": "12",
        "coverage": "36 / 60 · 60.0 %",
    }
    expect(dashboard.locator(".card-coverage")).to_contain_text("70.0 %")
    expect(dashboard.locator(".bars li")).to_have_count(10)
    expect(dashboard.locator(".bars .share", has_text="%").first).to_be_visible()
    expect(dashboard.locator(".sample-note")).to_be_visible()
    expect(dashboard.locator(".sample-note")).to_contain_text("演示数据，非测绘成果")


def test_the_table_counts_what_the_cards_count(dashboard: Page) -> None:
    for mark, expected in (("severity-dispute", 16), ("severity-sliver", 12)):
        expect(dashboard.locator(f"#table-findings tbody th .{mark}")).to_have_count(expected)
    dashboard.get_by_role("tab").nth(1).click()
    expect(rows(dashboard, "communities")).to_have_count(81)
    expect(dashboard.locator("#panel-findings")).to_be_hidden()


def test_a_row_zooms_the_map_is_marked_and_opens_its_popup(dashboard: Page) -> None:
    before = scale(dashboard)
    row = rows(dashboard).nth(3)
    row.locator("td").first.click()
    expect(row).to_have_class("selected")
    expect(row.locator("button")).to_have_attribute("aria-pressed", "true")
    popup = dashboard.locator(".leaflet-popup .gis-card")
    expect(popup).to_contain_text(f"{row.locator('td').nth(2).inner_text()} m²")
    assert scale(dashboard) != before
    rows(dashboard).nth(5).locator("td").first.click()
    expect(dashboard.locator("tr.selected")).to_have_count(1)


def test_a_shape_on_the_map_marks_its_row_and_opens_its_tab(dashboard: Page) -> None:
    dashboard.get_by_role("tab").nth(1).click()
    dashboard.locator(".leaflet-marker-pane .gis-marker").first.click(force=True)
    expect(dashboard.locator("tr.selected")).to_have_count(1)
    expect(dashboard.locator("tr.selected")).to_be_visible()


def test_the_table_sorts_by_a_header_up_and_down(dashboard: Page) -> None:
    def areas() -> list[float]:
        return [float(v) for v in rows(dashboard).locator("td:nth-child(4)").evaluate_all(
            "cells => cells.map((cell) => cell.dataset.sort || '0')"
        )]  # fmt: skip

    head = dashboard.locator("#table-findings thead th").nth(3)
    head.locator("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert areas() == sorted(areas())
    head.locator("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert areas() == sorted(areas(), reverse=True)
    assert areas()[0] > 500


def test_the_filter_keeps_the_rows_that_hold_every_word(dashboard: Page) -> None:
    dashboard.get_by_role("tab").nth(1).click()
    field = dashboard.locator("#panel-communities input[data-filter]")
    field.fill("桂园 示例")
    kept = rows(dashboard, "communities").filter(visible=True)
    expect(kept).not_to_have_count(81)
    assert 0 < kept.count() < 81
    assert all("桂园" in text for text in kept.all_inner_texts())
    expect(dashboard.locator("#panel-communities [data-count]")).to_have_text(str(kept.count()))
    field.fill("")
    expect(kept).to_have_count(81)
