"""Who takes part: what each does with a layer, and what it then says is wrong.

``work`` is measured: everything from geometries in memory to the answer. ``findings`` only brings
the answer into one form and is not measured. All are held to the same least area (1 m²), so that
hair-thin leftovers of computing count against nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import layers
import numpy as np
import shapely
from scoring import Found

MIN_AREA_M2 = 1.0


@dataclass(frozen=True)
class Contestant:
    """One program.

    Attributes
    ----------
    name, does
        What it is called and what of it is run.
    load
        Folder of a layer → what ``work`` is given; not measured.
    work
        Is measured.
    findings
        What ``load`` gave and ``work`` returned → what was reported.
    most
        Skipped above so many communities.
    outline
        Whether it is given the district's outline.
    needs
        Package without which it is not run.
    """

    name: str
    does: str
    load: Callable[[Path], Any]
    work: Callable[[Any], Any]
    findings: Callable[[Any, Any], list[Found]]
    most: int = 1_000_000
    outline: bool = False
    needs: str = ""


def _load_ours(folder: Path) -> Any:
    return layers.frame(folder), layers.outline(folder)


def _work_ours(loaded: Any) -> Any:
    from gis_service.core.checks import run_checks

    layer, outline = loaded
    return run_checks(layer, outline=outline)


def _work_ours_without_outline(loaded: Any) -> Any:
    return _work_ours((loaded[0], None))


def _findings_ours(_loaded: Any, findings: Any) -> list[Found]:
    return [Found(f.check, f.geometry, f.severity, f.communities) for f in findings]


def _load_plain_frame(folder: Path) -> Any:
    return layers.frame(folder).reset_index()[["geometry"]]


def _work_overlay(frame: Any) -> Any:
    import geopandas as gpd

    frame = frame.assign(row=np.arange(len(frame)))
    both = gpd.overlay(frame, frame, how="intersection", keep_geom_type=True)
    return both.loc[both["row_1"] < both["row_2"]].geometry.array


def _findings_overlaps(_loaded: Any, lands: Any) -> list[Found]:
    return _pieces("overlap", lands)


def _work_strtree(polygons: Any) -> Any:
    usable = _made_valid(polygons)
    first, second = shapely.STRtree(usable).query(usable, predicate="intersects")
    later = first < second
    return shapely.intersection(usable[first[later]], usable[second[later]])


def _work_coverage(polygons: Any) -> Any:
    usable = _made_valid(polygons)
    edges = shapely.coverage_invalid_edges(usable)
    blocks = shapely.get_parts(shapely.union_all(usable))
    rings, owner = shapely.get_rings(blocks, return_index=True)
    inner = np.r_[False, owner[1:] == owner[:-1]]
    return edges, shapely.polygons(rings[inner])


def _findings_coverage(_loaded: Any, answer: Any) -> list[Found]:
    edges, holes = answer
    lines = shapely.get_parts(shapely.line_merge(edges[~shapely.is_empty(edges)]))
    return [Found("", line) for line in lines] + _pieces("gap", holes)


def _work_geoplanar(frame: Any) -> Any:
    import geoplanar

    usable = frame.set_geometry(_made_valid(frame.geometry.to_numpy()), crs=frame.crs)
    return (
        geoplanar.gaps(usable).to_numpy(),
        geoplanar.overlaps(usable),
        geoplanar.missing_interiors(usable),
    )


def _findings_geoplanar(frame: Any, answer: Any) -> list[Found]:
    gaps, (first, second), enclaves = answer
    polygons = _made_valid(frame.geometry.to_numpy())
    once = first < second
    lands = shapely.intersection(polygons[first[once]], polygons[second[once]])
    inside = [Found("enclave", polygons[inner]) for _, inner in enclaves]
    return _pieces("gap", gaps) + _pieces("overlap", lands) + inside


def _made_valid(polygons: Any) -> Any:
    usable = polygons.copy()
    bad = ~shapely.is_valid(usable)
    usable[bad] = shapely.make_valid(usable[bad], method="structure")
    return usable


def _pieces(kind: str, lands: Any) -> list[Found]:
    parts = shapely.get_parts(shapely.get_parts(np.asarray(lands, dtype=object)))
    return [Found(kind, part) for part in parts[shapely.area(parts) >= MIN_AREA_M2]]


OURS = Contestant("gis-service", "run_checks", _load_ours, _work_ours, _findings_ours, outline=True)
IN_PYTHON = (
    OURS,
    Contestant(
        "no-outline",
        "run_checks without the outline, as the others are asked",
        _load_ours,
        _work_ours_without_outline,
        _findings_ours,
    ),
    Contestant(
        "geopandas",
        "overlay(how='intersection') with itself",
        _load_plain_frame,
        _work_overlay,
        _findings_overlaps,
        most=120_000,
    ),
    Contestant(
        "STRtree",
        "STRtree + shapely.intersection",
        layers.polygons,
        _work_strtree,
        _findings_overlaps,
        most=12_000,
    ),
    Contestant(
        "coverage",
        "shapely.coverage_invalid_edges + holes of union_all",
        layers.polygons,
        _work_coverage,
        _findings_coverage,
        most=12_000,
    ),
    Contestant(
        "geoplanar",
        "geoplanar.gaps + overlaps + missing_interiors",
        _load_plain_frame,
        _work_geoplanar,
        _findings_geoplanar,
        most=12_000,
        needs="geoplanar",
    ),
)
"""Who runs in Python; mapshaper runs in node, see `runs`."""
