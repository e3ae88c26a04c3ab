"""People and programs: who acts, and in which role."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gis_service.model.text import Text

Role = Literal["anonymous", "viewer", "street", "bureau", "approver", "administrator"]

ROLES: dict[Role, Text] = {
    "anonymous": Text("未登录", "not signed in"),
    "viewer": Text("查看人员", "viewer"),
    "street": Text("街道工作人员", "street staff"),
    "bureau": Text("民政局工作人员", "bureau staff"),
    "approver": Text("区政府审批人", "approver (district)"),
    "administrator": Text("系统管理员", "administrator"),
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: a signed-in user, a program with an API key, the command line, or nobody.

    Attributes
    ----------
    name
        What stands in versions and in the audit trail: the user's login name, ``key:NAME`` for a
        program, ``cli:LOGIN`` for the command line; empty for nobody.
    role
        What they may do; see `gis_service.services.access`.
    street
        The street (by its name, as in the communities' column) whose cases street staff see.
    """

    name: str
    role: Role
    street: str | None = None


ANONYMOUS = Actor(name="", role="anonymous")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may sign in.

    Attributes
    ----------
    login
        The unchanging name by which they sign in; lower case.
    name
        What pages call them.
    role, street
        What they may do, and where; only street staff have a street.
    password_hash
        Argon2id; None until they set a password by their one-time link.
    external_id
        ``ISSUER#SUBJECT`` of who signs in by OpenID Connect; None for others.
    created_at
        ISO 8601 in UTC.
    """

    login: str
    name: str
    role: Role
    street: str | None = None
    password_hash: str | None = field(default=None, repr=False)
    external_id: str | None = None
    is_disabled: bool = False
    created_at: str = ""

    @property
    def actor(self) -> Actor:
        """Who acts when this person has signed in."""
        return Actor(name=self.login, role=self.role, street=self.street)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in browser; ``hash`` is the SHA-256 of the token that its cookie holds."""

    hash: str
    login: str
    created_at: str
    seen_at: str
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A program's key; ``hash`` is the SHA-256 of what it sends.

    ``owner`` is the person whose key it is; None for a key that an administrator made for a
    program. A person's key never may more than the person.
    """

    name: str
    hash: str = field(repr=False)
    role: Role
    created_at: str
    expires_at: str
    street: str | None = None
    owner: str | None = None
    is_revoked: bool = False

    @property
    def actor(self) -> Actor:
        """Who acts when this key is shown."""
        return Actor(name=f"key:{self.name}", role=self.role, street=self.street)


@dataclass(frozen=True, kw_only=True)
class OneTimeLink:
    """Lets its holder set the password of one person, once."""

    hash: str = field(repr=False)
    login: str
    created_at: str
    expires_at: str
    used_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """How often signing in failed for one account or from one address; seconds since 1970."""

    whose: str
    failures: int
    seen_at: float
    blocked_until: float
