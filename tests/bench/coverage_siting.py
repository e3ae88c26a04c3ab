"""Metrics and siting beside their peers: the second half of ``make bench-coverage``.

`planning.py` runs `works`. spopt and PySAL's access run with the peers' own Python on the same
tables (`coverage_siting_peers.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cities import CITY, Order, city
from coverage_work import Took, Work, apart, ratio, within
from scipy import sparse
from scipy.spatial import KDTree
from targets import OURS, Target

from gis_service import two_step_fca
from gis_service.core.network import WalkNetwork
from gis_service.core.siting import mclp
from gis_service.core.siting.rescore import Scorer

CUTOFF_S = 900.0
STEPS = ((300.0, 1.0), (600.0, 0.68), (900.0, 0.22))
CACHE = Path(__file__).parent / ".cache"


def works(order: Order) -> list[Work]:
    """List what is done on this city."""
    made = city(order)
    network = WalkNetwork.from_edges(made.nodes_xy, made.edges_uv, made.length_m)
    table = network.cost_table(made.blocks_xy, made.facilities_xy, cutoff_s=CUTOFF_S)
    demand = pd.Series(made.elders)
    name = f"{order.blocks:,} blocks, {order.facilities:,} candidates, {len(table):,} pairs"
    limit = 1.0 if order is CITY else 0.05
    found = [_mclp(table, demand, p=p, name=name, limit=limit, order=order) for p in (3, 10, 50)]
    found.append(_rescored(table, demand, name=name))
    if order is CITY:
        found += [_floating(), _million()]
    return found


def _mclp(
    table: pd.DataFrame, demand: pd.Series[Any], *, p: int, name: str, limit: float, order: Order
) -> Work:
    def judge(took: Mapping[str, Took]) -> list[Target]:
        seconds = took[OURS].seconds
        proven = "proven" in took[OURS].remark
        text = f"MCLP with {p} new sites proven in ≤ {limit:g} s"
        found = within(text, seconds if proven else float("inf"), limit, f"{seconds:.3f} s")
        return [found]

    stored = functools.partial(_stored, f"mclp-{order.name}", table, demand)
    return Work(
        f"MCLP, {p} new sites: {name}",
        {
            OURS: lambda: mclp(table, demand, p=p, cutoff_s=CUTOFF_S),
            "HiGHS alone": lambda: plain_highs(table, demand, p),
            "spopt": lambda: apart("coverage_siting_peers.py", "spopt", stored(), str(p)),
        },
        judge=judge,
        remark=_told,
        once=("HiGHS alone",),
    )


def _rescored(table: pd.DataFrame, demand: pd.Series[Any], *, name: str) -> Work:
    scorer = Scorer.of(table, demand, cutoff_s=CUTOFF_S)
    sites = scorer.facilities[:50].tolist()
    return Work(
        f"a dragged site among 50 scored again: {name}",
        {OURS: lambda: scorer.score(sites)},
        judge=lambda took: [
            within(
                "a dragged site scored again in ≤ 0.1 s",
                took[OURS].seconds,
                0.1,
                f"{took[OURS].seconds * 1000:.2f} ms",
            )
        ],
    )


def _floating(pairs: int = 2_500_000) -> Work:
    rng = np.random.default_rng(440303)
    origins, facilities = 50_000, 2_000
    origin = np.repeat(np.arange(origins), pairs // origins)
    facility = rng.integers(0, facilities, pairs)
    seconds = rng.uniform(0, CUTOFF_S, pairs)
    demand, supply = rng.integers(1, 200, origins), rng.integers(1, 80, facilities)
    table = pd.DataFrame({"origin": origin, "facility": facility, "seconds": seconds})
    people, places = pd.Series(demand), pd.Series(supply)

    def bare() -> Any:
        weight = np.where(seconds <= 300, 1.0, np.where(seconds <= 600, 0.68, 0.22))
        asked = np.bincount(facility, weights=demand[origin] * weight, minlength=facilities)
        share = supply / asked
        return np.bincount(origin, weights=share[facility] * weight, minlength=origins)

    def judge(took: Mapping[str, Took]) -> list[Target]:
        times = ratio(took, "numpy, bare")
        return [within("E2SFCA ≤ 3 × numpy's bare arithmetic", times, 3.0, f"{times:.2f} ×")]

    stored = functools.partial(_stored, "e2sfca", table, people, supply)
    return Work(
        f"E2SFCA on {pairs:,} pairs",
        {
            OURS: lambda: two_step_fca(table, people, places, CUTOFF_S, weights=STEPS),
            "numpy, bare": bare,
            "PySAL access": lambda: apart("coverage_siting_peers.py", "access", stored(), "0"),
        },
        judge=judge,
        remark=lambda access: f"sum {np.sum(access):.3f}",  # type: ignore[arg-type]
    )


def _million() -> Work:
    table, demand, radius = million()

    def judge(took: Mapping[str, Took]) -> list[Target]:
        seconds = took[OURS].seconds
        text = "1,000,000 points × 50,000 candidates, 50 sites in ≤ 2 s"
        return [within(text, seconds, 2.0, f"{seconds:.2f} s, {took[OURS].remark}")]

    return Work(
        f"MCLP, 50 new sites: 1,000,000 points, 50,000 candidates, {len(table):,} pairs",
        {OURS: lambda: mclp(table, demand, p=50, cutoff_s=radius)},
        judge=judge,
        remark=_told,
    )


def _stored(name: str, table: pd.DataFrame, demand: pd.Series[Any], supply: Any = ()) -> str:
    """Put a table where the peers' Python finds it."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"{name}.npz"
    if not path.exists():
        columns = {column: table[column].to_numpy() for column in table}
        np.savez(path, demand=demand.to_numpy(), supply=np.asarray(supply), **columns)
    return str(path)


