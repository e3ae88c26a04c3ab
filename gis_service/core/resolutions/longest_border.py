"""Longest border: the land goes to the party whose other land it borders longest.

For a gap that is the neighbour with the longest shared line; for an overlap the claimant along
whose undisputed land most of the piece lies. Equal lengths (to 1 mm): the first code.

Who gains, who loses: one party gets all of the land, whoever needs it; right for slivers, where
nobody loses land that people use, and a rule of thumb for the rest.
"""

from __future__ import annotations

import numpy as np

from gis_service.core.resolutions.arrangement import Arrangement
from gis_service.core.resolutions.borders import border_lengths, longest
from gis_service.core.resolutions.dispute import conclude, open_dispute
from gis_service.core.resolutions.enclaves import require_inner
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.noding import Ints
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal
from gis_service.model.text import Text


def propose_longest_border(ground: Ground, finding: Finding, params: ResolutionParams) -> Proposal:
    """Give the land to the party with the longest border along it; it needs no parameters."""
    dispute = open_dispute(ground, finding)
    owners = owners_by_border(dispute.arrangement)
    require_inner(dispute, owners)
    return conclude(
        dispute.arrangement,
        owners,
        name="longest_border",
        params=params,
        findings=(finding.key,),
    )


def owners_by_border(arrangement: Arrangement) -> Ints:
    """Give the row that gets each face: one for each land (-1 where nobody borders it).

    Land that is claimed goes to one of its claimants.
    """
    owners = np.full(len(arrangement.faces), -1, dtype=np.int64)
    codes = arrangement.ground.topology.codes
    size = len(codes)
    by_land = border_lengths(arrangement, arrangement.land)
    claims: dict[int, set[int]] = {}
    for pair in arrangement.claimed.tolist():
        claims.setdefault(int(arrangement.land[pair // size]), set()).add(pair % size)
    for land in np.unique(arrangement.land).tolist():
        lengths = by_land.get(land, {})
        if claims.get(land):
            lengths = {row: lengths.get(row, 0.0) for row in claims[land]}
        winner = longest(lengths, codes)
        if winner is not None:
            owners[arrangement.land == land] = winner
    return owners


LONGEST_BORDER = Resolution(
    name="longest_border",
    title=Text("划给共界最长的一方", "longest border"),
    propose=propose_longest_border,
)
