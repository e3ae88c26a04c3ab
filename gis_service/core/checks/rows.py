"""Picking one finding: by its key, or from a row of a frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from gis_service.errors import ParameterError, ResolutionError
from gis_service.model.findings import FINDING_COLUMNS, Finding
from gis_service.model.text import Text


def finding_of(row: pd.Series[Any]) -> Finding:
    """Give the finding that a row of `findings_frame` holds.

    Raises
    ------
    ParameterError
        When the row lacks one of `FINDING_COLUMNS`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from gis_service.core.checks import findings_frame, run_checks
    >>> layer = gpd.GeoDataFrame(index=["A", "B"], crs="EPSG:4547",
    ...                          geometry=[shapely.box(0, 0, 9, 9), shapely.box(7, 0, 20, 9)])
    >>> found = run_checks(layer)
    >>> finding_of(findings_frame(found, layer.crs).iloc[0]) == found[0]
    True
    """
    missing = [name for name in FINDING_COLUMNS if name not in row.index]
    if missing:
        raise ParameterError(
            f"这一行缺少列 {'、'.join(missing)}。请给出问题的编号，或 check 结果中的一行。",
            f"The row has no {', '.join(missing)}. Give the key of a finding, or a row of what "
            "check returned.",
            missing=missing,
        )
    width, point = row["width_m"], row["point"]
    return Finding(
        key=str(row["key"]),
        check=str(row["check"]),
        severity=row["severity"],
        communities=tuple(row["communities"]),
        geometry=row["geometry"],
        point=None if point is None else (float(point.x), float(point.y)),
        area_m2=float(row["area_m2"]),
        width_m=None if np.isnan(width) else float(width),
        text=Text(str(row["text_zh"]), str(row["text_en"])),
    )


def finding_with(findings: Iterable[Finding], key: str) -> Finding:
    """Give the finding with ``key``, or a `ResolutionError` that names some there are."""
    known = {finding.key: finding for finding in findings}
    if key not in known:
        some = list(known)[:10]
        more = "…" if len(known) > len(some) else ""
        raise ResolutionError(
            f"图层中没有编号为 {key} 的问题。现有：{'、'.join(some) or '无'}{more}。"
            "请用 check 查看全部编号。",
            f"The layer has no finding {key}. There are: {', '.join(some) or 'none'}{more}. "
            "See all keys with check.",
            reason="stale-finding",
            finding=key,
        )
    return known[key]
