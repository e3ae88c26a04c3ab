"""An enclave may not be given away whole: its community would end, or be left in pieces."""

from __future__ import annotations

import numpy as np
import shapely

from gis_service.core.resolutions.dispute import Dispute
from gis_service.core.resolutions.noding import Ints
from gis_service.core.resolutions.refusal import refuse


def require_inner(dispute: Dispute, owners: Ints) -> None:
    """Refuse to give all of an enclave's land to the communities around it.

    The inner community is the one with the least land: it lies in every other claimant.
    """
    if dispute.finding.check != "enclave":
        return
    topology = dispute.arrangement.ground.topology
    parties = np.array(dispute.parties, dtype=np.intp)
    inner = int(parties[np.argmin(shapely.area(topology.usable[parties]))])
    if not (owners == inner).any():
        code = str(topology.codes[inner])
        refuse(
            f"{code} 位于其他社区之内，不能把它的土地全部划给外围社区。"
            f"请划归 {code}，或由各方分割。",
            f"{code} lies inside the others; they can't get all its land. "
            f"Award it to {code}, or split it.",
            reason="community-emptied",
            community=code,
        )
