"""Vector tiles: made once a state from the columns of `Encoded`, kept up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_service.core.tiles import MAX_ZOOM, TILE_MATRIX_SETS, Address, TileMatrixSet, encode
from gis_service.services.encoded import Encoded
from gis_service.services.features import Features
from gis_service.services.layers import LAYERS

__all__ = ["MAX_ZOOM", "TILE_MATRIX_SETS", "Tile", "TileMatrixSet", "Tiles"]

TILE_CACHE_BYTES = 64_000_000

Held = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Tile:
    """A tile's bytes (b"" where nothing is), and its ETag (quoted)."""

    body: bytes
    etag: str


class TileCache:
    """Keeps the tiles that were asked for last, of whatever state, up to some bytes."""

    def __init__(self, most: int = TILE_CACHE_BYTES) -> None:
        self._most = most
        self._tiles: OrderedDict[str, Tile] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, etag: str) -> Tile | None:
        """Give a kept tile."""
        with self._lock:
            if etag in self._tiles:
                self._tiles.move_to_end(etag)
            return self._tiles.get(etag)

    def keep(self, tile: Tile) -> None:
        """Keep a tile; those asked for longest ago go first."""
        with self._lock:
            if tile.etag not in self._tiles:
                self._tiles[tile.etag] = tile
                self._bytes += len(tile.body) + len(tile.etag)
            while self._bytes > self._most and self._tiles:
                etag, gone = self._tiles.popitem(last=False)
                self._bytes -= len(gone.body) + len(etag)


class Tiles:
    """Gives tiles of one collection or of all.

    Parameters
    ----------
    features
        Where the collections are.
    most_bytes
        How much the kept tiles may take.
    """

    def __init__(self, features: Features, *, most_bytes: int = TILE_CACHE_BYTES) -> None:
        self._features = features
        self._cache = TileCache(most_bytes)

    def tile(
        self,
        collection_id: str | None,
        *,
        address: tuple[str, str, str, str],
        as_of: str | None = None,
        known: Callable[[str], bool] | None = None,
    ) -> Tile:
        """Give a tile.

        Parameters
        ----------
        collection_id
            None: all collections, a layer each.
        address
            Tile matrix set, zoom, row and column, as texts.
        as_of
            A past state: see `gis_service.services.snapshots.Snapshots.at`.
        known
            Tells whether the caller has the tile of an ETag; then it is given empty.

        Raises
        ------
        NotFoundError
            For an unknown collection or set, and a tile that can't be.
        """
        place = Address.at(*address)
        layers, etag = self._layers(collection_id, address, as_of=as_of)
        if known is not None and known(etag):
            return Tile(b"", etag)
        kept = self._cache.get(etag)
        if kept is None:
            body = b"".join(_part(name, encoded, place) for name, encoded in layers)
            kept = Tile(body, etag)
            self._cache.keep(kept)
        return kept

    def kept(self, collection_id: str | None, *, address: tuple[str, str, str, str]) -> Tile | None:
        """Give a tile of the newest state without waiting for anything; None where it must."""
        if not self._features.ready():
            return None
        return self._cache.get(self._layers(collection_id, address, as_of=None)[1])

    def _layers(
        self, collection_id: str | None, address: tuple[str, str, str, str], *, as_of: str | None
    ) -> tuple[list[tuple[str, Encoded]], str]:
        names = [*LAYERS] if collection_id is None else [collection_id]
        layers = [(name, self._features.encoded(name, as_of=as_of)) for name in names]
        digests = " ".join(encoded.digest for _, encoded in layers)
        written = f"{digests} {'/'.join(address)} {' '.join(names)}"
        return layers, f'"{sha256(written.encode()).hexdigest()[:24]}"'


def _part(name: str, encoded: Encoded, place: Address) -> bytes:
    table = encoded.table
    return encode(name, place, shapes=table.shapes, tree=table.tree, columns=_columns(encoded))


def _columns(encoded: Encoded) -> dict[str, Held]:
    ids = np.empty(len(encoded.ids), dtype=object)
    ids[:] = encoded.ids
    columns: dict[str, Held] = {"id": (ids, np.zeros(len(ids), dtype=bool))}
    for name, column in encoded.table.columns.items():
        columns.setdefault(name, (column.values, column.missing))
    return columns
