"""Every planted decision carried out: what `clean` and the resolutions do to a large layer.

    python tests/bench/decisions.py 10000

The layer is drawn twice, with faults and without (the truth). `clean` must end the slivers and
nothing else. Then every planted dispute is decided as the truth says (to the neighbour whose land
it was, to the inner one of an enclave, split along the true line), each proposal is applied, and
what is there is held against the truth. Duplicates, invalid rings (and the slivers beside them) and
land outside are corrected in the source, so there is no decision to carry out.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from coverages import Coverage, coverage
from planting import Planted

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import (
    RESOLUTIONS,
    Ground,
    ResolutionParams,
    apply_proposal,
    clean,
)
from gis_service.core.topology import GRID_M
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal

KINDS = {
    "overlap": ("overlap", "award"),
    "overlap_sliver": ("overlap", "award"),
    "touching_overlap": ("overlap", "award"),
    "gap": ("gap", "fill"),
    "gap_sliver": ("gap", "fill"),
    "touching_gap": ("gap", "fill"),
    "gap_at_junction": ("gap", "fill"),
    "bay": ("gap", "fill"),
    "enclave": ("enclave", "award"),
    "three_way": ("overlap", "split"),
    "crossing": ("crossing", "split"),
}
"""Planted kind → the check that names it, and how it is decided."""


@dataclass
class Outcome:
    """What was done and what was seen; all counts but the last are to be 0.

    Attributes
    ----------
    communities
        In the layer before.
    lost
        Communities that are gone or without land afterwards.
    moved
        Communities that no proposal names and that are not what they were, bit for bit.
    refused
        Planted decisions that were refused or not found, with why.
    wrong_mm2
        Largest area of land of one decision that is not its owner's, or still another's, beyond
        1 mm times its boundary.
    off_mm2
        Largest difference of a decided community's land from the truth, beyond 1 mm times the
        boundary of what was decided.
    left
        Findings of the kinds that were decided.
    decided
        Decisions that were carried out, or slivers that were cleaned.
    seconds
        Of proposing, proving and applying.
    """

    communities: int
    lost: int = 0
    moved: int = 0
    refused: list[str] = field(default_factory=list)
    wrong_mm2: float = 0.0
    off_mm2: float = 0.0
    left: int = 0
    decided: int = 0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong."""
        wrong = self.wrong_mm2 or self.off_mm2
        return not (self.lost or self.moved or self.refused or wrong or self.left)


def cleaned(communities: int, *, faults: int | None = None, seed: int = 2026) -> Outcome:
    """Clean a layer: no sliver is left, and disputes stay as they are."""
    planted = coverage(communities, faults=faults, seed=seed)
    layer, outline = planted.frame(), outline_of(planted)
    before = run_checks(layer, outline=outline)
    start = time.perf_counter()
    proposal = clean(Ground.of(layer), outline=outline)
    after = apply_proposal(layer, proposal)
    outcome = _compared(layer, after, [proposal])
    outcome.seconds = time.perf_counter() - start
    outcome.decided = len(proposal.findings)
    could = {finding.key for finding in before if _decidable(finding, planted)}
    outcome.refused = [
        f"{skip.finding}: {skip.reason.en}" for skip in proposal.skipped if skip.finding in could
    ]
    found = run_checks(after, outline=outline)
    outcome.left = sum(f.severity == "sliver" and _decidable(f, planted) for f in found)
    disputes, left = ({_fact(f) for f in fs if f.severity == "dispute"} for fs in (before, found))
    outcome.refused += [f"{key} changed" for key, _ in sorted(disputes ^ left)]
    return outcome


def decided(communities: int, *, faults: int | None = None, seed: int = 2026) -> Outcome:
    """Carry out every planted decision and hold the layer against the truth."""
    planted = coverage(communities, faults=faults, seed=seed)
    truth = coverage(communities, faults=0, seed=seed).polygons
    layer, outline = planted.frame(), outline_of(planted)
    pending = [fault for fault in planted.planted if fault.kind in KINDS]
    proposals: list[Proposal] = []
    refused: list[str] = []
    lands: Owners = []
    after, start = layer, time.perf_counter()
    while pending:
        ground = Ground.of(after)
        found = run_checks(after, outline=outline)
        done, pending = _apart(pending)
        for fault in done:
            finding = _seen(fault, found, planted.codes)
            if finding is None:
                refused.append(f"{fault.kind} at {fault.place}: not found")
                continue
            owners = _owners(fault, finding, truth)
            try:
                proposal = _proposed(ground, fault, finding, owners, planted.codes, truth)
            except ResolutionError as error:
                refused.append(f"{finding.key}: {error.en}")
                continue
            after = apply_proposal(after, proposal)
            proposals.append(proposal)
            lands += owners
    outcome = _compared(layer, after, proposals)
    outcome.seconds = time.perf_counter() - start
    outcome.refused, outcome.decided = refused, len(proposals)
    outcome.wrong_mm2 = max((_wrong_mm2(after, land, row) for land, row in lands), default=0.0)
    outcome.off_mm2 = _off_mm2(after, planted, truth, lands)
    checks = {check for check, _ in KINDS.values()}
    found = run_checks(after, outline=outline)
    outcome.left = sum(f.check in checks and _decidable(f, planted) for f in found)
    return outcome


def _apart(faults: list[Planted]) -> tuple[list[Planted], list[Planted]]:
    """Choose faults that concern different communities; give the others as the rest."""
    busy: set[int] = set()
    chosen, rest = [], []
    for fault in faults:
        (rest if busy & set(fault.rows) else chosen).append(fault)
        busy |= set(fault.rows)
    return chosen, rest


