"""Signing in by OpenID Connect, against a real issuer on this machine."""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest

from gis_service import web
from gis_service.api.app import create_app
from gis_service.bootstrap import build
from gis_service.services import Services
from gis_service.settings import Settings

ROLES = {"street-staff": "street", "bureau-staff": "bureau", "admins": "administrator"}


@pytest.fixture(scope="module")
def running_issuer(beside: Any) -> Iterator[Any]:
    with beside("issuer").running() as issuer:
        yield issuer


@pytest.fixture
def issuer(running_issuer: Any) -> Any:
    running_issuer.fault = ""
    running_issuer.claims = {"preferred_username": "Li Wei", "name": "李伟",
                             "roles": ["x", "bureau-staff"]}  # fmt: skip
    return running_issuer


@pytest.fixture
def services(issuer: Any, tmp_path: Path) -> Iterator[Services]:
    made = build(
        Settings(
            data_dir=tmp_path,
            oidc_issuer=issuer.url,
            oidc_client_id="gis-service",
            oidc_client_secret="a secret, with % and :",  # noqa: S106
            oidc_roles=ROLES,
        )
    )
    yield made
    made.database.close()


@pytest.fixture
def office(services: Services, visitor: Any) -> Any:
    app = create_app(services)
    web.mount(app, services)
    return type(visitor)(app)


def begin(office: Any, goal: str = "/account") -> tuple[str, dict[str, str]]:
    """Go to the issuer and come back: give the address to come back to, and the cookie."""
    started = office.get("/sign-in/oidc", params={"next": goal})
    assert started.status_code == 303
    cookie = started.headers["set-cookie"].partition(";")[0]
    back = httpx.get(started.headers["location"], trust_env=False)
    assert back.status_code == 303
    parts = urlsplit(back.headers["location"])
    return f"{parts.path}?{parts.query}", {"cookie": cookie}


def session_of(answer: Any) -> dict[str, str]:
    found = [c for c in answer.headers.get_list("set-cookie") if c.startswith("session=")]
    assert found, answer.text
    return {"cookie": found[0].partition(";")[0]}


def test_who_is_known_at_the_office_signs_in_with_the_mapped_role(
    office: Any, issuer: Any, services: Services
) -> None:
    assert 'id="oidc"' in office.get("/sign-in").text
    address, cookie = begin(office, goal="/account?x=1")
    done = office.get(address, headers=cookie)
    assert done.status_code == 303 and done.headers["location"] == "/account?x=1"
    account = office.get("/account?lang=en", headers=session_of(done)).text
    assert "李伟" in account and "li-wei" in account and "bureau staff" in account
    name, _, secret = b64decode(issuer.secrets[-1].removeprefix("Basic ")).decode().partition(":")
    assert (unquote(name), unquote(secret)) == ("gis-service", "a secret, with % and :")
    with services.database.reading() as unit:
        entries = [(e.user, e.action, e.subject) for e in unit.audit.entries()]
    assert entries == [("oidc", "add person", "person li-wei")]


def test_a_new_role_at_the_office_is_taken_over_at_the_next_signing_in(
    office: Any, issuer: Any, services: Services
) -> None:
    address, cookie = begin(office)
    session_of(office.get(address, headers=cookie))
    issuer.claims |= {"roles": "street-staff", "street": "桂园街道", "preferred_username": "new"}
    address, cookie = begin(office)
    session_of(office.get(address, headers=cookie))
    person = services.people.get("li-wei")
    assert (person.role, person.street) == ("street", "桂园街道")
    assert [p.login for p in services.people.all()] == ["li-wei"]


