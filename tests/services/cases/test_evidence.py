"""Evidence: kept by content, told by content, whole or not at all."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest

from gis_service.errors import (
    ForbiddenError,
    GisServiceError,
    NotFoundError,
    StorageError,
    TooLargeError,
    UnreadableFileError,
)
from gis_service.services.cases.file_types import TYPES, media_type_of
from gis_service.storage.evidence import EvidenceFolder

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
OPEN_XML = "application/vnd.openxmlformats-officedocument"


def zipped(**members: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return content.getvalue()


def office(kind: str) -> bytes:
    content = BytesIO()
    if kind == "docx":
        docx.Document().save(content)
    else:
        openpyxl.Workbook().save(content)
    return content.getvalue()


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (PNG, "image/png"),
        (PDF, "application/pdf"),
        (office("docx"), f"{OPEN_XML}.wordprocessingml.document"),
        (office("xlsx"), f"{OPEN_XML}.spreadsheetml.sheet"),
        (OLE + "WordDocument".encode("utf-16-le") + b"\0\0", "application/msword"),
        (OLE + "Workbook".encode("utf-16-le") + b"\0\0", "application/vnd.ms-excel"),
        (
            zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
    ],
)
def test_a_kind_is_told_from_the_content(tmp_path: Path, content: bytes, media_type: str) -> None:
    assert media_type_of(written(tmp_path, content)) == media_type
    assert media_type in TYPES


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\0",
        b"GIF89a" + b"\0" * 20,
        OLE,
        b"PK\x03\x04 no archive at all",
        zipped(readme=b"x"),
        zipped(mimetype=b"application/x-msdownload"),
        zipped(**{"[Content_Types]_dot_xml": b"<x/>", "word__vbaProject_dot_bin": b"macro"}),
        zipped(**{"[Content_Types]_dot_xml": b"", "word__a": b"", "xl__b": b""}),
    ],
)
def test_any_other_content_is_refused_whatever_it_is_called(tmp_path: Path, content) -> None:
    with pytest.raises(UnreadableFileError, match="pdf"):
        media_type_of(written(tmp_path, content))


def test_a_file_is_kept_once_by_its_bytes_and_given_back(loaded, case_of, people, tmp_path) -> None:
    number, desk = case_of("overlap").number, loaded.cases.evidence
    path = written(tmp_path, PNG)
    first = desk.hand_in(people["street"], number, path=path, name="现场.png", note="东侧围墙")
    second = desk.hand_in(people["bureau"], number, path=path, name="page.html")
    assert first.sha256 == second.sha256 == sha256(PNG).hexdigest()
    assert (first.name, second.name) == ("现场.png", "page.html.png")
    item, kept = desk.open(people["viewer"], number, first.id)
    assert kept.read_bytes() == PNG and item.media_type == "image/png" and item.size == len(PNG)
    files = [p for p in kept.parents[1].rglob("*") if p.is_file()]
    assert files == [kept]
    events = loaded.cases.ledger.file(people["viewer"], number).events[1:]
    assert [(e.kind, e.text, e.data["name"]) for e in events] == [
        ("evidence", "东侧围墙", "现场.png"),
        ("evidence", "", "page.html.png"),
    ]


def test_others_can_neither_hand_in_nor_fetch(loaded, case_of, people, tmp_path) -> None:
    number, desk = case_of("overlap").number, loaded.cases.evidence
    path = written(tmp_path, PDF)
    item = desk.hand_in(people["street"], number, path=path, name="a.pdf")
    for actor in (people["viewer"], people["north"]):
        with pytest.raises(ForbiddenError):
            desk.hand_in(actor, number, path=path, name="a.pdf")
    with pytest.raises(ForbiddenError):
        desk.open(people["north"], number, item.id)
    with pytest.raises(NotFoundError):
        desk.open(people["bureau"], case_of("gap").number, item.id)


def test_a_refused_file_leaves_nothing(loaded, case_of, people, tmp_path) -> None:
    number, desk = case_of("overlap").number, loaded.cases.evidence
    with pytest.raises(UnreadableFileError):
        desk.hand_in(people["street"], number, path=written(tmp_path, b"MZ"), name="a.pdf")
    assert desk.of(people["street"], number) == [] and case_of("overlap").version == 1


def test_a_file_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path / "evidence")
    with pytest.raises(TooLargeError, match="MAX_EVIDENCE"):
        folder.keep(BytesIO(b"x" * 1001), max_bytes=1000)
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []
    assert folder.keep(BytesIO(b"x" * 1000), max_bytes=1000)[1] == 1000


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    class Torn(BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(28, "No space left on device")
            return super().read(4)

    folder = EvidenceFolder(tmp_path / "evidence")
    with pytest.raises(StorageError, match="No space"):
        folder.keep(Torn(b"%PDF-1.7"), max_bytes=1000)
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


def test_missing_bytes_are_named(tmp_path: Path) -> None:
    with pytest.raises(GisServiceError, match="backup"):
        EvidenceFolder(tmp_path).path("a" * 64)
    with pytest.raises(ValueError, match="SHA-256"):
        EvidenceFolder(tmp_path).path("../../etc/passwd")
