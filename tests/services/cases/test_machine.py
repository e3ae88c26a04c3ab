"""No illegal path is reachable: random people make random moves on a real database."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gis_service.bootstrap import build
from gis_service.errors import ConflictError, ForbiddenError, GisServiceError, ParameterError
from gis_service.model.casework import PATH
from gis_service.model.people import Actor
from gis_service.services.access import PERMISSIONS
from gis_service.services.cases.moving import ACTIONS
from gis_service.settings import Settings

PEOPLE = (
    Actor(name="chen", role="street", street="南街"),
    Actor(name="he", role="street", street="北街"),
    Actor(name="wang", role="bureau"),
    Actor(name="li", role="bureau"),
    Actor(name="zhou", role="approver"),
    Actor(name="root", role="administrator"),
    Actor(name="guest", role="viewer"),
    Actor(name="", role="anonymous"),
)
AUTHORS = {1: "chen", 2: "wang", 3: "root"}
LEGAL = {
    ("found", "negotiating"),
    ("negotiating", "proposed"),
    ("proposed", "reviewed"),
    ("reviewed", "approved"),
    ("approved", "applied"),
    ("applied", "filed"),
    ("proposed", "negotiating"),
    ("reviewed", "negotiating"),
    ("approved", "negotiating"),
    ("withdrawn", "found"),
    *((state, "withdrawn") for state in PATH[:5]),
}


@pytest.fixture(scope="module")
def prepared(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one overlap on which three people have kept a proposal."""
    folder = tmp_path_factory.mktemp("prepared")
    services = build(Settings(data_dir=folder / "data"))
    services.boundaries.import_file(
        district.write_communities(folder / "communities.gpkg"), user="sun"
    )
    number = services.cases.ledger.page(PEOPLE[2]).rows[0].case.number
    for author in AUTHORS.values():
        actor = next(person for person in PEOPLE if person.name == author)
        services.cases.proposals.keep(actor, number, by="median")
    services.database.close()
    return folder / "data"


def machine_on(prepared: Path) -> type[RuleBasedStateMachine]:
    """Make the machine: each run starts from a copy of the folder."""

    class Casework(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.folder = tempfile.TemporaryDirectory()
            shutil.copytree(prepared, self.folder.name, dirs_exist_ok=True)
            self.services = build(Settings(data_dir=Path(self.folder.name)))
            (row,) = self.services.cases.ledger.page(PEOPLE[2]).rows
            self.number, self.events, self.version = row.case.number, 0, 0

        def teardown(self) -> None:
            self.services.database.close()
            self.folder.cleanup()

        @rule(
            actor=st.sampled_from(PEOPLE),
            move=st.sampled_from(sorted(ACTIONS)),
            proposal=st.sampled_from([1, 2, 3]),
        )
        def move(self, actor: Actor, move: str, proposal: int) -> None:
            moving, number = self.services.cases.moving, self.number
            makers = {
                "negotiate": lambda: moving.negotiate(actor, number),
                "propose": lambda: moving.propose(actor, number, proposal=proposal),
                "review": lambda: moving.review(actor, number),
                "approve": lambda: moving.approve(actor, number, document="1"),
                "apply": lambda: self.services.cases.applying.apply(actor, number),
                "file": lambda: moving.file(actor, number),
                "return": lambda: moving.send_back(actor, number, reason="r"),
                "withdraw": lambda: moving.withdraw(actor, number, reason="r"),
                "reopen": lambda: moving.reopen(actor, number, reason="r"),
            }
            try:
                case = makers[move]()
            except (ConflictError, ForbiddenError):
                return
            except GisServiceError as error:
                assert actor.role == "anonymous", error
                return
            assert actor.role in PERMISSIONS[ACTIONS[move]]
            assert actor.role != "street" or actor.street in case.streets

        @rule(reason=st.sampled_from(["", "  "]))
        def nothing_goes_back_without_a_reason(self, reason: str) -> None:
            with pytest.raises(ParameterError):
                self.services.cases.moving.send_back(PEOPLE[2], self.number, reason=reason)

        @invariant()
        def every_step_was_legal_and_nobody_passed_their_own_work(self) -> None:
            file = self.services.cases.ledger.file(PEOPLE[2], self.number)
            events = [event for event in file.events if event.kind == "moved"]
            state, proposer, chosen = "found", "", 0
            for event in events:
                assert (event.data["from"], event.state) in LEGAL and event.data["from"] == state
                if event.state == "proposed":
                    proposer, chosen = event.user, event.data["proposal"]
                if event.state in ("reviewed", "approved"):
                    assert event.user not in (proposer, AUTHORS[chosen])
                state = event.state
            assert file.row.case.state == state and len(events) >= self.events
            assert file.row.case.version >= self.version
            self.events, self.version = len(events), file.row.case.version
            current = self.services.boundaries.current()
            applied = [event for event in events if event.state == "applied"]
            assert current.number == 1 + len(applied) and len(applied) <= 1

    return Casework


def test_no_illegal_path_is_reachable(prepared: Path) -> None:
    run_state_machine_as_test(
        machine_on(prepared),
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_straight_way_is_reachable_in_the_machine(prepared: Path) -> None:
    machine = machine_on(prepared)()
    chen, _, wang, li, zhou, *_ = PEOPLE
    for actor, move in ((chen, "negotiate"), (chen, "propose"), (wang, "review"),
                        (zhou, "approve"), (li, "apply"), (wang, "file")):  # fmt: skip
        machine.move(actor=actor, move=move, proposal=1)
        machine.every_step_was_legal_and_nobody_passed_their_own_work()
    case = machine.services.cases.ledger.get(wang, machine.number).case
    machine.teardown()
    assert case.state == "filed"
