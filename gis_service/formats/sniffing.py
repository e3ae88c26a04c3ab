"""Which format is this file? Told by its bytes, never by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis_service.errors import UnreadableFileError
from gis_service.formats.archives import unpacked
from gis_service.formats.refusals import READABLE_EN, READABLE_ZH, refuse_known, unknown
from gis_service.formats.source import Format, Head
from gis_service.registry import Registry

_HEAD_BYTES = 65_536
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@contextmanager
def recognised(
    path: Path, formats: Registry[Format], *, tables: bool
) -> Iterator[tuple[str, Path]]:
    """Yield the name of the format of ``path`` and the path to read, unpacked when it is a zip.

    Raises
    ------
    UnreadableFileError
        When there is no such file, it is empty, or nothing here reads it; the message says what
        it is and what to send instead.
    """
    head = _head(path)
    name = _match(head, formats, tables=tables)
    if name is None and head.data.startswith(_ZIP):
        with unpacked(path) as inside:
            head = _head(inside)
            name = _match(head, formats, tables=tables)
            if name is None:
                refuse_known(head.data, inside.name)
                raise unknown(inside.name, head.data)
            yield name, inside
        return
    if name is None:
        raise unknown(path.name, head.data)
    yield name, path


def _match(head: Head, formats: Registry[Format], *, tables: bool) -> str | None:
    refuse_known(head.data, head.path.name)
    for name, format in formats.items():
        if format.matches(head):
            if tables or not format.table:
                return name
            raise UnreadableFileError(
                f"{head.path.name} 是表格（{format.title.zh}），没有图形。可读取：{READABLE_ZH}。",
                f"{head.path.name} is a table ({format.title.en}) without geometries. "
                f"Readable: {READABLE_EN}.",
            )
    if head.path.is_dir():
        raise UnreadableFileError(
            f"{head.path.name} 是文件夹，但不是 File Geodatabase（.gdb）。请给出其中的一个文件。",
            f"{head.path.name} is a folder but no File Geodatabase (.gdb). Name one file in it.",
        )
    return None


def _head(path: Path) -> Head:
    if path.is_dir():
        return Head(path, b"")
    if not path.is_file():
        raise UnreadableFileError(
            f"没有文件 {path}。请检查路径（不接受网址）。",
            f"There is no file {path}. Check the path (addresses are not taken).",
        )
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableFileError(
            f"无法打开 {path.name}：{error}。", f"{path.name} can't be opened: {error}."
        ) from error
    if not data:
        raise UnreadableFileError(
            f"{path.name} 是空文件（0 字节）。可读取：{READABLE_ZH}。",
            f"{path.name} is empty (0 bytes). Readable: {READABLE_EN}.",
        )
    return Head(path, data)
