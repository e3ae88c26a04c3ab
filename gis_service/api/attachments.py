"""Attachments: one file of a multipart body with a note, no larger than the settings allow."""

from __future__ import annotations

import shutil
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

from gis_service.api.uploads import MULTIPART_SLACK, safe_name
from gis_service.errors import ParameterError, TooLargeError

FIELDS = ("file", "note", "csrf_token")


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A received file: where it lies, what it was called, and what was said to it."""

    path: Path
    file_name: str
    note: str


@asynccontextmanager
async def attached(request: Request, *, max_bytes: int) -> AsyncIterator[Attachment]:
    """Receive field ``file`` with the optional field ``note``; the file is gone afterwards.

    Raises
    ------
    TooLargeError
        As soon as more bytes have come than are allowed.
    ParameterError
        When the body is not multipart, or a field is missing or unknown.
    """
    limited = _limited(request, max_bytes=max_bytes)
    try:
        form = await limited.form(max_files=1, max_fields=5, max_part_size=MULTIPART_SLACK)
    except (MultiPartException, HTTPException) as error:
        raise _wrong_form() from error
    try:
        items = form.multi_items()
        files = [value for name, value in items if isinstance(value, UploadFile) and name == "file"]
        texts = {name: value for name, value in items if isinstance(value, str)}
        if len(files) != 1 or not files[0].filename or not set(form) <= set(FIELDS):
            raise _wrong_form()
        with TemporaryDirectory(prefix="gis-service-attachment-") as folder:
            path = Path(folder) / "file"
            await run_in_threadpool(_keep, files[0].file, path)
            name = safe_name(files[0].filename)
            yield Attachment(path=path, file_name=name, note=texts.get("note", ""))
    finally:
        await form.close()


def _limited(request: Request, *, max_bytes: int) -> Request:
    allowed = max_bytes + 2 * MULTIPART_SLACK
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


def _keep(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)


def _too_large(max_bytes: int) -> TooLargeError:
    size = max_bytes / 1_000_000
    return TooLargeError(
        f"文件超过 {size:g} MB 的上限。请压缩图片或拆分文件，"
        "或由管理员提高 GIS_SERVICE_MAX_EVIDENCE_MB。",
        f"The file is larger than {size:g} MB. Make the picture smaller or split the file, or "
        "have the administrator raise GIS_SERVICE_MAX_EVIDENCE_MB.",
        max_evidence_mb=size,
    )


def _wrong_form() -> ParameterError:
    return ParameterError(
        "请求体不可用。请以 multipart/form-data 上传：file（一个文件）和可选的 note（说明）。",
        "The body can't be used. Send multipart/form-data with file (one file) and, if wanted, "
        "note.",
        parameter="file",
        allowed=list(FIELDS[:2]),
    )
