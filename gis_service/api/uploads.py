"""Uploads: a multipart body into a file of our own, no larger than the settings allow."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from gis_service.errors import ParameterError, TooLargeError

MULTIPART_SLACK = 64 * 1024
"""Bytes beyond the file that the other fields and the boundaries may take."""

LONGEST_NAME = 120
CSRF_FIELD = "csrf_token"
"""Comes with a page's form, and is checked before a body is read."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A received file: where it lies, what it was called, and the other fields."""

    path: Path
    file_name: str
    crs: str | None
    layer: str | None
    mapping: dict[str, str]
    others: dict[str, str]


@asynccontextmanager
async def received(
    request: Request, *, max_bytes: int, also: tuple[str, ...] = ()
) -> AsyncIterator[Upload]:
    """Receive field ``file`` with the optional fields ``crs``, ``layer`` and ``map``.

    ``also`` names further text fields; they come in ``others``.

    Raises
    ------
    TooLargeError
        As soon as more bytes have come than are allowed.
    ParameterError
        When the body is not multipart, or a field is missing, unknown or wrong.
    """
    limited = _limited(request, max_bytes=max_bytes)
    try:
        form = await limited.form(max_files=1, max_fields=30, max_part_size=MULTIPART_SLACK)
    except (MultiPartException, HTTPException) as error:
        raise _not_multipart() from error
    try:
        fields = form.multi_items()
        file = _the_file(fields, also=(*also, CSRF_FIELD))
        texts = [(name, value) for name, value in fields if isinstance(value, str)]
        name = safe_name(file.filename or "")
        with TemporaryDirectory(prefix="gis-service-upload-") as folder:
            path = Path(folder) / name
            await run_in_threadpool(_keep, file.file, path)
            yield Upload(
                path=path,
                file_name=name,
                crs=_one(texts, "crs"),
                layer=_one(texts, "layer"),
                mapping=_mapping(texts),
                others={field: value for field in also if (value := _one(texts, field))},
            )
    finally:
        await form.close()


def safe_name(name: str) -> str:
    """Give the name alone: no folder, no control or direction marks, not too long.

    Examples
    --------
    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\maps\\\\社区.zip"), safe_name("..")
    ('passwd', '社区.zip', 'upload')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        stem, suffix = kept, ""
    while len(f"{stem}{dot}{suffix}".encode()) > LONGEST_NAME and (stem or suffix):
        stem, suffix = (stem[:-1], suffix) if stem else (stem, suffix[:-1])
    return f"{stem}{dot}{suffix}".strip(". ") or "upload"


def _limited(request: Request, *, max_bytes: int) -> Request:
    allowed = max_bytes + MULTIPART_SLACK
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > allowed:
        raise _too_large(max_bytes)
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > allowed:
            raise _too_large(max_bytes)
        return message

    return Request(request.scope, receive)


def _the_file(
    fields: list[tuple[str, UploadFile | str]], *, also: tuple[str, ...] = ()
) -> UploadFile:
    allowed = ("file", "crs", "layer", "map", *also)
    for name, value in fields:
        if name not in allowed or (name == "file") == isinstance(value, str):
            raise ParameterError(
                f"不支持表单项“{name}”；允许：file（文件）、crs、layer、map（字段=列名，可重复）。",
                f"The form field {name!r} can't be used; allowed: file (a file), crs, layer, "
                "map (field=column, repeatable).",
                parameter=name,
            )
    files = [value for _, value in fields if isinstance(value, UploadFile)]
    if len(files) != 1 or not files[0].filename:
        raise ParameterError(
            "缺少文件：请在表单项 file 中选择一个文件。",
            "The file is missing: give one file in the form field file.",
            parameter="file",
        )
    return files[0]


def _one(texts: list[tuple[str, str]], name: str) -> str | None:
    values = [value.strip() for key, value in texts if key == name and value.strip()]
    if len(values) > 1:
        raise ParameterError(
            f"表单项 {name} 出现了多次；只允许一次。",
            f"The form field {name} is given more than once; give it once.",
            parameter=name,
        )
    return values[0] if values else None


def _mapping(texts: list[tuple[str, str]]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in (value for key, value in texts if key == "map" and value.strip()):
        name, sign, column = (part.strip() for part in pair.partition("="))
        if not (name and sign and column):
            raise ParameterError(
                f"map 的值“{pair}”不可用；应为 字段=列名，例如 code=V_ID。",
                f"map is {pair!r}; allowed: field=column, for example code=V_ID.",
                parameter="map",
            )
        mapping[name] = column
    return mapping


def _keep(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)


def _too_large(max_bytes: int) -> TooLargeError:
    size = max_bytes // 1_000_000
    return TooLargeError(
        f"文件超过 {size} MB 的上限。请压缩或拆分，或由管理员提高 GIS_SERVICE_MAX_UPLOAD_MB。",
        f"The file is larger than {size} MB. Zip or split it, or have the administrator raise "
        "GIS_SERVICE_MAX_UPLOAD_MB.",
        max_upload_mb=size,
    )


def _not_multipart() -> ParameterError:
    return ParameterError(
        "请求体不是有效的 multipart/form-data。请以表单项 file 上传一个文件。",
        "The body is not valid multipart/form-data. Upload one file in the form field file.",
        parameter="file",
    )
