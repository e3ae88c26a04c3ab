"""The documents of a case and the fact sheets over HTTP."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pypdf
import pytest

from gis_service.model.people import Actor

STREET = Actor(name="chen", role="street", street="南街")


@pytest.fixture(scope="module")
def number(services: Any) -> str:
    """A case of A and B with a proposal."""
    page = services.cases.ledger.page(STREET, None, limit=None)
    (row,) = [row for row in page.rows if row.case.kind == "overlap"]
    services.cases.proposals.keep(STREET, row.case.number, by="median", params=None)
    return str(row.case.number)


def test_each_document_has_an_address_and_a_kind(staff, number):
    listed = staff.get(f"/api/v1/cases/{number}/documents").json()
    assert [row["name"] for row in listed["documents"]] == ["agreement", "map", "map_a3", "points"]
    for row in listed["documents"]:
        answer = staff.get(row["href"].removeprefix("http://office"))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == row["media_type"]
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert f"{number}-{row['name']}" in answer.headers["content-disposition"]


def test_the_map_is_in_the_language_asked_for_and_has_a_tag(staff, number):
    answer = staff.get(f"/api/v1/cases/{number}/documents/map?lang=en")
    text = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Map of the line between communities" in text
    again = staff.get(
        f"/api/v1/cases/{number}/documents/map?lang=en",
        headers={"If-None-Match": answer.headers["etag"]},
    )
    assert again.status_code == 304


def test_all_documents_come_in_one_zip(staff, number):
    answer = staff.get(f"/api/v1/cases/{number}/documents.zip")
    held = zipfile.ZipFile(io.BytesIO(answer.content))
    assert sorted(held.namelist()) == ["agreement.docx", "map.pdf", "map_a3.pdf", "points.xlsx"]


def test_the_fact_sheet_of_a_community_is_a_pdf(staff):
    answer = staff.get("/api/v1/communities/A/fact-sheet.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert "A社区" in pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/cases/{number}/documents/nothing", 404),
        ("/api/v1/cases/NONE/documents/map", 404),
        ("/api/v1/cases/{number}/documents/map?proposal=9", 404),
        ("/api/v1/cases/{number}/documents/map?proposal=x", 400),
        ("/api/v1/cases/{number}/documents/map?colour=red", 400),
        ("/api/v1/communities/none/fact-sheet.pdf", 404),
        ("/api/v1/communities/A/fact-sheet.pdf?as_of=99", 404),
    ],
)
def test_what_can_not_be_answered_is_a_problem(staff, number, path, status):
    answer = staff.get(path.format(number=number))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_case_without_a_proposal_conflicts(staff, services):
    page = services.cases.ledger.page(Actor(name="he", role="street", street="北街"), None)
    gap = next(row.case.number for row in page.rows if row.case.kind == "gap")
    assert staff.get(f"/api/v1/cases/{gap}/documents/map").status_code == 409


def test_who_is_not_signed_in_gets_no_document(client, number):
    assert client.get(f"/api/v1/cases/{number}/documents/agreement").status_code == 401
    assert client.get("/api/v1/communities/A/fact-sheet.pdf").status_code == 401


def test_street_staff_of_another_street_get_no_document(client, sign_in, number):
    other = sign_in(client, "street", "北街")
    assert other.get(f"/api/v1/cases/{number}/documents/agreement").status_code == 403
