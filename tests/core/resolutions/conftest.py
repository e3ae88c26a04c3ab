"""Small coverages with faults put in, at real coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import ResolutionParams, resolve
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.proposals import Proposal

SIDE_M = 20.0
BETWEEN = 2
"""Vertices on each shared line between two junctions."""
ORIGIN = np.array([513_400.0, 2_494_700.0])

Fault = tuple[int, int, float, float]
"""Cell, vertex of its ring, and how far only this cell's copy of it moves east and north (m)."""
Build = Callable[..., gpd.GeoDataFrame]


def partition(columns: int, rows: int, *, seed: int, turn: float = 0.0) -> list[np.ndarray]:
    """Give the rings (open) of cells that share jittered lines exactly, on the 1 mm grid."""
    rng = np.random.default_rng(seed)
    step = BETWEEN + 1
    size = (columns * step + 1, rows * step + 1)
    jitter = rng.uniform(-1.5, 1.5, (*size, 2))
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]), indexing="ij")
    points = np.stack((x, y), axis=2) * SIDE_M / step + jitter
    turned = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    placed = np.round(turned + ORIGIN, 3)
    cells = []
    for i in range(columns):
        for j in range(rows):
            a, b = i * step, j * step
            south = placed[a : a + step, b]
            east = placed[a + step, b : b + step]
            north = placed[a + step : a : -1, b + step]
            west = placed[a, b + step : b : -1]
            cells.append(np.vstack((south, east, north, west)))
    return cells


def layer_of(cells: list[np.ndarray], *, order: Iterable[int] | None = None) -> gpd.GeoDataFrame:
    """Make a layer of the cells; ``order`` shuffles the rows, codes stay with the cells."""
    codes = [f"C{number:02d}" for number in range(len(cells))]
    rows = list(order) if order is not None else list(range(len(cells)))
    return gpd.GeoDataFrame(
        {"name": "", "street": "", "row": range(1, len(cells) + 1)},
        index=[codes[row] for row in rows],
        geometry=[shapely.Polygon(cells[row]) for row in rows],
        crs="EPSG:4547",
    )


@pytest.fixture(scope="session")
def faulty() -> Build:
    """``faulty(faults, seed=…, turn=…, order=…)``: a 3 × 3 coverage with the faults put in.

    A fault that would make a ring invalid is left out.
    """
    return _builder(3, 3)


@pytest.fixture(scope="session")
def wide_coverage() -> Build:
    """As `faulty`, but 4 × 2, so that faults at its ends have nothing in common."""
    return _builder(4, 2)


@pytest.fixture(scope="session")
def large_coverage() -> Build:
    """As `faulty`, but 6 × 5, so that most communities are far from a fault."""
    return _builder(6, 5)


def _builder(columns: int, rows: int) -> Build:
    def build(
        faults: Iterable[Fault] = (),
        *,
        seed: int = 0,
        turn: float = 0.0,
        order: Iterable[int] | None = None,
    ) -> gpd.GeoDataFrame:
        cells = partition(columns, rows, seed=seed, turn=turn)
        for cell, vertex, east, north in faults:
            ring = cells[cell].copy()
            ring[vertex % len(ring)] = np.round(ring[vertex % len(ring)] + (east, north), 3)
            if shapely.Polygon(ring).is_valid:
                cells[cell] = ring
        return layer_of(cells, order=order)

    return build


@pytest.fixture(scope="session")
def propose() -> Callable[..., Proposal]:
    """``propose(layer, "overlap:A+B:1", "award", to="A")`` gives the proposal."""

    def make(
        layer: gpd.GeoDataFrame, key: str, by: str, *, policy: Policy = DEFAULT_POLICY, **params
    ) -> Proposal:
        found = {finding.key: finding for finding in run_checks(layer, policy=policy)}
        return resolve(layer, found[key], by=by, params=ResolutionParams(**params), policy=policy)

    return make


@pytest.fixture(scope="session")
def land() -> Callable[..., dict[str, float]]:
    """``land(layer)`` gives the area of each community, m² to the mm² of the grid."""
    return lambda layer: {
        code: round(float(shape.area), 3) for code, shape in layer.geometry.items()
    }
