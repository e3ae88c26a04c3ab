"""The ledger: filters, order, totals, neighbours, export, and the cases that decide."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from gis_service.documents.ledger import COLUMNS, ledger_workbook
from gis_service.errors import (
    ForbiddenError,
    NotFoundError,
    ParameterError,
    UnauthenticatedError,
)
from gis_service.model.people import ANONYMOUS
from gis_service.services.cases.ledger import SORTS, CaseFilter

FILTERS = [
    (CaseFilter(), {"overlap", "gap"}),
    (CaseFilter(kinds=("gap",)), {"gap"}),
    (CaseFilter(states=("found", "filed")), {"overlap", "gap"}),
    (CaseFilter(states=("filed",)), set()),
    (CaseFilter(street="南街"), {"overlap"}),
    (CaseFilter(community="D"), {"gap"}),
    (CaseFilter(assignee="chen"), {"overlap"}),
    (CaseFilter(assignee="-"), {"gap"}),
    (CaseFilter(min_area_m2=99_999, max_area_m2=100_001), {"overlap", "gap"}),
    (CaseFilter(min_area_m2=100_001), set()),
    (CaseFilter(min_people=19, max_people=20), {"overlap"}),
    (CaseFilter(max_people=1e9), {"overlap"}),
    (CaseFilter(min_age_days=1), set()),
    (CaseFilter(max_age_days=0), {"overlap", "gap"}),
    (CaseFilter(overdue=True), {"overlap"}),
    (CaseFilter(overdue=False), {"gap"}),
    (CaseFilter(is_open=True), {"overlap", "gap"}),
    (CaseFilter(is_open=False), set()),
    (CaseFilter(street="南街", kinds=("gap",)), set()),
]


def test_a_filter_gives_the_cases_that_fit(ledger, people) -> None:
    for wanted, kinds in FILTERS:
        page = ledger.page(people["bureau"], wanted)
        assert {row.case.kind for row in page.rows} == kinds, wanted
        assert page.totals.cases == len(kinds), wanted


@pytest.fixture
def ledger(loaded, case_of, people):
    """The ledger with one case assigned and overdue."""
    number = case_of("overlap").number
    loaded.cases.editing.assign(people["bureau"], number, assignee="chen")
    loaded.cases.editing.set_due(people["bureau"], number, due="2025-12-31")
    return loaded.cases.ledger


def test_every_order_has_its_other_direction(ledger, people) -> None:
    for name, key in SORTS.items():
        up, down = (
            [key(row) for row in ledger.page(people["bureau"], CaseFilter(sort=sort)).rows]
            for sort in (name, f"-{name}")
        )
        assert up == sorted(up) and down == sorted(up, reverse=True), name


def test_pages_hold_what_they_should_and_totals_count_all(ledger, people) -> None:
    first = ledger.page(people["bureau"], limit=1)
    second = ledger.page(people["bureau"], limit=1, offset=1)
    assert len(first.rows) == len(second.rows) == 1
    assert first.rows[0].case.number < second.rows[0].case.number
    assert first.totals == second.totals
    totals = first.totals
    assert totals.area_m2 == pytest.approx(200_000) and totals.overdue == 1
    assert totals.residents == pytest.approx(100 / 10 + 100 / 11)
    assert totals.facilities == 1 and totals.by_state == {"found": 2}


def test_from_case_to_case_as_filtered(ledger, people, case_of) -> None:
    one, two = sorted([case_of("overlap").number, case_of("gap").number])
    place = ledger.place(people["bureau"], one)
    assert (place.position, place.matched, place.previous, place.next) == (1, 2, None, two)
    assert ledger.place(people["bureau"], two).previous == one
    with pytest.raises(NotFoundError):
        ledger.place(people["bureau"], one, CaseFilter(states=("filed",)))


def test_who_may_not_read_cases_sees_none(ledger, people, case_of) -> None:
    with pytest.raises(UnauthenticatedError):
        ledger.page(ANONYMOUS)
    with pytest.raises(UnauthenticatedError):
        ledger.file(ANONYMOUS, case_of("gap").number)
    with pytest.raises(ForbiddenError):
        ledger.file(people["street"], case_of("gap").number)


def test_an_unknown_order_is_refused_with_those_there_are(ledger, people) -> None:
    with pytest.raises(ParameterError, match="area"):
        ledger.page(people["bureau"], CaseFilter(sort="colour"))


def test_the_workbook_holds_every_case_as_values_and_the_totals(loaded, ledger, people) -> None:
    loaded.cases.editing.assign(
        people["bureau"], ledger.page(people["bureau"]).rows[0].case.number, assignee="=1+1"
    )
    page = ledger.page(people["bureau"], limit=None)
    snapshot = loaded.cases.desk.snapshots.current()
    book = openpyxl.load_workbook(BytesIO(ledger_workbook(page, snapshot, lang="zh")))
    rows = list(book.active.iter_rows())
    assert [cell.value for cell in rows[0]] == [title.zh for title in COLUMNS]
    assert [row[0].value for row in rows[1:3]] == [row.case.number for row in page.rows]
    named = {row[1].value: row for row in rows[1:3]}
    assert named["重叠"][4].value == "A社区、B社区"
    assert named["重叠"][6].value == 100_000 and named["重叠"][8].value == 150
    assert named["空白（三不管）"][9].value is None
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert rows[3][0].value == "合计 2 件" and rows[3][6].value == 200_000


def test_the_report_names_the_case_that_covers_another_community(loaded, case_of) -> None:
    found = loaded.cases.deciding.report()
    by_number = {case["number"]: case for case in found["cases"]}
    overlap, gap = by_number[case_of("overlap").number], by_number[case_of("gap").number]
    assert overlap["changes_communities"] and not gap["changes_communities"]
    to_b = next(outcome for outcome in overlap["outcomes"] if outcome["to"] == "B")
    assert to_b["covered_gained"] == ["B"] and to_b["ageing_gained"] == []
    assert found["now"] == {"ageing": 2, "covered": 1, "rate": 0.5, "reached": False}
    assert (found["combinations"], found["exact"], found["reached_in"]) == (4, True, 0)


def test_a_decided_case_hangs_no_longer(loaded, case_of, people) -> None:
    loaded.cases.moving.withdraw(people["street"], case_of("overlap").number, reason="误报")
    found = loaded.cases.deciding.report()
    assert [case["kind"] for case in found["cases"]] == ["gap"]
