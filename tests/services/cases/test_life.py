"""The whole life of a case, by four people, on both databases."""

from __future__ import annotations

from itertools import pairwise

import pytest
from shapely import LineString, box
from shapely.affinity import translate

from gis_service.core.resolutions import ResolutionParams
from gis_service.errors import ConflictError, ForbiddenError, NotFoundError, ParameterError
from gis_service.services import Services


def test_dispute_cases_open_by_themselves_with_the_first_survey(loaded, case_of, people) -> None:
    overlap, gap = case_of("overlap"), case_of("gap")
    assert {overlap.number, gap.number} == {"LH-2026-0001", "LH-2026-0002"}
    assert (overlap.parties, overlap.streets) == (("A", "B"), ("南街",))
    assert (gap.parties, gap.streets) == (("C", "D"), ("北街",))
    assert overlap.area_m2 == pytest.approx(100_000) == gap.area_m2
    assert overlap.state == gap.state == "found" and overlap.due == "2026-01-31"
    row = loaded.cases.ledger.get(people["street"], overlap.number)
    assert row.figures.residents == pytest.approx(100 / 10 + 100 / 11)
    assert row.figures.elders == pytest.approx(20 / 10 + 5 / 11)
    assert row.figures.facilities == ("s2",)
    (event,) = loaded.cases.ledger.file(people["street"], overlap.number).events
    assert (event.kind, event.user, event.text) == ("opened", "li", "first survey")


def test_an_overlap_goes_its_way_and_makes_a_version(
    loaded: Services, case_of, people, approved, district
) -> None:
    case = approved(case_of("overlap"), by="award", params=ResolutionParams(to="A"))
    applied = loaded.cases.applying.apply(people["bureau"], case.number, expected=case.version)
    filed = loaded.cases.moving.file(people["bureau"], case.number)
    assert (applied.state, filed.state) == ("applied", "filed")
    version = loaded.boundaries.current()
    assert (version.number, version.case, version.document) == (2, case.number, "罗府〔2026〕7号")
    assert applied.applied_version == 2 and version.findings == 1
    with loaded.database.reading() as unit:
        before = unit.boundaries.communities(unit.boundaries.get(1))
        after = unit.boundaries.communities(version)
        assert unit.audit.broken() is None
        entries = unit.audit.entries()
    assert after.geometry["B"].area == pytest.approx(1_000_000)
    assert after.geometry["A"].equals_exact(before.geometry["A"], tolerance=0)
    file = loaded.cases.ledger.file(people["viewer"], case.number)
    states = [(e.user, e.state) for e in file.events if e.kind == "moved"]
    assert states == [
        ("chen", "negotiating"),
        ("chen", "proposed"),
        ("wang", "reviewed"),
        ("zhou", "approved"),
        ("wang", "applied"),
        ("wang", "filed"),
    ]
    mine = [e for e in entries if case.number in e.subject]
    assert [e.action for e in mine] == [
        "case.negotiate",
        "case.propose",
        "case.propose",
        "case.review",
        "case.approve",
        "case.apply",
        "case.file",
    ]
    assert all(one.after == two.before for one, two in pairwise(mine))
    assert file.proposals[0].state == "applied"


def test_a_gap_is_split_by_a_drawn_line(loaded: Services, case_of, people, approved) -> None:
    line = translate(LineString([(1500, 1850), (1500, 2050)]), 513_000, 2_494_000)
    gap = case_of("gap")
    owners = (
        (514_250.0, 2_495_950.0, "C"),
        (514_750.0, 2_495_950.0, "D"),
    )
    params = ResolutionParams(lines=line, owners=owners)
    case = approved(gap, street="north", by="split", params=params)
    loaded.cases.applying.apply(people["approver"], case.number)
    with loaded.database.reading() as unit:
        layer = unit.boundaries.communities(unit.boundaries.current())
        outline = unit.boundaries.outline(unit.boundaries.current())
    assert layer.geometry["C"].area == pytest.approx(1_050_000)
    assert layer.geometry["D"].area == pytest.approx(950_000)
    assert layer.geometry.union_all().area == pytest.approx(outline.geometry.area.sum())


def test_a_preview_writes_nothing(loaded: Services, case_of, people) -> None:
    number = case_of("overlap").number

    def state() -> tuple:
        with loaded.database.reading() as unit:
            return unit.audit.entries(), unit.cases.stamp(), unit.cases.proposals(number)

    before = state()
    preview = loaded.cases.proposals.preview(people["street"], number, by="median")
    assert state() == before
    facts = preview.to_mapping()
    rows = {row["code"]: row for row in facts["figures"]["communities"]}
    assert rows["A"]["lost_m2"] == pytest.approx(50_000, abs=200)
    assert rows["A"]["awarded_m2"] + rows["B"]["awarded_m2"] == pytest.approx(100_000, abs=1)
    totals = facts["figures"]["totals"]
    assert totals["gained_residents"] == pytest.approx(totals["lost_residents"])
    assert facts["balance_m2"] == pytest.approx(0, abs=1e-3)
    assert all(check["ok"] for check in facts["proof"])
    assert [finding["check"] for finding in facts["findings_after"]] == []


