"""One state's collections, encoded: features as bytes, columns, exact shapes and their tree."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from gis_service.core.cql2 import Column, Table
from gis_service.core.output_crs import OutputCrs, east_first, given_in
from gis_service.errors import ParameterError
from gis_service.services import geojson
from gis_service.services.layers import LAYERS, Layer
from gis_service.services.overview import rows_of
from gis_service.services.pages import PageCache
from gis_service.services.properties import queryables
from gis_service.services.snapshots import Snapshot

LARGE = 5_000
"""Of a state with as many communities, collections that nobody asks for take no memory."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Encoded:
    """A collection's features in lon/lat, encoded, with the tree over their exact shapes.

    ``source`` holds the same shapes as they are kept, in ``crs``.
    """

    ids: list[str]
    position: dict[str, int]
    features: list[bytes]
    shapes: geojson.Geometries
    source: geojson.Geometries
    crs: str
    table: Table
    digest: str
    loaded_at: str
    pages: PageCache
    _ranks: dict[str, Positions] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, layer: Layer, snapshot: Snapshot) -> Encoded:
        """Encode a layer of a state."""
        frame = layer.build(snapshot)
        ids = [str(i) for i in frame.index]
        source = frame.geometry.to_numpy()
        shapes = geojson.publish(source, frame.crs)
        rows = rows_of(frame)
        if "point" not in frame:
            rows = tuple({k: v for k, v in row.items() if k != "point"} for row in rows)
        features = geojson.fragments(ids, shapes, rows)
        columns = {
            one.name: Column.of([row[one.name] for row in rows], one.column_kind)
            for one in queryables(layer.name)
        }
        return cls(
            ids=ids,
            position={name: i for i, name in enumerate(ids)},
            features=features,
            shapes=shapes,
            source=source,
            crs=snapshot.crs,
            table=Table(columns, shapes, shapely.STRtree(shapes)),
            digest=_digest(features, snapshot.loaded_at),
            loaded_at=snapshot.loaded_at,
            pages=PageCache(),
        )

    def meeting(self, bbox: Sequence[float] | None, *, crs: OutputCrs | None = None) -> Positions:
        """Positions of the features whose geometry meets the box; all without a box.

        ``crs``: the box's system, its numbers in the order of its axes; None: CRS84.
        """
        if bbox is None:
            return np.arange(len(self.ids))
        if crs is not None and not crs.is_default:
            return self._meeting_in(tuple(bbox), crs)
        tree = self.table.tree
        found = [tree.query(window, predicate="intersects") for window in windows(bbox)]
        return np.unique(np.concatenate(found))

    def _meeting_in(self, bbox: tuple[float, ...], crs: OutputCrs) -> Positions:
        """Hold the shapes against a box in the box's own system, where its sides are straight."""
        found = []
        shapes = self.given_in(crs)
        tree = shapely.STRtree(shapes)
        for window in windows(east_first(bbox, crs)):
            turned = shapely.transform(window, lambda xy: xy[:, ::-1]) if _turned(crs) else window
            found.append(tree.query(turned, predicate="intersects"))
        return np.unique(np.concatenate(found))

    def given_in(self, crs: OutputCrs, chosen: Positions | None = None) -> geojson.Geometries:
        """Give the shapes, or some of them, in another system."""
        source = self.source if chosen is None else self.source[chosen]
        return given_in(source, self.crs, crs)

    def ranks(self, name: str) -> Positions:
        """Give the rank of each feature by a property; worked out once."""
        known = self._ranks.get(name)
        if known is None:
            known = self._ranks[name] = self.table.columns[name].ranks()
        return known

    def properties(self, position: int) -> dict[str, Any]:
        """Give the properties of one feature."""
        read: dict[str, Any] = orjson.loads(self.features[position])["properties"]
        return read


class Collections(dict[str, Encoded]):
    """A state's collections: of a large one, each is encoded when it is first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot
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
                known = self[name] = Encoded.of(layer, self.snapshot)
            return known


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
    if max(abs(west), abs(east)) > 180.0:
        raise _bad_box(bbox)
    return [_window(west, south, 180.0, north), _window(-180.0, south, east, north)]


def _window(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def _turned(crs: OutputCrs) -> bool:
    from gis_service.core.output_crs import north_first

    return north_first(crs.authority)


def _bad_box(bbox: Sequence[float]) -> ParameterError:
    given = ",".join(f"{value:g}" for value in bbox)
    return ParameterError(
        f"bbox 的值 {given} 不可用；应为 西,南,东,北 四个数（或含高程的六个数），南不大于北。",
        f"bbox is {given}; allowed: west,south,east,north (or six numbers with heights), "
        "with south not above north.",
        parameter="bbox",
    )


def _digest(features: list[bytes], loaded_at: str) -> str:
    digest = sha256()
    for feature in features:
        digest.update(feature)
        digest.update(b"\n")
    digest.update(loaded_at.encode())
    return digest.hexdigest()[:16]
