"""Which communities play a part: ageing or not, covered or not, disputed, recorded twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis_service.samples.faults import Fault
from gis_service.samples.lines import Drawing

AGEING = 60
COVERED = 36
PLANNED_STATIONS, BUILDING_STATIONS = 3, 5


@dataclass(frozen=True, kw_only=True)
class Story:
    """Positions of the communities in the list, by the part that they play.

    Attributes
    ----------
    disputed
        The overlap in which a station lies; ``claimant`` declares it and is ageing, the other
        side is not.
    recorded, lies_in
        Neighbours without any fault: a station lies in the second and is recorded in the first,
        which is ageing and has no other.
    bears, bears_code_of
        The first carries the second's code; neither is ageing.
    ageing
        Per community.
    covered
        Ageing communities with an open station, the claimant among them.
    planned, building
        Ageing communities that get a station.
    """

    disputed: Fault
    claimant: int
    recorded: int
    lies_in: int
    bears: int
    bears_code_of: int
    ageing: list[bool]
    covered: list[int]
    planned: list[int]
    building: list[int]


def tell(
    codes: list[str], faults: list[Fault], *, drawing: Drawing, rng: np.random.Generator
) -> Story:
    """Hand the parts out."""
    place = {code: i for i, code in enumerate(codes)}
    concerned = {place[code] for fault in faults for code in fault.codes}
    overlaps = sorted((f for f in faults if f.kind == "overlap"), key=lambda f: f.area_m2)
    disputed = overlaps[-4]
    claimant, other = (place[code] for code in disputed.codes)
    calm = [
        (line.left, line.right)
        for line in drawing.lines
        if line.right >= 0 and not {line.left, line.right} & concerned
    ]
    recorded, lies_in = calm[int(rng.integers(len(calm)))]
    free = [i for i in range(len(codes)) if i not in concerned | {recorded, lies_in}]
    pairs = [(i, j) for i in free for j in free if i != j and codes[i][:9] == codes[j][:9]]
    bears, bears_code_of = pairs[int(rng.integers(len(pairs)))]

    young = [other, lies_in, bears, bears_code_of]
    fixed = {claimant, recorded, *young}
    rest = _shuffled([i for i in range(len(codes)) if i not in fixed], rng)
    young += rest[: len(codes) - AGEING - len(young)]
    old = rest[len(codes) - AGEING - 4 :]
    covered, uncovered = [claimant, *old[: COVERED - 1]], old[COVERED - 1 :]
    return Story(
        disputed=disputed,
        claimant=claimant,
        recorded=recorded,
        lies_in=lies_in,
        bears=bears,
        bears_code_of=bears_code_of,
        ageing=[i not in young for i in range(len(codes))],
        covered=sorted(covered),
        planned=uncovered[:PLANNED_STATIONS],
        building=uncovered[PLANNED_STATIONS : PLANNED_STATIONS + BUILDING_STATIONS],
    )


def _shuffled(items: list[int], rng: np.random.Generator) -> list[int]:
    return [items[int(i)] for i in rng.permutation(len(items))]
