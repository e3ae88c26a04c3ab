"""Comments, who and when, merging, splitting."""

from __future__ import annotations

import pytest
from shapely import box

from gis_service.core.resolutions import ResolutionParams
from gis_service.errors import ConflictError, ForbiddenError, ParameterError, StaleError
from gis_service.services import Services


@pytest.fixture
def two(loaded: Services, survey, people):
    """Two cases between A and B, split from the one that a survey cut in two."""
    survey({"B": box(900, 0, 2000, 1000) - box(900, 400, 1000, 600)})
    (case,) = [
        row.case
        for row in loaded.cases.ledger.page(people["bureau"]).rows
        if row.case.kind == "overlap"
    ]
    return loaded.cases.editing.split(people["street"], case.number, parts=[2])


def test_a_split_makes_a_case_of_its_own_and_both_say_so(loaded, two, people) -> None:
    kept, new = two
    assert len(kept.parts) == len(new.parts) == 1 and kept.number != new.number
    assert (new.state, new.parties, new.version) == ("found", ("A", "B"), 1)
    assert kept.area_m2 + new.area_m2 == pytest.approx(80_000)
    assert loaded.cases.ledger.file(people["street"], new.number).events[0].data == {
        "from": kept.number
    }
    last = loaded.cases.ledger.file(people["street"], kept.number).events[-1]
    assert last.data == {"into": new.number}


def test_a_merge_takes_the_land_and_closes_the_other(loaded, two, people) -> None:
    kept, new = two
    loaded.cases.editing.comment(people["street"], new.number, text="现场已勘查")
    merged = loaded.cases.editing.merge(people["street"], kept.number, others=[new.number])
    assert merged.area_m2 == pytest.approx(80_000) and len(merged.parts) == 2
    other = loaded.cases.ledger.file(people["street"], new.number)
    assert (other.row.case.state, other.row.case.into) == ("merged", kept.number)
    assert [e.text for e in other.events if e.kind == "comment"] == ["现场已勘查"]
    preview = loaded.cases.proposals.preview(
        people["street"], kept.number, by="award", params=ResolutionParams(to="A")
    )
    assert preview.proposal.is_proven
    with pytest.raises(ConflictError):
        loaded.cases.moving.negotiate(people["street"], new.number)


def test_cases_of_other_parties_are_not_merged(loaded, case_of, people) -> None:
    with pytest.raises(ConflictError, match="one by one"):
        loaded.cases.editing.merge(
            people["bureau"], case_of("overlap").number, others=[case_of("gap").number]
        )
    with pytest.raises(ForbiddenError):
        loaded.cases.editing.merge(
            people["street"], case_of("overlap").number, others=[case_of("gap").number]
        )
    assert case_of("overlap").version == case_of("gap").version == 1


def test_a_case_under_review_is_neither_merged_nor_split(loaded, two, people, approved) -> None:
    kept, new = two
    approved(kept, by="median")
    with pytest.raises(ConflictError):
        loaded.cases.editing.merge(people["bureau"], kept.number, others=[new.number])
    with pytest.raises(ConflictError):
        loaded.cases.editing.split(people["bureau"], kept.number, parts=[1])


def test_a_split_names_some_parts_of_several(loaded, case_of, people) -> None:
    number = case_of("overlap").number
    for parts in ([], [1], [1, 2], [0], [7]):
        with pytest.raises(ParameterError, match="pieces of land"):
            loaded.cases.editing.split(people["bureau"], number, parts=parts)


def test_who_and_when_are_set_and_stand_in_the_timeline(loaded, case_of, people) -> None:
    number = case_of("overlap").number
    loaded.cases.editing.assign(people["bureau"], number, assignee="chen", expected=1)
    case = loaded.cases.editing.set_due(people["bureau"], number, due="2025-12-31", expected=2)
    assert (case.assignee, case.due, case.version) == ("chen", "2025-12-31", 3)
    assert loaded.cases.ledger.get(people["street"], number).overdue
    events = loaded.cases.ledger.file(people["street"], number).events
    assert [(e.kind, e.user) for e in events[1:]] == [("assigned", "wang"), ("due", "wang")]


def test_a_change_to_what_somebody_else_changed_meanwhile_is_refused(
    loaded, case_of, people
) -> None:
    number = case_of("overlap").number
    loaded.cases.editing.comment(people["street"], number, text="一", expected=1)
    with pytest.raises(StaleError) as caught:
        loaded.cases.editing.comment(people["bureau"], number, text="二", expected=1)
    assert caught.value.details["current"] == 2
    assert case_of("overlap").version == 2


def test_an_empty_or_endless_comment_is_refused(loaded, case_of, people) -> None:
    number = case_of("overlap").number
    for text in ("", "   ", "长" * 4001):
        with pytest.raises(ParameterError):
            loaded.cases.editing.comment(people["street"], number, text=text)


def test_an_impossible_date_is_refused(loaded, case_of, people) -> None:
    with pytest.raises(ParameterError, match="2026-02-30"):
        loaded.cases.editing.set_due(people["street"], case_of("overlap").number, due="2026-02-30")
