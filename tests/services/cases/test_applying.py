"""Applying: all of it or nothing, and never on a line that changed in between."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from shapely import box

from gis_service.core.resolutions import ResolutionParams
from gis_service.errors import GisServiceError, ResolutionError, StaleError
from gis_service.model.cases import Case
from gis_service.services import Services
from gis_service.storage.audit import Audit
from gis_service.storage.boundaries import Boundaries
from gis_service.storage.cases import Cases

TO_A = ResolutionParams(to="A")
MOVED = {"B": box(850, 0, 2000, 1000)}


def everything(services: Services) -> tuple:
    with services.database.reading() as unit:
        return (
            unit.boundaries.current(),
            unit.cases.all(),
            [unit.cases.events(case.number) for case in unit.cases.all()],
            [unit.cases.proposals(case.number) for case in unit.cases.all()],
            unit.audit.entries(),
        )


def test_a_change_elsewhere_does_not_matter_and_is_recorded(
    loaded: Services, survey, case_of, people, approved
) -> None:
    case = approved(case_of("overlap"), by="award", params=TO_A)
    survey({"D": box(1000, 1000, 2000, 1800)})
    applied = loaded.cases.applying.apply(people["bureau"], case.number)
    assert (applied.state, applied.applied_version) == ("applied", 3)
    event = loaded.cases.ledger.file(people["bureau"], case.number).events[-1]
    assert (event.data["proposed_on_version"], event.data["base_version"]) == (1, 2)


def test_a_change_in_the_neighbourhood_makes_the_proposal_stale(
    loaded: Services, survey, case_of, people, approved
) -> None:
    case = approved(case_of("overlap"), by="award", params=TO_A)
    survey(MOVED)
    with pytest.raises(StaleError) as caught:
        loaded.cases.applying.apply(people["bureau"], case.number)
    details = caught.value.details
    assert (details["base_version"], details["current_version"]) == (1, 2)
    assert details["communities"] == ["B"]
    lost = [
        {row["code"]: row["lost_m2"] for row in details[side]["figures"]["communities"]}["B"]
        for side in ("stored", "now")
    ]
    assert lost == pytest.approx([100_000, 150_000])
    assert loaded.boundaries.current().number == 2
    file = loaded.cases.ledger.file(people["bureau"], case.number)
    assert (file.row.case.state, file.proposals[0].state) == ("approved", "stale")
    assert file.proposals[0].changes[0].before.area == pytest.approx(1_100_000)


def test_a_stale_proposal_is_rebased_reviewed_again_and_applied(
    loaded: Services, survey, case_of, people, approved
) -> None:
    case = approved(case_of("overlap"), by="award", params=TO_A)
    survey(MOVED)
    shown = loaded.cases.proposals.compare(people["street"], case.number, 1)
    assert not shown["identical"] and shown["problem"] is None and shown["now"]
    with pytest.raises(StaleError):
        loaded.cases.applying.apply(people["bureau"], case.number)
    after, new = loaded.cases.proposals.rebase(people["street"], case.number, proposal=1)
    assert (after.state, after.chosen, after.document) == ("proposed", 2, "")
    assert (new.rebased_from, new.base_version, new.state) == (1, 2, "chosen")
    old = loaded.cases.proposals.get(people["street"], case.number, 1)
    assert old.state == "superseded" and old.changes
    loaded.cases.moving.review(people["bureau"], case.number)
    loaded.cases.moving.approve(people["approver"], case.number, document="8")
    applied = loaded.cases.applying.apply(people["bureau"], case.number)
    assert applied.applied_version == 3


def test_a_proposal_whose_land_has_gone_can_not_be_rebased_and_nothing_is_lost(
    loaded: Services, survey, case_of, people
) -> None:
    number = case_of("overlap").number
    loaded.cases.proposals.keep(people["street"], number, by="median", note="各让一半")
    survey({"B": box(1000, 0, 2000, 1000)})
    shown = loaded.cases.proposals.compare(people["street"], number, 1)
    assert shown["now"] is None and shown["problem"]["code"] == "resolution"
    before = everything(loaded)
    with pytest.raises(GisServiceError):
        loaded.cases.proposals.rebase(people["street"], number, proposal=1)
    assert everything(loaded) == before
    assert loaded.cases.proposals.get(people["street"], number, 1).note == "各让一半"


def test_proposals_stand_side_by_side(loaded: Services, case_of, people) -> None:
    number = case_of("overlap").number
    proposals = loaded.cases.proposals
    for by, params in (("award", TO_A), ("award", ResolutionParams(to="B")), ("median", None)):
        proposals.keep(people["street"], number, by=by, params=params)
    kept = proposals.of(people["viewer"], number)
    assert [(p.number, p.resolution, p.state) for p in kept] == [
        (1, "award", "draft"),
        (2, "award", "draft"),
        (3, "median", "draft"),
    ]
    shown = proposals.compare(people["viewer"], number, 3)
    assert shown["identical"] and shown["stored"] == shown["now"]


def test_a_resolution_that_does_not_fit_says_why_and_keeps_nothing(
    loaded: Services, case_of, people
) -> None:
    before = everything(loaded)
    with pytest.raises(ResolutionError, match="Choose one of A, B"):
        loaded.cases.proposals.keep(
            people["street"],
            case_of("overlap").number,
            by="award",
            params=ResolutionParams(to="C"),
        )
    assert everything(loaded) == before


WRITES = [
    (Cases, "save"),
    (Cases, "mark_proposal"),
    (Boundaries, "add"),
    (Cases, "note_applied"),
    (Cases, "add_event"),
    (Audit, "append"),
]


def test_a_failure_anywhere_in_applying_leaves_nothing_half_done(
    loaded: Services, case_of, people, approved, monkeypatch
) -> None:
    case = approved(case_of("overlap"), by="award", params=TO_A)
    before = everything(loaded)
    for store, method in WRITES:
        with monkeypatch.context() as patch:
            patch.setattr(store, method, failing(getattr(store, method)))
            with pytest.raises(RuntimeError, match="power failure"):
                loaded.cases.applying.apply(people["bureau"], case.number)
        assert everything(loaded) == before, method
    applied = loaded.cases.applying.apply(people["bureau"], case.number)
    assert applied.state == "applied"
    with loaded.database.reading() as unit:
        assert unit.audit.broken() is None


def failing(original: Callable[..., object]) -> Callable[..., object]:
    """Give a method that does its work and then fails."""

    def run(*args: object, **more: object) -> None:
        original(*args, **more)
        raise RuntimeError("power failure")

    return run


def test_two_who_apply_one_case_at_once_make_one_version(
    loaded: Services, case_of, people, approved
) -> None:
    case = approved(case_of("overlap"), by="award", params=TO_A)
    done, refused = at_once(loaded, [(people["bureau"], case), (people["approver"], case)])
    assert len(done) == 1 and len(refused) == 1
    assert isinstance(refused[0], StaleError)
    assert loaded.boundaries.current().number == 2


def test_of_two_competing_applications_one_wins_and_the_other_keeps_its_proposal(
    loaded: Services, survey, people, approved
) -> None:
    survey({"B": box(900, 0, 2000, 1000) - box(900, 400, 1000, 600)})
    (case,) = [
        row.case
        for row in loaded.cases.ledger.page(people["bureau"]).rows
        if row.case.kind == "overlap"
    ]
    kept, new = loaded.cases.editing.split(people["bureau"], case.number, parts=[1])
    one = approved(kept, by="award", params=TO_A)
    two = approved(new, by="award", params=ResolutionParams(to="A"))
    done, refused = at_once(loaded, [(people["bureau"], one), (people["approver"], two)])
    assert len(done) == 1 and len(refused) == 1
    stale = refused[0]
    assert isinstance(stale, StaleError) and stale.details["communities"] == ["B"]
    loser = one.number if done[0].number == two.number else two.number
    file = loaded.cases.ledger.file(people["bureau"], loser)
    assert file.row.case.state == "approved" and file.proposals[0].state == "stale"
    after, rebased = loaded.cases.proposals.rebase(people["street"], loser, proposal=1)
    assert after.state == "proposed" and rebased.state == "chosen"
    with loaded.database.reading() as unit:
        assert unit.boundaries.current().number == 3 and unit.audit.broken() is None


def at_once(services: Services, orders: list) -> tuple[list[Case], list[BaseException]]:
    """Let each of some people apply a case, all starting at one moment."""
    start = threading.Barrier(len(orders))
    done: list[Case] = []
    refused: list[BaseException] = []

    def run(actor: object, case: Case) -> None:
        start.wait()
        try:
            done.append(services.cases.applying.apply(actor, case.number, expected=case.version))
        except BaseException as error:  # noqa: BLE001
            refused.append(error)

    threads = [threading.Thread(target=run, args=order) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, refused
