"""Walking times and catchments, beside scipy, pandana and networkx on the same city."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import scipy
from cities import CITY, City, Order, city
from coverage_work import Took, Work, apart, ratio, within
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree
from targets import OURS, Target

from gis_service.core.network import WalkNetwork

CUTOFF_S = 900.0
CUTOFFS_S = (300.0, 600.0, 900.0)
CACHE = Path(__file__).parent / ".cache"


def works(order: Order) -> list[Work]:
    """List what is done on this city."""
    made = city(order)
    network = WalkNetwork.from_edges(made.nodes_xy, made.edges_uv, made.length_m).prepare()
    blocks, facilities = network.place(made.blocks_xy), network.place(made.facilities_xy)
    peer = functools.partial(apart, "coverage_peers.py", str(_stored(order)))
    name = f"{len(made.blocks_xy):,} blocks, {len(made.facilities_xy):,} facilities, "
    name += f"{len(made.nodes_xy):,} street nodes"
    snapped = _Snapped(made)
    return [
        Work(
            f"nearest facility of all blocks, snapped: {name}",
            {
                OURS: lambda: network.nearest(blocks, facilities),
                "scipy": snapped.nearest,
            },
            judge=_nearest_targets,
            remark=_median,
        ),
        Work(
            f"the same with snapping: {name}",
            {
                OURS: lambda: network.nearest(made.blocks_xy, made.facilities_xy),
                "scipy, nearest node": lambda: _Snapped(made).nearest(),
                "pandana": lambda: peer("pandana", "nearest"),
                "networkx": lambda: peer("networkx", "nearest"),
            },
            judge=_whole_nearest_targets,
            remark=_median,
        ),
        Work(
            f"all pairs within {CUTOFF_S:.0f} s, with snapping: {name}",
            {
                OURS: lambda: network.cost_table(
                    made.blocks_xy, made.facilities_xy, cutoff_s=CUTOFF_S
                ),
                "scipy, whole": lambda: _Snapped(made).pairs(),
                "pandana": lambda: peer("pandana", "pairs"),
            },
            judge=_table_targets,
            remark=lambda table: f"{len(table):,} pairs",  # type: ignore[arg-type]
            memory=True,
            once=("scipy, whole",),
        ),
        Work(
            f"catchments of {len(made.facilities_xy):,} facilities for 5, 10, 15 minutes",
            {OURS: lambda: network.catchments(facilities, CUTOFFS_S)},
            judge=_catchment_targets if order is CITY else lambda _: [],
            remark=lambda frame: f"{len(frame):,} polygons",  # type: ignore[arg-type]
        ),
    ]


class _Snapped:
    """What one does with scipy: everything at the nearest node."""

    def __init__(self, made: City) -> None:
        tree = KDTree(made.nodes_xy)
        self.blocks = tree.query(made.blocks_xy)[1]
        self.facilities = tree.query(made.facilities_xy)[1]
        u, v = made.edges_uv.T
        size = len(made.nodes_xy)
        self.graph = csr_array(
            (np.tile(made.length_m, 2), (np.append(u, v), np.append(v, u))), shape=(size, size)
        )

    def nearest(self) -> tuple[np.ndarray, np.ndarray]:
        """Search from all facilities at once; of each block the seconds and the facility's node."""
        way, _, source = dijkstra(
            self.graph, indices=self.facilities, min_only=True, return_predecessors=True
        )
        return way[self.blocks], source[self.blocks]

    def pairs(self) -> np.ndarray:
        """Search from each facility within the limit, some at a time."""
        found = []
        for first in range(0, len(self.facilities), 100):
            some = self.facilities[first : first + 100]
            way = dijkstra(self.graph, indices=some, limit=CUTOFF_S)[:, self.blocks]
            row, block = np.nonzero(way <= CUTOFF_S)
            found.append(np.column_stack((block, row + first, way[row, block])))
        return np.vstack(found)


def _median(result: object) -> str:
    return f"median {np.median(result[0]):.0f} s"  # type: ignore[index]


def _nearest_targets(took: Mapping[str, Took]) -> list[Target]:
    times = ratio(took, "scipy")
    return [
        within(
            "nearest facility: at most 1.5 × scipy's multi-source search",
            times,
            1.5,
            f"{times:.2f} × ({took[OURS].seconds * 1000:.0f} ms to "
            f"{took['scipy'].seconds * 1000:.0f} ms)",
        )
    ]


def _whole_nearest_targets(took: Mapping[str, Took]) -> list[Target]:
    times = ratio(took, "scipy, nearest node")
    return [
        within(
            "nearest facility with snapping to edges: at most 1.5 × scipy with nearest nodes",
            times,
            1.5,
            f"{times:.2f} ×",
        )
    ]


def _table_targets(took: Mapping[str, Took]) -> list[Target]:
    ours = took[OURS]
    return [
        within("cost table: at most 0.5 s of CPU", ours.seconds, 0.5, f"{ours.seconds:.2f} s"),
        within("cost table: at most 200 MB", ours.megabytes, 200, f"{ours.megabytes:.0f} MB"),
    ]


def _catchment_targets(took: Mapping[str, Took]) -> list[Target]:
    seconds = took[OURS].seconds
    return [within("6,000 catchments: at most 14 s of CPU", seconds, 14.0, f"{seconds:.1f} s")]


def _stored(order: Order) -> Path:
    """Write the city for the peers' process, once."""
    made, path = city(order), CACHE / f"{order.name}.npz"
    path.parent.mkdir(exist_ok=True)
    np.savez(
        path, nodes=made.nodes_xy, edges=made.edges_uv, length=made.length_m,
        blocks=made.blocks_xy, facilities=made.facilities_xy,
    )  # fmt: skip
    return path


def versions() -> str:
    """Name what ran beside."""
    return f"numpy {np.__version__}, scipy {scipy.__version__}"
