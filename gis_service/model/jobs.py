"""Jobs: work that takes longer than a request, how far it is and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gis_service.model.text import Text

JobState = Literal["queued", "running", "done", "failed", "cancelled"]

JOB_STATES: dict[JobState, Text] = {
    "queued": Text("排队中", "queued"),
    "running": Text("进行中", "running"),
    "done": Text("已完成", "done"),
    "failed": Text("失败", "failed"),
    "cancelled": Text("已取消", "cancelled"),
}


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job as it is now.

    Attributes
    ----------
    id
        Unguessable text.
    kind
        What it does, for example ``read boundaries``.
    user
        Who started it.
    share, text
        How much is done (0 to 1), and what is being done now.
    result
        What it gave, as plain JSON types; None before it is done.
    problem
        Why it failed or ended early: ``code``, ``zh``, ``en``, ``details``.
    created_at, ended_at
        ISO 8601 in UTC; ``ended_at`` is empty while it is queued or running.

    Examples
    --------
    >>> Job(id="x", kind="read", user="li", created_at="2026-01-01T00:00:00Z").is_over
    False
    """

    id: str
    kind: str
    user: str
    created_at: str
    state: JobState = "queued"
    share: float = 0.0
    text: Text | None = None
    result: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    ended_at: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing about it will change any more."""
        return self.state in ("done", "failed", "cancelled")
