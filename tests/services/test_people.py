"""People, signing in, keys and links, on SQLite and PostGIS, with a clock that the test sets."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from gis_service.bootstrap import build
from gis_service.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ParameterError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from gis_service.model.people import ANONYMOUS, Actor
from gis_service.services import Services, signing
from gis_service.services.access import log_read
from gis_service.services.moments import later
from gis_service.services.passwords import check_password, hash_of_token, hash_password
from gis_service.settings import Settings

BOSS = Actor(name="boss", role="administrator")
GOOD = "three green stones"


class Clock:
    """Says what the test says."""

    def __init__(self) -> None:
        self.now = "2026-01-01T08:00:00.000Z"

    def __call__(self) -> str:
        return self.now

    def wait(self, *, hours: float = 0, seconds: float = 0) -> None:
        self.now = later(self.now, hours=hours, minutes=seconds / 60)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Services]:
    made = build(Settings(data_dir=tmp_path / "d", database_url=database_url), clock=clock)
    yield made
    made.database.close()


@pytest.fixture
def li(services: Services) -> str:
    """Street staff with a password; gives the login name."""
    _, link = services.people.add("Li", name="李", role="street", street="桂园街道", by=BOSS)
    services.signing.set_password(link, GOOD)
    return "li"


def _actions(services: Services) -> list[tuple[str, str, str]]:
    with services.database.reading() as unit:
        return [(e.user, e.action, e.subject) for e in unit.audit.entries()]


def _everything_kept(services: Services) -> str:
    """Give the text of all rows of all tables about people, to look for secrets in them."""
    tables = ("person", "session", "api_key", "one_time_link", "sign_in_attempt", "audit_entry")
    with services.database.engine.connect() as connection:  # type: ignore[attr-defined]
        return "".join(
            str(connection.exec_driver_sql(f"SELECT * FROM {table}").all()) for table in tables
        )


def test_every_change_is_one_audit_entry_and_no_secret_is_kept(services: Services) -> None:
    people, signing = services.people, services.signing
    _, link = people.add("Wang", role="bureau", by=BOSS)
    first = signing.set_password(link, GOOD).token
    changed = signing.change_password(
        people.get("wang").actor, old=GOOD, new="nine yellow birds", address="a"
    ).token
    key = people.add_own_key("desk", role="viewer", days=9, by=people.get("wang").actor)
    service_key = people.add_key("robot", role="street", street="桂园街道", days=9, by=BOSS)
    people.revoke_key("desk", by=people.get("wang").actor)
    people.change("wang", name="王", role="viewer", street=None, by=BOSS)
    second = people.reset("wang", by=BOSS)
    people.disable("wang", by=BOSS)
    people.enable("wang", by=BOSS)
    assert _actions(services) == [
        ("boss", "add person", "person wang"), ("wang", "set password", "person wang"),
        ("wang", "change password", "person wang"), ("wang", "add key", "key desk"),
        ("boss", "add key", "key robot"), ("wang", "revoke key", "key desk"),
        ("boss", "change person", "person wang"), ("boss", "reset password", "person wang"),
        ("boss", "disable person", "person wang"), ("boss", "enable person", "person wang"),
    ]  # fmt: skip
    kept = _everything_kept(services)
    for secret in (link, first, changed, key, service_key, second, GOOD, "nine yellow birds"):
        assert secret not in kept
    assert hash_of_token(link) in kept
    assert services.audit.verify()[0] == []


def test_a_password_is_kept_as_argon2id_with_a_salt() -> None:
    one, two = hash_password(GOOD), hash_password(GOOD)
    assert one != two and re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", one)


@pytest.mark.parametrize(
    "password",
    ["short", "a" * 201, "1234567890", "PASSWORD123", "aaaaaaaaaaaa", "abababababab",
     "liweiwang88", "LiWeiWang-2026", "ｐａｓｓｗｏｒｄ１２３"],
)  # fmt: skip
def test_a_weak_password_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(ParameterError) as caught:
        check_password(password, login="liweiwang")
    assert password not in caught.value.zh + caught.value.en + str(caught.value.details)


def test_signing_in_gives_the_role_and_street_and_is_logged_without_secrets(
    services: Services, li: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        signed_in = services.signing.sign_in(" LI ", GOOD, address="10.0.0.1")
        with pytest.raises(UnauthenticatedError):
            services.signing.sign_in(li, "wrong and long", address="10.0.0.1")
        with pytest.raises(UnauthenticatedError):
            services.signing.sign_in("my password by mistake", "x", address="10.0.0.1")
    actor = services.signing.actor_of_session(signed_in.token)
    assert actor == Actor(name="li", role="street", street="桂园街道")
    assert [(entry["event"], entry["user"]) for entry in logs] == [
        ("signed in", "li"), ("sign-in failed", "li"), ("sign-in failed", None),
    ]  # fmt: skip
    for secret in (GOOD, signed_in.token, "wrong and long", "by mistake"):
        assert secret not in str(logs)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(services: Services, li: str) -> None:
    def took(login: str) -> float:
        times = []
        for turn in range(4):
            began = time.process_time()
            with pytest.raises(UnauthenticatedError):
                services.signing.sign_in(login, "wrong and long", address=f"{login}{turn}")
            times.append(time.process_time() - began)
        return min(times)

    took("warm-up")
    known, unknown = took(li), took("nobody")
    assert 0.5 < unknown / known < 2.0


def test_a_session_ends_by_age_by_idleness_and_when_told(
    services: Services, clock: Clock, li: str
) -> None:
    signing = services.signing
    idle = signing.sign_in(li, GOOD, address="a").token
    used = signing.sign_in(li, GOOD, address="a").token
    for _ in range(11):
        clock.wait(hours=1)
        assert signing.actor_of_session(used).name == "li"
    assert signing.actor_of_session(idle) == ANONYMOUS, "not used for two hours"
    clock.wait(hours=0.99)
    assert signing.actor_of_session(used).name == "li"
    clock.wait(hours=0.02)
    assert signing.actor_of_session(used) == ANONYMOUS, "older than twelve hours"
    told = signing.sign_in(li, GOOD, address="a").token
    signing.sign_out(told)
    assert signing.actor_of_session(told) == ANONYMOUS
    assert signing.actor_of_session("invented") == ANONYMOUS


@pytest.mark.parametrize("how", ["reset", "disable"])
def test_who_is_reset_or_disabled_is_outside_at_once(services: Services, li: str, how: str) -> None:
    token = services.signing.sign_in(li, GOOD, address="a").token
    key = services.people.add_own_key("k", role="street", days=9, by=services.people.get(li).actor)
    getattr(services.people, how)(li, by=BOSS)
    assert services.signing.actor_of_session(token) == ANONYMOUS
    with pytest.raises(UnauthenticatedError):
        services.signing.sign_in(li, GOOD, address="a")
    if how == "disable":
        with pytest.raises(UnauthenticatedError):
            services.signing.actor_of_key(key)


def test_a_link_works_once_for_a_day_and_only_the_newest(
    services: Services, clock: Clock, li: str
) -> None:
    first = services.people.reset(li, by=BOSS)
    second = services.people.reset(li, by=BOSS)
    with pytest.raises(NotFoundError):
        services.signing.holder(first)
    assert services.signing.holder(second).login == "li"
    with pytest.raises(ParameterError):
        services.signing.set_password(second, "short")
    services.signing.set_password(second, "nine yellow birds")
    with pytest.raises(NotFoundError):
        services.signing.set_password(second, GOOD)
    third = services.people.reset(li, by=BOSS)
    clock.wait(hours=24)
    with pytest.raises(NotFoundError):
        services.signing.set_password(third, GOOD)


def test_a_link_used_by_two_at_once_lets_one_in(services: Services, li: str) -> None:
    link = services.people.reset(li, by=BOSS)
    outcomes: list[str] = []
    start = threading.Barrier(3)

    def use(password: str) -> None:
        start.wait()
        try:
            services.signing.set_password(link, password)
            outcomes.append(password)
        except NotFoundError:
            outcomes.append("refused")

    threads = [threading.Thread(target=use, args=(f"green stones {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [outcome for outcome in outcomes if outcome != "refused"]
    assert len(outcomes) == 3
    assert services.signing.sign_in(li, winner, address="a").person.login == "li"


def test_failures_slow_an_account_down_and_a_right_password_frees_it(
    services: Services, clock: Clock, li: str
) -> None:
    signing = services.signing

    def fail() -> None:
        with pytest.raises(UnauthenticatedError):
            signing.sign_in(li, "wrong and long", address="a")

    for _ in range(5):
        fail()
    with pytest.raises(TooManyAttemptsError) as caught:
        signing.sign_in(li, GOOD, address="elsewhere")
    assert caught.value.details["retry_after_s"] >= 1
    clock.wait(seconds=1.1)
    fail()
    clock.wait(seconds=1.1)
    with pytest.raises(TooManyAttemptsError):
        signing.sign_in(li, GOOD, address="a")
    clock.wait(seconds=1)
    signing.sign_in(li, GOOD, address="a")
    for _ in range(4):
        fail()
    signing.sign_in(li, GOOD, address="a")


def test_failures_slow_an_address_down_whatever_the_name(
    services: Services, li: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "FREE_BY_ADDRESS", 6)  # each attempt costs a real Argon2 hash
    for number in range(6):
        with pytest.raises(UnauthenticatedError):
            services.signing.sign_in(f"guess{number}", "x", address="10.9.9.9")
    with pytest.raises(TooManyAttemptsError):
        services.signing.sign_in(li, GOOD, address="10.9.9.9")
    assert services.signing.sign_in(li, GOOD, address="10.1.1.1").person.login == "li"


def test_many_attempts_at_once_are_all_counted(services: Services, li: str) -> None:
    judged: list[str] = []

    def attempt() -> None:
        try:
            services.signing.sign_in(li, "wrong and long", address="a")
        except TooManyAttemptsError:
            judged.append("slowed")
        except UnauthenticatedError:
            judged.append("tried")

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(judged) == ["slowed"] * 7 + ["tried"] * 5


def test_a_key_ends_and_never_may_more_than_its_owner(
    services: Services, clock: Clock, li: str
) -> None:
    people, signing = services.people, services.signing
    own = people.add_own_key("own", role="street", days=1, by=people.get(li).actor)
    assert signing.actor_of_key(own) == Actor(name="key:own", role="street", street="桂园街道")
    people.change(li, name="李", role="street", street="东门街道", by=BOSS)
    assert signing.actor_of_key(own).street == "东门街道"
    people.change(li, name="李", role="viewer", street=None, by=BOSS)
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_key(own)
    robot = people.add_key("robot", role="bureau", days=1, by=BOSS)
    assert signing.actor_of_key(robot).role == "bureau"
    clock.wait(hours=24)
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_key(robot)
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_key("gsk_invented")
    with pytest.raises(ConflictError):
        people.add_key("robot", role="viewer", days=1, by=BOSS)
    with pytest.raises(NotFoundError):
        people.revoke_key("robot", by=people.get(li).actor)


@pytest.mark.parametrize("role", ["viewer", "street", "bureau", "approver", "anonymous"])
def test_only_administrators_manage_people(services: Services, role: Any, li: str) -> None:
    by = Actor(name="x", role=role, street="桂园街道")
    deeds: list[Callable[[], object]] = [
        lambda: services.people.add("new", role="viewer", by=by),
        lambda: services.people.change(li, name="", role="viewer", street=None, by=by),
        lambda: services.people.disable(li, by=by),
        lambda: services.people.enable(li, by=by),
        lambda: services.people.reset(li, by=by),
        lambda: services.people.add_key("k", role="viewer", days=1, by=by),
    ]
    for deed in deeds:
        with pytest.raises((ForbiddenError, UnauthenticatedError)):
            deed()
    assert len(_actions(services)) == 2


@pytest.mark.parametrize("login", ["", "a b", "key:x", "cli:root", "system", ".x", "x" * 65, "<b>"])
def test_a_login_name_that_would_mislead_is_refused(services: Services, login: str) -> None:
    with pytest.raises(ParameterError):
        services.people.add(login, role="viewer", by=BOSS)


def test_the_first_start_makes_one_administrator_and_every_start_a_link_until_it_is_used(
    services: Services,
) -> None:
    first = services.people.first_link()
    second = services.people.first_link()
    assert first and second and first != second
    with pytest.raises(NotFoundError):
        services.signing.holder(first)
    assert services.signing.set_password(second, GOOD).person.role == "administrator"
    assert services.people.first_link() is None
    assert [person.login for person in services.people.all()] == ["admin"]
    with pytest.raises(ConflictError):
        services.people.disable("admin", by=BOSS)
    with pytest.raises(ConflictError):
        services.people.change("admin", name="", role="viewer", street=None, by=BOSS)
    assert services.people.get("admin").role == "administrator"


def test_reading_blocks_is_entered_in_the_trail_before_anything_is_read(
    services: Services,
) -> None:
    street = Actor(name="li", role="street", street="桂园街道")
    log_read(services.database, street, subject="blocks of 桂园街道")
    with pytest.raises(ForbiddenError):
        log_read(services.database, Actor(name="v", role="viewer"), subject="blocks")
    with pytest.raises(UnauthenticatedError):
        log_read(services.database, ANONYMOUS, subject="blocks")
    assert _actions(services) == [("li", "read blocks", "blocks of 桂园街道")]
