"""Drafts: imports that were read and checked, and wait for a person's word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from gis_service.model.text import Text

ImportMode = Literal["whole", "partial"]
DraftState = Literal["reading", "ready", "failed", "confirming", "confirmed", "discarded"]

DRAFT_STATES: dict[DraftState, Text] = {
    "reading": Text("正在读取", "being read"),
    "ready": Text("待确认", "waits for confirmation"),
    "failed": Text("不可用", "can't be used"),
    "confirming": Text("正在生效", "taking effect"),
    "confirmed": Text("已生效", "in effect"),
    "discarded": Text("已放弃", "discarded"),
}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One import on its way: what came in, and what it would change.

    Attributes
    ----------
    id
        Unguessable text; also the name of its folder.
    mode
        ``whole``: the file replaces every community; ``partial``: only those that it names. Empty
        while the service chooses by the share of known codes.
    options
        How it is read: crs, layer, mapping.
    preview
        What was recognised and what would change, as plain JSON types; empty before it was read.
    job
        The job that reads it or puts it into effect.
    version
        The boundary version that it became; None before.
    """

    id: str
    created_at: str
    user: str
    state: DraftState
    file_name: str
    sha256: str
    mode: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    preview: dict[str, Any] = field(default_factory=dict)
    job: str = ""
    version: int | None = None
