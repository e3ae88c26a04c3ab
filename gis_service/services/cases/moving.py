"""Moving a case from state to state: who may, when, and that nobody passes on their own work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gis_service.errors import ConflictError, ForbiddenError, NotFoundError, ParameterError
from gis_service.model.cases import Case, CaseEvent, StoredProposal
from gis_service.model.casework import MOVES, STATES, CasePolicy, Move, State
from gis_service.model.people import ROLES, Actor
from gis_service.services.access import may
from gis_service.services.cases.desk import Desk, cleared, entered, policy_of
from gis_service.services.ports import UnitOfWork

ACTIONS: Mapping[Move, str] = {
    "negotiate": "case.negotiate",
    "propose": "case.propose",
    "review": "case.review",
    "approve": "case.approve",
    "apply": "case.apply",
    "file": "case.file",
    "return": "case.apply",
    "withdraw": "case.edit",
    "reopen": "case.edit",
}
"""Move → the permission that it needs; returning is for those who review, approve and apply."""

WITH_REASON: frozenset[Move] = frozenset({"return", "withdraw", "reopen"})
"""Moves that are refused without a reason."""

LONGEST_TEXT = 4000


@dataclass(frozen=True, kw_only=True)
class Moving:
    """The use cases that move a case; `apply` is in `gis_service.services.cases.applying`."""

    desk: Desk

    def negotiate(
        self, actor: Actor, number: str, *, expected: int | None = None, text: str = ""
    ) -> Case:
        """Start negotiating; from joint management too, when the parties talk again."""
        return self._move(actor, number, "negotiate", expected=expected, text=text)

    def propose(
        self,
        actor: Actor,
        number: str,
        *,
        proposal: int,
        expected: int | None = None,
        text: str = "",
    ) -> Case:
        """Send one of the case's stored proposals to review.

        Raises
        ------
        NotFoundError
            When the case has no such proposal.
        ConflictError
            When it was computed on an older boundary version and is stale or superseded.
        """

        def choose(unit: UnitOfWork, case: Case) -> Case:
            chosen = proposal_of(unit, case, proposal)
            if chosen.state in ("stale", "superseded"):
                raise _not_choosable(chosen)
            mark_chosen(unit, case, proposal)
            return replace(
                case, chosen=proposal, proposed_by=actor.name, reviewed_by="", approved_by=""
            )

        return self._move(
            actor,
            number,
            "propose",
            expected=expected,
            text=text,
            data={"proposal": proposal},
            work=choose,
        )

    def review(
        self, actor: Actor, number: str, *, expected: int | None = None, text: str = ""
    ) -> Case:
        """Pass the review of the chosen proposal; never by who proposed it."""

        def sign(unit: UnitOfWork, case: Case) -> Case:
            refuse_own(unit, case, actor)
            return replace(case, reviewed_by=actor.name)

        return self._move(actor, number, "review", expected=expected, text=text, work=sign)

    def approve(
        self,
        actor: Actor,
        number: str,
        *,
        document: str,
        expected: int | None = None,
        text: str = "",
    ) -> Case:
        """Approve the chosen proposal by a document; never by who proposed it."""
        if not document.strip():
            raise ParameterError(
                "缺少批准文号。请填写批准文件的编号。",
                "The document number is missing. Give the number of the approving document.",
                parameter="document",
            )

        def sign(unit: UnitOfWork, case: Case) -> Case:
            refuse_own(unit, case, actor)
            return replace(case, approved_by=actor.name, document=_short(document.strip()))

        data = {"document": _short(document.strip())}
        return self._move(
            actor, number, "approve", expected=expected, text=text, data=data, work=sign
        )

    def file(
        self, actor: Actor, number: str, *, expected: int | None = None, text: str = ""
    ) -> Case:
        """File an applied case: its life ends here."""
        return self._move(actor, number, "file", expected=expected, text=text)

    def send_back(
        self, actor: Actor, number: str, *, reason: str, expected: int | None = None
    ) -> Case:
        """Return a proposed, reviewed or approved case to negotiation, with a reason."""
        return self._move(actor, number, "return", expected=expected, text=reason, work=cleared)

    def withdraw(
        self, actor: Actor, number: str, *, reason: str, expected: int | None = None
    ) -> Case:
        """Take a case back, with a reason; the finding stays and opens no other case."""
        return self._move(actor, number, "withdraw", expected=expected, text=reason)

    def reopen(
        self, actor: Actor, number: str, *, reason: str, expected: int | None = None
    ) -> Case:
        """Open a withdrawn case, or one that a survey resolved, again, with a reason."""
        return self._move(actor, number, "reopen", expected=expected, text=reason, work=cleared)

    def possible(
        self, actor: Actor, case: Case, policy: CasePolicy, *, authors: Collection[str] = ()
    ) -> tuple[Move, ...]:
        """Give the moves that this actor could make now.

        ``authors`` are those who drew up the chosen proposal.
        """
        own = actor.name in (case.proposed_by, *authors)
        return tuple(
            move
            for move in policy.moves(case.state)
            if actor.role in policy.roles_for(move)
            and may(actor, ACTIONS[move], streets=case.streets)
            and not (own and move in ("review", "approve"))
        )

    def _move(
        self,
        actor: Actor,
        number: str,
        move: Move,
        *,
        expected: int | None,
        text: str,
        data: Mapping[str, Any] | None = None,
        work: Any = None,
    ) -> Case:
        if move in WITH_REASON and not text.strip():
            raise ParameterError(
                f"{MOVES[move].zh}需要写明理由。",
                f"To {MOVES[move].en} needs a reason.",
                parameter="reason",
            )

        def change(unit: UnitOfWork, case: Case) -> tuple[Case, CaseEvent]:
            policy = policy_of(unit).cases
            target = demand_move(actor, case, move, policy=policy)
            after = case if work is None else work(unit, case)
            at = self.desk.clock()
            after = entered(after, target, at=at, policy=policy)
            if case.state == "joint":
                after = replace(after, until=None, chosen=None)
            return after, moved(actor, case, after, move=move, text=text, data=data)

        action = ACTIONS[move]
        return self.desk.change(actor, number, action=action, expected=expected, work=change)


def demand_move(actor: Actor, case: Case, move: Move, *, policy: CasePolicy) -> State:
    """Give the state to which a move leads, or say why it may not be made.

    Raises
    ------
    ForbiddenError
        When the policy's section ``[cases]`` does not let the actor's role make the move.
    ConflictError
        When the case's state does not allow it; it names the moves that it allows.
    """
    if actor.role not in policy.roles_for(move):
        allowed = policy.roles_for(move)
        raise ForbiddenError(
            f"策略文件规定“{MOVES[move].zh}”由以下角色办理："
            f"{'、'.join(ROLES[role].zh for role in allowed)}。",
            f"By the policy file, these may {MOVES[move].en}: "
            f"{', '.join(ROLES[role].en for role in allowed)}.",
            move=move,
            allowed=list(allowed),
        )
    target = policy.target(case.state, move)
    if target is None:
        possible = policy.moves(case.state)
        raise ConflictError(
            f"案件 {case.number} 处于“{STATES[case.state].zh}”，不能“{MOVES[move].zh}”；可以："
            f"{'、'.join(MOVES[other].zh for other in possible) or '无'}。",
            f"Case {case.number} is {STATES[case.state].en}, so nobody can {MOVES[move].en} now. "
            f"Possible: {', '.join(MOVES[other].en for other in possible) or 'nothing'}.",
            case=case.number,
            state=case.state,
            move=move,
            possible=list(possible),
        )
    return target


def refuse_own(unit: UnitOfWork, case: Case, actor: Actor) -> None:
    """Raise when the actor proposed what is to be reviewed or approved, or drew it up."""
    authors = {case.proposed_by}
    if case.chosen is not None:
        authors.add(proposal_of(unit, case, case.chosen).author)
    if actor.name in authors:
        raise ForbiddenError(
            "不能审核或批准自己提出的方案。请由另一位有权限的人员办理。",
            "Nobody reviews or approves what they proposed. Let another person do it.",
            case=case.number,
            reason="own-proposal",
        )


def proposal_of(unit: UnitOfWork, case: Case, number: int) -> StoredProposal:
    """Give one of a case's proposals, or a `NotFoundError` that lists them."""
    stored = {proposal.number: proposal for proposal in unit.cases.proposals(case.number)}
    if number not in stored:
        listed = ", ".join(map(str, stored))
        raise NotFoundError(
            f"案件 {case.number} 没有方案 {number}；现有：{listed or '无'}。",
            f"Case {case.number} has no proposal {number}; there are: {listed or 'none'}.",
            case=case.number,
            available=list(stored),
        )
    return stored[number]


