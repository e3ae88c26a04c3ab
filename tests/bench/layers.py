"""Layers on the disk: each is made once and kept in ``tests/bench/.cache``."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from coverages import Coverage, coverage
from numpy.typing import NDArray
from planting import Planted

CACHE = Path(__file__).parent / ".cache"
VERSION = 3
"""Raised when the generator changes, so that old layers are not used."""


@dataclass(frozen=True)
class Order:
    """Which layer is wanted; see `coverages.coverage`. ``faults`` None: as usual there."""

    communities: int
    faults: int | None = None
    apart_m: float = 0.0
    vertices: int = 350

    @property
    def name(self) -> str:
        """Name of the layer's folder."""
        faults = "usual" if self.faults is None else str(self.faults)
        return f"v{VERSION}-{self.communities}x{self.vertices}-f{faults}-a{self.apart_m:g}"

    @property
    def title(self) -> str:
        """Say what the layer is."""
        kind = f"digitised {self.apart_m * 1000:g} mm apart" if self.apart_m else "exact"
        return (
            f"{self.communities:,} communities, {kind}, {'clean' if self.faults == 0 else 'faulty'}"
        )


def stored(order: Order) -> Path:
    """Give the folder of a layer, made now if it is not there."""
    folder = CACHE / order.name
    if (folder / "facts.json").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    layer = coverage(
        order.communities,
        vertices=order.vertices,
        faults=order.faults,
        digitised_apart_m=order.apart_m,
    )
    _write(layer, folder)
    return folder


def shapefile(folder: Path) -> Path:
    """Give the layer as a Shapefile with codes: what whole processes read."""
    return _exported(folder, "layer.shp")


def outline_file(folder: Path) -> Path:
    """Give the outline as a GeoPackage."""
    path = folder / "outline.gpkg"
    if not path.exists():
        outline = shapely.from_wkb((folder / "outline.wkb").read_bytes())
        gpd.GeoDataFrame(geometry=[outline], crs="EPSG:4547").to_file(path)
    return path


def polygons(folder: Path) -> NDArray[np.object_]:
    """Read the polygons of a stored layer."""
    parts = [np.load(folder / f"{name}.npy") for name in ("points", "rings", "polygons")]
    result: NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, parts[0], (parts[1], parts[2])
    )
    return result


def frame(folder: Path) -> gpd.GeoDataFrame:
    """Read a stored layer as the readers of the service give it."""
    street = np.load(folder / "street.npy")
    return Coverage(polygons(folder), street, shapely.Polygon()).frame()


def outline(folder: Path) -> gpd.GeoDataFrame:
    """Read the district's outline."""
    land = shapely.from_wkb((folder / "outline.wkb").read_bytes())
    return gpd.GeoDataFrame(geometry=[land], crs="EPSG:4547")


def planted(folder: Path) -> list[Planted]:
    """Read what was planted."""
    rows = json.loads((folder / "planted.json").read_text())
    return [
        Planted(kind, tuple(concerned), tuple(place), shapely.from_wkb(extent))
        for kind, concerned, place, extent in rows
    ]


def facts(folder: Path) -> dict[str, int]:
    """Read how large the layer is: communities, vertices, coordinate_bytes."""
    result: dict[str, int] = json.loads((folder / "facts.json").read_text())
    return result


def _write(layer: Coverage, folder: Path) -> None:
    _, points, (rings, parts) = shapely.to_ragged_array(layer.polygons)
    np.save(folder / "points.npy", points)
    np.save(folder / "rings.npy", rings)
    np.save(folder / "polygons.npy", parts)
    np.save(folder / "street.npy", layer.street)
    (folder / "outline.wkb").write_bytes(shapely.to_wkb(layer.outline))
    rows = [(p.kind, p.rows, p.place, shapely.to_wkb(p.extent, hex=True)) for p in layer.planted]
    (folder / "planted.json").write_text(json.dumps(rows))
    size = {
        "communities": len(layer.polygons),
        "vertices": len(points) - len(layer.polygons),
        "coordinate_bytes": points.nbytes,
    }
    (folder / "facts.json").write_text(json.dumps(size))


def _exported(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.exists():
        layer = frame(folder).drop(columns="row")
        layer.insert(0, "code", pd.Series(layer.index, index=layer.index))
        layer.to_file(path, index=False)
    return path
