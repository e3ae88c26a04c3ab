"""Four people at work on the small district: an overlap of A and B, a gap between C and D."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gis_service.model.cases import Case
from gis_service.model.people import Actor
from gis_service.services import Services

SOUTH = Actor(name="chen", role="street", street="南街")
NORTH = Actor(name="he", role="street", street="北街")
BUREAU = Actor(name="wang", role="bureau")
DISTRICT = Actor(name="zhou", role="approver")
VIEWER = Actor(name="guest", role="viewer")

People = dict[str, Actor]


@pytest.fixture
def people() -> People:
    """Who works here, by role; ``street`` is the south, ``north`` the other street."""
    return {
        "street": SOUTH,
        "north": NORTH,
        "bureau": BUREAU,
        "approver": DISTRICT,
        "viewer": VIEWER,
        "administrator": Actor(name="root", role="administrator"),
    }


@pytest.fixture
def case_of(loaded: Services) -> Callable[[str], Case]:
    """``case_of("overlap")``: the case of a kind as it is now."""

    def find(kind: str) -> Case:
        with loaded.database.reading() as unit:
            (found,) = [case for case in unit.cases.all() if case.kind == kind]
        return found

    return find


@pytest.fixture
def survey(loaded: Services, district: Any, tmp_path: Path) -> Callable[..., None]:
    """``survey({"B": shape})``: import the district again, some communities changed."""

    def bring(changed: dict[str, object] | None = None, *, user: str = "li") -> None:
        loaded.boundaries.import_file(
            district.write_communities(tmp_path / "again.gpkg", changed), user=user, reason="again"
        )

    return bring


@pytest.fixture
def approved(loaded: Services, people: People) -> Callable[..., Case]:
    """``approved(case, by="award", params=...)``: bring a case to *approved* by its people."""

    def bring(case: Case, *, street: str = "street", by: str, params: Any = None) -> Case:
        work, number = loaded.cases, case.number
        if case.state == "found":
            work.moving.negotiate(people[street], number)
        kept = work.proposals.keep(people[street], number, by=by, params=params)
        work.moving.propose(people[street], number, proposal=kept.number)
        work.moving.review(people["bureau"], number)
        return work.moving.approve(people["approver"], number, document="罗府〔2026〕7号")

    return bring
