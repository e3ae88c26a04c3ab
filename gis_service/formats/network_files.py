"""A walking network in one compact file (.npz): written by this program, checked when read."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.network import WalkNetwork
from gis_service.core.networks.graph import Streets
from gis_service.core.networks.restoring import checked_streets
from gis_service.errors import GisServiceError, TooLargeError, UnreadableFileError
from gis_service.model.text import Text

VERSION = 1
_ARRAYS = (
    "nodes_xy", "ends", "ahead_um", "back_um", "line_xy", "line_starts", "row", "stairs",
)  # fmt: skip
_FACTS = "network.json"
_MOST_BYTES = 8_000_000_000


def write_network(network: WalkNetwork, path: str | Path) -> None:
    """Write a network compactly; the same network always gives the same bytes."""
    facts = {
        "version": VERSION,
        "crs": network.crs,
        "stairs_factor": network.stairs_factor,
        "snap_limit_m": network.snap_limit_m,
        "notes": [[note.zh, note.en] for note in network.notes],
        "dropped": network.dropped.to_dict("list"),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name in _ARRAYS:
            held = io.BytesIO()
            np.save(held, getattr(network.streets, name), allow_pickle=False)
            archive.writestr(_entry(f"{name}.npy"), held.getvalue())
        archive.writestr(_entry(_FACTS), json.dumps(facts, ensure_ascii=False))


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def is_saved(path: Path) -> bool:
    """Say whether a file is a saved network, by its content."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _FACTS in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return False


def read_saved(path: Path, *, snap_limit_m: float) -> WalkNetwork:
    """Read a saved network; everything in it is checked again.

    Raises
    ------
    UnreadableFileError
        When the file is damaged, was changed, or comes from another version.
    TooLargeError
        When it would unpack to more than 8 GB.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MOST_BYTES:
                raise TooLargeError(
                    f"{path.name} 解压后超过 8 GB，不予读取。",
                    f"{path.name} unpacks to more than 8 GB and is not read.",
                )
            facts = json.loads(archive.read(_FACTS))
            if facts.get("version") != VERSION:
                raise ValueError(f"version {facts.get('version')!r}, not {VERSION}")
            arrays = {name: _array(archive, name) for name in _ARRAYS}
        return WalkNetwork(
            streets=checked_streets(Streets(**arrays)),
            dropped=pd.DataFrame(facts["dropped"], columns=WalkNetwork.DROPPED),
            crs=facts["crs"],
            snap_limit_m=snap_limit_m,
            stairs_factor=float(facts["stairs_factor"]),
            notes=tuple(Text(str(zh), str(en)) for zh, en in facts["notes"]),
        )
    except GisServiceError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OSError, EOFError, zipfile.BadZipFile,
            NotImplementedError, MemoryError) as error:  # fmt: skip
        raise UnreadableFileError(
            f"{path.name} 不是本服务保存的、完整的步行网络：{error}。请从原始数据重新生成。",
            f"{path.name} is no whole walking network that this service saved: {error}. "
            "Make it again from the source.",
        ) from error


def _array(archive: zipfile.ZipFile, name: str) -> Any:
    with archive.open(f"{name}.npy") as held:
        return np.load(io.BytesIO(held.read()), allow_pickle=False)