@pytest.mark.parametrize(
    ("fault", "claims"),
    [
        ("unsigned", {}), ("another key", {}), ("public key as secret", {}), ("changed", {}),
        ("denied", {}), ("down", {}),
        ("", {"nonce": "of another signing in"}), ("", {"aud": "another program"}),
        ("", {"aud": ["gis-service", "another"]}), ("", {"azp": "another"}),
        ("", {"iss": "https://evil.example"}), ("", {"exp": int(time.time()) - 3600}),
        ("", {"iat": int(time.time()) + 36000}), ("", {"sub": None}),
    ],
)  # fmt: skip
def test_a_token_that_can_not_be_trusted_lets_nobody_in(
    office: Any, issuer: Any, services: Services, fault: str, claims: dict[str, Any]
) -> None:
    issuer.fault = fault
    issuer.claims |= claims
    address, cookie = begin(office)
    answer = office.get(address, headers=cookie)
    assert answer.status_code == 401 and 'role="alert"' in answer.text
    assert not [c for c in answer.headers.get_list("set-cookie") if c.startswith("session=")]
    assert services.people.all() == []


def test_an_answer_that_another_browser_began_is_refused(office: Any) -> None:
    address, cookie = begin(office)
    assert office.get(address).status_code == 401, "without the cookie"
    assert office.get(address, headers=begin(office)[1]).status_code == 401, "another's state"
    assert office.get("/sign-in/oidc/callback?code=x", headers=cookie).status_code == 401
    state = parse_qs(urlsplit(address).query)["state"][0]
    wrong = f"/sign-in/oidc/callback?state={state}&code=invented"
    assert office.get(wrong, headers=cookie).status_code == 401


def test_a_code_works_once(office: Any) -> None:
    address, cookie = begin(office)
    session_of(office.get(address, headers=cookie))
    assert office.get(address, headers=cookie).status_code == 401


def test_the_proof_key_is_needed(office: Any) -> None:
    address, cookie = begin(office)
    state, nonce, _, goal = cookie["cookie"].removeprefix("oidc=").strip('"').split(".")
    forged = {"cookie": f"oidc={state}.{nonce}.{'v' * 43}.{goal}"}
    assert office.get(address, headers=forged).status_code == 401


@pytest.mark.parametrize("held", [[], ["unknown"], None, "Admins", {"admins": True}])
def test_who_has_no_role_here_is_told_so(
    office: Any, issuer: Any, services: Services, held: Any
) -> None:
    issuer.claims |= {"roles": held}
    address, cookie = begin(office)
    answer = office.get(f"{address}&lang=en", headers=cookie)
    assert answer.status_code == 403 and "has no role here" in answer.text
    assert services.people.all() == []


def test_a_disabled_person_stays_outside(office: Any, services: Services, people: Any) -> None:
    address, cookie = begin(office)
    session_of(office.get(address, headers=cookie))
    services.people.disable("li-wei", by=people.ADMINISTRATOR)
    address, cookie = begin(office)
    assert office.get(address, headers=cookie).status_code == 403


def test_a_local_account_is_not_taken_over_by_its_name(
    office: Any, issuer: Any, services: Services, people: Any
) -> None:
    services.people.add("li-wei", role="viewer", by=people.ADMINISTRATOR)
    issuer.claims |= {"roles": ["admins"]}
    address, cookie = begin(office)
    assert office.get(address, headers=cookie).status_code == 409
    assert services.people.get("li-wei").role == "viewer"


def test_an_issuer_that_can_not_be_trusted_is_not_asked(office: Any, issuer: Any) -> None:
    issuer.fault = "issuer name"
    assert office.get("/sign-in/oidc").status_code == 401


def test_without_the_setting_there_is_no_such_signing_in(visitor: Any) -> None:
    assert 'id="oidc"' not in visitor.get("/sign-in").text
    assert visitor.get("/sign-in/oidc").status_code == 404


def test_an_issuer_elsewhere_needs_https(tmp_path: Path, visitor: Any) -> None:
    made = build(Settings(data_dir=tmp_path, oidc_issuer="http://sso.example.gov.cn"))
    app = create_app(made)
    web.mount(app, made)
    answer = type(visitor)(app).get("/sign-in/oidc?lang=en")
    assert answer.status_code == 401 and "https" in answer.text
    made.database.close()
