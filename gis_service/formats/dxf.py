"""DXF drawings: no coordinate system, no attributes but the layer name and texts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from gis_service.formats.gdal import read_layer
from gis_service.formats.source import Format, Head, RawLayer
from gis_service.model.survey import RowNote
from gis_service.model.text import Text

_START = re.compile(rb"^(\xef\xbb\xbf)?\s*(999\r?\n[^\n]*\n\s*)*0\r?\n\s*SECTION\r?\n")


def matches(head: Head) -> bool:
    """Tell a text that begins with a section."""
    return bool(_START.match(head.data))


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read it; closed lines are taken as areas, and a note says how many."""
    raw = read_layer(path, format="dxf", layer=layer)
    if raw.geometry is None:
        return raw
    geometry = raw.geometry.copy()
    closed = np.isin(shapely.get_type_id(geometry), (1, 2)) & shapely.is_closed(geometry)
    closed &= shapely.get_num_coordinates(geometry) >= 4
    if not closed.any():
        return raw
    geometry[closed] = shapely.polygons(shapely.linearrings(_flat(geometry[closed])))
    note = RowNote(
        row=0,
        kind="closed_line",
        text=Text(
            f"{int(closed.sum())} 条闭合线已按面读入。",
            f"{int(closed.sum())} closed lines were taken as areas.",
        ),
    )
    return replace(raw, geometry=geometry, notes=(*raw.notes, note), crs=None)


def _flat(lines: np.ndarray) -> list[np.ndarray]:
    return [shapely.get_coordinates(line) for line in lines]


FORMAT = Format(Text("DXF", "DXF"), matches, read)