def test_the_figures_say_who_becomes_ageing_and_what_is_covered(loaded, case_of, people) -> None:
    number = case_of("overlap").number
    preview = loaded.cases.proposals.preview(
        people["street"], number, by="award", params=ResolutionParams(to="B")
    )
    rows = {row.code: row for row in preview.table.communities}
    assert rows["B"].before.stations == () and rows["B"].after.stations == ("s2",)
    assert rows["A"].before.stations == ("s1", "s2") and rows["A"].after.stations == ("s1",)
    assert not rows["B"].before.covered and rows["B"].after.covered
    assert rows["A"].lost_residents == pytest.approx(10) == rows["B"].gained_residents
    assert rows["B"].after.residents == pytest.approx(110)
    assert rows["B"].after.elder_share == pytest.approx(7 / 110)


def test_steps_can_not_be_skipped(loaded: Services, case_of, people) -> None:
    number = case_of("overlap").number
    work = loaded.cases
    for move in (
        lambda: work.moving.review(people["bureau"], number),
        lambda: work.moving.approve(people["approver"], number, document="1"),
        lambda: work.applying.apply(people["bureau"], number),
        lambda: work.moving.file(people["bureau"], number),
    ):
        with pytest.raises(ConflictError):
            move()
    assert case_of("overlap").version == 1


def test_nobody_reviews_or_approves_what_they_proposed(loaded: Services, case_of, people) -> None:
    number = case_of("overlap").number
    root, work = people["administrator"], loaded.cases
    work.moving.negotiate(root, number)
    work.proposals.keep(people["bureau"], number, by="median")
    work.moving.propose(root, number, proposal=1)
    with pytest.raises(ForbiddenError, match="Nobody reviews"):
        work.moving.review(root, number)
    with pytest.raises(ForbiddenError, match="Nobody reviews"):
        work.moving.review(people["bureau"], number)
    assert case_of("overlap").state == "proposed"


def test_street_staff_act_on_cases_of_their_own_street_only(loaded, case_of, people) -> None:
    overlap = case_of("overlap").number
    for act in (
        lambda: loaded.cases.ledger.get(people["north"], overlap),
        lambda: loaded.cases.moving.negotiate(people["north"], overlap),
        lambda: loaded.cases.editing.comment(people["north"], overlap, text="x"),
        lambda: loaded.cases.proposals.preview(people["north"], overlap, by="median"),
    ):
        with pytest.raises(ForbiddenError, match="南街"):
            act()
    page = loaded.cases.ledger.page(people["north"])
    assert [row.case.kind for row in page.rows] == ["gap"] and page.totals.cases == 1


def test_a_return_needs_a_reason_and_frees_the_proposal(loaded, case_of, people, approved) -> None:
    case = approved(case_of("overlap"), by="median")
    with pytest.raises(ParameterError, match="reason"):
        loaded.cases.moving.send_back(people["approver"], case.number, reason="  ")
    back = loaded.cases.moving.send_back(people["approver"], case.number, reason="补充证据")
    assert (back.state, back.chosen, back.document) == ("negotiating", None, "")
    file = loaded.cases.ledger.file(people["street"], case.number)
    assert file.events[-1].text == "补充证据" and file.proposals[0].state == "draft"


def test_joint_management_keeps_both_claims_until_the_date(
    loaded: Services, case_of, people, approved
) -> None:
    params = ResolutionParams(until="2027-06-30")
    case = approved(case_of("overlap"), by="joint", params=params)
    joint = loaded.cases.applying.apply(people["bureau"], case.number)
    assert (joint.state, joint.until, joint.applied_version) == ("joint", "2027-06-30", None)
    assert loaded.boundaries.current().number == 1
    assert not joint.is_overdue("2027-06-30") and joint.is_overdue("2027-07-01")
    again = loaded.cases.moving.negotiate(people["street"], case.number)
    assert (again.state, again.until) == ("negotiating", None)


def test_a_joint_date_must_be_to_come(loaded: Services, case_of, people) -> None:
    with pytest.raises(ParameterError, match="2025-12-31"):
        loaded.cases.proposals.preview(
            people["street"],
            case_of("overlap").number,
            by="joint",
            params=ResolutionParams(until="2025-12-31"),
        )


def test_slivers_are_cleaned_by_one_reviewed_proposal(
    loaded: Services, survey, people, approved, case_of
) -> None:
    survey({"A": box(0, 0, 1000, 1000.2)})
    with pytest.raises(ForbiddenError):
        loaded.cases.editing.open_slivers(people["viewer"])
    case = loaded.cases.editing.open_slivers(people["street"])
    assert case.kind == "slivers" and case.parties == ("A", "C")
    with pytest.raises(ConflictError, match=case.number):
        loaded.cases.editing.open_slivers(people["bureau"])
    applied_case = approved(case, by="clean")
    applied = loaded.cases.applying.apply(people["bureau"], applied_case.number)
    with loaded.database.reading() as unit:
        findings = unit.boundaries.findings(unit.boundaries.current())
    assert applied.state == "applied"
    assert {finding.severity for finding in findings} == {"dispute"}
    assert case_of("overlap").state == "found"


def test_an_unknown_case_is_named(loaded: Services, people) -> None:
    with pytest.raises(NotFoundError, match="LH-1"):
        loaded.cases.ledger.get(people["bureau"], "LH-1")
