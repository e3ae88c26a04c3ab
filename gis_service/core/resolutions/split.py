"""Split: lines cut the disputed land into pieces, each of which gets an owner.

Who gains, who loses: each claimant keeps its pieces and loses the others'. Without named owners a
piece goes to the party whose other land it borders longest, so that each keeps its own side.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.resolutions.borders import border_lengths, connected, longest
from gis_service.core.resolutions.dispute import Dispute, conclude, open_dispute
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.noding import Ints
from gis_service.core.resolutions.refusal import needed, refuse
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal
from gis_service.model.text import Text


def propose_split(ground: Ground, finding: Finding, params: ResolutionParams) -> Proposal:
    """Cut the land along ``params.lines``; ``params.owners`` may name who gets which piece.

    Raises
    ------
    ResolutionError
        When the lines don't cross the land, an owner is no party, a named point lies in no piece
        or two owners are named for one piece, or the outcome can't be proven.
    """
    return divide(ground, finding, params, name="split")


def divide(ground: Ground, finding: Finding, params: ResolutionParams, *, name: str) -> Proposal:
    """Cut the land along lines and give each piece to its owner."""
    lines = linear(needed(params.lines, name="lines"))
    dispute = open_dispute(ground, finding, lines=lines)
    pieces = connected(dispute.arrangement)
    if len(np.unique(pieces)) < 2:
        refuse(
            f"所给的线没有穿过 {finding.key} 的土地，未能分成两块。请让线的两端越出这块地。",
            f"The line does not cross the land of {finding.key}, so nothing is split. Let both "
            "its ends reach beyond the land.",
            reason="line-does-not-cross",
        )
    chosen = named_owners(dispute, pieces, params.owners)
    owners = owners_of_pieces(dispute, pieces, chosen)
    return conclude(dispute.arrangement, owners, name=name, params=params, findings=(finding.key,))


def linear(lines: BaseGeometry) -> BaseGeometry:
    """Give the lines, or refuse what is no (finite) line."""
    kinds = shapely.get_type_id(shapely.get_parts(lines))
    if shapely.is_empty(lines) or not np.isin(kinds, (1, 2)).all():
        refuse(
            f"需要线，得到的是 {shapely.get_type_id(lines)} 类几何。请给出线图层。",
            f"Lines are needed; this is a {lines.geom_type}. Give a layer of lines.",
            reason="not-a-line",
        )
    if not np.isfinite(shapely.get_coordinates(lines)).all():
        refuse(
            "线的坐标含有非数值。请改正后再用。",
            "The line has coordinates that are no numbers. Correct it.",
            reason="not-a-line",
        )
    return shapely.force_2d(lines)


def named_owners(
    dispute: Dispute, pieces: Ints, owners: tuple[tuple[float, float, str], ...]
) -> dict[int, int]:
    """Find the piece of each named point: piece → row."""
    tree = shapely.STRtree(dispute.arrangement.faces)
    chosen: dict[int, int] = {}
    for x, y, code in owners:
        row = dispute.party(code)
        found = tree.query(shapely.Point(x, y), predicate="intersects")
        if not len(found):
            refuse(
                f"点 ({x}, {y}) 不在这块地内，无法指定归 {code} 的一块。",
                f"Point ({x}, {y}) does not lie in the land, so it names no piece for {code}.",
                reason="point-outside",
            )
        piece = int(pieces[found[0]])
        if chosen.setdefault(piece, row) != row:
            refuse(
                f"同一块地被指定给了多个社区（点 ({x}, {y})）。每块只能有一个归属。",
                f"One piece is given to several communities (point ({x}, {y})). Give it to one.",
                reason="piece-named-twice",
            )
    return chosen


def owners_of_pieces(dispute: Dispute, pieces: Ints, chosen: Mapping[int, int]) -> Ints:
    """Give the row that gets each face: as chosen, else the party with the longest border.

    A piece that borders no party's other land goes along with the piece that it borders longest.
    """
    arrangement = dispute.arrangement
    codes = arrangement.ground.topology.codes
    lengths = border_lengths(arrangement, pieces)
    parties = set(dispute.parties)
    winner: dict[int, int] = dict(chosen)
    for piece in np.unique(pieces).tolist():
        own = {row: m for row, m in lengths.get(piece, {}).items() if row in parties}
        best = longest(own, codes)
        if best is not None:
            winner.setdefault(piece, best)
    beside = between_pieces(dispute, pieces)
    waiting = [piece for piece in np.unique(pieces).tolist() if piece not in winner]
    while waiting:
        decided = [piece for piece in waiting if any(other in winner for other in beside[piece])]
        for piece in decided:
            known = {other: m for other, m in beside[piece].items() if other in winner}
            winner[piece] = winner[max(known, key=lambda other: (known[other], -other))]
        if not decided:
            winner |= dict.fromkeys(waiting, dispute.parties[0])
        waiting = [piece for piece in waiting if piece not in winner]
    return np.array([winner[piece] for piece in pieces.tolist()], dtype=np.int64)


def between_pieces(dispute: Dispute, pieces: Ints) -> dict[int, dict[int, float]]:
    """Measure the common line of each two pieces, metres."""
    arrangement = dispute.arrangement
    count = len(arrangement.codes)
    of_edge = dict(
        zip(
            (arrangement.start * count + arrangement.end).tolist(),
            pieces[arrangement.face].tolist(),
            strict=True,
        )
    )
    beside: dict[int, dict[int, float]] = {piece: {} for piece in np.unique(pieces).tolist()}
    back = (arrangement.end * count + arrangement.start).tolist()
    for edge, piece, length in zip(
        back, pieces[arrangement.face].tolist(), arrangement.length.tolist(), strict=True
    ):
        other = of_edge.get(edge, piece)
        if other != piece:
            beside[piece][other] = beside[piece].get(other, 0.0) + length
    return beside


SPLIT = Resolution(
    name="split", title=Text("分割", "split"), propose=propose_split, needs=("lines",)
)
