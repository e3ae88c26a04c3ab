"""The shelf of layers: what is published, as frames in the working CRS.

Each layer's index is the feature id (text, unique); its columns are the properties of
``/ogc/collections/{id}/items`` and ``geometry``. Cells hold JSON types, or tuples of text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.metrics.location import locate
from gis_service.core.topology import Topology
from gis_service.model.coverage import CommunityCoverage
from gis_service.model.text import Text
from gis_service.registry import Registry
from gis_service.services.geojson import plain
from gis_service.services.snapshots import Snapshot

SQUARE_METRES_PER_MU = 2000 / 3


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One published layer: its name in addresses, what it is called, and how it is built."""

    name: str
    title: Text
    description: Text
    build: Callable[[Snapshot], gpd.GeoDataFrame]


def feature_ids(codes: Iterable[str]) -> list[str]:
    """Give unique ids: a repeated code gets ``~2``, ``~3`` …; a missing one is called ``~``.

    Examples
    --------
    >>> feature_ids(["A", "B", "A", "", ""])
    ['A', 'B', 'A~2', '~', '~~2']
    """
    seen: Counter[str] = Counter()
    ids = []
    for code in codes:
        name = str(code) or "~"
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return ids


def communities(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Every community with its area, its findings and its coverage."""
    layer = snapshot.communities
    concerned = Counter(code for f in snapshot.findings for code in f.communities)
    figures = _figures(snapshot)
    areas = _areas(layer)
    rows = []
    for code, name, street, area in zip(
        layer.index, layer["name"], layer["street"], areas, strict=True
    ):
        figure = figures.get((code, name, street))
        rows.append(
            {
                "code": code,
                "name": name,
                "street": street,
                "area_m2": round(area, 2),
                "area_mu": round(area / SQUARE_METRES_PER_MU, 4),
                "findings": concerned[code],
                "ageing": figure.ageing if figure else None,
                "covered": figure.covered if figure else None,
                "residents": figure.residents if figure else None,
                "elders": figure.elders if figure else None,
                "elder_share": _ratio(figure.elder_share if figure else None),
            }
        )
    return _frame(feature_ids(layer.index), rows, layer.geometry.to_numpy(), snapshot)


def streets(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Every street as the union of its communities, with its coverage."""
    layer = snapshot.communities
    shapes = np.asarray(shapely.make_valid(layer.geometry.to_numpy()), dtype=object)
    names = layer["street"].to_numpy(dtype=object)
    figures = (
        {s.street: s for s in snapshot.report().streets} if snapshot.version is not None else {}
    )
    rows, unions = [], []
    for street in sorted({name for name in names if name}):
        union = shapely.union_all(shapes[names == street])
        figure = figures.get(street)
        rows.append(
            {
                "name": street,
                "communities": int((names == street).sum()),
                "area_m2": round(float(shapely.area(union)), 2),
                "ageing": figure.ageing if figure else None,
                "covered": figure.covered if figure else None,
                "rate": _ratio(figure.rate if figure else None),
                "elders": figure.elders if figure else None,
                "beds": plain(figure.beds) if figure else None,
            }
        )
        unions.append(union)
    return _frame([row["name"] for row in rows], rows, unions, snapshot)


def findings(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Everything that the checks saw in the current version."""
    called = dict(zip(snapshot.communities.index, snapshot.communities["name"], strict=True))
    rows = [
        {
            "key": finding.key,
            "check": finding.check,
            "severity": finding.severity,
            "communities": tuple(finding.communities),
            "names": tuple(called.get(code, "") for code in finding.communities),
            "area_m2": round(finding.area_m2, 4),
            "area_mu": round(finding.area_m2 / SQUARE_METRES_PER_MU, 4),
            "width_m": None if finding.width_m is None else round(finding.width_m, 4),
            "text_zh": finding.text.zh,
            "text_en": finding.text.en,
            "point": None if finding.point is None else shapely.Point(finding.point),
        }
        for finding in snapshot.findings
    ]
    shapes = [finding.geometry for finding in snapshot.findings]
    return _frame(feature_ids(f.key for f in snapshot.findings), rows, shapes, snapshot)


def facilities(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Every facility, with the communities in which it lies and whether that is certain."""
    register = snapshot.facilities
    codes = list(snapshot.communities.index)
    columns = [name for name in register.columns if name != "geometry"]
    rows = [
        {
            "id": location.id,
            **{name: plain(value) for name, value in row.items()},
            "lies_in": tuple(sorted(codes[at] for at in location.lies_in)),
            "location": location.kind,
        }
        for row, location in zip(
            register[columns].to_dict("records"),
            locate(Topology.of(snapshot.communities), register) if len(register) else (),
            strict=True,
        )
    ]
    return _frame(feature_ids(register.index), rows, register.geometry.to_numpy(), snapshot)


def coverage(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Every community with the figures and the class of the coverage report."""
    layer = snapshot.communities
    figures = _figures(snapshot)
    rows = []
    for code, name, street in zip(layer.index, layer["name"], layer["street"], strict=True):
        figure = figures.get((code, name, street))
        rows.append(
            {
                "code": code,
                "name": name,
                "street": street,
                "residents": figure.residents if figure else None,
                "elders": figure.elders if figure else None,
                "elder_share": _ratio(figure.elder_share if figure else None),
                "ageing": figure.ageing if figure else None,
                "covered": figure.covered if figure else None,
                "covered_with_planned": figure.covered_with_planned if figure else None,
                "facilities": tuple(figure.facilities) if figure else (),
                "class": coverage_class(figure),
            }
        )
    return _frame(feature_ids(layer.index), rows, layer.geometry.to_numpy(), snapshot)


def coverage_class(figure: CommunityCoverage | None) -> str:
    """Name the class of a community on the coverage map."""
    if figure is None or figure.ageing is None:
        return "unknown"
    if not figure.ageing:
        return "not_ageing"
    if figure.covered:
        return "covered"
    return "planned" if figure.covered_with_planned else "uncovered"


def _figures(snapshot: Snapshot) -> dict[tuple[str, str, str], CommunityCoverage]:
    """Figures by code, name and street: a code may stand in two rows by mistake."""
    if snapshot.version is None:
        return {}
    return {(f.code, f.name, f.street): f for f in snapshot.report().communities}


def _areas(layer: gpd.GeoDataFrame) -> list[float]:
    return [float(a) for a in np.nan_to_num(shapely.area(layer.geometry.to_numpy()))]


def _ratio(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _frame(
    ids: list[str], rows: list[dict[str, Any]], shapes: Iterable[object], snapshot: Snapshot
) -> gpd.GeoDataFrame:
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}
    frame = gpd.GeoDataFrame(index=ids, geometry=gpd.GeoSeries(list(shapes), ids, snapshot.crs))
    for position, (name, values) in enumerate(columns.items()):
        column = np.empty(len(values), dtype=object)
        column[:] = values
        frame.insert(position, name, column)
    return frame


LAYERS: Registry[Layer] = Registry(
    "layer",
    [
        (layer.name, layer)
        for layer in (
            Layer(
                name="communities",
                title=Text("社区", "Communities"),
                description=Text("社区管理服务范围", "Areas of the communities"),
                build=communities,
            ),
            Layer(
                name="streets",
                title=Text("街道", "Streets"),
                description=Text("街道：所辖社区的并集", "Sub-districts: unions of communities"),
                build=streets,
            ),
            Layer(
                name="findings",
                title=Text("检查问题", "Findings"),
                description=Text("重叠、空白、细缝等", "Overlaps, gaps, slivers and other faults"),
                build=findings,
            ),
            Layer(
                name="facilities",
                title=Text("设施", "Facilities"),
                description=Text("社区设施及其所在社区", "Facilities and where they lie"),
                build=facilities,
            ),
            Layer(
                name="coverage",
                title=Text("覆盖", "Coverage"),
                description=Text(
                    "老龄化社区的长者服务站覆盖", "Elder-station coverage of ageing communities"
                ),
                build=coverage,
            ),
        )
    ],
)
"""Everything that ``/ogc/collections`` and ``gis-service export`` offer."""
