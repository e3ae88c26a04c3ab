"""Streets that were saved once: is what came back whole?"""

from __future__ import annotations

import numpy as np

from gis_service.core.networks.graph import NO_WAY, Streets
from gis_service.errors import InputError

_LONGEST_UM = 10**15
_KINDS = {
    "nodes_xy": "f", "ends": "i", "ahead_um": "i", "back_um": "i", "line_xy": "f",
    "line_starts": "i", "row": "i", "stairs": "b",
}  # fmt: skip


def checked_streets(streets: Streets) -> Streets:
    """Give streets back whose arrays fit each other, or raise an `InputError` that says which."""
    edges, nodes = len(streets.ends), len(streets.nodes_xy)
    shapes = {
        "nodes_xy": (nodes, 2), "ends": (edges, 2), "ahead_um": (edges,), "back_um": (edges,),
        "line_xy": (len(streets.line_xy), 2), "line_starts": (edges + 1,), "row": (edges,),
        "stairs": (edges,),
    }  # fmt: skip
    for name, shape in shapes.items():
        array = getattr(streets, name)
        _require(array.shape == shape and array.dtype.kind == _KINDS[name], name)
        _require(array.dtype.itemsize == (1 if name == "stairs" else 8), name)
    _require(edges > 0 and nodes > 0, "ends")
    _require(bool(((streets.ends >= 0) & (streets.ends < nodes)).all()), "ends")
    for name in ("ahead_um", "back_um"):
        cost = getattr(streets, name)
        _require(bool(((cost >= NO_WAY) & (cost < _LONGEST_UM)).all()), name)
    for name in ("nodes_xy", "line_xy"):
        _require(bool((np.abs(getattr(streets, name)) <= 1e8).all()), name)
    starts = streets.line_starts
    whole = starts[0] == 0 and starts[-1] == len(streets.line_xy) and (np.diff(starts) >= 2).all()
    _require(bool(whole), "line_starts")
    return streets


def _require(holds: bool, name: str) -> None:
    if not holds:
        raise InputError(
            f"保存的步行网络已损坏（{name}）。请从原始数据重新生成。",
            f"The saved walking network is damaged ({name}). Make it again from the source.",
            array=name,
        )
