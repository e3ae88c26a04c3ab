"""Features: ready bytes of every collection, from one immutable snapshot a state.

A page is a join of pre-encoded features. A ``next`` link carries the state from which the page
came, so that following the links gives each feature of that state once, whatever is imported
meanwhile; the state before the newest is kept for readers who are under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import quote, urlencode

import numpy as np
import orjson
import shapely

from gis_service.core.output_crs import crs_uris, uri_of
from gis_service.errors import NotFoundError, ParameterError
from gis_service.model.text import Text
from gis_service.services import geojson
from gis_service.services.encoded import Collections, Encoded, Positions
from gis_service.services.feature_queries import (
    EVERYTHING,
    FeatureQuery,
    check_names,
    render,
    select,
)
from gis_service.services.layers import LAYERS, Layer
from gis_service.services.pages import FeaturePage
from gis_service.services.questions import parameters_of, read_query
from gis_service.services.snapshots import Snapshot, Snapshots

MAX_LIMIT = 10_000
DEFAULT_LIMIT = 1_000
STATES_KEPT = 2
PAST_KEPT = 2
GEOJSON = "application/geo+json"


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What ``/ogc/collections/{id}`` tells.

    ``extent`` is west, south, east, north in lon/lat WGS 84; None for an empty collection.
    ``crs`` are the addresses of the systems in which it is given, ``storage_crs`` that of its own.
    """

    id: str
    title: Text
    description: Text
    extent: tuple[float, float, float, float] | None
    features: int
    crs: tuple[str, ...]
    storage_crs: str


