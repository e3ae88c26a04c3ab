"""Signing in and out: passwords, sessions, one-time links, API keys, identities from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from gis_service.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from gis_service.model.people import ANONYMOUS, Actor, Attempts, Person, Session
from gis_service.services.access import require
from gis_service.services.moments import later, seconds
from gis_service.services.passwords import (
    check_password,
    hash_of_token,
    hash_password,
    token,
    verify_password,
)
from gis_service.services.people import digest_of, known_role, usable_login
from gis_service.services.ports import Clock, Database, UnitOfWork

FREE_BY_ACCOUNT, LONGEST_BY_ACCOUNT_S = 5, 300.0
FREE_BY_ADDRESS, LONGEST_BY_ADDRESS_S = 20, 900.0
FORGOTTEN_AFTER_S = 3600.0
TOUCH_EVERY_MIN = 1


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A new session: whose, and the token for the cookie, which is kept nowhere."""

    person: Person
    token: str


class Signing:
    """Who is it?"""

    def __init__(self, *, database: Database, clock: Clock, hours: int, idle_min: int) -> None:
        self._database = database
        self._clock = clock
        self._hours = hours
        self._idle_min = idle_min

    def sign_in(self, login: str, password: str, *, address: str) -> SignedIn:
        """Begin a session by login name and password.

        An unknown name takes as long as a wrong password and is answered alike. Attempts are
        counted before they are judged, by account and by address, so that trying many at once
        gains nothing; a right password takes its own count back.

        Raises
        ------
        UnauthenticatedError
            When name and password do not belong together, or the person is disabled.
        TooManyAttemptsError
            After `FREE_BY_ACCOUNT` failures of the account or `FREE_BY_ADDRESS` from the address;
            the wait doubles with each further one.
        """
        name = login.strip().lower()[:64]
        log = structlog.get_logger("gis_service")
        self._count(name, address)
        with self._database.reading() as unit:
            person = unit.people.find(name)
        usable = person is not None and not person.is_disabled
        kept = person.password_hash if person is not None and usable else None
        if not verify_password(kept, password) or person is None:
            log.warning("sign-in failed", user=person.login if person else None, address=address)
            raise UnauthenticatedError(
                "用户名或密码不正确。", "The login name or the password is wrong."
            )
        with self._database.keeping() as unit:
            self._take_back(unit, name, address)
            signed_in = self._begin(unit, person)
        log.info("signed in", user=person.login, role=person.role, address=address)
        return signed_in

    def sign_in_external(
        self, external_id: str, *, login: str, name: str, role: str, street: str | None
    ) -> SignedIn:
        """Begin a session for who proved their identity elsewhere; add or change the person.

        Raises
        ------
        ConflictError
            When the login name belongs to somebody who does not sign in that way.
        ForbiddenError
            When the person is disabled here.
        """
        chosen, place = known_role(role, street)
        with self._database.reading() as unit:
            before = unit.people.find_external(external_id)
        now = self._clock()
        if before is None:
            wanted = Person(
                login=usable_login(login),
                name=name[:100] or login,
                role=chosen,
                street=place,
                external_id=external_id,
                created_at=now,
            )
        else:
            wanted = replace(before, name=name[:100] or before.name, role=chosen, street=place)
        if wanted.is_disabled:
            raise ForbiddenError(
                "此账号已停用。请联系管理员。", "This account is disabled. Ask an administrator."
            )
        if wanted != before:
            self._write_external(before, wanted)
        with self._database.keeping() as unit:
            signed_in = self._begin(unit, wanted)
        structlog.get_logger("gis_service").info(
            "signed in", user=wanted.login, role=wanted.role, by="oidc"
        )
        return signed_in

    def sign_out(self, secret: str) -> None:
        """End a session."""
        with self._database.keeping() as unit:
            unit.people.end_session(hash_of_token(secret))

    def actor_of_session(self, secret: str) -> Actor:
        """Give whose session it is; `ANONYMOUS` when it is none, or its time is over."""
        hashed, now = hash_of_token(secret), self._clock()
        with self._database.reading() as unit:
            found = unit.people.session(hashed)
        if found is None:
            return ANONYMOUS
        session, person = found
        idle_until = later(session.seen_at, minutes=self._idle_min)
        if person.is_disabled or now >= min(session.expires_at, idle_until):
            return ANONYMOUS
        if now >= later(session.seen_at, minutes=TOUCH_EVERY_MIN):
            with self._database.keeping() as unit:
                unit.people.touch_session(hashed, at=now)
        return person.actor

    def actor_of_key(self, secret: str) -> Actor:
        """Give who acts with an API key.

        Raises
        ------
        UnauthenticatedError
            When the key is unknown, revoked or over, or its owner may not do what it may.
        """
        with self._database.reading() as unit:
            key = unit.people.key(hash_of_token(secret))
            owner = unit.people.find(key.owner) if key is not None and key.owner else None
        if key is None or key.is_revoked or self._clock() >= key.expires_at:
            raise _bad_key()
        if key.owner is None:
            return key.actor
        if owner is None or owner.is_disabled or key.role not in (owner.role, "viewer"):
            raise _bad_key()
        return replace(key.actor, street=owner.street if key.role == "street" else None)

    def holder(self, secret: str) -> Person:
        """Give whose password a one-time link sets.

        Raises
        ------
        NotFoundError
            When the link is unknown, used or over.
        """
        with self._database.reading() as unit:
            return self._holder(unit, secret)

    def set_password(self, secret: str, password: str) -> SignedIn:
        """Set a password by a one-time link, which ends; begin a session."""
        person = self.holder(secret)
        check_password(password, login=person.login)
        hashed = hash_password(password)

        def change(unit: UnitOfWork) -> Person:
            return replace(self._holder(unit, secret), password_hash=hashed)

        return self._keep_password(person.login, "set password", change)

    def change_password(self, actor: Actor, *, old: str, new: str, address: str) -> SignedIn:
        """Change one's own password; all sessions end, and a new one begins.

        Raises
        ------
        UnauthenticatedError
            When the old password is wrong; it counts as a failed attempt to sign in.
        """
        require(actor, "account")
        self.sign_out(self.sign_in(actor.name, old, address=address).token)
        check_password(new, login=actor.name)
        hashed = hash_password(new)

        def change(unit: UnitOfWork) -> Person:
            person = unit.people.find(actor.name)
            if person is None or person.is_disabled:
                raise _bad_link()
            return replace(person, password_hash=hashed)

        return self._keep_password(actor.name, "change password", change)

    def _keep_password(
        self, login: str, action: str, change: Callable[[UnitOfWork], Person]
    ) -> SignedIn:
        with self._database.writing(user=login, action=action) as unit:
            before = unit.people.find(login)
            person = change(unit)
            unit.people.put(person)
            unit.people.end_links(login, at=self._clock())
            unit.people.end_sessions(login)
            unit.record(
                subject=f"person {login}",
                before="" if before is None else digest_of(before),
                after=digest_of(person),
            )
            return self._begin(unit, person)

    def _holder(self, unit: UnitOfWork, secret: str) -> Person:
        link = unit.people.link(hash_of_token(secret))
        if link is None or link.used_at is not None or self._clock() >= link.expires_at:
            raise _bad_link()
        person = unit.people.find(link.login)
        if person is None or person.is_disabled:
            raise _bad_link()
        return person

    def _begin(self, unit: UnitOfWork, person: Person) -> SignedIn:
        now, secret = self._clock(), token()
        unit.people.end_expired_sessions(at=now)
        unit.people.add_session(
            Session(
                hash=hash_of_token(secret),
                login=person.login,
                created_at=now,
                seen_at=now,
                expires_at=later(now, hours=self._hours),
            )
        )
        return SignedIn(person=person, token=secret)

    def _write_external(self, before: Person | None, wanted: Person) -> None:
        action = "add person" if before is None else "change person"
        with self._database.writing(user="oidc", action=action) as unit:
            if before is None and unit.people.find(wanted.login) is not None:
                raise ConflictError(
                    f"用户名 {wanted.login} 已属于本地账号。请管理员处理后再登录。",
                    f"The login name {wanted.login} belongs to a local account. "
                    "Ask an administrator to sort this out.",
                    login=wanted.login,
                )
            unit.people.put(wanted)
            unit.record(
                subject=f"person {wanted.login}",
                before="" if before is None else digest_of(before),
                after=digest_of(wanted),
            )

    def _count(self, name: str, address: str) -> None:
        now = seconds(self._clock())
        with self._database.keeping() as unit:
            unit.people.forget_attempts(before=now - FORGOTTEN_AFTER_S)
            counted = []
            for whose, free, longest in _counters(name, address):
                known = unit.people.attempts(whose)
                if known is not None and known.blocked_until > now:
                    raise _too_many(known.blocked_until - now)
                failures = (known.failures if known else 0) + 1
                wait = min(longest, 2.0 ** (failures - free)) if failures >= free else 0.0
                counted.append(
                    Attempts(whose=whose, failures=failures, seen_at=now, blocked_until=now + wait)
                )
            for attempts in counted:
                unit.people.put_attempts(attempts)

    def _take_back(self, unit: UnitOfWork, name: str, address: str) -> None:
        account, place = (whose for whose, _, _ in _counters(name, address))
        for whose, left in ((account, 0), (place, None)):
            known = unit.people.attempts(whose)
            if known is not None:
                failures = known.failures - 1 if left is None else left
                unit.people.put_attempts(
                    replace(known, failures=max(0, failures), blocked_until=0.0)
                )


