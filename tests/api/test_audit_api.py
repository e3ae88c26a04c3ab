"""``/api/v1/audit``: who did what when, for who may know."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from gis_service.api.access import guarded

URL = "/api/v1/audit"


@pytest.fixture
def approver(client: Any, sign_in: Any) -> Any:
    return sign_in(client, "approver")


def test_the_trail_is_answered_newest_first_and_page_by_page(approver: Any) -> None:
    whole = approver.get(URL).json()["entries"]
    numbers = [entry["number"] for entry in whole]
    assert numbers == list(range(len(whole), 0, -1)) and len(whole) >= 4
    assert all(new["previous"] == old["hash"] for new, old in pairwise(whole))
    found, address = [], f"{URL}?limit=2"
    while address:
        page = approver.get(address).json()
        assert page["numberReturned"] == len(page["entries"]) <= 2
        found += page["entries"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert found == whole


def test_the_trail_is_filtered_by_who_what_which_and_when(approver: Any) -> None:
    def numbers(**query: str) -> list[int]:
        return [e["number"] for e in approver.get(URL, params=query).json()["entries"]]

    everything = approver.get(URL).json()["entries"]
    by_li = [e["number"] for e in everything if e["user"] == "li"]
    assert numbers(user="li") == by_li and by_li and len(by_li) < len(everything)
    assert numbers(subject="person ") == [
        e["number"] for e in everything if e["subject"].startswith("person ")
    ]
    assert set(numbers(do="set password")) < set(numbers(subject="person "))
    assert numbers(since="2999-01-01") == [] and numbers(until="2000-01-01T00:00:00+08:00") == []
    assert numbers(since=everything[0]["at"]) != []
    assert numbers(user="li' OR 1=1 --") == []


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=2026-13-01", "before=x", "before=-1", "limit=0", "x=1"]
)
def test_a_filter_that_can_not_be_used_is_a_400(approver: Any, query: str) -> None:
    assert approver.get(f"{URL}?{query}").status_code == 400


def test_an_upload_stands_in_the_trail_under_the_name_of_who_sent_it(
    client: Any, sign_in: Any, approver: Any, files: Any
) -> None:
    file = {"file": ("a.gpkg", (files / "communities.gpkg").read_bytes())}
    assert sign_in(client, "street").post("/api/v1/surveys", files=file).status_code == 201
    newest = approver.get(f"{URL}?limit=1").json()["entries"][0]
    assert newest["user"] == "street-桂园街道"


def test_a_route_with_an_unknown_action_can_not_be_made() -> None:
    with pytest.raises(ValueError, match="no action"):
        guarded(lambda _request: None, action="raed")
