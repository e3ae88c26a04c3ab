from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import apply_proposal
from gis_service.errors import ResolutionError


def test_a_strip_is_halved(draw, box, propose, land):
    layer = draw(A=box(0, 0, 110, 100), B=box(90, 0, 200, 100))
    after = apply_proposal(layer, propose(layer, "overlap:A+B:1", "median"))
    assert land(after) == {"A": 10_000, "B": 10_000}
    assert shapely.get_coordinates(after.geometry["A"])[:, 0].max() == 100


def test_every_point_goes_to_the_nearer_undisputed_land(faulty, propose):
    layer = faulty([(4, 1, 0.4, -5.0), (4, 2, -0.2, -6.0)], seed=5)
    (finding,) = run_checks(layer)
    after = apply_proposal(layer, propose(layer, finding.key, "median"))
    rng = np.random.default_rng(1)
    x1, y1, x2, y2 = finding.geometry.bounds
    points = shapely.points(rng.uniform((x1, y1), (x2, y2), (2000, 2)))
    points = points[shapely.contains(finding.geometry, points)]
    away = np.array(
        [
            shapely.distance(layer.geometry[code].difference(finding.geometry), points)
            for code in finding.communities
        ]
    )
    clear = np.abs(away[0] - away[1]) > max(0.01, finding.width_m / 8)
    nearest = np.array(finding.communities)[away.argmin(axis=0)]
    owner = np.full(len(points), "", dtype=object)
    for code in finding.communities:
        owner[shapely.covers(after.geometry[code], points)] = code
    assert clear.sum() > 100
    assert (owner[clear] == nearest[clear]).all()


def test_a_gap_is_divided_among_all_its_neighbours(draw, box, propose, land):
    layer = draw(N=box(0, 6, 10, 10), S=box(0, 0, 10, 4), W=box(0, 4, 4, 6), E=box(6, 4, 10, 6))
    after = apply_proposal(layer, propose(layer, "gap:E+N+S+W:1", "median"))
    assert run_checks(after) == []
    for code, area in {"N": 41, "S": 41, "W": 9, "E": 9}.items():
        assert land(after)[code] == pytest.approx(area, abs=0.1)


def test_three_claimants_share_by_distance(draw, box, propose):
    layer = draw(A=box(0, 0, 10, 10), B=box(5, 0, 15, 10), C=box(5, 5, 10, 20))
    for key in ("overlap:A+B+C:1", "overlap:A+B:1"):
        layer = apply_proposal(layer, propose(layer, key, "median"))
    assert run_checks(layer) == []


def test_an_enclave_would_be_emptied_and_is_refused(draw, box, propose):
    layer = draw(A=box(0, 0, 9, 9), B=box(3, 3, 6, 6))
    with pytest.raises(ResolutionError) as refused:
        propose(layer, "enclave:A+B:1", "median")
    assert refused.value.details["reason"] == "community-emptied"
