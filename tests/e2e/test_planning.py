"""The coverage page and the planning page in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Browser, Page, expect

from gis_service.bootstrap import utc_now
from gis_service.settings import Settings
from gis_service.storage import connect

pytestmark = pytest.mark.browser

LONGEST_S = 1.0
"""A dragged site's figures follow within a second."""


def ready(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-map-ready", "true", timeout=20_000)


def test_the_coverage_page_shows_the_rate_by_every_definition(page: Page) -> None:
    page.goto("/coverage?lang=en")
    ready(page)
    expect(page.locator("#rate .figure")).to_contain_text("36 / 60 · 60.0 %")
    chosen = page.locator("#sensitivity td.chosen")
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("36 / 60")
    assert page.locator("#sensitivity td.met").count() > 0
    assert page.locator("#sensitivity td.unmet").count() > 0
    page.locator("#table-ranking thead button", has_text="In reach").click()
    first = page.locator("#table-ranking tbody tr").first
    expect(first.locator("td").nth(3)).to_have_text("0.0 %")
    first.locator("button").click()
    expect(page.locator(".gis-popup .gis-card")).to_be_visible()
    page.locator("#panel-ranking input").fill("黄贝")
    expect(page.locator("#table-ranking tbody tr:visible").first).to_contain_text("黄贝")


def test_the_report_is_downloaded_and_says_the_rate(page: Page, tmp_path: Path) -> None:
    page.goto("/coverage?lang=en")
    with page.expect_download() as waiting:
        page.locator("#report-pdf").click()
    waiting.value.save_as(tmp_path / "coverage.pdf")
    text = pypdf.PdfReader(tmp_path / "coverage.pdf").pages[0].extract_text()
    assert "36 / 60 = 60.0 %" in text and "The definition decides" in text


def test_the_figure_on_the_map_can_be_switched(page: Page) -> None:
    page.goto("/coverage?lang=en")
    ready(page)
    page.select_option("#figure", "nearest")
    page.locator(".switcher button").click()
    ready(page)
    expect(page.locator(".gis-legend")).to_contain_text("≥ 20 min")
    assert "figure=nearest" in page.url


def test_a_visitor_sees_no_single_blocks_and_staff_do(
    page: Page, sign_in_page: Callable[..., Any]
) -> None:
    page.goto("/coverage?lang=en")
    ready(page)
    expect(page.locator(".gis-legend")).not_to_contain_text("Elders out of reach, by block")
    sign_in_page(page, "bureau")
    page.goto("/coverage?lang=en")
    ready(page)
    expect(page.locator(".gis-legend")).to_contain_text("Elders out of reach, by block")


def test_a_plan_is_run_dragged_kept_and_compared(
    page: Page, sign_in_page: Callable[..., Any]
) -> None:
    sign_in_page(page, "bureau")
    page.goto("/plan?lang=en")
    ready(page)
    page.locator("#run").click()
    expect(page.locator("html[data-plan]")).to_be_attached(timeout=60_000)
    expect(page.locator("#proof")).to_contain_text("Proven")
    expect(page.locator("#sites li")).to_have_count(3)
    expect(page.locator(".site-pin")).to_have_count(3)
    expect(page.locator("#figures")).to_contain_text("47 / 60")
    page.fill("#scenario-name", "First")
    page.locator("#keep button").click()
    expect(page.locator("#kept")).to_contain_text("First")

    pin = page.locator(".site-pin").first.bounding_box()
    assert pin is not None
    x, y = pin["x"] + pin["width"] / 2, pin["y"] + pin["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 70, y + 40, steps=4)
    page.mouse.up()
    expect(page.locator("#proof")).to_contain_text("moved by hand")
    page.wait_for_timeout(500)
    scored = page.locator("#result").get_attribute("data-scored")
    began = time.perf_counter()
    page.locator(".site-pin").nth(1).press("ArrowRight")
    expect(page.locator("#result")).not_to_have_attribute("data-scored", scored or "")
    assert time.perf_counter() - began < LONGEST_S
    page.fill("#scenario-name", "Second")
    page.locator("#keep button").click()
    expect(page.locator("#kept")).to_contain_text("Second")

    for field, name in (("a", "First"), ("b", "Second")):
        value = page.locator(f"#compare select[name={field}] option", has_text=name).first
        page.select_option(f"#compare select[name={field}]", value.get_attribute("value"))
    page.locator("#compare button").click()
    table = page.locator("#comparison")
    expect(table.locator("thead")).to_contain_text("First")
    expect(table).to_contain_text("proven best")
    expect(table).to_contain_text("moved by hand")
    ready(page)
    expect(page.locator(".site-pin")).to_have_count(6)


def test_a_policy_shows_what_it_changes_before_it_is_saved(
    browser: Browser,
    serve: Callable[..., Any],
    tmp_path: Path,
    people: Any,
) -> None:
    with serve(tmp_path) as home, watched(browser, home) as page:
        database = connect(Settings(data_dir=tmp_path / "data").sqlalchemy_url(), clock=utc_now)
        who = people.signed_in(database, utc_now, "bureau")
        database.close()
        page.context.add_cookies([{"name": "session", "value": who.token, "url": home}])
        page.goto(f"{home}/policy?lang=en")
        page.select_option("#policy select[name=rule]", "walking")
        page.locator("#preview").click()
        change = page.locator("#change")
        expect(change).to_contain_text("36 / 60 · 60.0 %")
        expect(change).to_contain_text("46 / 60 · 76.7 %")
        page.goto(f"{home}/coverage?lang=en")
        expect(page.locator("#rate .figure")).to_contain_text("36 / 60")
        page.go_back()
        page.locator("#save button").click()
        expect(page.locator("#saved")).to_be_visible()
        page.goto(f"{home}/coverage?lang=en")
        expect(page.locator("#rate .figure")).to_contain_text("46 / 60 · 76.7 %")
        expect(page.locator("#sensitivity td.chosen")).to_contain_text("46 / 60")


@contextmanager
def watched(browser: Browser, home: str) -> Iterator[Page]:
    context = browser.new_context(base_url=home, locale="zh-CN", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def test_a_viewer_may_look_at_scenarios_and_not_plan(
    page: Page, sign_in_page: Callable[..., Any]
) -> None:
    sign_in_page(page, "viewer")
    page.goto("/plan?lang=en")
    ready(page)
    expect(page.locator("#scenarios")).to_be_visible()
    expect(page.locator("#plan")).to_have_count(0)


@pytest.mark.parametrize("address", ["/coverage", "/plan"])
def test_the_pages_fit_a_phone(page: Page, sign_in_page: Callable[..., Any], address: str) -> None:
    sign_in_page(page, "bureau")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
