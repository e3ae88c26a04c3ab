"""What casework needs: a place for cases, and a place for the files of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from gis_service.model.cases import Case, CaseEvent, Evidence, ProposalState, StoredProposal
from gis_service.model.casework import State


class CaseStore(Protocol):
    """The cases with their events, proposals and evidence, within one transaction."""

    def next_sequence(self, year: int) -> int:
        """Give the next number of a year, from 1."""

    def add(self, cases: Sequence[Case], *, year: int, first: int) -> None:
        """Keep new cases; ``first`` is the number within the year of the first of them."""

    def get(self, number: str) -> Case | None:
        """Give one; None when there is none."""

    def all(self, *, states: Iterable[State] | None = None) -> list[Case]:
        """Give all (in some states), ordered by year and number."""

    def stamp(self) -> str:
        """Give what changes whenever any case changes."""

    def save(self, case: Case) -> None:
        """Write a case whose ``version`` is one more than the stored one's.

        Raises
        ------
        StaleError
            When the stored one is of another version.
        """

    def note_seen(self, cases: Sequence[Case]) -> None:
        """Write the land and the boundary version of cases whose land did not move.

        Nothing that a person would call a change: their ``version`` stays.
        """

    def note_applied(self, case: Case) -> None:
        """Write the boundary version that carries a case's decision; ``version`` stays."""

    def add_event(self, number: str, event: CaseEvent) -> None:
        """Write a line of a timeline."""

    def add_events(self, events: Sequence[tuple[str, CaseEvent]]) -> None:
        """Write lines of several cases' timelines."""

    def events(self, number: str) -> list[CaseEvent]:
        """Give the timeline, oldest first."""

    def add_proposal(self, proposal: StoredProposal) -> None:
        """Keep a proposal."""

    def proposals(self, number: str) -> list[StoredProposal]:
        """Give a case's proposals by number, with their changes."""

    def mark_proposal(self, number: str, proposal: int, state: ProposalState) -> None:
        """Set a proposal's state, the only thing of it that changes."""

    def add_evidence(self, evidence: Evidence) -> Evidence:
        """Keep the facts of a file; the database gives its id."""

    def evidence(self, number: str) -> list[Evidence]:
        """Give the facts of a case's files, oldest first."""


class EvidenceFiles(Protocol):
    """Files kept by the SHA-256 of their bytes."""

    def keep(self, source: BinaryIO, *, max_bytes: int) -> tuple[str, int]:
        """Copy a stream and give its SHA-256 and size; after it returns, the bytes are on disk.

        Raises
        ------
        TooLargeError
            As soon as there are more than ``max_bytes``; nothing is kept.
        """

    def path(self, sha256: str) -> Path:
        """Give where the bytes lie.

        Raises
        ------
        StorageError
            When they are missing.
        """
