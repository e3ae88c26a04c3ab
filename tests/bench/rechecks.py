"""Measures checking again after one resolution: rechecks.py FOLDER OUT; see docs/performance.md."""

from __future__ import annotations

import json
import random
import sys
import time
import warnings
from pathlib import Path

import layers
import numpy as np

from gis_service.core.checks import Known, check_again, run_checks
from gis_service.core.checks.run import outline_land
from gis_service.core.resolutions import RESOLUTIONS, Ground, ResolutionParams, apply_proposal
from gis_service.core.topology import Topology, metric_crs
from gis_service.errors import ResolutionError

TRIED = 30
COMPARED = 2
"""For so many of them the whole layer is checked, too, and both must find the same."""


def main(folder: str, out: str) -> None:
    """Resolve some findings, each on its own, and check again; write seconds and differences."""
    warnings.simplefilter("ignore")
    layer, outline = layers.frame(Path(folder)), layers.outline(Path(folder))
    district = outline_land(outline, crs=metric_crs(layer))
    found = run_checks(layer, outline=outline)
    topology = Topology.of(layer, outline=district)
    known, ground = Known.of(topology, found), Ground.of(layer, topology=topology)
    chosen = [f for f in found if f.check in ("overlap", "gap") and len(f.communities) > 1]
    random.Random(7).shuffle(chosen)
    seconds: list[float] = []
    different = 0
    for finding in chosen:
        if len(seconds) == TRIED:
            break
        try:
            proposal = RESOLUTIONS["longest_border"].propose(ground, finding, ResolutionParams())
        except ResolutionError:  # an enclave, or a line beside an invalid ring
            continue
        after = apply_proposal(layer, proposal)
        rows = [change.row for change in proposal.changes]
        began = time.process_time()
        again = check_again(known, after, rows)
        seconds.append(time.process_time() - began)
        if len(seconds) <= COMPARED:
            whole = run_checks(after, outline=outline)
            different += [f.key for f in again] != [f.key for f in whole]
    answer = {"median_s": float(np.median(seconds)), "most_s": max(seconds), "n": len(seconds)}
    Path(out).write_text(json.dumps(answer | {"different": different}))


if __name__ == "__main__":
    main(*sys.argv[1:])
