"""Features: ready bytes of every collection, from one immutable snapshot a state.

A page is a join of pre-encoded features. A ``next`` link carries the state from which the page
came, so that following the links gives each feature of that state once, whatever is imported
meanwhile; the state before the newest is kept for readers who are under way.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from urllib.parse import quote, urlencode

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from gis_service.errors import NotFoundError, ParameterError
from gis_service.model.text import Text
from gis_service.services import geojson
from gis_service.services.layers import LAYERS, Layer
from gis_service.services.overview import rows_of
from gis_service.services.pages import FeaturePage, PageCache
from gis_service.services.snapshots import Snapshot, Snapshots

MAX_LIMIT = 10_000
DEFAULT_LIMIT = 1_000
STATES_KEPT = 2
PAST_KEPT = 2
LARGE = 5_000
"""Of a state with as many communities, collections that nobody asks for take no memory."""
GEOJSON = "application/geo+json"


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What ``/ogc/collections/{id}`` tells.

    ``extent`` is west, south, east, north in lon/lat WGS 84; None for an empty collection.
    """

    id: str
    title: Text
    description: Text
    extent: tuple[float, float, float, float] | None
    features: int


@dataclass(frozen=True, eq=False)
class Encoded:
    """A collection's features in lon/lat, encoded, with the tree over their exact shapes."""

    ids: list[str]
    position: dict[str, int]
    features: list[bytes]
    shapes: geojson.Geometries
    tree: shapely.STRtree
    digest: str
    loaded_at: str
    pages: PageCache

    @classmethod
    def of(cls, layer: Layer, snapshot: Snapshot) -> Encoded:
        frame = layer.build(snapshot)
        ids = [str(i) for i in frame.index]
        shapes = geojson.publish(frame.geometry.to_numpy(), frame.crs)
        rows = rows_of(frame)
        if "point" not in frame:
            rows = tuple({k: v for k, v in row.items() if k != "point"} for row in rows)
        features = geojson.fragments(ids, shapes, rows)
        digest = _digest(features, snapshot.loaded_at)
        return cls(
            ids=ids,
            position={name: i for i, name in enumerate(ids)},
            features=features,
            shapes=shapes,
            tree=shapely.STRtree(shapes),
            digest=digest,
            loaded_at=snapshot.loaded_at,
            pages=PageCache(),
        )

    def meeting(self, bbox: Sequence[float] | None) -> npt.NDArray[np.int64]:
        """Positions of the features whose geometry meets the box; all without a box."""
        if bbox is None:
            return np.arange(len(self.ids))
        found = [self.tree.query(window, predicate="intersects") for window in windows(bbox)]
        return np.unique(np.concatenate(found))


