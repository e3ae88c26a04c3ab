"""How what was found compares with what was planted.

found
    Something is reported within 1 m of the planted place, whatever it is called. (Of a line that
    crosses another many times: anywhere along it.)
named
    What is reported there is called by the planted fault's name (and severity, where a contestant
    tells them).
placed
    A reported thing is placed when it lies within 1 m of a planted fault (and names one of its
    communities, where a contestant names any).
right
    It is right when that fault has the name that it bears; a second name for one fault is wrong.
    Precision is the share of the right; for what bears no name, of the placed.
once
    How many right ones there are for each planted fault that was named; 1 is wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from planting import Planted

NEAR_M = 1.0

EXPECTED = {
    "overlap": ("overlap", "dispute"),
    "gap": ("gap", "dispute"),
    "overlap_sliver": ("overlap", "sliver"),
    "gap_sliver": ("gap", "sliver"),
    "gap_at_junction": ("gap", "dispute"),
    "three_way": ("overlap", "dispute"),
    "touching_overlap": ("overlap", "dispute"),
    "touching_gap": ("gap", "dispute"),
    "duplicate": ("duplicate", "error"),
    "enclave": ("enclave", "error"),
    "self_crossing": ("self_crossing", "error"),
    "bow_tie": ("self_crossing", "error"),
    "edge_mismatch": ("edge_mismatch", "note"),
    "crossing": ("crossing", "sliver"),
    "bay": ("gap", "dispute"),
    "outside": ("outside", "dispute"),
}
"""Planted kind → what a check should call it, and how severe."""

RIM = ("bay", "outside")
"""What can't be seen without the outline, which only ours is given."""

ALSO = {
    "self_crossing": ("edge_mismatch", "gap", "overlap"),
    "bow_tie": ("edge_mismatch", "gap", "overlap"),
}
"""What besides is true of a planted fault: the neighbour of a kink runs straight on."""


@dataclass(frozen=True)
class Found:
    """One thing that a contestant reported.

    ``kind`` is its name of a check, "" when the contestant names nothing; ``severity`` and
    ``codes`` are None when it does not tell them.
    """

    kind: str
    geometry: shapely.Geometry | None
    severity: str | None = None
    codes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Score:
    """What a contestant got, in all and for each kind.

    Attributes
    ----------
    planted, found, named
        How many of each planted kind there are, were found, and were named.
    reported, right
        How many things of each name were reported, and how many of them are right.
    placed
        How many reported things lie at a planted fault, whatever their name.
    codes_right
        How many of the named were reported with exactly the communities concerned.
    once
        Right reports for each planted fault that was named.
    """

    planted: Counter[str]
    found: Counter[str]
    named: Counter[str]
    reported: Counter[str]
    right: Counter[str]
    placed: int
    codes_right: int
    once: float

    @property
    def recall(self) -> float:
        """Share of the planted faults that were found, 1 when nothing was planted."""
        return self.found.total() / max(1, self.planted.total()) if self.planted else 1.0

    @property
    def naming(self) -> float:
        """Share of the planted faults that were named, 1 when nothing was planted."""
        return self.named.total() / self.planted.total() if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Share of the reported things that are right, 1 when nothing was reported."""
        return self.right.total() / self.reported.total() if self.reported else 1.0

    @property
    def wrong(self) -> int:
        """How many reported things are not right."""
        return self.reported.total() - self.right.total()


def score(
    found: Sequence[Found], planted: Sequence[Planted], *, codes: Sequence[str], rim: bool
) -> Score:
    """Compare; ``codes`` are those of the rows, ``rim`` says whether the outline was given.

    What has no place says something of the layer as a whole and is not scored.
    """
    found = [item for item in found if item.geometry is not None]
    wanted = [fault for fault in planted if rim or fault.kind not in RIM]
    where = np.array([item.geometry for item in found], dtype=object)
    places = shapely.points(np.array([fault.place for fault in wanted]).reshape(-1, 2))
    extents = np.array([fault.extent for fault in wanted], dtype=object)
    expected = [{codes[row] for row in fault.rows} for fault in wanted]

    def concerns(item: int, fault: int) -> bool:
        told = found[item].codes
        return told is None or not expected[fault].isdisjoint(told)

    at_place = {pair for pair in _near(where, places) if concerns(*pair)}
    at_extent = {pair for pair in _near(where, extents) if concerns(*pair)} | at_place
    at_place |= {pair for pair in at_extent if wanted[pair[1]].kind == "crossing"}
    named_by: dict[int, list[int]] = {}
    right: set[int] = set()
    for item, fault in at_extent:
        if _bears_name(found[item], wanted[fault]):
            right.add(item)
            named_by.setdefault(fault, []).append(item)
        elif not found[item].kind or found[item].kind in ALSO.get(wanted[fault].kind, ()):
            right.add(item)
    named = {f for i, f in at_place if _bears_name(found[i], wanted[f])}
    exact = sum(
        any(found[i].codes == tuple(sorted(expected[f])) for i in named_by[f]) for f in named
    )
    return Score(
        planted=Counter(fault.kind for fault in wanted),
        found=Counter(wanted[f].kind for f in {f for _, f in at_place}),
        named=Counter(wanted[f].kind for f in named),
        reported=Counter(item.kind for item in found),
        right=Counter(found[i].kind for i in right),
        placed=len({item for item, _ in at_extent}),
        codes_right=exact,
        once=float(np.mean([len(named_by[f]) for f in named])) if named else 0.0,
    )


def _bears_name(item: Found, fault: Planted) -> bool:
    kind, severity = EXPECTED[fault.kind]
    return item.kind == kind and item.severity in (None, severity)


def _near(found: np.ndarray, planted: np.ndarray) -> set[tuple[int, int]]:
    """Give pairs (reported, planted) that lie within 1 m of each other."""
    if not len(found) or not len(planted):
        return set()
    fault, item = shapely.STRtree(found).query(planted, predicate="dwithin", distance=NEAR_M)
    return set(zip(item.tolist(), fault.tolist(), strict=True))
