"""People and their keys: adding, changing, disabling, resetting; each change is audited."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from hashlib import sha256

import orjson

from gis_service.errors import ConflictError, NotFoundError, ParameterError
from gis_service.model.people import ROLES, Actor, ApiKey, OneTimeLink, Person, Role
from gis_service.services.access import require
from gis_service.services.moments import later
from gis_service.services.passwords import hash_of_token, token
from gis_service.services.ports import Clock, Database, UnitOfWork

LOGIN = re.compile(r"[\w][\w.@-]{0,63}")
RESERVED = frozenset({"sample", "system", "api", "cli", "anonymous"})
FIRST = "admin"
LINK_HOURS = 24
LONGEST_KEY_DAYS = 731
SYSTEM = Actor(name="system", role="administrator")


class People:
    """Who may sign in."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> list[Person]:
        """Give everybody, by login."""
        with self._database.reading() as unit:
            return unit.people.all()

    def get(self, login: str) -> Person:
        """Give one person; a `NotFoundError` where there is none."""
        with self._database.reading() as unit:
            return _found(unit, login)

    def first_link(self) -> str | None:
        """Make the first administrator on the first start; give the token of their link.

        While no administrator has a way to sign in, every start gives a new link and ends the
        one before. None when somebody can sign in as administrator.
        """
        with self._database.reading() as unit:
            everybody = unit.people.all()
        if any(_can_administer(person) for person in everybody):
            return None
        if any(person.login == FIRST for person in everybody):
            return self.reset(FIRST, by=SYSTEM)
        return self.add(FIRST, name="管理员 / Administrator", role="administrator", by=SYSTEM)[1]

    def add(
        self, login: str, *, role: str, by: Actor, name: str = "", street: str | None = None
    ) -> tuple[Person, str]:
        """Add a person; give them and the token of the link by which they set their password.

        Raises
        ------
        ParameterError
            When the login name, the role or the street can't be used.
        ConflictError
            When there is somebody with this login name.
        """
        require(by, "users.manage")
        chosen, place = known_role(role, street)
        now = self._clock()
        person = Person(
            login=usable_login(login),
            name=name.strip()[:100] or login.strip(),
            role=chosen,
            street=place,
            created_at=now,
        )
        with self._database.writing(user=by.name, action="add person") as unit:
            if unit.people.find(person.login) is not None:
                raise ConflictError(
                    f"用户名 {person.login} 已存在。请换一个，或修改已有的用户。",
                    f"There is somebody with the login name {person.login}. Take another one, or "
                    "change the person who is there.",
                    login=person.login,
                )
            unit.people.put(person)
            secret = self._link(unit, person.login, now=now)
            unit.record(subject=f"person {person.login}", before="", after=digest_of(person))
        return person, secret

    def change(self, login: str, *, name: str, role: str, street: str | None, by: Actor) -> Person:
        """Change what a person is called, what they may do, and where."""
        chosen, place = known_role(role, street)
        return self._changed(
            login, "change person", by=by, name=name.strip()[:100], role=chosen, street=place
        )

    def disable(self, login: str, *, by: Actor) -> Person:
        """Let a person sign in no more; end their sessions and links, and with them their keys."""
        return self._changed(login, "disable person", by=by, is_disabled=True)

    def enable(self, login: str, *, by: Actor) -> Person:
        """Let a disabled person sign in again."""
        return self._changed(login, "enable person", by=by, is_disabled=False)

    def reset(self, login: str, *, by: Actor) -> str:
        """Take a person's password and sessions; give the token of the link for a new one."""
        require(by, "users.manage")
        with self._database.writing(user=by.name, action="reset password") as unit:
            before = _found(unit, login)
            after = replace(before, password_hash=None)
            unit.people.put(after)
            unit.people.end_sessions(before.login)
            secret = self._link(unit, before.login, now=self._clock())
            unit.record(
                subject=f"person {before.login}", before=digest_of(before), after=digest_of(after)
            )
        return secret

    def keys(self, *, owner: str | None = None) -> list[ApiKey]:
        """Give all keys, or those of one person."""
        with self._database.reading() as unit:
            return [key for key in unit.people.all_keys() if owner in (None, key.owner)]

    def add_key(
        self, name: str, *, role: str, days: int, by: Actor, street: str | None = None
    ) -> str:
        """Make a key for a program; give what the program sends. Administrators only."""
        require(by, "users.manage")
        chosen, place = known_role(role, street)
        return self._add_key(name, role=chosen, street=place, days=days, by=by, owner=None)

    def add_own_key(self, name: str, *, role: str, days: int, by: Actor) -> str:
        """Make a key of one's own, with one's own role or as a viewer."""
        require(by, "account")
        person = self.get(by.name)
        if role not in (person.role, "viewer"):
            raise ParameterError(
                f"自己的密钥只能是自己的角色（{person.role}）或 viewer。",
                f"A key of one's own has one's own role ({person.role}) or viewer.",
                parameter="role",
            )
        street = person.street if role == "street" else None
        return self._add_key(
            name, role=known_role(role, street)[0], street=street, days=days, by=by, owner=by.name
        )

    def revoke_key(self, name: str, *, by: Actor) -> None:
        """End a key: one's own, or as administrator any."""
        require(by, "account")
        with self._database.writing(user=by.name, action="revoke key") as unit:
            found = next((key for key in unit.people.all_keys() if key.name == name), None)
            if found is None or (by.role != "administrator" and found.owner != by.name):
                raise NotFoundError(f"没有密钥 {name}。", f"There is no key {name!r}.", key=name)
            ended = replace(found, is_revoked=True)
            unit.people.put_key(ended)
            unit.record(subject=f"key {name}", before=digest_of(found), after=digest_of(ended))

    def _add_key(
        self, name: str, *, role: Role, street: str | None, days: int, by: Actor, owner: str | None
    ) -> str:
        label = usable_login(name, parameter="name")
        if not 1 <= days <= LONGEST_KEY_DAYS:
            raise ParameterError(
                f"有效天数 {days} 不可用；允许 1 至 {LONGEST_KEY_DAYS}。",
                f"A key is valid for 1 to {LONGEST_KEY_DAYS} days, not {days}.",
                parameter="days",
            )
        now, secret = self._clock(), f"gsk_{token()}"
        key = ApiKey(
            name=label,
            hash=hash_of_token(secret),
            role=role,
            street=street,
            owner=owner,
            created_at=now,
            expires_at=later(now, hours=24 * days),
        )
        with self._database.writing(user=by.name, action="add key") as unit:
            if any(known.name == label for known in unit.people.all_keys()):
                raise ConflictError(
                    f"密钥名 {label} 已用过。请换一个名称。",
                    f"The key name {label} has been used. Take another name.",
                    key=label,
                )
            unit.people.put_key(key)
            unit.record(subject=f"key {label}", before="", after=digest_of(key))
        return secret

    def _changed(self, login: str, action: str, *, by: Actor, **changes: object) -> Person:
        require(by, "users.manage")
        with self._database.writing(user=by.name, action=action) as unit:
            before = _found(unit, login)
            after = replace(before, **changes)  # type: ignore[arg-type]
            unit.people.put(after)
            if _can_administer(before) and not any(map(_can_administer, unit.people.all())):
                raise ConflictError(
                    f"{before.login} 是最后一位能登录的管理员。请先增加另一位管理员。",
                    f"{before.login} is the last administrator who can sign in. "
                    "Add another administrator first.",
                    login=before.login,
                )
            if after.is_disabled:
                unit.people.end_sessions(after.login)
                unit.people.end_links(after.login, at=self._clock())
            unit.record(
                subject=f"person {after.login}", before=digest_of(before), after=digest_of(after)
            )
        return after

    def _link(self, unit: UnitOfWork, login: str, *, now: str) -> str:
        secret = token()
        unit.people.add_link(
            OneTimeLink(
                hash=hash_of_token(secret),
                login=login,
                created_at=now,
                expires_at=later(now, hours=LINK_HOURS),
            )
        )
        return secret


