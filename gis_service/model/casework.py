"""How a case moves: its states, the moves between them, and who may make each.

::

    found → negotiating → proposed → reviewed → approved → applied → filed
              ↑  return (with a reason) from proposed, reviewed and approved ↵
    withdrawn, merged, resolved, joint: beside the path

The path follows the law's (negotiate first, the street proposes, civil affairs reviews, the
district approves). An office may leave out the steps that the law leaves to it, narrow who moves
a case and set the days; nobody can add a way around a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from gis_service.errors import PolicyError
from gis_service.model.people import Role
from gis_service.model.text import Text

State = Literal[
    "found",
    "negotiating",
    "proposed",
    "reviewed",
    "approved",
    "applied",
    "filed",
    "joint",
    "withdrawn",
    "resolved",
    "merged",
]
Move = Literal[
    "negotiate", "propose", "review", "approve", "apply", "file", "return", "withdraw", "reopen"
]

STATES: Mapping[State, Text] = MappingProxyType(
    {
        "found": Text("已发现", "found"),
        "negotiating": Text("协商中", "negotiating"),
        "proposed": Text("街道已提出", "proposed by the street"),
        "reviewed": Text("民政已审核", "reviewed by civil affairs"),
        "approved": Text("区政府已批准", "approved by the district"),
        "applied": Text("已落图", "applied"),
        "filed": Text("已归档", "filed"),
        "joint": Text("共管中", "held jointly"),
        "withdrawn": Text("已撤回", "withdrawn"),
        "resolved": Text("已消除", "resolved by a new survey"),
        "merged": Text("已并入他案", "merged into another case"),
    }
)
"""State → what it is called, in the order in which a case goes through them."""

MOVES: Mapping[Move, Text] = MappingProxyType(
    {
        "negotiate": Text("开始协商", "start negotiating"),
        "propose": Text("提出方案", "propose"),
        "review": Text("审核通过", "pass the review"),
        "approve": Text("批准", "approve"),
        "apply": Text("落图生效", "apply"),
        "file": Text("归档", "file"),
        "return": Text("退回", "return"),
        "withdraw": Text("撤回", "withdraw"),
        "reopen": Text("重新立案", "reopen"),
    }
)
"""Move → what it is called."""

PATH: tuple[State, ...] = (
    "found",
    "negotiating",
    "proposed",
    "reviewed",
    "approved",
    "applied",
    "filed",
)
REQUIRED: frozenset[State] = frozenset({"found", "proposed", "approved", "applied"})
"""States that no office may leave out of the path."""

OPEN: frozenset[State] = frozenset(
    {"found", "negotiating", "proposed", "reviewed", "approved", "joint"}
)
"""States of a case that people still have to decide, or to decide again."""

_TARGETS: Mapping[Move, State] = MappingProxyType(
    {
        "negotiate": "negotiating",
        "propose": "proposed",
        "review": "reviewed",
        "approve": "approved",
        "apply": "applied",
        "file": "filed",
    }
)
_ROLES: tuple[tuple[Move, tuple[Role, ...]], ...] = (
    ("negotiate", ("street", "bureau", "administrator")),
    ("propose", ("street", "bureau", "administrator")),
    ("review", ("bureau", "administrator")),
    ("approve", ("approver", "administrator")),
    ("apply", ("bureau", "approver", "administrator")),
    ("file", ("bureau", "administrator")),
    ("return", ("bureau", "approver", "administrator")),
    ("withdraw", ("street", "bureau", "administrator")),
    ("reopen", ("street", "bureau", "administrator")),
)
_DAYS: tuple[tuple[State, int], ...] = (
    ("found", 30),
    ("negotiating", 60),
    ("proposed", 15),
    ("reviewed", 15),
    ("approved", 30),
    ("applied", 30),
)


@dataclass(frozen=True, kw_only=True)
class CasePolicy:
    """The policy file's section ``[cases]``.

    Attributes
    ----------
    states
        The path, in order; a subset of `PATH` that keeps `REQUIRED`.
    roles
        Move → roles that may make it; narrows `gis_service.services.access`, never widens it.
    days
        State → days until a case in it is overdue; none where a state is not named.

    Examples
    --------
    >>> policy = CasePolicy.from_mapping({"days": {"found": 10}})
    >>> policy.target("found", "negotiate"), policy.target("found", "approve")
    ('negotiating', None)
    >>> policy.days_in("found"), policy.days_in("filed")
    (10, None)
    """

    states: tuple[State, ...] = PATH
    roles: tuple[tuple[Move, tuple[Role, ...]], ...] = _ROLES
    days: tuple[tuple[State, int], ...] = _DAYS

    def __post_init__(self) -> None:
        order = [PATH.index(state) for state in self.states if state in PATH]
        usable = len(order) == len(self.states) and order == sorted(set(order))
        _require(
            usable and set(self.states) >= REQUIRED,
            "states",
            list(self.states),
            f"{', '.join(PATH)} in this order; {', '.join(sorted(REQUIRED))} must stay",
        )
        for move, roles in self.roles:
            _require(move in MOVES, "roles", move, ", ".join(MOVES))
            for role in roles:
                _require(role in get_args(Role), f"roles.{move}", role, ", ".join(get_args(Role)))
        for state, number in self.days:
            _require(state in PATH, "days", state, ", ".join(PATH))
            _require(0 < number <= 3650, f"days.{state}", number, "1 to 3650")

    def target(self, state: State, move: Move) -> State | None:
        """Give the state to which a move leads from ``state``; None when it is not allowed."""
        path = self.states
        talks: State = "negotiating" if "negotiating" in path else "found"
        if move == "return":
            return talks if state in ("proposed", "reviewed", "approved") else None
        if move == "withdraw":
            return "withdrawn" if state in OPEN - {"joint"} else None
        if move == "reopen":
            return "found" if state in ("withdrawn", "resolved") else None
        if state == "joint":
            return talks if move == "negotiate" else None
        wanted = _TARGETS[move]
        legal = state in path and wanted in path and path.index(wanted) == path.index(state) + 1
        return wanted if legal else None

    def moves(self, state: State) -> tuple[Move, ...]:
        """Give the moves that ``state`` allows, whoever makes them."""
        return tuple(move for move in MOVES if self.target(state, move) is not None)

    def roles_for(self, move: Move) -> tuple[Role, ...]:
        """Give the roles that may make a move."""
        return (dict(_ROLES) | dict(self.roles))[move]

    def days_in(self, state: State) -> int | None:
        """Give the days until a case in ``state`` is overdue; None when it never is."""
        return dict(self.days).get(state)

    def to_mapping(self) -> dict[str, Any]:
        """Give the section as plain JSON and TOML types."""
        return {
            "states": list(self.states),
            "roles": {move: list(self.roles_for(move)) for move in MOVES},
            "days": dict(self.days),
        }

    @classmethod
    def from_mapping(cls, values: object) -> CasePolicy:
        """Make it from plain types; a role list or a number of days not given keeps its default.

        Raises
        ------
        PolicyError
            For an unknown name, a wrong type or an impossible value.
        """
        _require(isinstance(values, Mapping), "cases", values, "a table [cases]")
        given = dict(cast("Mapping[str, Any]", values))
        unknown = sorted(set(given) - {"states", "roles", "days"})
        _require(not unknown, "cases", ", ".join(unknown), "states, roles, days")
        states = given.get("states", list(PATH))
        _require(_is_names(states), "states", states, "a list of names")
        roles, days = given.get("roles", {}), given.get("days", {})
        _require(isinstance(roles, Mapping), "roles", roles, "move = [roles]")
        _require(isinstance(days, Mapping), "days", days, "state = days")
        for move, listed in roles.items():
            _require(_is_names(listed), f"roles.{move}", listed, "a list of roles")
        for state, number in days.items():
            whole = isinstance(number, int) and not isinstance(number, bool)
            _require(whole, f"days.{state}", number, "a whole number")
        merged_roles = dict(_ROLES) | {move: tuple(listed) for move, listed in roles.items()}
        return cls(
            states=tuple(states),
            roles=tuple(merged_roles.items()),
            days=tuple((dict(_DAYS) | dict(days)).items()),
        )


def _is_names(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _require(condition: bool, name: str, value: object, allowed: str) -> None:
    if not condition:
        raise PolicyError(
            f"策略项 cases.{name} 的值 {value!r} 不可用；允许：{allowed}。请修改策略文件。",
            f"Policy item cases.{name} has {value!r}; allowed: {allowed}. Correct the policy file.",
            field=f"cases.{name}",
        )


DEFAULT_CASE_POLICY = CasePolicy()
"""The whole path; street proposes, bureau reviews, district approves."""