class Collections(dict[str, Encoded]):
    """A state's collections: of a large one, each is encoded when it is first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._lock = threading.Lock()
        if len(snapshot.communities) < LARGE:
            for name in LAYERS:
                self[name] = Encoded.of(LAYERS[name], snapshot)

    def __missing__(self, name: str) -> Encoded:
        """Encode a collection."""
        layer = LAYERS[name]
        with self._lock:
            known = self.get(name)
            if known is None:
                known = self[name] = Encoded.of(layer, self._snapshot)
            return known


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
    ) -> FeaturePage:
        """Give the features whose geometry (not its envelope) meets a box.

        Parameters
        ----------
        bbox
            West, south, east, north (or with heights: w, s, lowest, e, n, highest) in lon/lat
            WGS 84. West greater than east spans the antimeridian.
        limit
            Most features on the page, 1 to 10,000; more is cut to 10,000.
        after
            Token of a ``next`` link.
        as_of
            A past state: see `gis_service.services.snapshots.Snapshots.at`.
        base_url
            What stands before ``/ogc`` in the links, for example ``http://host:8000``.

        Raises
        ------
        NotFoundError
            For an unknown collection.
        ParameterError
            For an impossible box or limit, or a token that is of no kept state.
        """
        LAYERS.find(collection_id)
        if limit < 1:
            raise ParameterError(
                f"limit 的值 {limit} 不可用；允许 1 至 {MAX_LIMIT}。",
                f"limit is {limit}; allowed: 1 to {MAX_LIMIT}.",
                parameter="limit",
            )
        limit = min(limit, MAX_LIMIT)
        encoded, start = self._start(collection_id, after, as_of=as_of)
        query = {} if bbox is None else {"bbox": ",".join(map(repr, map(float, bbox)))}
        query |= _then(as_of)
        parent = f"{base_url}/ogc/collections/{collection_id}"
        given = {"limit": str(limit)} | ({"after": after} if after else {})
        here = _address(f"{parent}/items", query | given)
        known = encoded.pages.get(here)
        if known is not None:
            return known
        matched = encoded.meeting(bbox)
        chosen = matched[np.searchsorted(matched, start) :][:limit]
        onward = None
        if len(chosen) and chosen[-1] != matched[-1]:
            token = f"{encoded.digest}.{chosen[-1] + 1}"
            onward = _address(f"{parent}/items", query | {"limit": str(limit), "after": token})
        body = geojson.collection(
            [encoded.features[i] for i in chosen],
            links=_page_links(here, onward, _address(parent, _then(as_of))),
            numberMatched=len(matched),
            numberReturned=len(chosen),
            timeStamp=encoded.loaded_at,
        )
        tag = sha256(f"{encoded.digest} {here}".encode()).hexdigest()[:24]
        page = FeaturePage(
            body=body,
            etag=f'"{tag}"',
            next=onward,
            number_matched=len(matched),
            number_returned=len(chosen),
        )
        encoded.pages.keep(here, page)
        return page

    def feature(
        self,
        collection_id: str,
        feature_id: str,
        *,
        as_of: str | None = None,
        base_url: str = "",
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
        links = [
            {
                "rel": "self",
                "type": GEOJSON,
                "href": _address(f"{parent}/items/{quote(feature_id, safe='')}", _then(as_of)),
            },
            {
                "rel": "collection",
                "type": "application/json",
                "href": _address(parent, _then(as_of)),
            },
        ]
        return encoded.features[position][:-1] + b',"links":' + orjson.dumps(links) + b"}"

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


def _digest(features: list[bytes], loaded_at: str) -> str:
    digest = sha256()
    for feature in features:
        digest.update(feature)
        digest.update(b"\n")
    digest.update(loaded_at.encode())
    return digest.hexdigest()[:16]


State = tuple[Snapshot, dict[str, Encoded]]
"""A snapshot and its encoded collections."""


def _among(states: list[State], snapshot: Snapshot) -> dict[str, Encoded] | None:
    return next((made for known, made in states if known is snapshot), None)


def _then(as_of: str | None) -> dict[str, str]:
    return {} if as_of is None else {"as_of": as_of}


def windows(bbox: Sequence[float]) -> list[shapely.Geometry]:
    """Give a box as one shape, or as two where it spans the antimeridian.

    Examples
    --------
    >>> [shape.bounds for shape in windows((170, -10, -170, 10))]
    [(170.0, -10.0, 180.0, 10.0), (-180.0, -10.0, -170.0, 10.0)]
    """
    numbers = [float(value) for value in bbox]
    if len(numbers) not in (4, 6) or not all(map(isfinite, numbers)):
        raise _bad_box(bbox)
    west, south, east, north = (
        numbers if len(numbers) == 4 else (numbers[0], numbers[1], numbers[3], numbers[4])
    )
    if south > north or (len(numbers) == 6 and numbers[2] > numbers[5]):
        raise _bad_box(bbox)
    if west <= east:
        return [_window(west, south, east, north)]
    return [_window(west, south, 180.0, north), _window(-180.0, south, east, north)]


def _window(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


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
    )


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query, safe=',')}" if query else path


def _page_links(here: str, onward: str | None, parent: str) -> list[dict[str, str]]:
    links = [
        {"rel": "self", "type": GEOJSON, "href": here},
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


def _bad_box(bbox: Sequence[float]) -> ParameterError:
    given = ",".join(map(str, bbox))
    return ParameterError(
        f"bbox 的值“{given}”不可用；应为 4 或 6 个有限数：西,南,东,北，且南不大于北。",
        f"bbox is {given!r}; allowed: 4 or 6 finite numbers west,south,east,north, "
        "with south not above north.",
        parameter="bbox",
    )
