"""Fill: unclaimed land goes to one neighbour.

Who gains, who loses: the neighbour ``to`` gains the land; nobody loses any.
"""

from __future__ import annotations

import numpy as np

from gis_service.core.resolutions.dispute import UNCLAIMED, conclude, open_dispute
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.refusal import needed
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal
from gis_service.model.text import Text


def propose_fill(ground: Ground, finding: Finding, params: ResolutionParams) -> Proposal:
    """Give all of a gap to the neighbour ``params.to``.

    Raises
    ------
    ResolutionError
        For claimed land, when ``to`` is no neighbour, or when the outcome can't be proven.
    """
    to = needed(params.to, name="to")
    dispute = open_dispute(ground, finding, checks=UNCLAIMED)
    owners = np.full(len(dispute.arrangement.faces), dispute.party(to))
    return conclude(
        dispute.arrangement, owners, name="fill", params=params, findings=(finding.key,)
    )


FILL = Resolution(
    name="fill", title=Text("划给邻社区", "fill"), propose=propose_fill, needs=("to",)
)
