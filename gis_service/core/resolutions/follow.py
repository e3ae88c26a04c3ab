"""Follow: the boundary takes the line of a feature, a road's or river's centre line.

The lines are clipped to the disputed land. If the feature moves later, the agreed line stays.

Who gains, who loses: each party keeps the land on its side of the feature.
"""

from __future__ import annotations

from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.core.resolutions.split import divide
from gis_service.model.findings import Finding
from gis_service.model.proposals import Proposal
from gis_service.model.text import Text


def propose_follow(ground: Ground, finding: Finding, params: ResolutionParams) -> Proposal:
    """Draw the boundary along ``params.lines`` within the land; see `split` for what is refused."""
    return divide(ground, finding, params, name="follow")


FOLLOW = Resolution(
    name="follow", title=Text("沿路或河划界", "follow"), propose=propose_follow, needs=("lines",)
)
