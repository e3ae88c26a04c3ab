"""Changing the policy: what would be otherwise, before it is saved."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from gis_service.errors import StaleError
from gis_service.model.people import Actor
from gis_service.model.policy import Policy
from gis_service.model.versions import RegisterVersion
from gis_service.services.access import require
from gis_service.services.outlook import Outlook, Outlooks
from gis_service.services.ports import Clock, Database
from gis_service.services.snapshots import Snapshots


@dataclass(frozen=True, kw_only=True)
class PolicyChange:
    """What another policy would change.

    Attributes
    ----------
    before, after
        The outlooks under the policy that holds and under the other.
    settings
        Items that differ: name, value now, value then.
    ageing_gained, ageing_lost, covered_gained, covered_lost
        Names of communities.
    """

    before: Outlook
    after: Outlook
    settings: list[tuple[str, Any, Any]]
    ageing_gained: list[str]
    ageing_lost: list[str]
    covered_gained: list[str]
    covered_lost: list[str]


@dataclass(frozen=True, kw_only=True)
class Policies:
    """The use cases on the policy that holds."""

    database: Database
    clock: Clock
    snapshots: Snapshots
    outlooks: Outlooks

    def version(self) -> int:
        """Give the number of the policy that holds; 0 for the built-in one."""
        with self.database.reading() as unit:
            found = unit.register.current("policy")
        return 0 if found is None else found.number

    def preview(self, policy: Policy) -> PolicyChange:
        """Say what a policy would change; nothing is written."""
        before, after = self.outlooks.read(), self.outlooks.read(policy)
        own, other = before.scene.policy.to_mapping(), policy.to_mapping()
        ageing = [_named(one, "ageing") for one in (before, after)]
        covered = [_covered(one) for one in (before, after)]
        return PolicyChange(
            before=before,
            after=after,
            settings=[(name, own[name], other[name]) for name in own if own[name] != other[name]],
            ageing_gained=_beyond(ageing[1], ageing[0]),
            ageing_lost=_beyond(ageing[0], ageing[1]),
            covered_gained=_beyond(covered[1], covered[0]),
            covered_lost=_beyond(covered[0], covered[1]),
        )

    def save(self, policy: Policy, *, actor: Actor, seen: int) -> RegisterVersion:
        """Make a policy the one that holds.

        Parameters
        ----------
        seen
            Version of the policy that the actor looked at.

        Raises
        ------
        StaleError
            When another policy was saved meanwhile.
        ForbiddenError, UnauthenticatedError
            For who may not edit it.
        """
        require(actor, "policy.edit")
        with self.database.writing(user=actor.name, action="change policy") as unit:
            held = unit.register.current("policy")
            if (0 if held is None else held.number) != seen:
                raise StaleError(
                    "策略在您查看之后已被修改，未保存。请重新核对后再提交。",
                    "The policy was changed after you looked at it; nothing was saved. Look "
                    "again, then save.",
                )
            text = repr(asdict(policy)).encode()
            version = unit.register.add(
                "policy",
                policy,
                created_at=self.clock(),
                author=actor.name,
                is_sample=False,
                survey={"sha256": sha256(text).hexdigest()},
            )
            unit.record(
                subject=f"policy version {version.number}",
                before="" if held is None else held.digest,
                after=version.digest,
            )
        self.snapshots.forget()
        return version


def _named(outlook: Outlook, field: str) -> dict[str, str]:
    return {row["code"]: row["name"] or row["code"] for row in outlook.communities if row[field]}


def _covered(outlook: Outlook) -> dict[str, str]:
    ageing = _named(outlook, "ageing")
    return {code: name for code, name in _named(outlook, "covered").items() if code in ageing}


def _beyond(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [name for code, name in one.items() if code not in other]
