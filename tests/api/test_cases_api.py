"""``/api/v1/cases`` and what lies beneath, asked as programs ask."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from shapely.geometry import shape

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


STREETS = {"street": "南街", "north": "北街"}


class Office(dict[str, Any]):
    """A client a person, by role, signed in when first asked for."""

    def __init__(self, client: Any, sign_in: Any) -> None:
        super().__init__()
        self._client, self._sign_in = client, sign_in

    def __missing__(self, who: str) -> Any:
        role = "street" if who in STREETS else who
        self[who] = self._sign_in(self._client, role, STREETS.get(who))
        return self[who]


@pytest.fixture
def office(fresh: Any, sign_in: Any) -> Office:
    """The people of one district of its own."""
    return Office(fresh, sign_in)


def number_of(client: Any, kind: str) -> str:
    (case,) = client.get(f"/api/v1/cases?kind={kind}").json()["cases"]
    return str(case["number"])


def change(client: Any, path: str, body: dict[str, Any] | None = None, method="POST") -> Any:
    """Change a case as it is now: read its tag, then send the change."""
    case = "/".join(path.split("/")[:5])
    tag = client.get(case).headers["etag"]
    return client.request(method, path, json=body or {}, headers={"If-Match": tag})


def test_the_ledger_pages_with_links_and_totals(office) -> None:
    answer = office["bureau"].get("/api/v1/cases?limit=1&sort=-area")
    first = answer.json()
    assert (first["numberMatched"], first["numberReturned"]) == (2, 1)
    assert first["totals"]["area_mu"] == 300 and first["totals"]["by_state"] == {"found": 2}
    links = {link["rel"]: link["href"] for link in first["links"]}
    assert set(links) == {"self", "next"}
    assert f'<{links["next"]}>; rel="next"' in answer.headers["link"]
    second = office["bureau"].get(links["next"]).json()
    assert {link["rel"] for link in second["links"]} == {"self", "prev"}
    assert first["cases"][0]["number"] != second["cases"][0]["number"]
    assert "sort=-area" in links["next"]
    west, south, east, north = first["cases"][0]["bbox"]
    lon, lat = first["cases"][0]["point"]
    assert west < lon < east and south < lat < north


@pytest.mark.parametrize(
    "query",
    ["state=lost", "min_area=-1", "min_area=nan", "overdue=maybe", "sort=colour", "limit=0",
     "offset=x", "colour=red", "kind=gap&kind=gap", "min_age=1.5"],
)  # fmt: skip
def test_an_unusable_query_is_refused(staff, query) -> None:
    answer = staff.get(f"/api/v1/cases?{query}")
    assert answer.status_code == 400 and answer.json()["detail_zh"]


def test_the_land_and_the_workbook_follow_the_filter(staff) -> None:
    land = staff.get("/api/v1/cases.geojson?kind=gap").json()
    assert land["numberMatched"] == 1
    assert shape(land["features"][0]["geometry"]).geom_type == "MultiPolygon"
    book = staff.get("/api/v1/cases.xlsx?kind=gap&lang=en")
    assert book.headers["content-disposition"].startswith("attachment")
    rows = list(openpyxl.load_workbook(BytesIO(book.content)).active.iter_rows(values_only=True))
    assert len(rows) == 3 and rows[1][1] == "gap" and rows[2][0] == "1 cases"


def test_who_has_not_signed_in_sees_no_case(fresh) -> None:
    paths = ("cases", "cases.geojson", "cases.xlsx", "cases/LH-1", "coverage/deciding-cases")
    for path in paths:
        assert fresh.get(f"/api/v1/{path}").status_code == 401, path
    assert fresh.get("/api/v1/coverage").json()["deciding_cases"] is None


def test_the_whole_life_over_http(office) -> None:
    number = number_of(office["bureau"], "overlap")
    here = f"/api/v1/cases/{number}"
    assert change(office["street"], f"{here}/negotiate", {"text": "双方到场"}).status_code == 200
    preview = office["street"].post(f"{here}/previews", json={"by": "award", "to": "B"})
    rows = {row["code"]: row for row in preview.json()["figures"]["communities"]}
    assert rows["A"]["lost_m2"] == 100_000 and rows["B"]["after"]["covered"]
    assert preview.json()["after"]["features"][0]["id"] == "A"
    kept = office["street"].post(f"{here}/proposals", json={"by": "award", "to": "B"})
    assert kept.status_code == 201 and kept.headers["location"].endswith("/proposals/1")
    assert change(office["street"], f"{here}/propose", {"proposal": 1}).status_code == 200
    assert change(office["street"], f"{here}/review").status_code == 403
    assert change(office["bureau"], f"{here}/review").status_code == 200
    assert change(office["bureau"], f"{here}/approve", {"document": "1"}).status_code == 403
    approved = change(office["approver"], f"{here}/approve", {"document": "罗府〔2026〕1号"})
    assert approved.json()["state"] == "approved" and "apply" in approved.json()["moves"]
    applied = change(office["bureau"], f"{here}/apply")
    assert applied.json()["applied_version"] == 2
    filed = change(office["bureau"], f"{here}/file")
    assert filed.json()["state"] == "filed" and filed.json()["moves"] == []
    assert [e["state"] for e in filed.json()["events"] if e["kind"] == "moved"] == [
        "negotiating",
        "proposed",
        "reviewed",
        "approved",
        "applied",
        "filed",
    ]


def test_a_line_drawn_on_the_map_splits_the_land(office, district) -> None:
    number = number_of(office["bureau"], "overlap")
    here = f"/api/v1/cases/{number}"
    land = shape(office["street"].get(here).json()["land"])
    west, south, east, north = land.bounds
    middle = (south + north) / 2
    line = {"type": "LineString", "coordinates": [[west - 0.001, middle], [east + 0.001, middle]]}
    lon = (west + east) / 2
    owners = [[lon, (middle + north) / 2, "A"], [lon, (south + middle) / 2, "B"]]
    body = {"by": "split", "lines": line, "owners": owners}
    preview = office["street"].post(f"{here}/previews", json=body).json()
    rows = {row["code"]: row for row in preview["figures"]["communities"]}
    assert rows["A"]["awarded_m2"] + rows["B"]["awarded_m2"] == pytest.approx(100_000, abs=1)
    assert rows["A"]["awarded_m2"] == pytest.approx(50_000, rel=0.01)


def test_a_line_that_ends_on_the_lands_corners_as_the_map_gives_them_cuts_it(office) -> None:
    here = f"/api/v1/cases/{number_of(office['bureau'], 'overlap')}"
    ring = office["street"].get(here).json()["land"]["coordinates"][0][0]
    line = {"type": "LineString", "coordinates": [ring[0], ring[2]]}
    preview = office["street"].post(f"{here}/previews", json={"by": "split", "lines": line})
    assert preview.status_code == 200, preview.text
    rows = {row["code"]: row for row in preview.json()["figures"]["communities"]}
    assert rows["A"]["awarded_m2"] == pytest.approx(50_000, abs=30)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"by": "award"},
        {"by": "award", "to": "C"},
        {"by": "award", "to": 3},
        {"by": "clean"},
        {"by": "split"},
        {"by": "split", "lines": {"type": "Point", "coordinates": [1, 2]}},
        {"by": "split", "lines": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}},
        {"by": "split", "lines": "x"},
        {"by": "joint", "until": "2020-01-01"},
        {"by": "joint", "until": "soon"},
        {"by": "award", "to": "A", "colour": "red"},
    ],
)
def test_an_unusable_proposal_is_refused_with_a_reason(staff, body) -> None:
    here = f"/api/v1/cases/{number_of(staff, 'overlap')}"
    for path in ("previews", "proposals"):
        answer = staff.post(f"{here}/{path}", json=body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["detail_en"] and answer.json()["detail_zh"]


def test_an_unknown_resolution_or_case_is_not_found(staff) -> None:
    here = f"/api/v1/cases/{number_of(staff, 'overlap')}"
    assert staff.post(f"{here}/previews", json={"by": "war"}).status_code == 404
    for path in ("cases/LH-1", f"cases/{here[-12:]}/proposals/7", f"cases/{here[-12:]}/evidence/x"):
        assert staff.get(f"/api/v1/{path}").status_code == 404, path


def test_a_change_needs_the_tag_of_what_was_seen(office) -> None:
    here = f"/api/v1/cases/{number_of(office['bureau'], 'overlap')}"
    street = office["street"]
    tag = street.get(here).headers["etag"]
    assert street.post(f"{here}/negotiate", json={}).status_code == 428
    assert change(office["bureau"], here, {"assignee": "chen"}, "PATCH").status_code == 200
    answer = street.post(f"{here}/negotiate", json={}, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert street.get(here).json()["state"] == "found"


def test_a_step_that_is_not_next_conflicts_and_names_those_that_are(office) -> None:
    here = f"/api/v1/cases/{number_of(office['bureau'], 'overlap')}"
    answer = change(office["bureau"], f"{here}/review")
    assert answer.status_code == 409
    assert answer.json()["details"]["possible"] == ["negotiate", "withdraw"]


def test_the_other_street_is_kept_out(office) -> None:
    number = number_of(office["bureau"], "overlap")
    north = office["north"]
    assert north.get("/api/v1/cases").json()["numberMatched"] == 1
    for method, path in (
        ("GET", ""),
        ("GET", "/proposals"),
        ("GET", "/evidence"),
        ("POST", "/previews"),
        ("POST", "/negotiate"),
        ("POST", "/comments"),
    ):
        body = {"json": {"by": "median"}} if path == "/previews" else {"json": {}}
        if path == "/comments":
            body = {"json": {"text": "x"}}
        more = {} if method == "GET" else body | {"headers": {"If-Match": "*"}}
        answer = north.request(method, f"/api/v1/cases/{number}{path}", **more)
        assert answer.status_code == 403, (path, answer.text)


def test_evidence_comes_back_as_an_attachment_that_is_never_run(office) -> None:
    here = f"/api/v1/cases/{number_of(office['bureau'], 'overlap')}/evidence"
    files = {"file": ("../../会议 纪要\r\n.pdf", PDF, "text/html")}
    made = office["street"].post(here, files=files, data={"note": "第一次协商"})
    assert made.status_code == 201, made.text
    assert made.json()["media_type"] == "application/pdf" and made.json()["note"] == "第一次协商"
    answer = office["viewer"].get(f"{here}/{made.json()['id']}")
    assert answer.content == PDF
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/pdf"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert "%E4%BC%9A" in disposition and "/" not in disposition.split("''")[1]
    assert "sandbox" in answer.headers["content-security-policy"]
    assert [i["name"] for i in office["viewer"].get(here).json()["evidence"]] == [
        made.json()["name"]
    ]


def test_a_page_that_poses_as_a_picture_is_refused(office) -> None:
    here = f"/api/v1/cases/{number_of(office['bureau'], 'overlap')}/evidence"
    html = {"file": ("photo.png", b"<html><script>alert(1)</script>", "image/png")}
    assert office["street"].post(here, files=html).status_code == 400
    assert office["street"].post(here, json={}).status_code == 400
    assert office["viewer"].post(here, files={"file": ("a.pdf", PDF)}).status_code == 403
    assert office["viewer"].get(here).json()["evidence"] == []


def test_a_file_larger_than_the_setting_is_refused(fresh, office) -> None:
    here = f"/api/v1/cases/{number_of(office['bureau'], 'overlap')}/evidence"
    most = fresh.app.state.services.cases.evidence.max_bytes
    large = {"file": ("a.pdf", PDF + b"0" * (most + 200_000))}
    answer = office["street"].post(here, files=large)
    assert answer.status_code == 413 and "MAX_EVIDENCE" in answer.json()["detail_en"]
    assert office["viewer"].get(here).json()["evidence"] == []


def test_a_repeated_proposal_with_one_key_is_kept_once(office) -> None:
    here = f"/api/v1/cases/{number_of(office['bureau'], 'overlap')}/proposals"
    key = {"Idempotency-Key": "6f1c"}
    answers = [office["street"].post(here, json={"by": "median"}, headers=key) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201] and answers[0].json() == answers[1].json()
    assert len(office["street"].get(here).json()["proposals"]) == 1


def test_the_coverage_report_says_which_cases_decide(staff) -> None:
    found = staff.get("/api/v1/coverage/deciding-cases").json()
    assert found["exact"] and {case["kind"] for case in found["cases"]} == {"overlap", "gap"}
    assert staff.get("/api/v1/coverage").json()["deciding_cases"] == found


def test_there_are_no_slivers_to_clean_here(staff) -> None:
    answer = staff.post("/api/v1/cases/slivers", json={})
    assert answer.status_code == 409


def test_merging_and_splitting_need_something_to_merge_or_split(staff) -> None:
    overlap, gap = number_of(staff, "overlap"), number_of(staff, "gap")
    here = f"/api/v1/cases/{overlap}"
    assert change(staff, f"{here}/merge", {"others": [gap]}).status_code == 409
    assert change(staff, f"{here}/merge", {"others": "x"}).status_code == 400
    assert change(staff, f"{here}/split", {"parts": [1]}).status_code == 400
    assert change(staff, f"{here}/split", {"parts": [True]}).status_code == 400


def test_where_a_case_stands_among_the_others(staff) -> None:
    here = f"/api/v1/cases/{number_of(staff, 'overlap')}/place"
    found = staff.get(f"{here}?kind=overlap").json()
    assert found == {"position": 1, "matched": 1, "previous": None, "next": None}
    assert staff.get(f"{here}?kind=gap").status_code == 404
