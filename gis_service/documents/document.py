"""What a document of the shelf is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gis_service.model.packs import AgreementPack
from gis_service.model.text import Text

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document of an agreement pack.

    Attributes
    ----------
    name, title
        Name on the shelf and in addresses; what it is called.
    suffix, media_type
        Kind of file: ``.docx`` and so on.
    make
        From a pack and a language (``"zh"``, ``"en"``) to the file's bytes; the same bytes for
        the same pack, on any day.
    """

    name: str
    title: Text
    suffix: str
    media_type: str
    make: Callable[[AgreementPack, str], bytes]

    @property
    def file_name(self) -> str:
        """Name of the file in an archive and in a folder."""
        return self.name + self.suffix
