from __future__ import annotations

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import apply_proposal


def test_a_gap_goes_to_the_neighbour_with_the_longest_shared_line(draw, box, propose):
    layer = draw(
        N="POLYGON ((0 6, 3 6, 3 8, 7 8, 7 6, 10 6, 10 10, 0 10, 0 6))",
        S=box(0, 0, 10, 4),
        W=box(0, 4, 3, 6),
        E=box(7, 4, 10, 6),
    )
    proposal = propose(layer, "gap:E+N+S+W:1", "longest_border")
    assert [c.code for c in proposal.changes if c.gained_m2] == ["N"]
    assert run_checks(apply_proposal(layer, proposal)) == []


def test_an_overlap_goes_to_the_claimant_along_whose_land_most_of_it_lies(draw, box, propose):
    bay = "POLYGON ((10 0, 20 0, 20 10, 10 10, 10 7, 6 7, 6 3, 10 3, 10 0))"
    layer = draw(A=box(0, 0, 10, 10), B=bay)
    proposal = propose(layer, "overlap:A+B:1", "longest_border")
    assert [(c.code, c.lost_m2) for c in proposal.changes if c.lost_m2] == [("B", 16)]


def test_equal_borders_go_to_the_first_code_whatever_the_order_of_rows(draw, box, propose):
    for layer in (
        draw(A=box(0, 0, 10, 10), B=box(8, 0, 20, 10)),
        draw(B=box(8, 0, 20, 10), A=box(0, 0, 10, 10)),
    ):
        proposal = propose(layer, "overlap:A+B:1", "longest_border")
        assert [c.code for c in proposal.changes if c.lost_m2] == ["B"]
