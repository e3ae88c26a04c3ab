"""Joint: the land stays claimed by all its claimants until a date.

Who gains, who loses: nobody; the boundaries stay as they are, and the finding is listed as
allowed (see `checks.allowing`) until the date, when the parties must decide.
"""

from __future__ import annotations

from datetime import date

import shapely

from gis_service.core.resolutions.dispute import land_of, open_dispute
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.refusal import needed, refuse
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.model.findings import Finding
from gis_service.model.proposals import Allowance, ProofCheck, Proposal
from gis_service.model.text import Text


def propose_joint(ground: Ground, finding: Finding, params: ResolutionParams) -> Proposal:
    """Allow the land as it is until the date ``params.until``.

    Whether the date is still to come is for the caller to say: there is no clock here.

    Raises
    ------
    ResolutionError
        When there is no such land (any more) or the date is no date.
    """
    until = needed(params.until, name="until")
    try:
        date.fromisoformat(until)
    except ValueError:
        refuse(
            f"日期 {until!r} 不可用；请写成 2027-06-30 这样的形式。",
            f"{until!r} is no date; write it like 2027-06-30.",
            reason="bad-date",
        )
    open_dispute(ground, finding)
    land = shapely.multipolygons(land_of(finding))
    unmoved = ProofCheck(
        name="untouched", title=Text("被移动的坐标数", "coordinates moved"), value=0.0
    )
    return Proposal(
        resolution="joint",
        params=params.to_mapping(),
        findings=(finding.key,),
        land=land,
        proof=(unmoved,),
        findings_before=(finding,),
        findings_after=(finding,),
        allowed=(
            Allowance(
                finding=finding.key,
                land=land,
                until=until,
                check=finding.check,
                communities=finding.communities,
                reason=finding.key,
            ),
        ),
    )


JOINT = Resolution(
    name="joint", title=Text("共管", "joint"), propose=propose_joint, needs=("until",)
)
