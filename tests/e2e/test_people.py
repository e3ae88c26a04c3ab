"""People in a browser: the first administrator's link, accounts, signing in and out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
PASSWORD = "three green stones"  # noqa: S105
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def test_an_administrator_lets_somebody_in_who_sets_a_password_and_signs_in_again(
    page: Page, sign_in_page: Callable[..., Any], browser: Browser, server: str, watch: Any
) -> None:
    sign_in_page(page, "administrator")
    page.goto("/people?lang=zh")
    form = page.locator("form", has=page.locator("#add"))
    form.locator("[name=login]").fill("zhao")
    form.locator("[name=name]").fill("赵<b>")
    form.locator("[name=role]").select_option("street")
    form.locator("[name=street]").fill("桂园街道")
    page.locator("#add").click()
    link = page.locator("#link").inner_text()
    expect(page.locator("#people")).to_contain_text("赵<b>")
    context = browser.new_context(base_url=server, locale="zh-CN", viewport=PHONE)
    theirs = context.new_page()
    theirs.goto(link)
    theirs.locator("[name=password]").fill(PASSWORD)
    theirs.locator("[name=again]").fill(PASSWORD)
    theirs.keyboard.press("Enter")
    expect(theirs.locator("#who")).to_have_text("zhao")
    theirs.locator("#sign-out").click()
    expect(theirs.locator("#sign-in")).to_be_visible()
    theirs.goto("/account")
    expect(theirs).to_have_url(re.compile(r"/sign-in\?next=%2Faccount$"))
    theirs.locator("[name=login]").fill("zhao")
    theirs.locator("[name=password]").fill("wrong and long")
    theirs.keyboard.press("Enter")
    expect(theirs.locator("[role=alert]")).to_have_text("用户名或密码不正确。")
    theirs.locator("[name=password]").fill(PASSWORD)
    theirs.keyboard.press("Enter")
    expect(theirs).to_have_url(re.compile(r"/account$"))
    expect(theirs.locator(".heading .hint")).to_contain_text("桂园街道")
    theirs.goto("/people")
    expect(theirs.locator("h1")).to_contain_text("您的角色")
    context.close()


def test_the_first_start_prints_a_link_that_makes_its_reader_the_administrator(
    page: Page, server: str, server_folder: Path, watch: Any
) -> None:
    printed = (server_folder / "first-link").read_text()
    assert printed.startswith(f"{server}/link/")
    page.goto(printed)
    expect(page.locator(".hint strong")).to_have_text("admin")
    watch.expect_status(400)
    for password in ("admin12345", PASSWORD):
        page.locator("[name=password]").fill(password)
        page.locator("[name=again]").fill(password)
        page.keyboard.press("Enter")
        if password != PASSWORD:
            expect(page.locator("[role=alert]")).to_contain_text("太常见")
    expect(page.locator("#who")).to_have_text("admin")
    page.goto("/people")
    expect(page.locator("#people")).to_contain_text("admin")
    watch.expect_status(404)
    page.goto(printed)
    expect(page.locator("h1")).to_contain_text("此链接不可用")
    log = (server_folder / "log").read_text()
    assert '"audit head"' in log and printed.rpartition("/")[2] not in log


def test_a_key_is_made_shown_once_and_used(page: Page, sign_in_page: Callable[..., Any]) -> None:
    sign_in_page(page, "approver")
    page.goto("/account?lang=en")
    page.locator("[name=name]").fill("desk-e2e")
    page.locator("#add-key").click()
    key = page.locator("#new-key").inner_text()
    entries = page.request.get("/api/v1/audit", headers={"authorization": f"Bearer {key}"})
    assert entries.status == 200
    assert entries.json()["entries"][0]["subject"] == "key desk-e2e"
    page.goto("/account")
    expect(page.locator("body")).not_to_contain_text(key)
    page.get_by_role("button", name="End this key desk-e2e").click()
    expect(page.locator("[role=status]")).to_be_visible()
    ended = page.request.get("/api/v1/audit", headers={"authorization": f"Bearer {key}"})
    assert ended.status == 401


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_of_people_fit_a_phone_and_are_reached_by_keyboard(
    page: Page, sign_in_page: Callable[..., Any], language: str
) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"/sign-in?lang={language}")
    assert page.evaluate(FITS)
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[name=password]")).to_be_focused()
    sign_in_page(page, "administrator")
    for address in ("/people", "/people?edit=administrator", "/audit", "/account"):
        page.goto(address)
        assert page.evaluate(FITS), address
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.id || document.activeElement.name"))
        wanted = {"/people": "add", "/audit": "since", "/account": "change-password"}
        assert wanted.get(address.partition("?")[0], "add") in reached, address


def test_the_audit_page_is_filtered(page: Page, sign_in_page: Callable[..., Any]) -> None:
    sign_in_page(page, "approver")
    page.goto("/audit?lang=en")
    page.locator("[name=user]").fill("sample")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#audit tbody tr").first).to_contain_text("sample")
    page.locator("[name=subject]").fill("nothing has this name")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_have_text("No entry fits.")
