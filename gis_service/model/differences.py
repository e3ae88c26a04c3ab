"""Differences: what became of each community between two states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gis_service.model.text import Text

ChangeKind = Literal["added", "removed", "recoded", "renamed", "reassigned", "changed"]

CHANGE_KINDS: dict[ChangeKind, Text] = {
    "added": Text("新增", "added"),
    "removed": Text("撤销", "removed"),
    "recoded": Text("代码变更", "re-coded"),
    "renamed": Text("更名", "renamed"),
    "reassigned": Text("改属街道", "moved to another street"),
    "changed": Text("界线变更", "line changed"),
}


@dataclass(frozen=True, kw_only=True)
class CommunityChange:
    """What became of one community.

    Attributes
    ----------
    code
        Its code afterwards; of a removed one, its last.
    code_before
        Its code before; another one where it was re-coded, empty where it was added.
    kinds
        What happened, in the order of `CHANGE_KINDS`; never empty.
    area_before_m2, area_after_m2
        Planar areas in the working CRS; None where it did not exist.
    gained_m2, lost_m2
        Land that it has now and had not before, and the other way round. A line that was drawn
        anew on the same land gains and loses nothing.
    """

    code: str
    code_before: str
    name_before: str
    name_after: str
    street_before: str
    street_after: str
    kinds: tuple[ChangeKind, ...]
    area_before_m2: float | None
    area_after_m2: float | None
    gained_m2: float
    lost_m2: float

    def to_mapping(self) -> dict[str, Any]:
        """Give the facts as plain JSON types, areas to the square centimetre."""
        return {
            "code": self.code,
            "code_before": self.code_before,
            "name_before": self.name_before,
            "name_after": self.name_after,
            "street_before": self.street_before,
            "street_after": self.street_after,
            "kinds": list(self.kinds),
            "area_before_m2": _rounded(self.area_before_m2),
            "area_after_m2": _rounded(self.area_after_m2),
            "gained_m2": round(self.gained_m2, 4),
            "lost_m2": round(self.lost_m2, 4),
        }


def _rounded(area_m2: float | None) -> float | None:
    return None if area_m2 is None else round(area_m2, 4)
