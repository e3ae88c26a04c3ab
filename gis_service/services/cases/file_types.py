"""What a file is, told from its bytes: only kinds that an office reads as evidence are taken."""

from __future__ import annotations

import zipfile
from pathlib import Path

from gis_service.errors import UnreadableFileError

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
WORD_OLD, EXCEL_OLD, POWERPOINT_OLD = (
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
)
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
TYPES: dict[str, tuple[str, ...]] = {
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    PDF: (".pdf",),
    f"{_OPEN_XML}.wordprocessingml.document": (".docx",),
    f"{_OPEN_XML}.spreadsheetml.sheet": (".xlsx",),
    f"{_OPEN_XML}.presentationml.presentation": (".pptx",),
    WORD_OLD: (".doc",),
    EXCEL_OLD: (".xls",),
    POWERPOINT_OLD: (".ppt",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
}
"""Media type → suffixes that a file of it may have; the first is given to one without."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("WordDocument", WORD_OLD),
    ("Workbook", EXCEL_OLD),
    ("Book", EXCEL_OLD),
    ("PowerPoint Document", POWERPOINT_OLD),
)
_MOST_MEMBERS = 10_000


def media_type_of(path: Path) -> str:
    """Tell the media type of a file from its content.

    Raises
    ------
    UnreadableFileError
        When it is of no kind in `TYPES`, or holds macros.
    """
    with path.open("rb") as file:
        head = file.read(16)
    found = None
    if head.startswith(b"\xff\xd8\xff"):
        found = JPEG
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        found = PNG
    elif head.startswith(b"%PDF-"):
        found = PDF
    elif head.startswith(_OLE):
        found = _ole_type(path.read_bytes())
    elif head.startswith(b"PK\x03\x04"):
        found = _zip_type(path)
    if found is None:
        raise UnreadableFileError(
            "这种文件不能作为证据。可以上传：jpg、png 图片，pdf，以及不含宏的 Word、Excel、"
            "PowerPoint、odt、ods 文件。",
            "This kind of file can't be evidence. Allowed: jpg and png pictures, pdf, and Word, "
            "Excel, PowerPoint, odt and ods files without macros.",
            allowed=[suffix for suffixes in TYPES.values() for suffix in suffixes],
        )
    return found


def named_alike(name: str, media_type: str) -> str:
    """Give the name with a suffix that fits the content, so that no program is misled.

    Examples
    --------
    >>> named_alike("现场.JPG", "image/jpeg"), named_alike("photo.pdf.exe", "application/pdf")
    ('现场.JPG', 'photo.pdf.exe.pdf')
    """
    suffixes = TYPES[media_type]
    return name if name.lower().endswith(suffixes) else f"{name}{suffixes[0]}"


def _ole_type(content: bytes) -> str | None:
    """Tell Word, Excel and PowerPoint apart by their streams' names (UTF-16, [MS-CFB] 2.6.1)."""
    for stream, media_type in _OLE_STREAMS:
        if stream.encode("utf-16-le") + b"\0\0" in content:
            return media_type
    return None


def _zip_type(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:_MOST_MEMBERS]
            if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for name in names):
                return None
            if names and names[0] == "mimetype":
                with archive.open("mimetype") as member:
                    found = member.read(100).decode("ascii", "replace").strip()
                return found if found in TYPES else None
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    folders = {"word/": "wordprocessingml.document", "xl/": "spreadsheetml.sheet",
               "ppt/": "presentationml.presentation"}  # fmt: skip
    kinds = [kind for folder, kind in folders.items() if any(n.startswith(folder) for n in names)]
    return f"{_OPEN_XML}.{kinds[0]}" if len(kinds) == 1 else None