def usable_login(text: str, *, parameter: str = "login") -> str:
    """Give a login name (or the name of a key) in lower case, or refuse it.

    Examples
    --------
    >>> usable_login(" Li.Wei ")
    'li.wei'
    """
    login = text.strip().lower()
    if not LOGIN.fullmatch(login) or login in RESERVED:
        raise ParameterError(
            f"名称“{text[:80]}”不可用；允许 1 至 64 个字母、数字、汉字或 . _ - @，以字母、数字或"
            f"汉字开头，且不是 {'、'.join(sorted(RESERVED))}。",
            f"The name {text[:80]!r} can't be used; allowed: 1 to 64 letters, digits or . _ - @, "
            f"starting with a letter or digit, and none of {', '.join(sorted(RESERVED))}.",
            parameter=parameter,
        )
    return login


def known_role(role: str, street: str | None) -> tuple[Role, str | None]:
    """Give a role with its street: street staff need one, nobody else has one."""
    allowed: list[Role] = [name for name in ROLES if name != "anonymous"]
    chosen = next((name for name in allowed if name == role), None)
    if chosen is None:
        raise ParameterError(
            f"角色“{role}”不可用；允许：{'、'.join(allowed)}。",
            f"The role {role!r} can't be used; allowed: {', '.join(allowed)}.",
            parameter="role",
            allowed=allowed,
        )
    place = (street or "").strip()[:100] or None
    if chosen == "street" and place is None:
        raise ParameterError(
            "街道工作人员需要指明街道，例如 桂园街道。",
            "Street staff need a street, for example 桂园街道.",
            parameter="street",
        )
    return chosen, place if chosen == "street" else None


def _found(unit: UnitOfWork, login: str) -> Person:
    person = unit.people.find(login.strip().lower())
    if person is None:
        raise NotFoundError(f"没有用户 {login}。", f"There is no person {login!r}.", login=login)
    return person


def _can_administer(person: Person) -> bool:
    has_a_way = person.password_hash is not None or person.external_id is not None
    return person.role == "administrator" and not person.is_disabled and has_a_way


def digest_of(thing: Person | ApiKey) -> str:
    """Give the SHA-256 of a person or a key, for the audit trail."""
    return sha256(orjson.dumps(asdict(thing), option=orjson.OPT_SORT_KEYS)).hexdigest()
