"""Coverage by every definition, plans and scenarios through the interface."""

from __future__ import annotations

import json
from typing import Any


def test_the_sensitivity_table_marks_the_chosen_definition(client: Any) -> None:
    answer = client.get("/api/v1/coverage/sensitivity")
    told = answer.json()
    assert answer.status_code == 200
    assert [row["rule"] for row in told["sensitivity"] if row["chosen"]] == ["inside"]
    assert told["method"] == "straight_line" and told["versions"]["network"] == 0
    assert {"covered", "ageing", "rate", "needed", "met", "name"} <= set(told["sensitivity"][0])
    again = client.get(
        "/api/v1/coverage/sensitivity", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_the_layers_hold_every_community_and_the_catchments(client: Any) -> None:
    communities = client.get("/api/v1/coverage/layers/communities").json()["features"]
    outlook = client.get("/api/v1/coverage/outlook").json()
    assert len(communities) == len(outlook["communities"])
    assert "band_reach" in communities[0]["properties"]
    rings = client.get("/api/v1/coverage/layers/catchments").json()["features"]
    assert [ring["properties"]["minutes"] for ring in rings] == ["15", "10", "5"]
    assert all(ring["properties"]["approximate"] for ring in rings)
    assert client.get("/api/v1/coverage/layers/none").status_code == 404


def test_single_blocks_are_for_staff_and_their_reading_is_recorded(
    client: Any, staff: Any, sign_in: Any
) -> None:
    assert client.get("/api/v1/coverage/unreached").status_code == 401
    answer = staff.get("/api/v1/coverage/unreached")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    listed = sign_in(client, "administrator").get("/api/v1/audit").json()["entries"]
    assert "read blocks" in {entry["action"] for entry in listed}


def test_a_plan_runs_as_a_job_and_is_kept_and_compared(staff: Any, services: Any) -> None:
    begun = staff.post("/api/v1/plans", json={"new": 1, "objective": "elders", "minutes": 5})
    assert begun.status_code == 202 and begun.headers["location"].startswith("/api/v1/jobs/")
    job = begun.json()["id"]
    assert services.jobs.wait(job, timeout_s=60).state == "done"
    plan = staff.get(begun.headers["location"]).json()["result"]
    assert plan["proof"]["optimal"] and len(plan["sites"]) == 1 and plan["minutes"] == 5
    site = {name: plan["sites"][0][name] for name in ("lon", "lat")}
    scored = staff.post("/api/v1/plans/score", json={"minutes": 5, "sites": [site]})
    assert scored.json()["after"] == plan["after"]
    numbers = []
    for name, sites in (("一", None), ("二", [{"lon": site["lon"] + 0.001, "lat": site["lat"]}])):
        body: dict[str, Any] = {"name": name, "job": job}
        if sites is not None:
            body["sites"] = sites
        made = staff.post("/api/v1/scenarios", json=body)
        assert made.status_code == 201
        numbers.append(made.json()["number"])
    both = staff.get(f"/api/v1/scenarios/compare?a={numbers[0]}&b={numbers[1]}").json()
    assert (both["a"]["name"], both["b"]["name"]) == ("一", "二") and both["b"]["plan"]["moved"]
    assert staff.get(f"/api/v1/scenarios/{numbers[0]}").json()["plan"]["sites"] == plan["sites"]
    listed = staff.get("/api/v1/scenarios").json()["scenarios"]
    assert [one["number"] for one in listed][:2] == numbers[::-1]


def test_what_can_not_be_meant_is_refused(staff: Any) -> None:
    for body in (
        {"new": 0},
        {"new": 1000},
        {"minutes": "ten"},
        {"minutes": 600},
        {"objective": "best"},
        {"kind": "cinema"},
        {"colour": "red"},
    ):
        assert staff.post("/api/v1/plans", json=body).status_code == 400, body
    for sites in (None, [1], [{"lon": 1}], [{"lon": "1", "lat": 2}], [{"lon": 999, "lat": 2}]):
        answer = staff.post("/api/v1/plans/score", json={"sites": sites})
        assert answer.status_code == 400, json.dumps(sites)
    assert staff.post("/api/v1/scenarios", json={"name": "x", "job": "none"}).status_code == 404
    assert staff.get("/api/v1/scenarios/none").status_code == 404
