"""The agreement pack of a case: what was proposed, on the version on which it was proposed."""

from __future__ import annotations

import pytest
import shapely
from shapely.affinity import translate

from gis_service.core.resolutions import ResolutionParams
from gis_service.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from gis_service.model.people import ANONYMOUS


def test_a_case_without_a_proposal_has_nothing_to_agree_on(loaded, case_of, people):
    with pytest.raises(ConflictError, match="还没有方案"):
        loaded.documents.pack(people["bureau"], case_of("overlap").number)


def test_the_pack_of_a_draft_is_that_of_its_newest_proposal(loaded, case_of, people):
    number = case_of("overlap").number
    for params in (ResolutionParams(to="A"), ResolutionParams(to="B")):
        loaded.cases.proposals.keep(people["street"], number, by="award", params=params)
    newest = loaded.documents.pack(people["bureau"], number)
    first = loaded.documents.pack(people["bureau"], number, proposal=1)
    assert [party.lost_m2 for party in newest.parties] == [100_000, 0]
    assert [party.lost_m2 for party in first.parties] == [0, 100_000]
    assert newest.facts.is_draft
    assert newest.facts.parties == ("A", "B")
    assert newest.land_m2 == pytest.approx(100_000)


def test_an_applied_case_still_shows_what_was_agreed_on_the_version_before(
    loaded, case_of, people, approved, district
):
    number = approved(case_of("overlap"), by="median").number
    loaded.cases.applying.apply(people["bureau"], number)
    pack = loaded.documents.pack(people["viewer"], number)
    assert not pack.facts.is_draft
    assert pack.facts.document == "罗府〔2026〕7号"
    assert pack.facts.version.en == "version 1"
    (part,) = pack.line.parts
    expected = translate(shapely.LineString([(950, 1000), (950, 0)]), district.EAST, district.NORTH)
    assert shapely.equals_exact(part.geometry, expected, tolerance=0.002)
    assert {check.name for check in pack.proof} >= {"union", "gone"}


def test_the_pack_stays_the_same_when_the_land_moves_afterwards(
    loaded, case_of, people, survey, district
):
    number = case_of("overlap").number
    loaded.cases.proposals.keep(people["street"], number, by="median", params=None)
    before = loaded.documents.pack(people["bureau"], number, proposal=1)
    survey({"B": shapely.box(800, 0, 2000, 1000)})
    after = loaded.documents.pack(people["bureau"], number, proposal=1)
    assert after.land_m2 == pytest.approx(before.land_m2)
    assert after.line.points == before.line.points


def test_a_gap_tells_what_gets_an_owner(loaded, case_of, people):
    number = case_of("gap").number
    loaded.cases.proposals.keep(people["north"], number, by="fill", params=ResolutionParams(to="D"))
    pack = loaded.documents.pack(people["bureau"], number)
    assert pack.filled_m2 == pytest.approx(100_000)


def test_joint_management_has_a_pack_too(loaded, case_of, people):
    number = case_of("overlap").number
    loaded.cases.proposals.keep(
        people["street"], number, by="joint", params=ResolutionParams(until="2027-06-30")
    )
    pack = loaded.documents.pack(people["bureau"], number)
    assert {part.role for part in pack.line.parts} == {"land"}
    assert [party.code for party in pack.parties] == ["A", "B"]


def test_street_staff_of_another_street_and_nobody_get_no_pack(loaded, case_of, people):
    number = case_of("overlap").number
    loaded.cases.proposals.keep(people["street"], number, by="median", params=None)
    with pytest.raises(ForbiddenError):
        loaded.documents.pack(people["north"], number)
    with pytest.raises(UnauthenticatedError):
        loaded.documents.pack(ANONYMOUS, number)


def test_a_proposal_that_is_not_there_is_refused(loaded, case_of, people):
    number = case_of("overlap").number
    loaded.cases.proposals.keep(people["street"], number, by="median", params=None)
    with pytest.raises(NotFoundError, match="没有第 9 号方案"):
        loaded.documents.pack(people["bureau"], number, proposal=9)
