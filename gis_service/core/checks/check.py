"""What a check is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.text import Text


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    """What a check may need besides the layer.

    Attributes
    ----------
    policy
        Sliver width, survey tolerance and least area.
    streets
        Valid land of each street by its name, where an outline layer of streets is given.
    memo
        What several checks need and one has computed; of one run over one topology.
    """

    policy: Policy = DEFAULT_POLICY
    streets: Mapping[str, BaseGeometry] = field(default_factory=dict)
    memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One kind of defect: how it is called and what finds it.

    ``find`` reads a topology and a context and returns its findings, each with its final key.
    """

    name: str
    title: Text
    find: Callable[[Topology, CheckContext], list[Finding]]


def numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Give each finding its key: check, codes, and a part number among those with the same codes.

    Parts are numbered from north to south along a slanted line, so that neither the order of the
    rows nor the last bits of a coordinate change a number. Parts without a place come last,
    ordered by their text.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        prefix = f"{finding.check}:{'+'.join(finding.communities)}"
        groups.setdefault(prefix, []).append(finding)
    return [
        replace(finding, key=f"{prefix}:{number}")
        for prefix, parts in groups.items()
        for number, finding in enumerate(sorted(parts, key=_place), start=1)
    ]


def _place(finding: Finding) -> tuple[float, str]:
    if finding.geometry is None or shapely.is_empty(finding.geometry):
        return (float("inf"), finding.text.zh)
    centre = shapely.centroid(finding.geometry)
    # The irrational slope leaves no ties among things that lie side by side in a grid.
    return (-centre.y + centre.x * 0.1270166537925831, finding.text.zh)
