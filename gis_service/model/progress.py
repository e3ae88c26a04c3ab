"""How long work tells how far it is, and learns that it should stop."""

from __future__ import annotations

from typing import Protocol

from gis_service.model.text import Text


class Progress(Protocol):
    """Called with the share done (0 to 1) and what is being done now.

    It may raise, for example `KeyboardInterrupt`; the work then stops and nothing is written.
    """

    def __call__(self, share: float, stage: Text) -> None: ...


def silent(share: float, stage: Text) -> None:
    """Take progress and show none."""
