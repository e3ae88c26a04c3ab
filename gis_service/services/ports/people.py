"""Where people, their sessions, keys and links are kept, and the answers to repeated requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gis_service.model.people import ApiKey, Attempts, OneTimeLink, Person, Session


class PeopleStore(Protocol):
    """People, and what proves who they are."""

    def find(self, login: str) -> Person | None:
        """Give one person."""

    def find_external(self, external_id: str) -> Person | None:
        """Give the person of an identity of another system."""

    def all(self) -> list[Person]:
        """Give everybody, by login."""

    def put(self, person: Person) -> None:
        """Add a person, or change the one with this login."""

    def add_session(self, session: Session) -> None:
        """Keep a session."""

    def session(self, hashed: str) -> tuple[Session, Person] | None:
        """Give a session and whose it is."""

    def touch_session(self, hashed: str, *, at: str) -> None:
        """Note that a session is used."""

    def end_session(self, hashed: str) -> None:
        """Forget a session."""

    def end_sessions(self, login: str, *, but: str | None = None) -> None:
        """Forget all sessions of a person, ``but`` one."""

    def end_expired_sessions(self, *, at: str) -> None:
        """Forget all sessions whose time is over."""

    def put_key(self, key: ApiKey) -> None:
        """Add a key, or change the one with this name."""

    def key(self, hashed: str) -> ApiKey | None:
        """Give the key with a hash."""

    def all_keys(self) -> list[ApiKey]:
        """Give all keys, by name."""

    def add_link(self, link: OneTimeLink) -> None:
        """Keep a link; all others of the same person lose their use."""

    def link(self, hashed: str) -> OneTimeLink | None:
        """Give a link, used or not."""

    def end_links(self, login: str, *, at: str) -> None:
        """Take the use from all links of a person."""

    def attempts(self, whose: str) -> Attempts | None:
        """Give what is known of failed attempts."""

    def put_attempts(self, attempts: Attempts) -> None:
        """Keep what is known of failed attempts."""

    def forget_attempts(self, *, before: float) -> None:
        """Forget those not seen since ``before``."""


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """The answer to a request that carried an ``Idempotency-Key``.

    ``status`` is None while the first request runs, or when it ended without an answer.
    """

    id: str
    body_hash: str
    created_at: float
    status: int | None
    headers: Mapping[str, str]
    body: bytes


class AnswerStore(Protocol):
    """Answers to requests that may come again."""

    def claim(self, answer: StoredAnswer, *, expired_before: float) -> StoredAnswer | None:
        """Keep an unfinished answer, and give None; or give the one that is there already.

        What is older than ``expired_before`` is forgotten first.
        """

    def finish(self, answer: StoredAnswer) -> None:
        """Keep the answer of a claimed request."""

    def release(self, answer_id: str) -> None:
        """Forget a claim whose request wrote nothing."""