def _decidable(finding: Finding, planted: Coverage) -> bool:
    """Tell whether all rings are valid there: no line beside an invalid one can be moved."""
    kinked = {
        str(planted.codes[row])
        for fault in planted.planted
        if fault.kind in ("self_crossing", "bow_tie")
        for row in fault.rows
    }
    return not kinked & set(finding.communities)


def outline_of(planted: Coverage) -> gpd.GeoDataFrame:
    """Give the district's outline as the readers do."""
    return gpd.GeoDataFrame({"name": ["district"]}, geometry=[planted.outline], crs="EPSG:4547")


def _fact(finding: Finding) -> tuple[str, float]:
    return finding.key, round(finding.area_m2, 1)


def _seen(fault: Planted, found: list[Finding], codes: np.ndarray) -> Finding | None:
    """Find what the checks call a planted fault."""
    check, _ = KINDS[fault.kind]
    who = {str(codes[row]) for row in fault.rows}
    place = shapely.Point(fault.place)
    near = [
        finding
        for finding in found
        if finding.check == check
        and who & set(finding.communities)
        and finding.geometry is not None
    ]
    near.sort(key=lambda finding: finding.geometry.distance(place))
    return near[0] if near and near[0].geometry.distance(place) < 1.0 else None


Owners = list[tuple[shapely.Geometry, int]]


def _owners(fault: Planted, finding: Finding, truth: np.ndarray) -> Owners:
    """Give each piece of the land, cut along the true lines, with the row whose it is."""
    if fault.kind == "enclave":
        return [(finding.geometry, max(fault.rows))]
    rows = [row for row in fault.rows if row < len(truth)]
    lines = shapely.union_all(np.r_[finding.geometry.boundary, shapely.boundary(truth[rows])])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inner = shapely.point_on_surface(faces)
    whose = [
        (face, row)
        for face, point in zip(faces, inner, strict=True)
        for row in rows
        if finding.geometry.contains(point) and truth[row].contains(point)
    ]
    return [(face, row) for face, row in whose if face.area > GRID_M * face.length]


def _proposed(
    ground: Ground,
    fault: Planted,
    finding: Finding,
    owners: Owners,
    codes: np.ndarray,
    truth: np.ndarray,
) -> Proposal:
    _, by = KINDS[fault.kind]
    if by == "split":
        rows = [row for row in fault.rows if row < len(truth)]
        lines = shapely.union_all(shapely.boundary(truth[rows]))
        points = [(face.point_on_surface(), row) for face, row in owners]
        named = tuple((point.x, point.y, str(codes[row])) for point, row in points)
        params = ResolutionParams(lines=lines, owners=named)
    else:
        (to,) = {row for _, row in owners}
        params = ResolutionParams(to=str(codes[to]))
    return RESOLUTIONS[by].propose(ground, finding, params)


def _compared(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, proposals: list[Proposal]
) -> Outcome:
    named = [change.row for proposal in proposals for change in proposal.changes]
    rest = np.setdiff1d(np.arange(len(before)), named)
    old, new = before.geometry.to_numpy(), after.geometry.to_numpy()
    return Outcome(
        communities=len(before),
        lost=len(before) - int((shapely.area(new) > 0).sum()),
        moved=int((~shapely.equals_identical(old[rest], new[rest])).sum()),
    )


def _wrong_mm2(after: gpd.GeoDataFrame, land: shapely.Geometry, row: int) -> float:
    """Measure land that is not its owner's, or another's too, beyond the 1 mm grid."""
    rows = after.sindex.query(land, predicate="intersects")
    shapes = shapely.make_valid(after.geometry.to_numpy()[rows], method="structure")
    shares = shapely.area(shapely.intersection(shapes, land))
    own = float(shares[rows == row].sum())
    wrong = abs(land.area - own) + float(shares[rows != row].sum())
    return 1e6 * max(0.0, wrong - 2 * GRID_M * land.length)


def _off_mm2(after: gpd.GeoDataFrame, planted: Coverage, truth: np.ndarray, lands: Owners) -> float:
    """Compare the communities that only decisions changed with the layer without faults."""
    # planting three claimants also straightens what lies beside their land, and nobody sees that
    exact = {kind for kind in KINDS if kind not in ("enclave", "three_way")}
    whole = {row for fault in planted.planted if fault.kind in exact for row in fault.rows}
    whole -= {row for fault in planted.planted if fault.kind not in exact for row in fault.rows}
    rows = np.array(sorted(whole), dtype=np.intp)
    now = after.geometry.to_numpy()[rows]
    off = shapely.area(shapely.symmetric_difference(now, truth[rows]))
    drawn = shapely.STRtree([land for land, _ in lands])
    near, land = drawn.query(now, predicate="dwithin", distance=GRID_M)
    length = np.bincount(near, shapely.length(drawn.geometries)[land], minlength=len(rows))
    return 1e6 * float(np.maximum(0.0, off - GRID_M * length).max(initial=0.0))


def main() -> int:
    """Print what was seen; the exit code is 0 when every decision was carried out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("communities", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    worked = True
    for name, what in (("clean", cleaned), ("every planted decision", decided)):
        outcome = what(chosen.communities, seed=chosen.seed)
        worked &= outcome.ok
        sys.stdout.write(
            f"{name} at {outcome.communities:,}: {outcome.decided:,} carried out in "
            f"{outcome.seconds:.1f} s; refused {len(outcome.refused)}, communities lost "
            f"{outcome.lost}, untouched ones moved {outcome.moved}, left {outcome.left}, "
            f"land gone wrong {outcome.wrong_mm2:,.0f} mm², off the truth "
            f"{outcome.off_mm2:,.0f} mm²\n"
        )
        sys.stdout.writelines(f"  {line}\n" for line in outcome.refused[:20])
    return 0 if worked else 1


if __name__ == "__main__":
    sys.exit(main())
