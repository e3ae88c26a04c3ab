"""The door before every endpoint: cookies, keys, CSRF tokens, and bodies that pass unchanged."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from gis_service.api.access import actor_of, guarded

URL = "/api/v1/echo"


@pytest.fixture
def echo(fresh: Any) -> Any:
    """An application with a route that says who asked and what came."""

    async def answer(request: Request) -> JSONResponse:
        body = b""
        async for chunk in request.stream():
            body += chunk
        who = actor_of(request)
        return JSONResponse({"who": who.name, "role": who.role, "body": sha256(body).hexdigest()})

    async def form(request: Request) -> JSONResponse:
        async with request.form() as fields:
            file = fields["file"]
            content = file if isinstance(file, str) else await file.read()
            return JSONResponse({"size": len(content), "fields": sorted(fields)})

    for path, endpoint in ((URL, answer), (f"{URL}/form", form)):
        fresh.app.router.add_route(path, guarded(endpoint, action="account"), methods=["POST"])
    return fresh


@pytest.fixture
def cookie(echo: Any, sign_in: Any) -> dict[str, str]:
    return {"cookie": sign_in(echo, "viewer").who.headers["cookie"]}


@pytest.fixture
def csrf(echo: Any, sign_in: Any) -> str:
    token: str = sign_in(echo, "viewer").who.csrf
    return token


def test_a_body_passes_the_door_byte_for_byte(echo: Any, cookie: Any, csrf: str) -> None:
    body = b"csrf_token=" + csrf.encode() + b"&x=" + bytes(range(256)) * 4000
    answer = echo.post(URL, content=body, headers=cookie)
    assert answer.json() == {
        "who": "viewer",
        "role": "viewer",
        "body": sha256(body).hexdigest(),
    }


def test_the_token_may_come_in_the_header_or_in_either_kind_of_form(
    echo: Any, cookie: Any, csrf: str
) -> None:
    assert echo.post(URL, headers=cookie | {"x-csrf-token": csrf}).status_code == 200
    assert echo.post(URL, data={"csrf_token": csrf}, headers=cookie).status_code == 200
    large = {"file": ("a.bin", b"\x00\xff" * 500_000)}
    sent = echo.post(f"{URL}/form", data={"csrf_token": csrf}, files=large, headers=cookie)
    assert sent.json() == {"size": 1_000_000, "fields": ["csrf_token", "file"]}


def test_a_token_that_is_wrong_late_or_in_the_data_does_not_count(
    echo: Any, cookie: Any, csrf: str
) -> None:
    late = b"x=" + b"a" * 10_000 + b"&csrf_token=" + csrf.encode()
    inside = f"x=csrf_token={csrf}".encode()
    other = b"csrf_token=" + b"0" * 64
    for body in (b"", late, inside, other, b"csrf_token=" + csrf.encode()[:-1]):
        assert echo.post(URL, content=body, headers=cookie).status_code == 403, body[:20]


def test_a_key_needs_no_token_and_goes_before_a_cookie(echo: Any, cookie: Any, people: Any) -> None:
    services = echo.app.state.services
    key = services.people.add_key("robot", role="bureau", days=1, by=people.ADMINISTRATOR)
    for scheme in ("Bearer", "bearer"):
        answer = echo.post(URL, headers=cookie | {"authorization": f"{scheme} {key}"})
        assert answer.json()["who"] == "key:robot"


def test_a_cookie_that_is_nobodys_is_a_visitor(echo: Any) -> None:
    for value in ("invented", "", "x" * 4000, "%00", "session=session"):
        answer = echo.post(URL, headers={"cookie": f"session={value}"})
        assert answer.status_code == 401
        assert echo.get("/ogc", headers={"cookie": f"session={value}"}).status_code == 200
