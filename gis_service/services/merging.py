"""A survey of some communities: what it covers, and the whole layer that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_service.model.drafts import ImportMode
from gis_service.model.text import Text
from gis_service.services.geojson import plain

OWN = ("name", "street", "row", "geometry", "attributes")

WHOLE_FROM = 0.9
"""A file that holds this share of the known codes is taken for a survey of the whole district."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How a file's communities stand to those of the current version.

    Attributes
    ----------
    known, unknown
        How many of the file's codes the current version has, and has not.
    missing
        Codes of the current version that the file lacks: a whole import removes them.
    choices
        What a person may choose from; one choice where there is nothing to choose.
    suggested, reason
        What the service suggests, and why.
    """

    known: int
    unknown: int
    missing: tuple[str, ...]
    choices: tuple[ImportMode, ...]
    suggested: ImportMode
    reason: Text

    def to_mapping(self) -> dict[str, Any]:
        """Give the facts as plain JSON types."""
        return {
            "known": self.known,
            "unknown": self.unknown,
            "missing": list(self.missing),
            "choices": list(self.choices),
            "suggested": self.suggested,
            "reason": self.reason._asdict(),
        }


def reach_of(layer: gpd.GeoDataFrame, current: gpd.GeoDataFrame | None) -> Reach:
    """Say whether a file covers the district or only some communities of it.

    Examples
    --------
    >>> def named(*codes):
    ...     return gpd.GeoDataFrame(index=list(codes), geometry=[None] * len(codes),
    ...                             crs="EPSG:4547")
    >>> reach_of(named("A"), named("A", "B", "C")).suggested
    'partial'
    >>> reach = reach_of(named("A", "B", "D"), named("A", "B"))
    >>> reach.suggested, reach.choices, reach.missing
    ('whole', ('whole',), ())
    """
    given = set(map(str, layer.index)) - {""}
    held = set() if current is None else set(map(str, current.index)) - {""}
    known, missing = given & held, tuple(sorted(held - given))
    facts: dict[str, Any] = {
        "known": len(known),
        "unknown": len(given - held),
        "missing": missing,
    }
    if current is None:
        reason = Text("尚无边界版本，这是第一版。", "There is no version yet; this is the first.")
        return Reach(**facts, choices=("whole",), suggested="whole", reason=reason)
    if layer.crs != current.crs:
        reason = Text(
            f"文件使用 {layer.crs.to_string()}，与现有版本不在同一地区，只能整体导入。",
            f"The file lies in {layer.crs.to_string()}, elsewhere than the current version, so it "
            "can only replace the whole.",
        )
        return Reach(**facts, choices=("whole",), suggested="whole", reason=reason)
    if not missing:
        reason = Text(
            "文件包含现有的全部社区。", "The file holds every community of the current version."
        )
        return Reach(**facts, choices=("whole",), suggested="whole", reason=reason)
    share = len(known) / len(held)
    counts = (len(known), len(held), len(missing))
    if len(known) * 2 >= len(given) and known and share < WHOLE_FROM:
        reason = Text(
            "文件只含现有 {1} 个社区中的 {0} 个，建议按局部测绘导入：其余 {2} 个保持不变。".format(
                *counts
            ),
            "The file holds {} of the {} communities, so it is suggested as a partial survey: the "
            "other {} stay as they are.".format(*counts),
        )
        return Reach(**facts, choices=("partial", "whole"), suggested="partial", reason=reason)
    reason = Text(
        "整体导入将撤销文件中没有的 {2} 个社区（文件含现有 {1} 个中的 {0} 个）。"
        "若它们应保持不变，请选择局部导入。".format(*counts),
        "A whole import removes the {2} communities that the file lacks (it holds {0} of {1}). "
        "Choose partial if they should stay.".format(*counts),
    )
    return Reach(**facts, choices=("whole", "partial"), suggested="whole", reason=reason)


def merged(current: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the current communities with those of ``layer`` in the place of their namesakes.

    Both as `folded`, in one CRS. Rows are numbered anew in the order of their codes; every
    coordinate stays bit for bit.
    """
    stays = current[~(current.index.isin(layer.index) & (current.index != ""))]
    parts = [part for part in (stays, layer[list(stays.columns)]) if len(part)]
    joined = pd.concat(parts).sort_index(kind="stable")
    joined["row"] = np.arange(1, len(joined) + 1)
    result = gpd.GeoDataFrame(joined, geometry="geometry", crs=layer.crs)
    result.attrs["has_codes"] = True
    return result


def folded(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a file's layer with its other columns as one, ``attributes``, as the database does."""
    others = [name for name in layer.columns if name not in OWN or name == "attributes"]
    rows = [
        {str(name): _cell(value) for name, value in row.items()}
        for row in layer[others].to_dict("records")
    ]
    result = layer[["name", "street", "row", layer.geometry.name]].copy()
    cells = np.empty(len(rows), dtype=object)
    cells[:] = rows
    result.insert(3, "attributes", cells)
    result.attrs = dict(layer.attrs)
    return result


def _cell(value: Any) -> Any:
    return plain(value.tolist() if isinstance(value, np.ndarray) else value)