class Features:
    """Reads collections, pages of features and single features."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._lock = threading.Lock()
        self._held: list[State] = []
        self._past: list[State] = []
        snapshots.before_serving(self._made)

    def ready(self) -> bool:
        """Tell whether the newest state is encoded, so that an answer takes no waiting."""
        snapshot = self._snapshots.ready()
        held = self._held
        return bool(held) and held[0][0] is snapshot and len(held[0][1]) == len(LAYERS)

    def collections(self, *, as_of: str | None = None) -> tuple[Collection, ...]:
        """Give what the collections hold now, or held then; see `Snapshots.at`."""
        state = self._state(as_of)
        return tuple(_describe(layer, state[layer.name]) for layer in LAYERS.values())

    def collection(self, collection_id: str, *, as_of: str | None = None) -> Collection:
        """Give what one collection holds; `NotFoundError` when there is none of that name."""
        return _describe(LAYERS.find(collection_id), self._state(as_of)[collection_id])

    def page(
        self,
        collection_id: str,
        *,
        bbox: Sequence[float] | None = None,
        limit: int = DEFAULT_LIMIT,
        after: str | None = None,
        as_of: str | None = None,
        base_url: str = "",
        query: FeatureQuery = EVERYTHING,
        known: Callable[[str], bool] | None = None,
    ) -> FeaturePage:
        """Give the features whose geometry (not its envelope) meets a box.

        Parameters
        ----------
        bbox
            West, south, east, north (or with heights: w, s, lowest, e, n, highest) in lon/lat
            WGS 84. West greater than east spans the antimeridian. Stands for ``query.bbox``.
        limit
            Most features on the page, 1 to 10,000; more is cut to 10,000.
        after
            Token of a ``next`` link.
        as_of
            A past state: see `gis_service.services.snapshots.Snapshots.at`.
        base_url
            What stands before ``/ogc`` in the links, for example ``http://host:8000``.
        query
            What else is asked.
        known
            Tells whether the caller has a page of an ETag already; then it is given empty, and
            nothing is worked out for it.

        Raises
        ------
        NotFoundError
            For an unknown collection.
        ParameterError
            For an impossible box, limit, filter or sorting, or a token that is of no kept state.
        """
        LAYERS.find(collection_id)
        limit = limited(limit)
        query = query if bbox is None else replace(query, bbox=tuple(map(float, bbox)))
        encoded, start = self._start(collection_id, after, as_of=as_of)
        written = {} if query.bbox is None else {"bbox": ",".join(map(repr, query.bbox))}
        written |= {**query.written, **_then(as_of)}
        parent = f"{base_url}/ogc/collections/{collection_id}"
        given = {"limit": str(limit)} | ({"after": after} if after else {})
        here = _address(f"{parent}/items", written | given)
        tag = f'"{sha256(f"{encoded.digest} {here}".encode()).hexdigest()[:24]}"'
        if known is not None and known(tag):
            return FeaturePage(body=b"", etag=tag, next=None, number_matched=0, number_returned=0)
        page = encoded.pages.get(here)
        if page is not None:
            return page
        matched, chosen = _cut(encoded, collection_id, query, start=start, limit=limit)
        onward = None
        if len(chosen) and chosen[-1] != matched[-1]:
            rest = start + len(chosen) if query.sortby else chosen[-1] + 1
            token = {"limit": str(limit), "after": f"{encoded.digest}.{rest}"}
            onward = _address(f"{parent}/items", written | token)
        rendered = render(encoded, chosen, query)
        body = geojson.collection(
            rendered,
            links=_page_links(here, onward, _address(parent, _then(as_of))),
            numberMatched=len(matched),
            numberReturned=len(chosen),
            timeStamp=encoded.loaded_at,
            **_label(query),
        )
        page = FeaturePage(
            body=body,
            etag=tag,
            next=onward,
            number_matched=len(matched),
            number_returned=len(chosen),
            features=tuple(rendered),
        )
        encoded.pages.keep(here, page)
        return page

    def check(self, collection_id: str) -> None:
        """Raise a `NotFoundError` unless there is such a collection."""
        LAYERS.find(collection_id)

    def ask(
        self,
        collection_id: str,
        given: Mapping[str, str],
        *,
        bbox: tuple[float, ...] | None = None,
        as_of: str | None = None,
    ) -> FeatureQuery:
        """Read the parameters of a page; see `gis_service.services.questions`."""
        if not given or given.keys().isdisjoint(parameters_of(collection_id)):
            return EVERYTHING if bbox is None else FeatureQuery(bbox=bbox)
        storage = self._snapshots.at(as_of).crs
        return read_query(collection_id, given, storage=storage, bbox=bbox)

    def encoded(self, collection_id: str, *, as_of: str | None = None) -> Encoded:
        """Give a collection as it is kept: for tiles and other encodings."""
        LAYERS.find(collection_id)
        return self._state(as_of)[collection_id]

    def snapshot(self, *, as_of: str | None = None) -> Snapshot:
        """Give the state that is served."""
        return self._snapshots.at(as_of)

    def feature(
        self,
        collection_id: str,
        feature_id: str,
        *,
        as_of: str | None = None,
        base_url: str = "",
        query: FeatureQuery = EVERYTHING,
    ) -> bytes:
        """Give one feature with its links, or raise a `NotFoundError`."""
        LAYERS.find(collection_id)
        encoded = self._state(as_of)[collection_id]
        position = encoded.position.get(feature_id)
        if position is None:
            raise NotFoundError(
                f"集合 {collection_id} 中没有编号为“{feature_id}”的要素。",
                f"There is no feature {feature_id!r} in the collection {collection_id}.",
                collection=collection_id,
                id=feature_id,
            )
        parent = f"{base_url}/ogc/collections/{collection_id}"
        written = {**query.written, **_then(as_of)}
        here = _address(f"{parent}/items/{quote(feature_id, safe='')}", written)
        links = _page_links(here, None, _address(parent, _then(as_of)))
        [feature] = render(encoded, np.array([position]), query)
        labels = b"".join(
            b',"%b":%b' % (name.encode(), orjson.dumps(value))
            for name, value in _label(query).items()
        )
        return feature[:-1] + labels + b',"links":' + orjson.dumps(links) + b"}"

    def _start(
        self, collection_id: str, after: str | None, *, as_of: str | None
    ) -> tuple[Encoded, int]:
        newest = self._state(as_of)[collection_id]
        if after is None:
            return newest, 0
        digest, _, position = after.partition(".")
        if not (position.isascii() and position.isdigit() and len(position) < 12):
            raise _stale(after)
        states = (
            [newest]
            if as_of
            else [one[collection_id] for _, one in self._held if collection_id in one]
        )
        for held in states:
            if held.digest == digest:
                return held, int(position)
        raise _stale(after)

    def _state(self, as_of: str | None = None) -> dict[str, Encoded]:
        snapshot = self._snapshots.at(as_of)
        return self._made(snapshot) if as_of is None else self._made_past(snapshot)

    def _made(self, snapshot: Snapshot) -> dict[str, Encoded]:
        held = self._held
        if held and held[0][0] is snapshot:
            return held[0][1]
        if (known := _among(held, snapshot)) is not None:
            return known
        with self._lock:
            if (known := _among(self._held, snapshot)) is not None:
                return known
            made = Collections(snapshot)
            self._held = [(snapshot, made), *self._held][:STATES_KEPT]
            return made

    def _made_past(self, snapshot: Snapshot) -> dict[str, Encoded]:
        with self._lock:
            made = _among(self._past, snapshot)
            made = Collections(snapshot) if made is None else made
            others = [one for one in self._past if one[0] is not snapshot]
            self._past = [(snapshot, made), *others][:PAST_KEPT]
            return made


State = tuple[Snapshot, dict[str, Encoded]]
"""A snapshot and its encoded collections."""


def _among(states: list[State], snapshot: Snapshot) -> dict[str, Encoded] | None:
    return next((made for known, made in states if known is snapshot), None)


def limited(limit: int) -> int:
    """Give a limit, cut to the maximum; refuse one below 1."""
    if limit < 1:
        raise ParameterError(
            f"limit 的值 {limit} 不可用；允许 1 至 {MAX_LIMIT}。",
            f"limit is {limit}; allowed: 1 to {MAX_LIMIT}.",
            parameter="limit",
        )
    return min(limit, MAX_LIMIT)


def _cut(
    encoded: Encoded, collection_id: str, query: FeatureQuery, *, start: int, limit: int
) -> tuple[Positions, Positions]:
    """Give what a query chooses, and what of it stands on the page."""
    check_names(collection_id, [name for name, _ in query.sortby], parameter="sortby")
    check_names(collection_id, query.properties or (), parameter="properties")
    matched = select(encoded, query)
    first = start if query.sortby else int(np.searchsorted(matched, start))
    return matched, matched[first : first + limit]


def _label(query: FeatureQuery) -> dict[str, str]:
    """Say what coordinates of a web map are."""
    if not query.crs.web_map:
        return {}
    name = {"gcj02": "GCJ-02", "bd09": "BD-09"}[query.crs.web_map]
    return {
        "coordinates": f"{name}: approximate, for display on Chinese web maps alone / "
        "近似值，仅供网络地图显示"
    }


def _then(as_of: str | None) -> dict[str, str]:
    return {} if as_of is None else {"as_of": as_of}


def _describe(layer: Layer, encoded: Encoded) -> Collection:
    bounds = shapely.total_bounds(encoded.shapes) if len(encoded.shapes) else np.full(4, np.nan)
    extent = None
    if np.isfinite(bounds).all():
        extent = (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3]))
    return Collection(
        id=layer.name,
        title=layer.title,
        description=layer.description,
        extent=extent,
        features=len(encoded.ids),
        crs=crs_uris(encoded.crs),
        storage_crs=uri_of(encoded.crs),
    )


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query, safe=',')}" if query else path


def _as_page(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}f=html"


def _page_links(here: str, onward: str | None, parent: str) -> list[dict[str, str]]:
    links = [
        {"rel": "self", "type": GEOJSON, "href": here},
        {"rel": "alternate", "type": "text/html", "href": _as_page(here)},
        {"rel": "collection", "type": "application/json", "href": parent},
    ]
    if onward:
        links.append({"rel": "next", "type": GEOJSON, "href": onward})
    return links


def _stale(after: str) -> ParameterError:
    return ParameterError(
        f"after 的值“{after}”不可用：数据已更新或链接不完整。请从第一页重新开始。",
        f"after is {after!r}: the data has changed or the link is not whole. "
        "Start again from the first page.",
        parameter="after",
    )
