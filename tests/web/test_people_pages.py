"""Signing in, one's account, the accounts page and the audit page, asked without a browser."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

PASSWORD = "three green stones"  # noqa: S105


def _field(answer: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found is not None, answer.text
    return unescape(found[1])


def _sign_in(visitor: Any, login: str, password: str, goal: str = "/") -> Any:
    """Open the form and send it, as a browser without a session does."""
    form = visitor.get("/sign-in", params={"next": goal})
    data = {"login": login, "password": password, "next": _field(form, "next")}
    data["csrf_token"] = _field(form, "csrf_token")
    cookie = f"visitor={form.cookies['visitor']}"
    return visitor.post("/sign-in", data=data, headers={"cookie": cookie})


def test_a_page_for_the_signed_in_leads_to_signing_in_and_back(visitor: Any, sign_in: Any) -> None:
    sign_in(visitor, "approver")
    asked = visitor.get("/audit?user=li&lang=en")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Faudit%3Fuser%3Dli%26lang%3Den"
    done = _sign_in(visitor, "approver", PASSWORD, goal="/audit?user=li&lang=en")
    assert done.status_code == 303 and done.headers["location"] == "/audit?user=li&lang=en"
    cookie = next(c for c in done.headers.get_list("set-cookie") if c.startswith("session="))
    assert "httponly" in cookie.lower() and "samesite=lax" in cookie.lower()
    assert "secure" not in cookie.lower(), "the test asks over http"
    page = visitor.get("/audit", headers={"cookie": cookie.partition(";")[0]})
    assert page.status_code == 200 and "approver" in page.text


@pytest.mark.parametrize(
    ("referer", "goal"),
    [("http://office/people?edit=li", "%2Fpeople%3Fedit%3Dli"), ("http://evil/people", "%2F")],
)
def test_a_form_whose_session_is_over_leads_back_to_the_form(
    visitor: Any, referer: str, goal: str
) -> None:
    answer = visitor.post("/people", data={"do": "add"}, headers={"referer": referer})
    assert answer.headers["location"] == f"/sign-in?next={goal}"


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(visitor: Any, sign_in: Any) -> None:
    who = sign_in(visitor, "viewer").who
    form = visitor.get("https://office/sign-in")
    assert "__Host-visitor" in form.cookies
    headers = {"cookie": f"__Host-visitor={form.cookies['__Host-visitor']}"}
    data = {"login": who.login, "password": PASSWORD, "csrf_token": _field(form, "csrf_token")}
    done = visitor.post("https://office/sign-in", data=data, headers=headers)
    cookie = next(c for c in done.headers.get_list("set-cookie") if "session=" in c)
    assert cookie.startswith("__Host-session=") and "; secure" in cookie.lower()
    plain = {"cookie": f"session={who.token}"}
    assert visitor.get("https://office/account", headers=plain).status_code == 303


@pytest.mark.parametrize(
    "goal",
    ["//evil.example/x", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:x",
     "/sign-out", "/x\r\nSet-Cookie: a=b", " //evil", "", "http:/evil"],
)  # fmt: skip
def test_signing_in_leads_to_no_other_site(visitor: Any, sign_in: Any, goal: str) -> None:
    sign_in(visitor, "viewer")
    assert _sign_in(visitor, "viewer", PASSWORD, goal=goal).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    visitor: Any, sign_in: Any
) -> None:
    sign_in(visitor, "viewer")
    said = []
    for login in ("viewer", "nobody"):
        answer = _sign_in(visitor, login, "wrong and long")
        assert answer.status_code == 401 and "set-cookie" not in answer.headers
        text = re.search(r'role="alert">([^<]*)<', answer.text)
        assert text is not None
        said.append(text[1])
    assert said[0] == said[1]


def test_a_form_without_its_token_writes_nothing(visitor: Any, sign_in: Any) -> None:
    administrator = sign_in(visitor, "administrator")
    data = {"do": "add", "login": "mallory", "role": "administrator"}
    bare = {"cookie": administrator.who.headers["cookie"]}
    for headers in (bare, bare | {"x-csrf-token": "0" * 64}):
        answer = visitor.post("/people", data=data, headers=headers)
        assert answer.status_code == 403
    wrong = data | {"csrf_token": "0" * 64}
    assert visitor.post("/people", data=wrong, headers=bare).status_code == 403
    assert "mallory" not in administrator.get("/people").text
    login = {"login": "viewer", "password": PASSWORD}
    assert visitor.post("/sign-in", data=login).status_code == 403


def test_an_administrator_adds_changes_resets_and_disables(visitor: Any, sign_in: Any) -> None:
    administrator = sign_in(visitor, "administrator")
    token = administrator.who.csrf

    def do(what: str, **fields: str) -> Any:
        data = {"csrf_token": token, "do": what, "login": "wang"} | fields
        cookie = {"cookie": administrator.who.headers["cookie"]}
        return visitor.post("/people", data=data, headers=cookie)

    added = do("add", name="王", role="street", street="桂园街道")
    link = re.search(r"http://office(/link/[\w-]+)", added.text)
    assert added.status_code == 200 and link is not None
    assert added.headers["cache-control"] == "no-store"
    assert do("add", role="viewer").status_code == 409
    assert do("add", role="king", login="li").status_code == 400
    signed_in = _use_link(visitor, link[1])
    who = visitor.get("/account", headers={"cookie": signed_in})
    assert "王" in who.text and "桂园街道" in who.text
    assert visitor.get(link[1]).status_code == 404, "the link works once"
    assert do("change", name="王五", role="viewer", street="").status_code == 303
    assert "查看人员" in visitor.get("/account", headers={"cookie": signed_in}).text
    again = re.search(r"http://office(/link/[\w-]+)", do("reset").text)
    assert again is not None
    assert visitor.get("/account", headers={"cookie": signed_in}).status_code == 303
    signed_in = _use_link(visitor, again[1])
    assert do("disable").status_code == 303
    assert visitor.get("/account", headers={"cookie": signed_in}).status_code == 303
    assert _sign_in(visitor, "wang", PASSWORD).status_code == 401
    assert do("enable").status_code == 303
    assert _sign_in(visitor, "wang", PASSWORD).status_code == 303


def _use_link(visitor: Any, address: str) -> str:
    form = visitor.get(address)
    assert form.status_code == 200 and form.headers["referrer-policy"] == "no-referrer"
    cookie = {"cookie": f"visitor={form.cookies['visitor']}"}
    data = {"csrf_token": _field(form, "csrf_token"), "password": PASSWORD, "again": "other"}
    assert visitor.post(address, data=data, headers=cookie).status_code == 400
    short = data | {"password": "short", "again": "short"}
    assert visitor.post(address, data=short, headers=cookie).status_code == 400
    done = visitor.post(address, data=data | {"again": PASSWORD}, headers=cookie)
    assert done.status_code == 303
    session = next(c for c in done.headers.get_list("set-cookie") if c.startswith("session="))
    return session.partition(";")[0]


def test_the_last_administrator_can_not_be_disabled(visitor: Any, sign_in: Any) -> None:
    administrator = sign_in(visitor, "administrator")
    data = {"csrf_token": administrator.who.csrf, "do": "disable", "login": "administrator"}
    answer = administrator.post("/people", data=data)
    assert answer.status_code == 409
    assert administrator.get("/account").status_code == 200


def test_ones_own_key_may_no_more_than_oneself_and_ends_when_told(
    visitor: Any, sign_in: Any
) -> None:
    street = sign_in(visitor, "street", "黄贝街道")
    form = {"csrf_token": street.who.csrf, "do": "add-key", "name": "desk", "days": "30"}
    assert street.post("/account", data=form | {"role": "bureau"}).status_code == 400
    assert street.post("/account", data=form | {"role": "street", "days": "x"}).status_code == 400
    made = street.post("/account", data=form | {"role": "street"})
    key = re.search(r"gsk_[\w-]+", made.text)
    assert key is not None
    bearer = {"authorization": f"Bearer {key[0]}", "accept": "application/json"}
    refused = visitor.post("/api/v1/surveys", headers=bearer)
    assert refused.status_code == 400, "may upload, but sent no file"
    end = {"csrf_token": street.who.csrf, "do": "revoke-key", "name": "desk"}
    assert street.post("/account", data=end).status_code == 303
    ended = visitor.post("/api/v1/surveys", headers=bearer)
    assert ended.status_code == 401 and "invalid_token" in ended.headers["www-authenticate"]


def test_changing_the_password_signs_other_browsers_out(visitor: Any, sign_in: Any) -> None:
    bureau = sign_in(visitor, "street", "翠竹街道")
    form = {"csrf_token": bureau.who.csrf, "do": "password", "password": "another good one",
            "again": "another good one"}  # fmt: skip
    assert bureau.post("/account", data=form | {"old": "not the old one"}).status_code == 401
    assert bureau.post("/account", data=form | {"old": PASSWORD}).status_code == 303
    assert bureau.get("/account").status_code == 303, "the old session has ended"
    assert _sign_in(visitor, bureau.who.login, "another good one").status_code == 303


def test_signing_out_ends_the_session(visitor: Any, sign_in: Any) -> None:
    sign_in(visitor, "viewer")
    cookie = _sign_in(visitor, "viewer", PASSWORD).headers["set-cookie"].partition(";")[0]
    page = visitor.get("/account", headers={"cookie": cookie})
    data = {"csrf_token": _field(page, "csrf_token")}
    done = visitor.post("/sign-out", data=data, headers={"cookie": cookie})
    assert done.status_code == 303 and 'session=""' in done.headers["set-cookie"]
    assert visitor.get("/account", headers={"cookie": cookie}).status_code == 303


def test_the_audit_page_filters_and_turns_pages(visitor: Any, sign_in: Any) -> None:
    approver = sign_in(visitor, "approver")
    text = approver.get("/audit?user=li&lang=en").text
    users = re.findall(r"<tr><th scope=\"row\".*?</td><td>([^<]*)</td>", text)
    assert users and set(users) == {"li"}
    assert approver.get("/audit?since=never").status_code == 400
    assert "No entry fits" in approver.get("/audit?user=<b>&lang=en").text
    assert 'value="&lt;b&gt;"' in approver.get("/audit?user=<b>&lang=en").text