def _told(answer: Any) -> str:
    if isinstance(answer, float):
        return f"{answer:,.0f} elders"
    proof = "proven" if answer.optimal else f"gap {answer.gap:.2%}"
    return f"{answer.objective:,.0f} elders, {proof}"


def million() -> tuple[pd.DataFrame, pd.Series[Any], float]:
    """Make up a million points and 50,000 candidates, two thirds of them around centres."""
    rng = np.random.default_rng(440303)
    size, radius = np.array([140_000.0, 140_000.0]), 700.0
    centres = rng.uniform(0.05, 0.95, (1000, 2)) * size

    def spread(count: int) -> Any:
        around = centres[rng.integers(0, len(centres), count)]
        around = around + rng.normal(0.0, 0.035, (count, 2)) * size
        anywhere = rng.uniform(size=(count, 2)) * size
        return np.where(rng.uniform(size=(count, 1)) < 0.67, around, anywhere)

    points, sites = spread(1_000_000), spread(50_000)
    found = KDTree(points).sparse_distance_matrix(KDTree(sites), radius, output_type="ndarray")
    table = pd.DataFrame({"origin": found["i"], "facility": found["j"], "seconds": found["v"]})
    table = table.sort_values(["origin", "facility"], ignore_index=True)
    return table, pd.Series(rng.integers(1, 40, len(points))), radius


def plain_highs(table: pd.DataFrame, demand: pd.Series[Any], p: int) -> float:
    """Give the programme to HiGHS as it stands in the textbook."""
    import highspy

    sites, column = np.unique(table["facility"], return_inverse=True)
    people, row = np.unique(table["origin"], return_inverse=True)
    weight = demand.loc[people].to_numpy(dtype=float)
    matrix = sparse.coo_array(
        (
            np.r_[np.ones(len(weight)), -np.ones(len(row)), np.ones(len(sites))],
            (
                np.r_[np.arange(len(weight)), row, np.full(len(sites), len(weight))],
                np.r_[len(sites) + np.arange(len(weight)), column, np.arange(len(sites))],
            ),
        )
    ).tocsr()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], matrix.shape[0]
    model.col_cost_ = np.r_[np.zeros(len(sites)), weight]
    model.col_lower_, model.col_upper_ = np.zeros(model.num_col_), np.ones(model.num_col_)
    model.row_lower_ = np.full(model.num_row_, -np.inf)
    model.row_upper_ = np.r_[np.zeros(len(weight)), float(p)]
    model.sense_ = highspy.ObjSense.kMaximize
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * len(sites) + [real] * len(weight)
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    solver.run()
    return float(solver.getInfo().objective_function_value)
