"""Matching the findings of two runs: by hand, and laws that hold for any."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from gis_service.core.matching import Match, match_findings
from gis_service.core.topology import GRID_M
from gis_service.model.findings import Finding
from gis_service.model.text import Text


def finding(shape, codes="AB", *, check="overlap", part=1, severity="dispute") -> Finding:
    return Finding(
        key=f"{check}:{'+'.join(codes)}:{part}",
        check=check,
        severity=severity,
        communities=tuple(codes),
        geometry=shape,
        point=None,
        area_m2=0.0 if shape is None else shape.area,
        width_m=None,
        text=Text("", ""),
    )


def told(before: list[Finding], after: list[Finding]) -> list[tuple]:
    return [(m.state, m.before, m.after, m.absorbed_by) for m in match_findings(before, after)]


def test_nothing_and_nothing_match() -> None:
    assert match_findings([], []) == []
    assert told([], [finding(box(0, 0, 9, 9))]) == [("new", None, (0,), None)]
    assert told([finding(box(0, 0, 9, 9))], []) == [("gone", 0, (), None)]


def test_the_same_land_is_the_same_whatever_its_part_number() -> None:
    old = [finding(box(0, 0, 9, 9)), finding(box(50, 0, 59, 9), part=2)]
    new = [finding(box(50, 0, 59, 9), part=1), finding(box(0, 0, 9, 9), part=2)]
    assert told(old, new) == [("same", 0, (1,), None), ("same", 1, (0,), None)]


def test_land_that_moved_less_than_the_grid_is_the_same() -> None:
    old = [finding(box(0, 0, 9, 9))]
    assert told(old, [finding(box(0, 0, 9 + 0.4 * GRID_M, 9))])[0][0] == "same"
    assert told(old, [finding(box(0, 0, 9.01, 9))])[0][0] == "changed"


def test_another_severity_is_a_change() -> None:
    new = [finding(box(0, 0, 9, 9), severity="sliver")]
    assert told([finding(box(0, 0, 9, 9))], new)[0][0] == "changed"


def test_land_that_falls_into_parts_keeps_all_of_them() -> None:
    old = [finding(box(0, 0, 90, 9))]
    new = [finding(box(0, 0, 40, 9)), finding(box(50, 0, 90, 9), part=2)]
    assert told(old, new) == [("changed", 0, (0, 1), None)]


def test_where_two_grow_together_the_larger_keeps_the_whole() -> None:
    old = [finding(box(0, 0, 30, 9)), finding(box(50, 0, 90, 9), part=2)]
    new = [finding(box(0, 0, 90, 9))]
    assert told(old, new) == [("gone", 0, (), 1), ("changed", 1, (0,), None)]


def test_recoded_communities_keep_their_finding_by_its_land() -> None:
    old, new = [finding(box(0, 0, 9, 9), "AB")], [finding(box(0, 0, 9, 9), "XY")]
    assert told(old, new) == [("changed", 0, (0,), None)]


def test_a_piece_with_a_third_claimant_is_new_beside_the_one_that_stays() -> None:
    old = [finding(box(0, 0, 90, 9), "AB")]
    new = [finding(box(0, 0, 60, 9), "AB"), finding(box(60, 0, 90, 9), "ABC")]
    assert told(old, new) == [("changed", 0, (0,), None), ("new", None, (1,), None)]


def test_little_common_land_does_not_make_other_communities_the_same_case() -> None:
    old, new = [finding(box(0, 0, 10, 9), "AB")], [finding(box(8, 0, 18, 9), "CD")]
    assert [m[0] for m in told(old, new)] == ["gone", "new"]


def test_findings_that_only_touch_are_two() -> None:
    old, new = [finding(box(0, 0, 10, 9))], [finding(box(10, 0, 20, 9))]
    assert [m[0] for m in told(old, new)] == ["gone", "new"]


def test_findings_of_another_check_are_never_matched() -> None:
    old, new = [finding(box(0, 0, 9, 9))], [finding(box(0, 0, 9, 9), check="gap")]
    assert [m[0] for m in told(old, new)] == ["gone", "new"]


def test_points_match_when_they_are_near_and_placeless_ones_by_their_key() -> None:
    old = [
        finding(Point(5, 5), "A", check="self_crossing"),
        finding(None, "B", check="attribute"),
        finding(None, "C", check="attribute"),
    ]
    new = [
        finding(None, "B", check="attribute"),
        finding(Point(5.3, 5), "A", check="self_crossing"),
    ]
    assert told(old, new) == [
        ("changed", 0, (1,), None),
        ("same", 1, (0,), None),
        ("gone", 2, (), None),
    ]


def test_land_in_several_pieces_is_one_finding() -> None:
    land = MultiPolygon([box(0, 0, 9, 9), box(20, 0, 29, 9)])
    assert told([finding(land)], [finding(land)])[0][0] == "same"


@st.composite
def runs(draw: st.DrawFn) -> list[Finding]:
    """Give findings on a small lattice: some overlap, some repeat, codes are few."""
    cells = draw(
        st.lists(
            st.tuples(
                st.integers(0, 5),
                st.integers(0, 2),
                st.integers(1, 3),
                st.sampled_from(["AB", "AC", "ABC"]),
                st.sampled_from(["overlap", "gap"]),
            ),
            max_size=7,
            unique=True,
        )
    )
    return [
        finding(box(10 * x, 10 * y, 10 * (x + w), 10 * y + 9), codes, check=check, part=at)
        for at, (x, y, w, codes, check) in enumerate(cells)
    ]


@given(runs(), runs())
def test_each_finding_stands_in_exactly_one_match(old: list[Finding], new: list[Finding]) -> None:
    matches = match_findings(old, new)
    assert [m.before for m in matches if m.before is not None] == list(range(len(old)))
    assert sorted(at for m in matches for at in m.after) == list(range(len(new)))
    for match in matches:
        assert bool(match.after) == (match.state != "gone")
        assert (match.before is None) == (match.state == "new")
        for at in match.after:
            assert match.before is None or old[match.before].check == new[at].check


@given(runs(), runs(), st.randoms())
def test_the_order_of_the_findings_does_not_matter(old, new, random) -> None:
    def told_by_key(one: list[Finding], two: list[Finding]) -> set[tuple]:
        def key(match: Match) -> tuple:
            earlier = None if match.before is None else one[match.before].key
            heir = None if match.absorbed_by is None else one[match.absorbed_by].key
            return match.state, earlier, frozenset(two[at].key for at in match.after), heir

        return {key(match) for match in match_findings(one, two)}

    expected = told_by_key(old, new)
    shuffled = old.copy(), new.copy()
    for some in shuffled:
        random.shuffle(some)
    assert told_by_key(*shuffled) == expected


@given(runs(), runs(), st.integers(-5, 5), st.integers(-5, 5))
def test_moving_both_runs_changes_nothing(old, new, east, north) -> None:
    def moved(some: list[Finding]) -> list[Finding]:
        return [
            replace(f, geometry=shapely.affinity.translate(f.geometry, 1000 * east, 1000 * north))
            for f in some
        ]

    assert match_findings(moved(old), moved(new)) == match_findings(old, new)


@given(runs())
def test_a_run_without_repeated_land_matches_itself(old: list[Finding]) -> None:
    alike: dict[tuple, list[Finding]] = {}
    for one in old:
        alike.setdefault((one.check, one.communities), []).append(one)
    for group in alike.values():
        if any(a.geometry.intersects(b.geometry) for a in group for b in group if a is not b):
            return
    assert all(match.state == "same" for match in match_findings(old, old))


@given(runs(), runs())
def test_the_first_pass_agrees_with_a_plain_reading_of_the_definition(old, new) -> None:
    for at, later in enumerate(new):
        fitting = [
            (earlier.geometry.intersection(later.geometry).area, i)
            for i, earlier in enumerate(old)
            if (earlier.check, earlier.communities) == (later.check, later.communities)
        ]
        best = max((area for area, _ in fitting), default=0.0)
        owner = next(m for m in match_findings(old, new) if at in m.after).before
        if best > 0.1:
            assert owner in [i for area, i in fitting if area == pytest.approx(best)]
