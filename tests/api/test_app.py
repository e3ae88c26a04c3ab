"""What holds for every address: headers, languages, errors, the description."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import structlog
from starlette.responses import PlainTextResponse

from gis_service.api.logs import configure_logging
from gis_service.api.routes import OPERATIONS


def test_every_answer_carries_the_security_headers(client: Any) -> None:
    nonces = set()
    for path in ("/ogc", "/docs", "/nothing", "/ogc/collections/communities/items?limit=0"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'self'"):
            assert part in policy
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        nonces.add(re.findall(r"'nonce-([^']+)'", policy)[0])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert len(nonces) == 4, "each answer has a nonce of its own"


@pytest.mark.parametrize(
    ("query", "header", "wanted"),
    [
        ("", None, "zh"), ("", "en", "en"), ("", "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("", "fr, zh;q=0.5, en;q=0.4", "zh"), ("", "xx;q=oops", "zh"), ("&lang=en", "zh", "en"),
        ("&lang=zh", "en", "zh"),
    ],
)  # fmt: skip
def test_a_problem_speaks_the_language_of_the_request(
    client: Any, query: str, header: str | None, wanted: str
) -> None:
    headers = {"Accept-Language": header} if header else {}
    problem = client.get(f"/ogc?x=1{query}", headers=headers).json()
    assert problem["detail"] == problem[f"detail_{wanted}"]
    assert set(problem) == {
        "type", "title", "status", "detail", "detail_zh", "detail_en", "code", "details",
    }  # fmt: skip


def test_a_wrong_method_is_a_405_problem_that_names_the_right_ones(client: Any) -> None:
    answer = client.request("DELETE", "/ogc")
    assert answer.status_code == 405 and "GET" in answer.headers["allow"]
    assert answer.json()["code"] == "method-not-allowed"


def test_an_unexpected_fault_is_logged_and_answered_with_its_id_alone(fresh: Any) -> None:
    async def broken(_request: Any) -> PlainTextResponse:
        raise ZeroDivisionError("secret of the house")

    fresh.app.router.add_route("/broken", broken)
    with structlog.testing.capture_logs() as logs:
        answer = fresh.get("/broken")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert answer.json()["details"] == {"id": logs[0]["id"]}
    assert isinstance(logs[0]["exc_info"], ZeroDivisionError)
    assert "content-security-policy" in answer.headers


def test_a_database_that_went_away_is_a_503_and_comes_back(fresh: Any) -> None:
    database = fresh.app.state.services.database
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE boundary_version RENAME TO away")
    with structlog.testing.capture_logs() as logs:
        answer = fresh.get("/healthz")
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert [entry["event"] for entry in logs] == ["storage"]
    assert answer.json()["code"] == "storage"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO boundary_version")
    assert fresh.get("/healthz").json() == {"status": "ok", "boundary_version": 1}


def test_the_description_tells_of_every_route_and_only_of_what_exists(client: Any) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.0.3"
    told = {
        (path, method.upper()) for path, methods in document["paths"].items() for method in methods
    }
    assert told == {(operation.path, operation.method) for operation in OPERATIONS}
    served = {
        (route.path.replace(":path}", "}"), method)
        for route in client.app.routes
        if (route.name or "").startswith("api:")
        for method in route.methods - {"HEAD"}
    }
    assert served == told
    text = client.get("/openapi.json").text
    for reference in set(re.findall(r'"#/([^"]+)"', text)):
        node = document
        for part in reference.split("/"):
            node = node[part]
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"] and {"500", "503"} <= set(operation["responses"])
            names = {p["name"] for p in operation["parameters"]}
            assert set(re.findall(r"\{(\w+)\}", str(operation.get("path", "")))) <= names


def test_the_docs_page_asks_no_other_host(client: Any) -> None:
    page = client.get("/docs").text
    assert not re.search(r"https?://", page)
    assert re.findall(r"<script(?![^>]*src=)", page) == [], "no script stands in the page"
    assert "/static/vendor/swagger-ui/swagger-ui-bundle.js" in page


def test_the_coverage_report_is_answered_whole(client: Any) -> None:
    report = client.get("/api/v1/coverage").json()
    assert (report["ageing"], report["covered"], report["target"]) == (2, 1, 0.7)
    assert [row["code"] for row in report["communities"]] == ["A", "B", "C", "D"]


def test_the_log_is_json_on_stderr_without_the_values_of_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = structlog.get_config()
    configure_logging("warning")
    log = structlog.get_logger("gis_service")
    try:
        held = "".join(["six hundred", " elders"])
        assert held
        raise LookupError("why")
    except LookupError as error:
        log.info("not logged at this level")
        log.error("fault", id="abc", exc_info=error)
    finally:
        structlog.configure(**before)
    captured = capsys.readouterr()
    entry = json.loads(captured.err)
    assert captured.out == "" and entry["id"] == "abc" and "LookupError: why" in entry["exception"]
    assert "six hundred elders" not in captured.err