def _counters(name: str, address: str) -> tuple[tuple[str, int, float], ...]:
    account = hash_of_token(f"account {name}")
    place = hash_of_token(f"address {address}")
    return (
        (account, FREE_BY_ACCOUNT, LONGEST_BY_ACCOUNT_S),
        (place, FREE_BY_ADDRESS, LONGEST_BY_ADDRESS_S),
    )


def _too_many(wait_s: float) -> TooManyAttemptsError:
    whole = max(1, round(wait_s + 0.5))
    return TooManyAttemptsError(
        f"登录失败次数过多。请等待 {whole} 秒后再试。",
        f"Too many failed attempts. Wait {whole} seconds and try again.",
        retry_after_s=whole,
    )


def _bad_key() -> UnauthenticatedError:
    return UnauthenticatedError(
        "API 密钥不可用：未知、已撤销、已过期，或其所有者无此权限。请向管理员索取新的密钥。",
        "The API key can't be used: unknown, revoked, expired, or its owner may not do this. "
        "Get a new one from an administrator.",
        reason="key",
    )


def _bad_link() -> NotFoundError:
    return NotFoundError(
        "此链接不可用：已使用、已过期或不存在。请管理员重新发放（gis-service user reset）。",
        "This link can't be used: it was used, has expired or never was. Ask an administrator "
        "for a new one (gis-service user reset).",
    )
