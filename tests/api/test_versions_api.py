"""Imports, jobs, versions and past states over HTTP."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from shapely import box

JSON = {"content-type": "application/json"}


@pytest.fixture
def office(fresh: Any, sign_in: Any) -> Any:
    """An application of its own, asked by bureau staff."""
    return sign_in(fresh, "bureau")


def send(client: Any, path: Path, **fields: str) -> Any:
    with path.open("rb") as file:
        return client.request("POST", "/api/v1/imports", files={"file": file}, data=fields)


def ended(client: Any, job: str) -> dict[str, Any]:
    """Follow the events of a job to its end."""
    answer = client.request("GET", f"/api/v1/jobs/{job}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    last: dict[str, Any] = json.loads(told[-1].removeprefix("data: "))
    assert last["state"] in ("done", "failed", "cancelled")
    return last


def brought(client: Any, path: Path, **fields: str) -> dict[str, Any]:
    """Send a file, wait for its preview, and give the draft with its tag."""
    answer = send(client, path, **fields)
    assert answer.status_code == 202, answer.text
    ended(client, answer.json()["job"])
    draft = client.request("GET", answer.headers["location"])
    return draft.json() | {"etag": draft.headers["etag"]}


def second(district: Any, folder: Path) -> Path:
    changed = {"D": box(1000, 1000, 2000, 2000)}
    path: Path = district.write_communities(folder / "second.gpkg", changed)
    return path


def confirmed(client: Any, draft: dict[str, Any], **headers: str) -> Any:
    return client.request(
        "POST",
        f"/api/v1/imports/{draft['id']}/confirm",
        content=json.dumps({"reason": "复测", "document": "文1"}),
        headers=JSON | {"if-match": draft["etag"]} | headers,
    )


def test_a_file_becomes_a_version_by_preview_and_confirmation(
    office: Any, district: Any, tmp_path: Path
) -> None:
    draft = brought(office, second(district, tmp_path))
    assert draft["state"] == "ready" and draft["preview"]["changes"]["changed"] == 1
    layers = {link["rel"]: link["href"] for link in draft["links"]}
    pieces = office.request("GET", layers["pieces"]).json()
    assert [f["properties"]["to"] for f in pieces["features"]] == ["D"]
    answer = confirmed(office, draft)
    assert answer.status_code == 202
    job = ended(office, answer.json()["job"])
    assert job["result"]["version"] == 2
    version = office.request("GET", "/api/v1/versions/2").json()
    assert (version["author"], version["reason"], version["document"]) == ("bureau", "复测", "文1")
    assert version["survey"]["sha256"] == draft["sha256"]
    listed = office.request("GET", "/api/v1/versions?limit=1").json()
    assert [v["number"] for v in listed["versions"]] == [2]
    assert listed["links"][1]["rel"] == "next"
    assert confirmed(office, draft).status_code == 412, "the draft has moved on"


def test_a_change_needs_if_match_and_a_reason(office: Any, district: Any, tmp_path: Path) -> None:
    draft = brought(office, second(district, tmp_path))
    here = f"/api/v1/imports/{draft['id']}"
    for method, path in (("POST", f"{here}/confirm"), ("POST", f"{here}/read"), ("DELETE", here)):
        assert office.request(method, path).status_code == 428
        stale = office.request(method, path, headers={"if-match": '"other"'})
        assert stale.status_code == 412
    match = {"if-match": draft["etag"]}
    no_reason = office.request("POST", f"{here}/confirm", content="{}", headers=JSON | match)
    assert no_reason.status_code == 400 and no_reason.json()["details"]["parameter"] == "reason"
    assert office.request("DELETE", here, headers=match).json()["state"] == "discarded"


def test_an_idempotent_confirmation_is_made_once(
    office: Any, district: Any, tmp_path: Path
) -> None:
    draft = brought(office, second(district, tmp_path))
    first = confirmed(office, draft, **{"idempotency-key": "one"})
    again = confirmed(office, draft, **{"idempotency-key": "one"})
    assert first.status_code == again.status_code == 202
    assert first.json()["job"] == again.json()["job"]
    assert ended(office, first.json()["job"])["result"]["version"] == 2


def test_a_partial_file_may_be_read_as_a_whole(office: Any, district: Any, tmp_path: Path) -> None:
    district.communities().head(1).to_file(tmp_path / "one.gpkg", driver="GPKG")
    draft = brought(office, tmp_path / "one.gpkg")
    assert draft["mode"] == "partial"
    again = office.request(
        "POST",
        f"/api/v1/imports/{draft['id']}/read",
        content='{"mode": "whole"}',
        headers=JSON | {"if-match": draft["etag"]},
    )
    ended(office, again.json()["job"])
    now = office.request("GET", f"/api/v1/imports/{draft['id']}").json()
    assert now["mode"] == "whole" and now["preview"]["changes"]["removed"] == 3
    wrong = send(office, tmp_path / "one.gpkg", mode="half")
    assert wrong.status_code == 400 and wrong.json()["details"]["parameter"] == "mode"


def test_a_broken_file_fails_in_its_job_with_problem_texts(office: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.geojson").write_text('{"type": "FeatureCollection", "features": [')
    answer = send(office, tmp_path / "broken.geojson")
    job = ended(office, answer.json()["job"])
    assert job["state"] == "failed" and job["problem"]["code"] == "unreadable-file"
    assert job["problem"]["zh"] and job["problem"]["en"]


def test_jobs_are_listed_cancelled_by_their_owner_and_unknown_ones_named(
    office: Any, fresh: Any, sign_in: Any, district: Any, tmp_path: Path
) -> None:
    draft = brought(office, second(district, tmp_path))
    listed = office.request("GET", "/api/v1/jobs").json()["jobs"]
    assert [job["kind"] for job in listed] == ["read boundaries"]
    here = f"/api/v1/jobs/{draft['job']}"
    assert office.request("POST", f"{here}/cancel").status_code == 202
    assert office.request("GET", here).json()["state"] == "done"
    approver = sign_in(fresh, "approver")
    assert approver.request("POST", f"{here}/cancel").status_code == 403
    assert office.request("GET", "/api/v1/jobs/none").status_code == 404


def test_a_rollback_needs_the_newest_state_and_makes_a_version(
    office: Any, district: Any, tmp_path: Path
) -> None:
    job = confirmed(office, brought(office, second(district, tmp_path))).json()["job"]
    ended(office, job)
    tag = office.request("GET", "/api/v1/versions").headers["etag"]
    body = json.dumps({"to": 1, "reason": "recalled"})
    here = "/api/v1/versions/rollback"
    assert office.request("POST", here, content=body, headers=JSON).status_code == 428
    answer = office.request("POST", here, content=body, headers=JSON | {"if-match": tag})
    assert answer.status_code == 202
    assert ended(office, answer.json()["id"])["result"] == {"version": 3, "rolled_back_to": 1}
    again = office.request("POST", here, content=body, headers=JSON | {"if-match": tag})
    assert again.status_code == 412, "another version was made meanwhile"
    newest = office.request("GET", "/api/v1/versions").headers["etag"]
    same = office.request("POST", here, content=body, headers=JSON | {"if-match": newest})
    assert same.status_code == 409


def test_versions_are_compared_and_histories_read(
    office: Any, district: Any, tmp_path: Path
) -> None:
    ended(office, confirmed(office, brought(office, second(district, tmp_path))).json()["job"])
    compared = office.request("GET", "/api/v1/versions/compare?a=1&b=2").json()
    assert [c["code"] for c in compared["communities"]] == ["D"]
    assert compared["pieces"] == [{"from": "", "to": "D", "area_m2": 100000.0}]
    for link in compared["links"]:
        assert len(office.request("GET", link["href"]).json()["features"]) == 1
    history = office.request("GET", "/api/v1/communities/D/history").json()["history"]
    assert [row["version"]["number"] for row in history] == [2, 1]
    line = office.request("GET", "/api/v1/lines/C/D/history").json()["history"]
    assert line[0]["geometry"]["type"] == "MultiLineString" and line[0]["length_m"] == 1000
    for address, status in (
        ("/api/v1/versions/9", 404),
        ("/api/v1/versions/x", 404),
        ("/api/v1/versions/compare?a=1", 400),
        ("/api/v1/versions/compare?a=1&b=99", 404),
        ("/api/v1/versions/compare/layers/none?a=1&b=2", 404),
        ("/api/v1/communities/nobody/history", 404),
        ("/api/v1/versions?before=x", 400),
    ):
        assert office.request("GET", address).status_code == status, address


def test_every_answer_as_of_a_version_stays_the_same_bytes(
    office: Any, district: Any, tmp_path: Path
) -> None:
    addresses = [
        "/ogc/collections?as_of=1",
        *(
            f"/ogc/collections/{name}{tail}?as_of=1"
            for name in ("communities", "streets", "findings", "facilities", "coverage")
            for tail in ("", "/items")
        ),
        "/ogc/collections/communities/items/D?as_of=1",
        "/ogc/collections/communities/items?as_of=1&limit=2&bbox=110,20,120,25",
        "/api/v1/coverage?as_of=1",
    ]
    before = {a: office.request("GET", a) for a in addresses}
    assert {r.status_code for r in before.values()} == {200}
    assert "as_of=1" in before[addresses[1]].text
    now = office.request("GET", "/ogc/collections/communities/items/D").json()
    ended(office, confirmed(office, brought(office, second(district, tmp_path))).json()["job"])
    for address, answer in before.items():
        again = office.request("GET", address)
        assert again.content == answer.content, address
        assert again.headers["etag"] == answer.headers["etag"]
    changed = office.request("GET", "/ogc/collections/communities/items/D").json()
    assert changed["properties"]["area_m2"] != now["properties"]["area_m2"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("as_of=99", 404),
        ("as_of=yesterday", 400),
        ("as_of=2999-01-01", 400),
        ("datetime=2999-01-01T00:00:00Z", 400),
        ("datetime=2001-01-01T00:00:00Z", 404),
        ("datetime=../..", 400),
        ("datetime=2002-01-01/2001-01-01", 400),
        ("datetime=2001-01-01T00:00:00Z&as_of=1", 400),
        ("datetime=2001-01-01T00:00:00Z/..", 200),
        ("as_of=1&as_of=1", 400),
    ],
)
def test_a_moment_is_read_strictly(client: Any, query: str, status: int) -> None:
    assert client.get(f"/ogc/collections/communities/items?{query}").status_code == status


def test_a_long_job_is_heard_of_every_second(office: Any, fresh: Any) -> None:
    from gis_service.model.people import Actor

    jobs = fresh.app.state.services.jobs
    job = jobs.start(
        "test", lambda _p: {"slept": time.sleep(2.5)}, actor=Actor(name="bureau", role="bureau")
    )
    answer = office.request("GET", f"/api/v1/jobs/{job.id}/events")
    assert answer.text.count("event: job") >= 4