def mark_chosen(unit: UnitOfWork, case: Case, number: int) -> None:
    """Let one proposal be the chosen one and any other no longer."""
    for other in unit.cases.proposals(case.number):
        if other.state == "chosen":
            unit.cases.mark_proposal(case.number, other.number, "draft")
    unit.cases.mark_proposal(case.number, number, "chosen")


def moved(
    actor: Actor,
    before: Case,
    after: Case,
    *,
    move: Move,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Give the line of the timeline for a move."""
    facts = {"move": move, "from": before.state, "role": actor.role} | dict(data or {})
    return CaseEvent(
        at=after.state_since,
        user=actor.name,
        kind="moved",
        state=after.state,
        text=text_of(text),
        data=facts,
    )


def text_of(text: str) -> str:
    """Give a text that a person wrote, without outer blanks; refuse one that is too long."""
    kept = text.strip()
    if len(kept) > LONGEST_TEXT:
        raise ParameterError(
            f"文字有 {len(kept)} 个字符，超过 {LONGEST_TEXT} 的上限。请缩短，或作为证据文件上传。",
            f"The text has {len(kept)} characters; allowed: {LONGEST_TEXT}. Shorten it, or upload "
            "it as evidence.",
            parameter="text",
        )
    return kept


def date_of(text: str) -> str:
    """Give an ISO date, or refuse what is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ParameterError(
            f"日期“{text}”不可用；请写成 2027-06-30 这样的形式。",
            f"{text!r} is no date; write it like 2027-06-30.",
            parameter="date",
        ) from error


def _short(text: str) -> str:
    if len(text) > 200:
        raise ParameterError(
            "文号超过 200 个字符。请缩短。",
            "The document number has more than 200 characters. Shorten it.",
            parameter="document",
        )
    return text


def _not_choosable(proposal: StoredProposal) -> ConflictError:
    return ConflictError(
        f"方案 {proposal.number} 已过期或已被重算的方案取代。请先重算，或选择另一方案。",
        f"Proposal {proposal.number} is {proposal.state}. Rebase it first, or choose another one.",
        case=proposal.case,
        proposal=proposal.number,
        state=proposal.state,
    )
