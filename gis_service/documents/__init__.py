"""The shelf of documents: an agreement pack → Word, PDF and Excel files.

A document is one file that makes its bytes, one line in `DOCUMENTS` and one test file. It computes
nothing of its own: every figure comes from the pack. Libraries are loaded when a document is made.
"""

from __future__ import annotations

from gis_service.documents.document import DOCX, PDF, XLSX, Document
from gis_service.model.text import Text
from gis_service.registry import Registry
from gis_service.services.packs import AgreementPack

__all__ = ["DOCUMENTS", "Document"]


def _agreement(pack: AgreementPack, lang: str) -> bytes:
    from gis_service.documents.agreement import make_agreement

    return make_agreement(pack, lang)


def _points(pack: AgreementPack, lang: str) -> bytes:
    from gis_service.documents.points import make_points

    return make_points(pack, lang)


def _map(pack: AgreementPack, lang: str) -> bytes:
    from gis_service.documents.map import make_map

    return make_map(pack, lang)


def _map_a3(pack: AgreementPack, lang: str) -> bytes:
    from gis_service.documents.map import make_map

    return make_map(pack, lang, paper="A3")


DOCUMENTS: Registry[Document] = Registry(
    "document",
    [
        (document.name, document)
        for document in (
            Document(
                name="agreement",
                title=Text("协议书", "Agreement"),
                suffix=".docx",
                media_type=DOCX,
                make=_agreement,
            ),
            Document(
                name="map",
                title=Text("附图（A4）", "Map, A4"),
                suffix=".pdf",
                media_type=PDF,
                make=_map,
            ),
            Document(
                name="map_a3",
                title=Text("附图（A3）", "Map, A3"),
                suffix=".pdf",
                media_type=PDF,
                make=_map_a3,
            ),
            Document(
                name="points",
                title=Text("边界点成果表", "Boundary points"),
                suffix=".xlsx",
                media_type=XLSX,
                make=_points,
            ),
        )
    ],
)
"""Every document of an agreement pack by name."""
