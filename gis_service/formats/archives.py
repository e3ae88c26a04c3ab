"""Zip archives from outside: look at every entry before a single byte is unpacked.

Refused: absolute names, ``..``, links, encrypted entries, too many entries, too many bytes and
too high a ratio. Unpacked files get names of our own, so nothing in the archive chooses a path.
Names in GBK, as Windows in China writes them, are read as such.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gis_service.errors import TooLargeError, UnreadableFileError
from gis_service.formats.encodings import recognise_encoding

MAX_BYTES = 2_000_000_000
MAX_ENTRIES = 2_000
MAX_RATIO = 200
_RATIO_FROM_BYTES = 100_000_000
_MEMBERS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst"),
}
_ALONE = (".gpkg", ".geojson", ".json", ".fgb", ".kml", ".dxf")
_DAMAGE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError)
_NOISE = ("__MACOSX", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True)
class Entry:
    """One file in an archive under its decoded name."""

    name: str
    info: zipfile.ZipInfo

    @property
    def path(self) -> PurePosixPath:
        """Its name as a path."""
        return PurePosixPath(self.name)

    @property
    def suffix(self) -> str:
        """Lower-case suffix."""
        return self.path.suffix.lower()


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack the one dataset of an archive and yield its path in a folder that goes away after.

    Raises
    ------
    UnreadableFileError
        For a damaged or unsafe archive, and when it holds no dataset or several: these are listed.
    TooLargeError
        When it would unpack to more than 2 GB, or holds too many entries.
    """
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            entries = _entries(archive)
            chosen = _dataset(entries, path.name)
            yield _unpack(archive, chosen, Path(folder))
    except (*_DAMAGE, EOFError) as error:
        raise UnreadableFileError(
            f"压缩包 {path.name} 已损坏或不完整：{error}。请重新打包。",
            f"The archive {path.name} is damaged or incomplete: {error}. Make it again.",
        ) from error


def check_archive(path: Path) -> None:
    """Raise for an archive that is damaged, unsafe or too large, as `unpacked` does."""
    try:
        with zipfile.ZipFile(path) as archive:
            _entries(archive)
    except _DAMAGE as error:
        raise UnreadableFileError(
            f"{path.name} 已损坏或不完整：{error}。",
            f"{path.name} is damaged or incomplete: {error}.",
        ) from error


def _entries(archive: zipfile.ZipFile) -> list[Entry]:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise TooLargeError(
            f"压缩包有 {len(infos)} 个条目，最多 {MAX_ENTRIES} 个。",
            f"The archive has {len(infos)} entries; at most {MAX_ENTRIES} are read.",
        )
    names = _names(infos)
    for name, info in zip(names, infos, strict=True):
        _refuse_unsafe(name, info)
    total = sum(info.file_size for info in infos)
    packed = max(sum(info.compress_size for info in infos), 1)
    if total > MAX_BYTES or (total > _RATIO_FROM_BYTES and total / packed > MAX_RATIO):
        raise TooLargeError(
            f"压缩包解开后有 {total} 字节（压缩比 {total / packed:.0f}），"
            f"上限为 {MAX_BYTES} 字节、压缩比 {MAX_RATIO}。请直接发送其中的数据文件。",
            f"The archive unpacks to {total} bytes ({total / packed:.0f} times its size); at most "
            f"{MAX_BYTES} bytes and {MAX_RATIO} times are allowed. Send the data file itself.",
        )
    pairs = zip(names, infos, strict=True)
    return [
        Entry(name, info)
        for name, info in pairs
        if not info.is_dir() and not any(part in _NOISE for part in PurePosixPath(name).parts)
    ]


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Decode entry names: those without the UTF-8 flag are GBK (or what they are recognised as)."""
    raw = [info.orig_filename.encode("cp437", "replace") for info in infos if not _is_utf8(info)]
    codec = recognise_encoding(raw).codec
    return [
        info.filename
        if _is_utf8(info)
        else info.filename.encode("cp437", "replace").decode(codec, "replace")
        for info in infos
    ]


def _is_utf8(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & 0x800)


def _refuse_unsafe(name: str, info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    link = stat.S_ISLNK(info.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or ":" in name or "\x00" in name or link:
        raise UnreadableFileError(
            f"压缩包里的条目“{name}”不安全（绝对路径、上级目录或链接），已拒绝整个压缩包。",
            f"The archive's entry {name!r} is unsafe (absolute, parent folder or link); "
            "the whole archive is refused.",
        )
    if info.flag_bits & 0x1:
        raise UnreadableFileError(
            "压缩包有密码，无法读取。请去掉密码后再试。",
            "The archive has a password and can't be read. Make it without one.",
        )


def _dataset(entries: list[Entry], name: str) -> list[Entry]:
    """Choose the entries of the one dataset, or raise with a list of what there is."""
    folders = sorted({part for e in entries for part in _gdb_folders(e.path)})
    tops = [e for e in entries if not _gdb_folders(e.path)]
    mains = [e for e in tops if e.suffix == ".shp" or e.suffix in _ALONE]
    if len(mains) + len(folders) != 1:
        inside = [*folders, *(e.name for e in (mains or tops))][:20]
        count_zh = "没有可读取的数据集" if not mains and not folders else "有多个数据集"
        count_en = "no dataset" if not mains and not folders else "several datasets"
        raise UnreadableFileError(
            f"压缩包 {name} 里{count_zh}：{'、'.join(inside) or '空'}。请只放一个数据集。",
            f"The archive {name} holds {count_en}: {', '.join(inside) or 'it is empty'}. "
            "Put exactly one into it.",
            entries=inside,
        )
    if folders:
        return [e for e in entries if folders[0] in _gdb_folders(e.path)]
    main = mains[0]
    stem = str(main.path.with_suffix("")).lower()
    family = _MEMBERS.get(main.suffix, (main.suffix,))
    return [main] + [
        e
        for e in tops
        if e is not main and e.suffix in family and str(e.path.with_suffix("")).lower() == stem
    ]


def _gdb_folders(path: PurePosixPath) -> list[str]:
    parents = [str(parent) for parent in path.parents]
    return [parent for parent in parents if parent.lower().endswith(".gdb")]


def _unpack(archive: zipfile.ZipFile, entries: list[Entry], folder: Path) -> Path:
    geodatabase = _gdb_folders(entries[0].path)
    target = folder / "layer.gdb" if geodatabase else folder
    target.mkdir(exist_ok=True)
    left = MAX_BYTES
    for entry in entries:
        # The members of a geodatabase must keep their names; none has a folder in it.
        name = entry.path.name if geodatabase else f"layer{entry.suffix}"
        with archive.open(entry.info) as source, (target / name).open("wb") as copy:
            shutil.copyfileobj(source, copy)
            left -= copy.tell()
        if left < 0:
            raise TooLargeError(
                f"压缩包解开后超过 {MAX_BYTES} 字节。",
                f"The archive unpacks to more than {MAX_BYTES} bytes.",
            )
    return target if geodatabase else target / f"layer{entries[0].suffix}"
