"""The proof sees what a wrong change does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_service.core.proof import failures, prove
from gis_service.core.topology import Topology
from gis_service.model.policy import DEFAULT_POLICY
from gis_service.model.proposals import Change

LAND = np.array([shapely.box(8, 0, 10, 10)], dtype=object)


@pytest.fixture
def layer(draw, box):
    return draw(A=box(0, 0, 10, 10), B=box(8, 0, 20, 10), C=box(20, 0, 30, 10))


@pytest.fixture
def failed(layer):
    def find(*changes, filled_m2=0.0):
        proof = prove(
            layer,
            topology=Topology.of(layer),
            policy=DEFAULT_POLICY,
            lands=LAND,
            changes=changes,
            bent_m=0.0,
            filled_m2=filled_m2,
        )
        return {check.name for check in failures(proof.checks)}

    return find


@pytest.fixture
def right(layer):
    """A keeps the land, B loses it."""
    return Change(
        row=1, code="B", before=layer.geometry["B"], after=shapely.box(10, 0, 20, 10), lost_m2=20
    )


def change(right, **changes):
    return replace(right, **changes)


def test_a_right_change_is_proven(failed, right):
    assert failed(right) == set()


def test_doing_nothing_is_not(failed):
    assert failed() >= {"claimed_once", "gone"}


def test_land_that_nobody_gets(failed, right):
    assert failed(change(right, after=shapely.box(11, 0, 20, 10), lost_m2=30)) >= {"union"}


def test_a_vertex_that_moved_elsewhere(failed, right):
    after = "POLYGON ((10 0, 20 0, 20.002 10, 10 10, 10 0))"
    assert "untouched" in failed(change(right, after=shapely.from_wkt(after)))


def test_a_vertex_that_is_gone_elsewhere(failed, right, layer):
    before = shapely.from_wkt("POLYGON ((8 0, 15 0, 20 0, 20 10, 8 10, 8 0))")
    layer.loc["B", "geometry"] = before
    assert failed(change(right, before=before)) == {"untouched"}


def test_gains_and_losses_that_do_not_add_up(failed, right):
    assert failed(change(right, lost_m2=19)) == {"areas"}


def test_neighbours_that_do_not_share_their_vertices(failed, right):
    after = "POLYGON ((10 0, 20 0, 20 10, 10 10, 10 4, 10 0))"
    assert failed(change(right, after=shapely.from_wkt(after))) == {"shared"}


def test_a_community_without_land(failed, right):
    assert "kept" in failed(change(right, after=shapely.Polygon(), lost_m2=120))


def test_an_invalid_outcome(failed, right):
    after = "POLYGON ((10 0, 20 10, 20 0, 10 10, 10 0))"
    assert "valid" in failed(change(right, after=shapely.from_wkt(after), lost_m2=70))


def test_a_new_overlap(failed, right):
    after = shapely.box(10, 0, 22, 10)
    assert failed(change(right, after=after, gained_m2=20)) >= {"nothing_new", "untouched"}
