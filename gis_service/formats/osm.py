"""OpenStreetMap extracts (PBF, and XML plain or packed by gzip or bzip2): the ways to walk on."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gis_service.errors import TooLargeError, UnreadableFileError
from gis_service.formats.street_lines import Lines
from gis_service.formats.walking_rules import direction, is_stairs, is_walked, stops_people

MAX_BYTES = 4_000_000_000
"""Most bytes that a packed XML file may unpack to."""

_SUFFIXES = {b"\x1f\x8b": "osm.gz", b"BZh": "osm.bz2"}
_BLOCK = 1 << 20


def osm_format(head: bytes) -> str | None:
    """Tell osmium's name of the format by the first bytes of a file; None when it is no OSM.

    Examples
    --------
    >>> osm_format(bytes([0, 0, 0, 14, 10, 9]) + b"OSMHeader"), osm_format(b"PK") is None
    ('pbf', True)
    """
    if head[4:15] == b"\x0a\x09OSMHeader":
        return "pbf"
    for magic, name in _SUFFIXES.items():
        if head.startswith(magic):
            return name
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "osm" if start.startswith((b"<?xml", b"<osm", b"<!--")) and b"<osm" in start else None


def read_osm(path: Path, format: str) -> tuple[Lines, int]:
    """Read the ways that people may walk on, and how many ways lack points in this extract.

    Raises
    ------
    UnreadableFileError
        When the file is damaged, holds entities, or no way to walk on.
    TooLargeError
        When a packed file unpacks to more than 4 GB.
    """
    import osmium

    if format in _SUFFIXES.values():
        _check_unpacked(path, format)
    try:
        lines, incomplete = _collected(path, format)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise UnreadableFileError(
            f"{path.name} 不是完整有效的 OpenStreetMap 文件：{error}。请重新下载。",
            f"{path.name} is no whole and valid OpenStreetMap file: {error}. Download it again.",
        ) from error
    if not len(lines):
        raise UnreadableFileError(
            f"{path.name} 里没有可步行的道路（highway=*）。请提供包含道路的摘录。",
            f"{path.name} holds no ways to walk on (highway=*). Give an extract with streets.",
        )
    return lines, incomplete


def _collected(path: Path, format: str) -> tuple[Lines, int]:
    import osmium

    wanted = osmium.filter.KeyFilter("highway", "barrier")
    entities = osmium.osm.NODE | osmium.osm.WAY
    reader = osmium.FileProcessor(osmium.io.File(str(path), format), entities)
    barriers: list[int] = []
    refs: list[int] = []
    lon: list[float] = []
    lat: list[float] = []
    starts, ways, stairs = [0], [], []
    incomplete = 0
    things: Iterator[Any] = iter(reader.with_locations().with_filter(wanted))
    for thing in things:
        tags = dict(thing.tags)
        if thing.is_node():
            if stops_people(tags):
                barriers.append(thing.id)
            continue
        if not is_walked(tags):
            continue
        points = list(thing.nodes)
        whole = [point.location.valid() for point in points]
        incomplete += not all(whole)
        for begin, end in _runs(whole):
            refs += [point.ref for point in points[begin:end]]
            lon += [point.lon for point in points[begin:end]]
            lat += [point.lat for point in points[begin:end]]
            starts.append(len(refs))
            ways.append(direction(tags))
            stairs.append(is_stairs(tags))
    point = np.array(refs, dtype=np.int64)
    lines = Lines(
        np.array(starts, dtype=np.int64),
        point,
        np.column_stack((np.array(lon), np.array(lat))).reshape(-1, 2),
        np.isin(point, np.array(barriers, dtype=np.int64)),
        np.array(ways, dtype=np.int64),
        np.array(stairs, dtype=np.bool_),
    )
    return lines, incomplete


def _runs(whole: list[bool]) -> Iterator[tuple[int, int]]:
    """Give begin and end of each run of two or more True.

    Examples
    --------
    >>> list(_runs([True, True, False, True, True, True, False, True]))
    [(0, 2), (3, 6)]
    """
    begin = 0
    for at in range(len(whole) + 1):
        if at == len(whole) or not whole[at]:
            if at - begin >= 2:
                yield begin, at
            begin = at + 1


def _check_unpacked(path: Path, format: str) -> None:
    opened = gzip.open if format.endswith("gz") else bz2.open
    size = 0
    try:
        with opened(path, "rb") as file:
            while block := file.read(_BLOCK):
                size += len(block)
                if size > MAX_BYTES:
                    raise TooLargeError(
                        f"{path.name} 解压后超过 {MAX_BYTES // 10**9} GB，不予读取。"
                        "请改用 PBF 格式或较小的范围。",
                        f"{path.name} unpacks to more than {MAX_BYTES // 10**9} GB and is not "
                        "read. Use the PBF format or a smaller area.",
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFileError(
            f"{path.name} 的压缩已损坏：{error}。请重新下载。",
            f"{path.name} can't be unpacked: {error}. Download it again.",
        ) from error
