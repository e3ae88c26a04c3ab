"""Uploads over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

URL = "/api/v1/surveys"


def _file(files: Path, name: str = "社区.gpkg") -> dict[str, Any]:
    return {"file": (name, (files / "communities.gpkg").read_bytes())}


def test_an_upload_answers_its_findings_and_can_be_read_again(staff: Any, files: Path) -> None:
    answer = staff.post(URL, files=_file(files))
    assert answer.status_code == 201
    report = answer.json()
    assert answer.headers["location"] == f"{URL}/{report['id']}"
    assert report["counts"] == {"overlap": 1, "gap": 1}
    assert report["survey"]["path"] == "社区.gpkg"
    assert {"id", "survey", "counts", "findings", "seconds", "links"} <= set(report)
    assert staff.get(answer.headers["location"]).json() == report
    links = {link["rel"]: link["href"] for link in report["links"]}
    for rel, wanted in (("findings", 2), ("communities", 4)):
        layer = staff.get(links[rel])
        assert layer.headers["content-type"] == "application/geo+json"
        assert len(layer.json()["features"]) == wanted
    listed = staff.get(f"{URL}?limit=1").json()["surveys"]
    assert [row["id"] for row in listed] == [report["id"]] and "findings" not in listed[0]


def test_an_upload_needs_a_signed_in_person_who_may(client: Any, sign_in: Any, files: Path) -> None:
    answer = client.post(URL, files=_file(files))
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert sign_in(client, "viewer").post(URL, files=_file(files)).status_code == 403
    assert sign_in(client, "street").post(URL, files=_file(files)).status_code == 201


def test_crs_layer_and_mapping_are_taken_from_the_form(staff: Any, files: Path) -> None:
    data = {"crs": "EPSG:4547", "layer": "communities", "map": ["code=name", "name=code"]}
    report = staff.post(URL, files=_file(files, "c.gpkg"), data=data).json()
    overlap = next(f for f in report["findings"] if f["check"] == "overlap")
    assert overlap["communities"] == ["A社区", "B社区"]


@pytest.mark.parametrize(
    "name",
    ["../../etc/x.gpkg", "C:\\temp\\x.gpkg", "/x.gpkg", "a\u202eb.gpkg", ".gpkg", "长" * 300],
)
def test_a_file_name_is_a_name_and_no_path(staff: Any, files: Path, name: str) -> None:
    path = staff.post(URL, files=_file(files, name)).json()["survey"]["path"]
    assert "/" not in path and "\\" not in path and "\u202e" not in path
    assert 0 < len(path.encode()) <= 120 and not path.startswith(".")


def test_too_large_an_upload_is_refused_while_it_comes(staff: Any) -> None:
    answer = staff.post(URL, files={"file": ("x.geojson", b" " * 1_200_000)})
    assert answer.status_code == 413
    assert answer.json()["code"] == "too-large" and "1 MB" in answer.json()["detail_en"]


def test_a_stream_without_a_length_is_cut_off_too(staff: Any) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.geojson"\r\n\r\n'
        for _ in range(100):
            sent += 1
            yield b" " * 100_000

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = staff.post(URL, content=endless(), headers=headers)
    assert answer.status_code == 413 and sent < 100


@pytest.mark.parametrize(
    "arguments",
    [
        {"content": b"x", "headers": {"content-type": "text/plain"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=y"}},
        {"data": {"file": "text"}},
        {"files": {"other": ("a.geojson", b"{}")}},
        {"files": {"file": ("a.geojson", b"{}")}, "data": {"colour": "red"}},
        {"files": {"file": ("a.geojson", b"{}")}, "data": {"map": "code"}},
        {"files": {"file": ("a.geojson", b"{}")}, "data": {"crs": ["EPSG:1", "EPSG:2"]}},
        {"files": [("file", ("a.geojson", b"{}")), ("file", ("b.geojson", b"{}"))]},
    ],
)
def test_a_wrong_form_is_a_400(staff: Any, arguments: dict[str, Any]) -> None:
    answer = staff.post(URL, **arguments)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "parameter"


@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 100, b"PK\x03\x04nonsense", b"AC1032xx"])
def test_an_unusable_file_is_a_400_that_says_why(staff: Any, content: bytes) -> None:
    answer = staff.post(URL, files={"file": ("a.geojson", content)})
    assert answer.status_code == 400
    assert answer.json()["detail_zh"] and answer.json()["detail_en"]


@pytest.mark.parametrize(
    "number", ["0", "999", "x", "-1", "1.0", "99999999999999999999", "%E4%B8%80"]
)
@pytest.mark.parametrize("part", ["", "/findings", "/communities"])
def test_an_unknown_survey_is_a_404(staff: Any, number: str, part: str) -> None:
    assert staff.get(f"{URL}/{number}{part}").status_code == 404


def test_a_page_of_another_site_can_not_write(staff: Any, files: Path) -> None:
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 201)):
        answer = staff.post(URL, files=_file(files), headers={"Sec-Fetch-Site": site})
        assert answer.status_code == status
        assert "content-security-policy" in answer.headers
    assert staff.get(URL, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_surveys_are_read_page_by_page_and_by_who_sent_them(staff: Any, files: Path) -> None:
    for _ in range(3):
        staff.post(URL, files=_file(files))
    seen: list[int] = []
    page = staff.get(f"{URL}?limit=2").json()
    while True:
        seen += [survey["id"] for survey in page["surveys"]]
        onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not onward:
            break
        page = staff.get(onward[0]).json()
    assert seen == sorted(set(seen), reverse=True) and len(seen) >= 3
    assert staff.get(f"{URL}?user=nobody").json()["surveys"] == []
    assert staff.get(f"{URL}?before=x").status_code == 400
