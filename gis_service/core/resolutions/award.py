"""Award: the disputed land goes to one claimant.

Who gains, who loses: ``to`` keeps the land, every other claimant loses it. Nobody's line moves
but where the land was; what the losers keep is untouched.
"""

from __future__ import annotations

import numpy as np

from gis_service.core.resolutions.dispute import CLAIMED_TWICE, conclude, open_dispute
from gis_service.core.resolutions.enclaves import require_inner
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.refusal import needed
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal
from gis_service.model.text import Text


def propose_award(ground: Ground, finding: Finding, params: ResolutionParams) -> Proposal:
    """Give all of the land to the claimant ``params.to``.

    Raises
    ------
    ResolutionError
        For unclaimed land, when ``to`` is no claimant, or when the outcome can't be proven.
    """
    to = needed(params.to, name="to")
    dispute = open_dispute(ground, finding, checks=CLAIMED_TWICE)
    owners = np.full(len(dispute.arrangement.faces), dispute.party(to))
    require_inner(dispute, owners)
    return conclude(
        dispute.arrangement, owners, name="award", params=params, findings=(finding.key,)
    )


AWARD = Resolution(
    name="award", title=Text("划归一方", "award"), propose=propose_award, needs=("to",)
)
