"""Median: every point goes to the party whose undisputed land is nearer.

Definition: the land is divided by the Voronoi diagram of the parties' undisputed land (what
nobody else claims). It is computed from points along the undisputed boundaries, at a spacing of
an eighth of the land's width, at most 0.25 m and at least 1 cm, and the line is then simplified
by an eighth of that. A point that is nearer to one party by more than `spacing_m` goes to it.

Who gains, who loses: claimants halve the land by distance, so each loses about as much as the
other wherever both border on it; a claimant without undisputed land beside it gets nothing.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.resolutions.borders import border_lengths, connected
from gis_service.core.resolutions.dispute import Dispute, conclude, open_dispute
from gis_service.core.resolutions.enclaves import require_inner
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.noding import Ints
from gis_service.core.resolutions.refusal import refuse
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.core.resolutions.split import owners_of_pieces
from gis_service.core.topology import Objects
from gis_service.core.widths import inscribed_circles
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal
from gis_service.model.text import Text

LARGEST_SPACING_M = 0.25
SMALLEST_SPACING_M = 0.01
SHAKE_M = 1e-5
"""Points are moved by up to this, so that no four lie on one circle: the grid is 100 times that."""
MOST_POINTS = 40_000
"""Points of one Voronoi diagram; for longer boundaries the spacing grows."""


def propose_median(ground: Ground, finding: Finding, params: ResolutionParams) -> Proposal:
    """Divide the land by distance; it needs no parameters.

    Raises
    ------
    ResolutionError
        When a community would be emptied, or the outcome can't be proven.
    """
    dispute = open_dispute(ground, finding)
    sources = undisputed(dispute)
    lines = median_lines(dispute, sources)
    if lines is not None:
        dispute = open_dispute(ground, finding, lines=lines)
    owners = _owners(dispute, sources)
    require_inner(dispute, owners)
    return conclude(
        dispute.arrangement, owners, name="median", params=params, findings=(finding.key,)
    )


def undisputed(dispute: Dispute) -> Objects:
    """Give the land near the dispute that each party alone claims; None where there is none."""
    topology = dispute.arrangement.ground.topology
    margin = max(10.0, 4 * spacing_m(dispute) * 8)
    box = shapely.box(*shapely.total_bounds(dispute.arrangement.lands)).buffer(
        margin, join_style="mitre"
    )
    beside = topology.tree.query(box)
    near = dict(
        zip(beside.tolist(), shapely.intersection(topology.usable[beside], box), strict=True)
    )
    taken = shapely.union_all(dispute.arrangement.lands)
    result = np.full(len(dispute.parties), None, dtype=object)
    for index, row in enumerate(dispute.parties):
        others = shapely.union_all([land for other, land in near.items() if other != row])
        alone = shapely.difference(near[row], shapely.union(others, taken))
        result[index] = None if shapely.area(alone) == 0 else alone
    return result


def spacing_m(dispute: Dispute) -> float:
    """Distance of the points along boundaries, metres, by the land's width."""
    width = _width_m(dispute)
    length = float(shapely.length(dispute.arrangement.lands).sum())
    return max(min(max(width / 8, SMALLEST_SPACING_M), LARGEST_SPACING_M), 2 * length / MOST_POINTS)


def _width_m(dispute: Dispute) -> float:
    """Width of the land; measured where the finding doesn't tell it."""
    if dispute.finding.width_m is not None:
        return dispute.finding.width_m
    return float(inscribed_circles(dispute.arrangement.lands)[1].max(initial=0.0))


def median_lines(dispute: Dispute, sources: Objects) -> BaseGeometry | None:
    """Draw the lines of equal distance through the land; None when one party is nearest to all."""
    spacing = spacing_m(dispute)
    reach = 2 * max(_width_m(dispute), 1.0)
    around = shapely.buffer(shapely.multipolygons(dispute.arrangement.lands), reach)
    xy, owner = [], []
    for index in np.flatnonzero(~shapely.is_missing(sources)):
        line = shapely.intersection(shapely.boundary(sources[index]), around)
        points = shapely.get_coordinates(shapely.segmentize(line, spacing))
        xy.append(points)
        owner.append(np.full(len(points), index))
    if len(xy) < 2:
        return None
    points, first = np.unique(np.vstack(xy), axis=0, return_index=True)
    owners = np.concatenate(owner)[first]
    origin = np.floor(points.min(axis=0))
    points = points + np.random.default_rng(0).uniform(-SHAKE_M, SHAKE_M, points.shape)
    try:
        diagram = shapely.voronoi_polygons(
            shapely.multipoints(points - origin), extend_to=_at(around, -origin), ordered=True
        )
    except shapely.GEOSException as error:
        refuse(
            f"此地块的中线无法计算（{error}）。请改用划归、分割或沿线划分。",
            f"The median of this land can't be computed ({error}). Award it, split it, or follow "
            "a line.",
            reason="no-median",
        )
    cells = shapely.get_parts(diagram)
    regions = [_joined(cells[owners == index]) for index in np.unique(owners)]
    borders = [
        shapely.intersection(shapely.boundary(one), shapely.boundary(other))
        for number, one in enumerate(regions)
        for other in regions[number + 1 :]
    ]
    land = _at(shapely.union_all(dispute.arrangement.lands), -origin)
    lines = shapely.line_merge(shapely.intersection(shapely.union_all(borders), land))
    parts = shapely.get_parts(lines)
    # Where the land is narrower than the spacing the line only flits from side to side.
    parts = parts[(shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 4 * spacing)]
    if not len(parts):
        return None
    return _at(shapely.multilinestrings(shapely.simplify(parts, spacing / 8)), origin)


def _joined(cells: Objects) -> BaseGeometry:
    try:
        return shapely.coverage_union_all(cells)
    except shapely.GEOSException:  # cells of points on one circle need not fit exactly
        return shapely.union_all(cells, grid_size=SHAKE_M)


def _at(geometry: BaseGeometry, step: np.ndarray) -> BaseGeometry:
    return shapely.transform(geometry, lambda xy: xy + step)


def _owners(dispute: Dispute, sources: Objects) -> Ints:
    """Give each piece to the nearest party that it touches; see `owners_of_pieces` for the rest."""
    arrangement = dispute.arrangement
    pieces = connected(arrangement)
    lengths = border_lengths(arrangement, pieces)
    inner = shapely.point_on_surface(
        np.array(
            [
                shapely.union_all(arrangement.faces[pieces == piece])
                for piece in range(int(pieces.max()) + 1)
            ],
            dtype=object,
        )
    )
    chosen = {}
    for piece, point in enumerate(inner):
        away = np.nan_to_num(shapely.distance(sources, point), nan=np.inf)
        nearest = dispute.parties[int(np.argmin(away))]
        if lengths.get(piece, {}).get(nearest, 0.0) > 0 and np.isfinite(away).any():
            chosen[piece] = nearest
    return owners_of_pieces(dispute, pieces, chosen)


MEDIAN = Resolution(name="median", title=Text("取中线", "median"), propose=propose_median)
