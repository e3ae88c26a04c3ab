"""Named roads and rivers, from a layer of lines."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gis_service.model.lines import FeatureKind, NamedLine

ENDINGS: tuple[tuple[FeatureKind, tuple[str, ...]], ...] = (
    ("railway", ("铁路", "地铁", "轨道", "号线", "railway", "rail", "metro line")),
    ("river", ("河", "江", "涌", "渠", "水", "溪", "沟", "river", "stream", "canal", "creek")),
    (
        "road",
        ("路", "街", "道", "巷", "桥", "高速", "road", "street", "avenue", "lane", "expressway"),
    ),
)
"""How names of each kind end, in the order in which they are looked at: 铁路 before 路."""


def named_lines(frame: gpd.GeoDataFrame) -> tuple[NamedLine, ...]:
    """Give the lines of a layer that have a name, one for each name and kind.

    Parameters
    ----------
    frame
        Column ``name``; line geometries (others are left out). The kind is told from how the name
        ends.

    Examples
    --------
    >>> way = shapely.LineString([(0, 0), (1, 0)])
    >>> frame = gpd.GeoDataFrame({"name": ["布吉河", "", "爱国路"]}, geometry=[way, way, way])
    >>> [(line.name, line.kind) for line in named_lines(frame)]
    [('布吉河', 'river'), ('爱国路', 'road')]
    """
    shapes = np.asarray(frame.geometry.array, dtype=object)
    usable = np.isin(shapely.get_type_id(shapes), (1, 2, 5)) & ~shapely.is_empty(shapes)
    by_name: dict[str, list[object]] = {}
    for name, shape in zip(frame["name"][usable], shapes[usable], strict=True):
        if str(name).strip():
            by_name.setdefault(str(name).strip(), []).append(shape)
    return tuple(
        NamedLine(
            name=name,
            kind=kind_of(name),
            geometry=shapely.line_merge(shapely.union_all(shapely.force_2d(by_name[name]))),
        )
        for name in sorted(by_name)
    )


def kind_of(name: str) -> FeatureKind:
    """Tell a road, a river and a railway by how the name ends.

    Examples
    --------
    >>> kind_of("广深铁路"), kind_of("Buji River"), kind_of("沿河北路"), kind_of("界山")
    ('railway', 'river', 'road', 'other')
    """
    lowered = name.lower()
    for kind, endings in ENDINGS:
        if lowered.endswith(endings):
            return kind
    return "other"
