"""The shelf of documents: an agreement pack → Word, PDF and Excel files.

A document is one file that makes its bytes, one line in `DOCUMENTS` and one test file. It computes
nothing of its own: every figure comes from the pack. Libraries are loaded when a document is made.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from gis_service.documents.document import DOCX, PDF, XLSX, Document
from gis_service.model.packs import AgreementPack
from gis_service.model.text import Text
from gis_service.registry import Registry

if TYPE_CHECKING:
    from gis_service.services.fact_sheets import FactSheet
    from gis_service.services.outlook import Outlook

__all__ = ["DOCUMENTS", "Document", "archive", "coverage_report", "coverage_workbook", "fact_sheet"]


def fact_sheet(sheet: FactSheet, lang: str) -> bytes:
    """Make the PDF of one community's facts."""
    from gis_service.documents.fact_sheet import make_fact_sheet

    return make_fact_sheet(sheet, lang)


def coverage_report(outlook: Outlook, lang: str) -> bytes:
    """Make the PDF of the coverage report."""
    from gis_service.documents.coverage_pdf import make_coverage_report

    return make_coverage_report(outlook, lang)


def coverage_workbook(outlook: Outlook, lang: str) -> bytes:
    """Make the Excel workbook of the coverage report."""
    from gis_service.documents.coverage_xlsx import make_coverage_workbook

    return make_coverage_workbook(outlook, lang)


def archive(pack: AgreementPack, lang: str) -> bytes:
    """Make a zip of every document of a pack; the same bytes for the same pack."""
    from gis_service.documents.archives import packed

    day = date.fromisoformat(pack.facts.date)
    made = {document.file_name: document.make(pack, lang) for document in DOCUMENTS.values()}
    return packed(made, day)


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
