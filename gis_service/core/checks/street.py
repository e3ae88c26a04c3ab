"""Street: communities that lie apart from their street, and streets that don't match them.

Definition: communities of one street (街道) touch when they share a line or a point, or lie no
further apart than the policy's sliver width. Those that touch, directly or through others of the
street, are one body. The body with the most land is the street's main one; each other body is one
finding that names its communities. A street with one community, and communities without a street,
are clean.

Where an outline of each street is given, a street also has a finding for each connected piece, of
at least the policy's sliver width and least area, that the outline holds and no community of the
street, or the other way round. A street that has an outline but no community, or communities
but no outline, is one finding.

Why it matters: all communities of a street tile it. One that lies apart bears the wrong street's
name, or was drawn in the wrong place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_service.core.checks.bodies import bodies_of
from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.contacts import shared_in_rings
from gis_service.core.checks.detached import touch_m
from gis_service.core.checks.street_outlines import find_mismatches
from gis_service.core.checks.wording import few, size
from gis_service.core.topology import Topology
from gis_service.core.widths import inscribed_circles
from gis_service.model.findings import Finding
from gis_service.model.policy import Policy
from gis_service.model.text import Text

Rows = NDArray[np.intp]


def find_street_faults(topology: Topology, context: CheckContext) -> list[Finding]:
    """Find communities apart from their street and, with street outlines, what doesn't match.

    The geometry is the land of the communities concerned, or the land that doesn't match.
    """
    apart = _communities_apart(topology, context.policy)
    mismatches = find_mismatches(topology, context.streets, policy=context.policy)
    return numbered([*apart, *mismatches])


def bodies_of_streets(topology: Topology, policy: Policy) -> dict[str, list[Rows]]:
    """Give for each street of several bodies the rows of each body, that with most land first."""
    named = np.flatnonzero((topology.streets != "") & ~shapely.is_missing(topology.usable))
    street, streets = pd.factorize(topology.streets[named], sort=True)
    group = np.full(len(topology), -1, dtype=np.int64)
    group[named] = street
    place = np.cumsum(group >= 0) - 1
    joined = place[shared_in_rings(topology.rings, group, touch_m(policy))[named]]
    groups: defaultdict[str, list[Rows]] = defaultdict(list)
    for number in np.unique(street[joined != joined[_first(street)][street]]):
        members = np.flatnonzero(street == number)
        body = _bodies(topology.usable[named[members]], joined[members], touch_m(policy))
        if body.max() > 0:
            found = [named[members[body == one]] for one in range(int(body.max()) + 1)]
            groups[str(streets[number])] = sorted(found, key=lambda rows: _rank(topology, rows))
    return dict(groups)


def _first(groups: NDArray[np.int64]) -> NDArray[np.intp]:
    """Give for each group the position of its first member."""
    return np.unique(groups, return_index=True)[1]


def _bodies(
    land: NDArray[np.object_], joined: NDArray[np.int64], reach_m: float
) -> NDArray[np.int64]:
    first, group = np.unique(joined, return_inverse=True)[0], np.argsort(joined, kind="stable")
    known = zip(group[:-1].tolist(), group[1:].tolist(), strict=True)
    same = (joined[group[1:]] == joined[group[:-1]]).tolist()
    if len(first) == 1:
        return np.zeros(len(land), dtype=np.int64)
    pairs = [pair for pair, is_same in zip(known, same, strict=True) if is_same]
    return bodies_of(land, reach_m, known=pairs)


def _rank(topology: Topology, rows: Rows) -> tuple[float, list[str], list[float]]:
    """Most land first; of equal bodies (to 1 dm²) that with the first codes."""
    land = topology.usable[rows]
    corners = sorted(shapely.bounds(land)[:, 0].tolist())
    return (-round(float(shapely.area(land).sum()), 2), sorted(topology.codes[rows]), corners)


def _communities_apart(topology: Topology, policy: Policy) -> Iterator[Finding]:
    for street, (_, *others) in bodies_of_streets(topology, policy).items():
        for rows in others:
            yield _finding(topology, street=street, rows=topology.ordered(rows))


def _finding(topology: Topology, *, street: str, rows: list[int]) -> Finding:
    land = shapely.union_all(topology.usable[rows])
    parts = shapely.get_parts(land)
    points, _ = inscribed_circles(parts[[np.argmax(shapely.area(parts))]])
    ((x, y),) = points.tolist()
    who, how = few(topology, rows), size(float(shapely.area(land)))
    are = "does" if len(rows) == 1 else "do"
    return Finding(
        key="",
        check="street",
        severity="note",
        communities=tuple(topology.codes[row] for row in rows),
        geometry=land,
        point=(x, y),
        area_m2=float(shapely.area(land)),
        width_m=None,
        text=Text(
            f"{who.zh} 与所属的{street}其他社区不相连（{how.zh}）。"
            "请核对所属街道；确属飞地的可列入允许清单。",
            f"{who.en} {are} not touch the other communities of {street} ({how.en}). "
            "Check the street; list it as allowed where it is an exclave.",
        ),
    )


STREET = Check(name="street", title=Text("街道不符", "street"), find=find_street_faults)
