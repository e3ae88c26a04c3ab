"""People, sessions, API keys, one-time links and failed attempts to sign in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from gis_service.model.people import ApiKey, Attempts, OneTimeLink, Person, Session
from gis_service.storage.people_tables import (
    api_key,
    one_time_link,
    person,
    session,
    sign_in_attempt,
)


class People:
    """People within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, login: str) -> Person | None:
        """Give one person."""
        row = self._first(person, login=login)
        return None if row is None else Person(**row._mapping)

    def find_external(self, external_id: str) -> Person | None:
        """Give the person of an identity of another system."""
        row = self._first(person, external_id=external_id)
        return None if row is None else Person(**row._mapping)

    def all(self) -> list[Person]:
        """Give everybody, by login."""
        rows = self._connection.execute(select(person).order_by(person.c.login))
        return [Person(**row._mapping) for row in rows]

    def put(self, person_: Person) -> None:
        """Add a person, or change the one with this login."""
        self._put(person, asdict(person_), key="login")

    def add_session(self, session_: Session) -> None:
        """Keep a session."""
        self._connection.execute(insert(session).values(asdict(session_)))

    def session(self, hashed: str) -> tuple[Session, Person] | None:
        """Give a session and whose it is."""
        row = self._first(session, hash=hashed)
        if row is None:
            return None
        whose = self.find(row.login)
        assert whose is not None  # noqa: S101 -- a foreign key holds it
        return Session(**row._mapping), whose

    def touch_session(self, hashed: str, *, at: str) -> None:
        """Note that a session is used."""
        chosen = update(session).where(session.c.hash == hashed)
        self._connection.execute(chosen.values(seen_at=at))

    def end_session(self, hashed: str) -> None:
        """Forget a session."""
        self._connection.execute(delete(session).where(session.c.hash == hashed))

    def end_sessions(self, login: str, *, but: str | None = None) -> None:
        """Forget all sessions of a person, ``but`` one."""
        theirs = delete(session).where(session.c.login == login)
        self._connection.execute(theirs if but is None else theirs.where(session.c.hash != but))

    def end_expired_sessions(self, *, at: str) -> None:
        """Forget all sessions whose time is over."""
        self._connection.execute(delete(session).where(session.c.expires_at <= at))

    def put_key(self, key: ApiKey) -> None:
        """Add a key, or change the one with this name."""
        self._put(api_key, asdict(key), key="name")

    def key(self, hashed: str) -> ApiKey | None:
        """Give the key with a hash."""
        row = self._first(api_key, hash=hashed)
        return None if row is None else ApiKey(**row._mapping)

    def all_keys(self) -> list[ApiKey]:
        """Give all keys, by name."""
        rows = self._connection.execute(select(api_key).order_by(api_key.c.name))
        return [ApiKey(**row._mapping) for row in rows]

    def add_link(self, link: OneTimeLink) -> None:
        """Keep a link; all others of the same person lose their use."""
        self.end_links(link.login, at=link.created_at)
        self._connection.execute(insert(one_time_link).values(asdict(link)))

    def link(self, hashed: str) -> OneTimeLink | None:
        """Give a link, used or not."""
        row = self._first(one_time_link, hash=hashed)
        return None if row is None else OneTimeLink(**row._mapping)

    def end_links(self, login: str, *, at: str) -> None:
        """Take the use from all links of a person."""
        unused = one_time_link.c.used_at.is_(None)
        chosen = update(one_time_link).where(one_time_link.c.login == login, unused)
        self._connection.execute(chosen.values(used_at=at))

    def attempts(self, whose: str) -> Attempts | None:
        """Give what is known of failed attempts."""
        row = self._first(sign_in_attempt, whose=whose)
        return None if row is None else Attempts(**row._mapping)

    def put_attempts(self, attempts: Attempts) -> None:
        """Keep what is known of failed attempts."""
        self._put(sign_in_attempt, asdict(attempts), key="whose")

    def forget_attempts(self, *, before: float) -> None:
        """Forget those not seen since ``before``."""
        old = sign_in_attempt.c.seen_at < before
        self._connection.execute(delete(sign_in_attempt).where(old))

    def _first(self, table: Table, **equal: str) -> Row[Any] | None:
        return self._connection.execute(select(table).filter_by(**equal)).first()

    def _put(self, table: Table, values: dict[str, Any], *, key: str) -> None:
        column = table.c[key]
        changed = update(table).where(column == values[key]).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._connection.execute(insert(table).values(values))
