"""What a format is, and what it hands over: a layer as the file holds it, nothing understood yet.

The seam for isolation is here: `Format.read` takes a path and returns a `RawLayer` of plain arrays,
so that it can be called in another process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis_service.model.survey import RowNote
from gis_service.model.text import Text


@dataclass(frozen=True)
class RawLayer:
    """One layer of a file, as it is.

    Attributes
    ----------
    format
        Name on the shelf.
    encoding
        Text encoding of the attributes and how it was found.
    fields
        Column name → array of one value per row, in the file's order.
    geometry
        Shapely geometries or None, one per row; None when the file holds no geometries at all.
    crs
        What the file declares, None when nothing.
    notes
        What the format changed or could not read.
    layer
        Name of the layer.
    """

    format: str
    encoding: str
    fields: dict[str, NDArray[Any]]
    geometry: NDArray[np.object_] | None
    crs: str | None
    notes: tuple[RowNote, ...] = ()
    layer: str = ""

    @property
    def rows(self) -> int:
        """Number of rows."""
        if self.geometry is not None:
            return len(self.geometry)
        return len(next(iter(self.fields.values()))) if self.fields else 0


class Head(NamedTuple):
    """The beginning of a file, by which its format is told."""

    path: Path
    data: bytes


@dataclass(frozen=True)
class Format:
    """One exchange format that can be read.

    Attributes
    ----------
    title
        What people call it.
    matches
        Whether a file's beginning (or a folder, whose ``data`` is empty) is of this format.
    read
        Reads one layer: ``read(path, layer=None)``.
    table
        Whether it may hold rows without geometries (CSV, XLSX).
    """

    title: Text
    matches: Callable[[Head], bool]
    read: Callable[..., RawLayer]
    table: bool = field(default=False)
