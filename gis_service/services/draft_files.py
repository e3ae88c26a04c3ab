"""The folders of drafts: the file that came in, and the layer and findings that were made of it.

Everything is kept in plain forms (WKB, JSON, arrays of numbers), so that reading a draft back runs
no code. What is put into effect is what was shown: it is read from here, not from the file again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from gis_service.model.findings import Finding
from gis_service.model.text import Text
from gis_service.services.geojson import plain

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True)
class DraftFiles:
    """One draft's folder.

    Parameters
    ----------
    folder
        Made when something is put into it.
    """

    folder: Path

    def keep_upload(self, path: Path) -> Path:
        """Keep a copy of the file that came in; a folder (File Geodatabase) as a folder."""
        target = self.folder / "upload" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copyfile(path, target)
        return target

    def upload(self) -> Path:
        """Give the file that came in."""
        return next((self.folder / "upload").iterdir())

    def size(self) -> int:
        """Give the bytes of the file that came in."""
        upload = self.folder / "upload"
        return sum(path.stat().st_size for path in upload.rglob("*") if path.is_file())

    def put(self, name: str, layer: gpd.GeoDataFrame) -> None:
        """Keep a layer: index code, columns as `gis_service.formats.read_boundaries` gives."""
        self._put_shapes(name, np.asarray(layer.geometry.array, dtype=object))
        columns = {
            column: [plain(value) for value in layer[column]]
            for column in layer.columns
            if column != layer.geometry.name
        }
        facts = {"crs": layer.crs.to_string(), "code": list(layer.index), "columns": columns}
        (self.folder / f"{name}.json").write_bytes(orjson.dumps(facts, option=_OPTIONS))

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Give a layer that was kept."""
        facts = orjson.loads((self.folder / f"{name}.json").read_bytes())
        index = pd.Index(facts["code"], dtype=object, name="code")
        frame = gpd.GeoDataFrame(
            index=index, geometry=gpd.GeoSeries(self._shapes(name), index=index, crs=facts["crs"])
        )
        for position, (column, values) in enumerate(facts["columns"].items()):
            cells = np.empty(len(values), dtype=object)
            cells[:] = values
            frame.insert(position, column, cells)
        frame["row"] = frame["row"].astype(int)
        frame.attrs["has_codes"] = True
        return frame

    def put_findings(self, findings: Sequence[Finding]) -> None:
        """Keep findings in their order."""
        self._put_shapes("findings", np.array([f.geometry for f in findings], dtype=object))
        rows = [
            {
                "key": f.key,
                "check": f.check,
                "severity": f.severity,
                "communities": f.communities,
                "point": f.point,
                "area_m2": f.area_m2,
                "width_m": f.width_m,
                "text": list(f.text),
            }
            for f in findings
        ]
        (self.folder / "findings.json").write_bytes(orjson.dumps(rows, option=_OPTIONS))

    def findings(self) -> list[Finding]:
        """Give the findings that were kept."""
        rows: list[dict[str, Any]] = orjson.loads((self.folder / "findings.json").read_bytes())
        return [
            Finding(
                key=row["key"],
                check=row["check"],
                severity=row["severity"],
                communities=tuple(row["communities"]),
                geometry=shape,
                point=None if row["point"] is None else (row["point"][0], row["point"][1]),
                area_m2=row["area_m2"],
                width_m=row["width_m"],
                text=Text(*row["text"]),
            )
            for row, shape in zip(rows, self._shapes("findings"), strict=True)
        ]

    def put_document(self, name: str, content: bytes) -> None:
        """Keep ready bytes (a GeoJSON document)."""
        (self.folder / name).write_bytes(content)

    def document(self, name: str) -> bytes:
        """Give ready bytes that were kept."""
        return (self.folder / name).read_bytes()

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _put_shapes(self, name: str, shapes: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        sizes = np.zeros(len(shapes), dtype=np.int64)
        with (self.folder / f"{name}.wkb").open("wb") as file:
            for start in range(0, len(shapes), 1000):
                encoded = shapely.to_wkb(shapes[start : start + 1000])
                for row, content in enumerate(encoded, start=start):
                    sizes[row] = -1 if content is None else file.write(content)
        np.save(self.folder / f"{name}.npy", sizes)

    def _shapes(self, name: str) -> Any:
        sizes = np.load(self.folder / f"{name}.npy")
        shapes = np.full(len(sizes), None, dtype=object)
        with (self.folder / f"{name}.wkb").open("rb") as file, np.errstate(invalid="ignore"):
            for start in range(0, len(sizes), 1000):
                part = sizes[start : start + 1000]
                held = np.array(
                    [None if size < 0 else file.read(size) for size in part], dtype=object
                )
                shapes[start : start + 1000] = shapely.from_wkb(held)
        return shapes
