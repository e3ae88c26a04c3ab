"""What the pages answer: language, errors, headers, no word of another host."""

from __future__ import annotations

import re
from typing import Any

import pytest

PAGES = ("/", "/maps/overview", "/maps/disputes", "/maps/coverage", "/surveys/new")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("lang", "declared"), [("zh", "zh-CN"), ("en", "en")])
def test_a_page_declares_its_language(visitor: Any, address: str, lang: str, declared: str) -> None:
    answer = visitor.get(address, params={"lang": lang})
    assert answer.status_code == 200
    assert f'<html lang="{declared}">' in answer.text
    assert answer.headers["content-language"] == declared


@pytest.mark.parametrize("address", PAGES)
def test_a_page_names_no_other_host(visitor: Any, address: str) -> None:
    text = visitor.get(address).text
    hosts = re.findall(r"(?:https?:)?//[a-z0-9][a-z0-9.-]*\.[a-z]{2,}", text, re.IGNORECASE)
    assert [h for h in hosts if h not in ("http://www.w3.org", "//www.w3.org")] == []


@pytest.mark.parametrize("address", PAGES)
def test_every_script_of_a_page_carries_the_nonce_of_its_policy(
    visitor: Any, sign_in: Any, address: str
) -> None:
    answer = sign_in(visitor, "bureau").get(address)
    allowed = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert allowed is not None
    scripts = re.findall(r"<script([^>]*)>", answer.text)
    running = [s for s in scripts if "application/json" not in s]
    assert running and all(f'nonce="{allowed[1]}"' in s for s in running)
    assert not re.search(r"<[a-z]+[^>]*\son[a-z]+\s*=", answer.text)


@pytest.mark.parametrize("address", ["/maps/nowhere", "/nowhere", "/surveys/999999"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_not_there_is_a_page_for_browsers(visitor: Any, address: str, lang: str) -> None:
    answer = visitor.get(address, params={"lang": lang})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    heading = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    assert heading is not None
    assert bool(re.search(r"[\u4e00-\u9fff]", heading[1])) == (lang == "zh")


def test_what_is_not_there_stays_a_problem_document_for_programs(visitor: Any) -> None:
    answer = visitor.get("/maps/nowhere", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_address_in_an_error_page_is_escaped(visitor: Any) -> None:
    answer = visitor.get("/maps/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_the_language_is_kept_in_a_cookie_that_scripts_cannot_read(visitor: Any) -> None:
    answer = visitor.get("/surveys/new?lang=en")
    assert answer.cookies["lang"] == "en"
    assert "httponly" in answer.headers["set-cookie"].lower()
    again = visitor.get("/surveys/new", headers={"cookie": "lang=en"})
    assert '<html lang="en">' in again.text


def test_the_switch_keeps_the_other_parts_of_the_address(visitor: Any) -> None:
    text = visitor.get("/maps/coverage?x=1&lang=en").text
    assert 'href="/maps/coverage?x=1&amp;lang=zh"' in text


@pytest.mark.parametrize(
    "name", ["package.json", "package-lock.json", "__init__.py", "../api/app.py"]
)
def test_files_that_are_not_assets_are_not_served(visitor: Any, name: str) -> None:
    assert visitor.get(f"/static/{name}").status_code == 404


def test_static_files_are_asked_for_again_by_their_tag(visitor: Any) -> None:
    first = visitor.get("/static/map.js")
    assert first.status_code == 200
    again = visitor.get("/static/map.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
