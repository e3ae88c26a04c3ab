"""Pages of features as bytes, and the cache that keeps the hot ones."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

PAGE_CACHE_BYTES = 16_000_000


@dataclass(frozen=True, kw_only=True)
class FeaturePage:
    """One page: the whole FeatureCollection as bytes, its ETag (quoted) and its next address."""

    body: bytes
    etag: str
    next: str | None
    number_matched: int
    number_returned: int
    features: tuple[bytes, ...] = ()

    def sequence(self) -> bytes:
        """Give the features as a text sequence (RFC 8142)."""
        return b"".join(b"\x1e" + feature + b"\n" for feature in self.features)


class PageCache:
    """Keeps the pages of one state that were asked for last, up to `PAGE_CACHE_BYTES`."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, FeaturePage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, address: str) -> FeaturePage | None:
        """Give a kept page."""
        with self._lock:
            if address in self._pages:
                self._pages.move_to_end(address)
            return self._pages.get(address)

    def keep(self, address: str, page: FeaturePage) -> None:
        """Keep a page, unless it alone is larger than a quarter of the cache."""
        size = len(page.body) + len(address)
        if size > PAGE_CACHE_BYTES // 4:
            return
        with self._lock:
            if address not in self._pages:
                self._pages[address] = page
                self._bytes += size
            while self._bytes > PAGE_CACHE_BYTES:
                oldest, gone = self._pages.popitem(last=False)
                self._bytes -= len(gone.body) + len(oldest)
