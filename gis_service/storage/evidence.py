"""Files of evidence: kept by the SHA-256 of their bytes, written whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from gis_service.errors import StorageError, TooLargeError

_CHUNK = 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")


class EvidenceFolder:
    """A folder of files named by their SHA-256, in 256 folders by its first two digits.

    A file is written under another name beside its place, flushed to the disk and renamed; the
    folder is flushed too. So a name that exists has all its bytes, also after a power failure.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, source: BinaryIO, *, max_bytes: int) -> tuple[str, int]:
        """Copy a stream and give its SHA-256 and size; after it returns, the bytes are on disk."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".new-", dir=self._folder)
            temporary = Path(name)
            try:
                with os.fdopen(handle, "wb") as target:
                    digest, size = _copy(source, target, max_bytes=max_bytes)
                    target.flush()
                    os.fsync(target.fileno())
                self._place(temporary, digest)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"证据文件无法保存（{error.strerror}）。请检查数据目录的空间和权限。",
                f"The file can't be kept ({error.strerror}). Check the data folder's space and "
                "permissions.",
                reason="evidence",
            ) from error
        return digest, size

    def path(self, digest: str) -> Path:
        """Give where the bytes lie."""
        path = self._at(digest)
        if not path.is_file():
            raise StorageError(
                f"证据文件 {digest[:12]} 不在数据目录中。请从备份恢复 evidence 文件夹。",
                f"The file {digest[:12]} is not in the data folder. Restore the folder evidence "
                "from a backup.",
                reason="evidence-missing",
            )
        return path

    def _place(self, temporary: Path, digest: str) -> None:
        path = self._at(digest)
        if path.is_file():
            return
        path.parent.mkdir(exist_ok=True)
        temporary.replace(path)
        for folder in (path.parent, self._folder):
            _flush(folder)

    def _at(self, digest: str) -> Path:
        if not _NAME.fullmatch(digest):
            raise ValueError(f"no SHA-256: {digest!r}")
        return self._folder / digest[:2] / digest


def _copy(source: BinaryIO, target: BinaryIO, *, max_bytes: int) -> tuple[str, int]:
    digest, size = sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            limit = max_bytes / 1_000_000
            raise TooLargeError(
                f"文件超过 {limit:g} MB 的上限。请压缩图片或拆分文件，"
                "或由管理员提高 GIS_SERVICE_MAX_EVIDENCE_MB。",
                f"The file is larger than {limit:g} MB. Make the picture smaller or split the "
                "file, or have the administrator raise GIS_SERVICE_MAX_EVIDENCE_MB.",
                max_evidence_mb=limit,
            )
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), size


def _flush(folder: Path) -> None:
    """Flush a folder's entries, where the system lets a folder be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
