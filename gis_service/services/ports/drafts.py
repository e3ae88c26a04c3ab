"""Where the facts of drafts are kept."""

from __future__ import annotations

from typing import Protocol

from gis_service.model.drafts import Draft


class DraftStore(Protocol):
    """The records of imports that wait for a person's word."""

    def get(self, draft_id: str) -> Draft | None:
        """Give one."""

    def latest(self, limit: int) -> list[Draft]:
        """Give the newest first, without their previews."""

    def put(self, draft: Draft) -> None:
        """Keep a draft as it is now, in place of what was kept of it."""

    def older(self, instant: str) -> list[Draft]:
        """Give those made before an instant that are neither in effect nor discarded."""
