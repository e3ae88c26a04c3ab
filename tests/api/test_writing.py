"""``If-Match`` on changes, and a POST that comes twice writes once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from gis_service.api.access import actor_of, guarded
from gis_service.api.writing import demand_match, etag_of
from gis_service.errors import ParameterError

URL = "/api/v1/surveys"


def _file(files: Path) -> dict[str, Any]:
    return {"file": ("a.gpkg", (files / "communities.gpkg").read_bytes())}


def _surveys(client: Any) -> int:
    return len(client.get(f"{URL}?limit=1000").json()["surveys"])


def test_a_repeated_upload_gives_the_same_answer_and_is_kept_once(
    client: Any, sign_in: Any, files: Path
) -> None:
    staff, key = sign_in(client, "bureau"), {"idempotency-key": "upload 1"}
    before = _surveys(staff)
    first = staff.post(URL, files=_file(files), headers=key)
    again = staff.post(URL, files=_file(files), headers=key)
    assert first.headers["content-type"] == again.headers["content-type"]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert _surveys(staff) == before + 1
    sent = str(first.request.headers["content-type"]), str(again.request.headers["content-type"])
    assert sent[0] != sent[1], (
        "the two sendings have other boundaries, and are the same all the same"
    )


def test_the_same_key_with_another_body_is_a_422(client: Any, sign_in: Any, files: Path) -> None:
    staff, key = sign_in(client, "bureau"), {"idempotency-key": "upload 2"}
    assert staff.post(URL, files=_file(files), headers=key).status_code == 201
    answer = staff.post(URL, files=_file(files), data={"crs": "EPSG:4547"}, headers=key)
    assert answer.status_code == 422 and answer.json()["details"] == {"reason": "body"}


def test_the_key_of_another_person_is_another_request(
    client: Any, sign_in: Any, files: Path
) -> None:
    key = {"idempotency-key": "upload 3"}
    ids = {
        sign_in(client, role).post(URL, files=_file(files), headers=key).json()["id"]
        for role in ("bureau", "street", "administrator")
    }
    assert len(ids) == 3


def test_what_was_refused_may_be_sent_again_with_its_key(
    client: Any, sign_in: Any, files: Path
) -> None:
    staff, key = sign_in(client, "bureau"), {"idempotency-key": "upload 4"}
    wrong = {"file": ("a.geojson", b"{")}
    assert staff.post(URL, files=wrong, headers=key).status_code == 400
    assert staff.post(URL, files=wrong, headers=key).status_code == 400
    assert staff.post(URL, files=_file(files), headers=key).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_can_not_be_used_is_a_400(
    client: Any, sign_in: Any, files: Path, key: str
) -> None:
    answer = sign_in(client, "bureau").post(
        URL, files=_file(files), headers={"idempotency-key": key}
    )
    assert answer.status_code == 400 and answer.json()["details"] == {
        "parameter": "Idempotency-Key"
    }


def test_too_large_a_body_is_refused_before_it_is_kept(client: Any, sign_in: Any) -> None:
    answer = sign_in(client, "bureau").post(
        URL, files={"file": ("a", b" " * 1_200_000)}, headers={"idempotency-key": "large"}
    )
    assert answer.status_code == 413


def test_duplicates_at_the_same_moment_write_once(fresh: Any, sign_in: Any) -> None:
    staff = sign_in(fresh, "bureau")
    entered, gate = [], threading.Event()

    async def slow(request: Request) -> JSONResponse:
        from starlette.concurrency import run_in_threadpool

        entered.append(actor_of(request).name)
        await run_in_threadpool(gate.wait, 10)
        return JSONResponse({"number": len(entered)}, 201)

    fresh.app.router.add_route(
        "/api/v1/slow", guarded(slow, action="policy.edit"), methods=["POST"]
    )
    answers: list[Any] = []

    def send() -> None:
        answers.append(staff.post("/api/v1/slow", content=b"x", headers={"idempotency-key": "one"}))
        if len(answers) == 5:
            gate.set()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(entered) == 1
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409, 409]
    again = staff.post("/api/v1/slow", content=b"x", headers={"idempotency-key": "one"})
    assert again.json() == {"number": 1} and again.headers["idempotency-replayed"] == "true"


def test_after_a_fault_a_repeated_request_does_not_run_unseen(fresh: Any, sign_in: Any) -> None:
    staff, runs = sign_in(fresh, "bureau"), []

    async def broken(_request: Request) -> PlainTextResponse:
        runs.append(1)
        raise ZeroDivisionError

    fresh.app.router.add_route("/api/v1/broken", guarded(broken, action="read"), methods=["POST"])
    key = {"idempotency-key": "b"}
    assert staff.post("/api/v1/broken", headers=key).status_code == 500
    again = staff.post("/api/v1/broken", headers=key)
    assert again.status_code == 409 and again.json()["details"] == {"reason": "running"}
    assert runs == [1]


def test_an_answer_is_forgotten_after_a_day(fresh: Any, sign_in: Any) -> None:
    staff, runs = sign_in(fresh, "bureau"), []

    async def counted(request: Request) -> JSONResponse:
        runs.append(await request.body())
        if runs[-1] == b"bad":
            raise ParameterError("坏", "bad")
        return JSONResponse({"run": len(runs)})

    fresh.app.router.add_route("/api/v1/counted", guarded(counted, action="read"), methods=["POST"])
    key = {"idempotency-key": "k"}
    assert staff.post("/api/v1/counted", content=b"ok", headers=key).json() == {"run": 1}
    database = fresh.app.state.services.database
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stored_answer SET created_at = created_at - 86401")
    assert staff.post("/api/v1/counted", content=b"ok", headers=key).json() == {"run": 2}
    assert runs == [b"ok", b"ok"]


def test_a_change_needs_the_tag_of_the_present_state(fresh: Any, sign_in: Any) -> None:
    tag = etag_of("case", 7, 3)

    async def change(request: Request) -> JSONResponse:
        demand_match(request, tag)
        return JSONResponse({"changed": True})

    fresh.app.router.add_route("/api/v1/thing", guarded(change, action="read"), methods=["POST"])
    staff = sign_in(fresh, "bureau")

    def sent(**headers: str) -> Any:
        return staff.post("/api/v1/thing", headers=headers)

    assert sent().status_code == 428
    assert sent(**{"if-match": etag_of("case", 7, 2)}).status_code == 412
    assert sent(**{"if-match": f"W/{tag}"}).status_code == 412, "a weak tag says too little"
    stale = sent(**{"if-match": '"x"'}).json()
    assert stale["code"] == "stale" and stale["details"] == {"etag": tag}
    for value in (tag, f'"x", {tag}', "*"):
        assert sent(**{"if-match": value}).json() == {"changed": True}
