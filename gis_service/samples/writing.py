"""The sample as files: `boundaries/` and `facilities/`, byte for byte the same every time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.samples.generation import Sample, generate
from gis_service.samples.residents import BANDS, band_column
from gis_service.samples.terrain import DEGREE_DECIMALS, Array, to_degrees

NOTICE = "演示数据，非测绘成果 / Demonstration data, not surveyed"
"""Stands in every file that can carry it."""

_CAPACITIES = ("places", "beds", "meals_per_day", "floor_area_m2")


def write_sample(directory: Path | str, *, progress: Progress = silent) -> list[Path]:
    """Write ``directory/boundaries/*`` and ``directory/facilities/*``; give the paths.

    Folders are made, files of the same names are replaced. Coordinates are WGS 84 degrees with
    9 decimals, so that reading them back in EPSG:4547 and rounding to 1 mm gives the same
    shared vertices.
    """
    sample = generate(progress=lambda share, stage: progress(0.9 * share, stage))
    progress(0.9, Text("写文件", "Writing files"))
    texts = _boundary_files(sample) | _facility_files(sample)
    paths = []
    for name, text in sorted(texts.items()):
        path = Path(directory) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        paths.append(path)
    progress(1.0, Text("样例已写好", "Sample written"))
    return paths


def _boundary_files(sample: Sample) -> dict[str, str]:
    communities = sample.communities.reset_index()
    return {
        "boundaries/communities.geojson": _geojson(
            communities[["code", "name", "street", "street_code", "geometry"]], name="communities"
        ),
        "boundaries/outline.geojson": _geojson(sample.outline, name="outline"),
        "boundaries/README.md": _packaged("boundaries_readme.md"),
    }


def _facility_files(sample: Sample) -> dict[str, str]:
    blocks = sample.blocks.reset_index().rename(columns={"community": "community_code"})
    return {
        "facilities/facilities.csv": _facilities(sample.facilities),
        "facilities/population.csv": _population(sample.population),
        "facilities/blocks.geojson": _geojson(
            blocks[["id", "community_code", "elders", "residents", "geometry"]], name="blocks"
        ),
        "facilities/candidates.csv": _candidates(sample.candidates),
        "facilities/walk_nodes.csv": _nodes(sample.walk_nodes),
        "facilities/walk_edges.csv": _edges(sample.walk_edges),
        "facilities/policy.toml": sample.policy_text,
        "facilities/README.md": _packaged("facilities_readme.md"),
    }


def _packaged(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _geojson(frame: gpd.GeoDataFrame, *, name: str) -> str:
    head = {"type": "FeatureCollection", "name": name, "description": NOTICE}
    columns = [c for c in frame.columns if c != "geometry"]
    features = []
    for row, geometry in zip(frame[columns].itertuples(index=False), frame.geometry, strict=True):
        values = {c: _plain(v) for c, v in zip(columns, row, strict=True)}
        properties = json.dumps(values, ensure_ascii=False)
        rings = [_ring(ring) for ring in (geometry.exterior, *geometry.interiors)]
        features.append(
            f'{{"type": "Feature", "properties": {properties}, '
            f'"geometry": {{"type": "Polygon", "coordinates": [{", ".join(rings)}]}}}}'
        )
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{opening}, "features": [\n' + ",\n".join(features) + "\n]}\n"


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _ring(ring: shapely.LinearRing) -> str:
    return "[" + ",".join(f"[{lon},{lat}]" for lon, lat in _lonlat(ring)) + "]"


def _lonlat(geometry: object) -> list[tuple[str, str]]:
    degrees = to_degrees(shapely.get_coordinates(geometry))
    return [(f"{lon:.{DEGREE_DECIMALS}f}", f"{lat:.{DEGREE_DECIMALS}f}") for lon, lat in degrees]


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [",".join(header)]
    lines += [",".join(str(value) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def _facilities(frame: gpd.GeoDataFrame) -> str:
    header = ["id", "name", "kind", "status", "opened", *_CAPACITIES]
    header += ["community_code", "community_name", "street", "lon", "lat"]
    numbers = [
        ["" if np.isnan(v) else int(v) for v in row] for row in frame[list(_CAPACITIES)].to_numpy()
    ]
    places = _lonlat(frame.geometry.to_numpy())
    texts = frame[["name", "kind", "status", "opened"]].to_numpy().tolist()
    homes = frame[["community", "community_name", "street"]].to_numpy().tolist()
    parts = zip(frame.index, texts, numbers, homes, places, strict=True)
    return _csv(header, ([i, *t, *n, *h, *p] for i, t, n, h, p in parts))


def _population(frame: pd.DataFrame) -> str:
    bands = [
        band_column(population, *band)
        for population in ("registered", "resident")
        for band in BANDS
    ]
    header = ["community_code", "community_name", "street", "year", *bands]
    rows = []
    for keys, own in frame.groupby(["code", "name", "street", "year"], sort=True):
        columns = zip(own["population"], own["age_from"], own["age_to"], strict=True)
        names = [band_column(str(kind), int(a), int(b)) for kind, a, b in columns]
        counts = dict(zip(names, own["count"], strict=True))
        rows.append([*keys, *(counts[band] for band in bands)])
    return _csv(header, rows)


def _candidates(frame: gpd.GeoDataFrame) -> str:
    rows = zip(
        frame.index,
        frame["name"],
        _lonlat(frame.geometry.to_numpy()),
        frame["community"],
        frame["cost"],
        strict=True,
    )
    header = ["id", "name", "lon", "lat", "community_code", "cost"]
    return _csv(header, ([i, n, *p, c, k] for i, n, p, c, k in rows))


def _nodes(frame: gpd.GeoDataFrame) -> str:
    places = _lonlat(frame.geometry.to_numpy())
    return _csv(["id", "lon", "lat"], ([i, *p] for i, p in zip(frame.index, places, strict=True)))


def _edges(frame: pd.DataFrame) -> str:
    lengths: Array = frame["length_m"].to_numpy()
    rows = zip(frame["u"], frame["v"], (f"{x:.2f}" for x in lengths), frame["kind"], strict=True)
    return _csv(list(frame.columns), rows)
