"""What a check of the audit trail finds, and what is asked of the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis_service.model.text import Text

AuditFaultKind = Literal["changed", "removed", "moved", "unlinked", "head"]


@dataclass(frozen=True, kw_only=True)
class AuditFault:
    """A place at which the audit trail is not what was written.

    Attributes
    ----------
    kind
        ``changed``: an entry's content does not fit its hash. ``removed``: entries are missing.
        ``moved``: an entry stands under another number. ``unlinked``: an entry does not follow
        from the one before, which was therefore written anew. ``head``: the newest entry is not
        the one that was written last.
    number
        The entry's number; of several missing ones the first.
    text
        What is wrong, with the numbers.
    """

    kind: AuditFaultKind
    number: int
    text: Text


@dataclass(frozen=True, kw_only=True)
class AuditHead:
    """The newest entry: its number (0 for an empty trail) and its hash."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries are asked for; None: any.

    ``user`` and ``action`` are compared whole, ``subject`` by its beginning; ``since`` (included)
    and ``until`` (not included) are ISO 8601 in UTC.
    """

    user: str | None = None
    action: str | None = None
    subject: str | None = None
    since: str | None = None
    until: str | None = None
