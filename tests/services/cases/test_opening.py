"""Cases keep in step with the boundary versions."""

from __future__ import annotations

import pytest
from shapely import box

from gis_service.core.resolutions import ResolutionParams
from gis_service.services import Services

RESOLVED = {"B": box(1000, 0, 2000, 1000)}


def events_of(services: Services, people, number: str) -> list:
    return list(services.cases.ledger.file(people["bureau"], number).events)


def test_importing_the_same_survey_again_changes_no_case(loaded, survey, case_of, people) -> None:
    before = case_of("overlap")
    survey()
    after = case_of("overlap")
    assert after.number == before.number and after.version == before.version
    assert after.boundary_version == 2 and not after.has_moved
    assert len(events_of(loaded, people, after.number)) == 1


def test_a_case_keeps_its_number_when_its_land_moves(loaded, survey, case_of, people) -> None:
    before = case_of("overlap")
    survey({"B": box(850, 0, 2000, 1000)})
    after = case_of("overlap")
    assert after.number == before.number and after.has_moved
    assert after.area_m2 == pytest.approx(150_000) and after.state == "found"
    event = events_of(loaded, people, after.number)[-1]
    assert (event.kind, event.data["version"]) == ("changed", 2)
    assert event.before.area == pytest.approx(100_000)
    assert event.after.area == pytest.approx(150_000)


def test_a_case_whose_land_is_no_dispute_any_more_is_resolved_and_comes_back(
    loaded, survey, case_of, people
) -> None:
    number = case_of("overlap").number
    survey(RESOLVED)
    gone = case_of("overlap")
    assert (gone.state, gone.number) == ("resolved", number)
    survey()
    back = case_of("overlap")
    assert (back.state, back.number, back.due) == ("found", number, "2026-01-31")
    kinds = [(e.kind, e.state) for e in events_of(loaded, people, number)]
    assert kinds == [("opened", "found"), ("moved", "resolved"), ("moved", "found")]


def test_a_case_that_comes_back_starts_anew_and_keeps_its_proposals(
    loaded, survey, case_of, people, approved
) -> None:
    case = approved(case_of("overlap"), by="median")
    survey(RESOLVED)
    survey()
    back = case_of("overlap")
    assert (back.state, back.chosen, back.proposed_by, back.document) == ("found", None, "", "")
    (kept,) = loaded.cases.proposals.of(people["street"], case.number)
    assert kept.state == "draft"


def test_a_case_keeps_its_number_when_its_communities_are_recoded(
    loaded, district, tmp_path, case_of
) -> None:
    number = case_of("overlap").number
    frame = district.communities()
    frame["code"] = ["440-" + code for code in frame["code"]]
    frame.to_file(tmp_path / "recoded.gpkg", driver="GPKG")
    loaded.boundaries.import_file(tmp_path / "recoded.gpkg", user="li")
    after = case_of("overlap")
    assert after.number == number and after.parties == ("440-A", "440-B") and after.has_moved


def test_land_that_falls_into_two_parts_stays_one_case(loaded, survey, case_of, people) -> None:
    number = case_of("overlap").number
    hole = box(0, 400, 2000, 600)
    survey({"B": box(900, 0, 2000, 1000) - (hole & box(900, 0, 1000, 1000))})
    case = case_of("overlap")
    assert case.number == number and len(case.parts) == 2
    assert case.area_m2 == pytest.approx(80_000)
    preview = loaded.cases.proposals.preview(
        people["street"], number, by="award", params=ResolutionParams(to="A")
    )
    (outcome,) = [r for r in preview.table.communities if r.code == "B"]
    assert outcome.lost_m2 == pytest.approx(80_000)
    assert preview.proposal.is_proven
    survey()
    assert len(case_of("overlap").parts) == 1


def test_a_withdrawn_case_opens_no_other_and_stays_withdrawn(
    loaded, survey, case_of, people
) -> None:
    number = case_of("overlap").number
    loaded.cases.moving.withdraw(people["street"], number, reason="误报")
    survey()
    case = case_of("overlap")
    assert (case.number, case.state) == (number, "withdrawn")
    again = loaded.cases.moving.reopen(people["street"], number, reason="复核")
    assert again.state == "found"


def test_a_dispute_at_the_place_of_a_decided_case_is_a_new_case(
    loaded, survey, case_of, people, approved
) -> None:
    case = approved(case_of("overlap"), by="award", params=ResolutionParams(to="A"))
    loaded.cases.applying.apply(people["bureau"], case.number)
    survey()
    page = loaded.cases.ledger.page(people["bureau"])
    states = {row.case.number: row.case.state for row in page.rows if row.case.kind == "overlap"}
    assert states[case.number] == "applied" and len(states) == 2
    assert sorted(states.values()) == ["applied", "found"]


def test_cases_that_grow_together_become_the_larger_one(loaded, survey, people) -> None:
    two = box(900, 0, 2000, 1000) - box(900, 300, 1000, 500)
    survey(RESOLVED)
    with loaded.database.reading() as unit:
        resolved = {c.number for c in unit.cases.all() if c.state == "resolved"}
    survey({"B": two})
    with loaded.database.reading() as unit:
        back = [c for c in unit.cases.all() if c.number in resolved]
    assert [case.state for case in back] == ["found"] and len(back[0].parts) == 2
    kept, split = loaded.cases.editing.split(people["bureau"], back[0].number, parts=[1])
    survey()
    with loaded.database.reading() as unit:
        after = {case.number: case for case in unit.cases.all()}
    larger, smaller = sorted((kept, split), key=lambda case: -case.area_m2)
    assert after[larger.number].area_m2 == pytest.approx(100_000)
    assert (after[smaller.number].state, after[smaller.number].into) == ("merged", larger.number)


def test_a_failing_follower_undoes_the_version_too(loaded, survey, monkeypatch) -> None:
    from gis_service.storage.cases import Cases

    def fail(*_args: object) -> None:
        raise RuntimeError("power failure")

    monkeypatch.setattr(Cases, "save", fail)
    with pytest.raises(RuntimeError, match="power failure"):
        survey({"B": box(850, 0, 2000, 1000)})
    assert loaded.boundaries.current().number == 1


def test_numbers_count_by_year_and_follow_the_setting(services, district, tmp_path) -> None:
    with services.database.reading() as unit:
        assert unit.cases.next_sequence(2026) == 1
    services.boundaries.import_file(district.write_communities(tmp_path / "c.gpkg"), user="li")
    with services.database.reading() as unit:
        assert unit.cases.next_sequence(2026) > 1 and unit.cases.next_sequence(2027) == 1
