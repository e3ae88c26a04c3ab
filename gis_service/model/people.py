"""People and programs: who acts, and in which role."""

from __future__ import annotations

from dataclasses import dataclass
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
