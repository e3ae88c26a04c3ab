"""A survey: one file that came in, and what was understood of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gis_service.model.text import Text

SurveyKind = Literal["boundaries", "facilities", "population", "outline"]


@dataclass(frozen=True, kw_only=True)
class RowNote:
    """Something about one row that a reader must know: what was changed, or can't be used.

    ``row`` counts the file's rows from 1 in file order (0: the whole file).
    """

    row: int
    kind: str
    text: Text


@dataclass(frozen=True, kw_only=True)
class Survey:
    """The facts of one file as it was read; nothing was changed that does not stand here.

    Attributes
    ----------
    path
        File name as given (no folder when it came by upload).
    kind
        What it holds.
    sha256
        Of the file's bytes (of the sorted members' bytes for a folder).
    format, encoding
        Name on the formats shelf; text encoding of the attributes and how it was found.
    features
        Rows in the file.
    crs_declared
        What the file says of itself, None when it says nothing.
    crs
        What its coordinates were read as, for example ``EPSG:4326`` or ``EPSG:4547/NE``.
    crs_reason
        Why: declared, given, or what was recognised.
    working_crs
        Metric CRS into which the geometries were transformed.
    mapping
        Field → column of the file.
    notes
        What was repaired, left out or could not be used, row by row.
    """

    path: str
    kind: SurveyKind
    sha256: str
    format: str
    encoding: str
    features: int
    crs_declared: str | None
    crs: str
    crs_reason: Text
    working_crs: str
    mapping: dict[str, str] = field(default_factory=dict)
    notes: tuple[RowNote, ...] = ()

    def __deepcopy__(self, memo: dict[int, object]) -> Survey:
        """Give itself: pandas copies ``attrs`` with every column, and a fact needs no copy."""
        return self
