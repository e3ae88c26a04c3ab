"""Who may do what: one table from action to roles, and the question that every face asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import get_args

from gis_service.errors import ForbiddenError, UnauthenticatedError
from gis_service.model.people import ROLES, Actor, Role
from gis_service.services.ports import Database

EVERYBODY: frozenset[Role] = frozenset(get_args(Role))
SIGNED_IN = EVERYBODY - {"anonymous"}
STAFF: frozenset[Role] = frozenset({"street", "bureau", "administrator"})
BUREAU: frozenset[Role] = frozenset({"bureau", "administrator"})
DISTRICT: frozenset[Role] = frozenset({"approver", "administrator"})
ADMINISTRATOR: frozenset[Role] = frozenset({"administrator"})

PERMISSIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "open": EVERYBODY,
        "read": EVERYBODY,
        "account": SIGNED_IN,
        "read.cases": SIGNED_IN,
        "read.blocks": STAFF,
        "read.audit": DISTRICT,
        "survey.upload": STAFF,
        "boundaries.import": BUREAU,
        "boundaries.rollback": BUREAU,
        "register.edit": BUREAU,
        "policy.edit": BUREAU,
        "case.edit": STAFF,
        "case.negotiate": STAFF,
        "case.propose": STAFF,
        "case.review": BUREAU,
        "case.approve": DISTRICT,
        "case.apply": BUREAU | DISTRICT,
        "case.file": BUREAU,
        "plan.edit": BUREAU,
        "jobs.read": SIGNED_IN,
        "users.manage": ADMINISTRATOR,
    }
)
"""Action → who may; street staff, in all that touches a street, in their own street only.

``open`` is for everybody always (signing in, health, static files); ``read`` is for everybody
unless the setting ``anonymous`` is ``none``; ``account`` is one's own password and keys. The
policy file may narrow who moves a case from state to state; it never widens this table.
"""


def may(actor: Actor, action: str, *, streets: Iterable[str] | None = None) -> bool:
    """Tell whether an actor may do something; see `require`.

    Examples
    --------
    >>> li = Actor(name="li", role="street", street="桂园街道")
    >>> may(li, "case.edit", streets=["桂园街道"]), may(li, "case.edit", streets=["东门街道"])
    (True, False)
    """
    return actor.role in PERMISSIONS[action] and not _elsewhere(actor, streets)


def require(actor: Actor, action: str, *, streets: Iterable[str] | None = None) -> None:
    """Raise unless an actor may do something.

    Parameters
    ----------
    actor
        Who asks.
    action
        A name of `PERMISSIONS`; another one is a mistake of ours (``KeyError``).
    streets
        The streets that the thing touches; street staff must have theirs among them. None: the
        thing belongs to no street.

    Raises
    ------
    UnauthenticatedError
        When nobody has signed in and the action is not for everybody.
    ForbiddenError
        When the role may not do this, or the thing lies in other streets.
    """
    allowed = PERMISSIONS[action]
    if actor.role not in allowed:
        raise refusal(actor, action)
    touched = None if streets is None else sorted(set(streets))
    if _elsewhere(actor, touched):
        own = actor.street or "—"
        named = "、".join(touched or []) or "—"
        raise ForbiddenError(
            f"此事项属于 {named}；您的账号只能处理 {own} 的事项。",
            f"This belongs to {', '.join(touched or []) or '—'}; your account works on {own} only.",
            action=action,
            streets=touched,
        )


def refusal(actor: Actor, action: str) -> UnauthenticatedError | ForbiddenError:
    """Give the error for a role that may not do something: who may, and what to do."""
    if actor.role == "anonymous":
        return UnauthenticatedError("请先登录。", "Sign in first.", action=action)
    allowed = [role for role in ROLES if role in PERMISSIONS[action]]
    zh = "、".join(ROLES[role].zh for role in allowed)
    en = ", ".join(ROLES[role].en for role in allowed)
    own = ROLES[actor.role]
    return ForbiddenError(
        f"您的角色（{own.zh}）不能执行此操作；可以执行的角色：{zh}。如有需要请联系管理员。",
        f"Your role ({own.en}) may not do this; these may: {en}. Ask an administrator if needed.",
        action=action,
        role=actor.role,
        allowed=allowed,
    )


def log_read(database: Database, actor: Actor, *, subject: str) -> None:
    """Enter in the audit trail that somebody reads elder data of residential blocks.

    Call it before the data leave the use case, for every read of single blocks: when the entry
    can't be written, nothing is read.

    Parameters
    ----------
    database
        Where the audit trail is.
    actor
        Who reads; must be allowed to (``read.blocks``).
    subject
        What is read, for example ``blocks of 桂园街道`` or ``blocks 440303001-*``; never the data.
    """
    require(actor, "read.blocks")
    with database.writing(user=actor.name, action="read blocks") as unit:
        unit.record(subject=subject, before="", after="")


def _elsewhere(actor: Actor, streets: Iterable[str] | None) -> bool:
    return actor.role == "street" and streets is not None and actor.street not in set(streets)
