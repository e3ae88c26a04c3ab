"""The cache of hot pages stays within its bytes."""

from __future__ import annotations

from gis_service.services.pages import PAGE_CACHE_BYTES, FeaturePage, PageCache


def _page(size: int) -> FeaturePage:
    return FeaturePage(body=b"x" * size, etag='"x"', next=None, number_matched=1, number_returned=1)


def test_the_page_asked_longest_ago_goes_first() -> None:
    cache, size = PageCache(), PAGE_CACHE_BYTES // 4 - 100
    for name in "abcd":
        cache.keep(name, _page(size))
    assert cache.get("a") is not None
    cache.keep("e", _page(size))
    assert cache.get("b") is None and cache.get("a") is not None and cache.get("e") is not None


def test_a_page_that_would_fill_the_cache_is_not_kept() -> None:
    cache = PageCache()
    cache.keep("large", _page(PAGE_CACHE_BYTES // 2))
    assert cache.get("large") is None


def test_keeping_a_page_twice_counts_it_once() -> None:
    cache, size = PageCache(), PAGE_CACHE_BYTES // 5
    for _ in range(20):
        cache.keep("a", _page(size))
    cache.keep("b", _page(size))
    assert cache.get("a") is not None and cache.get("b") is not None
