"""What planning keeps: layers of the ground (blocks, candidates, network) and named scenarios."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from gis_service.model.text import Text

LayerKind = Literal["blocks", "candidates", "network"]

LAYER_KINDS: dict[LayerKind, Text] = {
    "blocks": Text("居住街区", "residential blocks"),
    "candidates": Text("备选点", "candidate sites"),
    "network": Text("步行网络", "walking network"),
}


@dataclass(frozen=True, kw_only=True)
class PlanningLayer:
    """One version of a layer on which plans stand; its content is kept beside it.

    Attributes
    ----------
    number
        Counts the versions of all layers; a new version never changes an older one.
    rows
        Blocks or candidates; of a network its edges.
    digest
        SHA-256 of the content.
    """

    number: int
    kind: LayerKind
    created_at: str
    author: str
    rows: int
    crs: str
    is_sample: bool
    digest: str


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A plan that was kept under a name.

    Attributes
    ----------
    number
        Counts the scenarios.
    versions
        Numbers of the versions it was computed from, by what they are of.
    plan
        The plan as plain JSON types: wishes, sites, figures before and after, proof.
    """

    number: int
    name: str
    created_at: str
    user: str
    versions: dict[str, int] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
