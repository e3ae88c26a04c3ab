"""A page of features in the other encodings: what the formats' writers make, as bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import orjson
import pandas as pd

from gis_service.errors import ParameterError
from gis_service.services.feature_queries import FeatureQuery, select
from gis_service.services.features import Features, limited
from gis_service.services.properties import PROPERTIES

WriteLayer = Callable[[gpd.GeoDataFrame, Path], None]
RECORD = b"\x1e"


@dataclass(frozen=True)
class Export:
    """A file of features, and how many of those asked for it holds."""

    body: bytes
    number_matched: int
    number_returned: int


class Exports:
    """Writes what a query chooses."""

    def __init__(self, features: Features, *, write_layer: WriteLayer) -> None:
        self._features = features
        self._write_layer = write_layer

    def file(
        self,
        collection_id: str,
        *,
        suffix: str,
        query: FeatureQuery,
        limit: int,
        as_of: str | None = None,
    ) -> Export:
        """Give the features that a query chooses as a file of a format.

        Parameters
        ----------
        suffix
            ``.csv``, ``.fgb``, ``.gpkg``, ``.kml`` or ``.zip`` (shapefiles, UTF-8 with .cpg).
        query, limit, as_of
            As for a page. Without ``crs`` the file is in WGS 84; files hold east before north.

        Raises
        ------
        ParameterError
            For a web map's system: no file can say that its coordinates are moved.
        """
        if query.crs.web_map:
            raise ParameterError(
                f"crs={query.crs.web_map} 只用于 GeoJSON：其他文件无法标明其坐标为偏移坐标。",
                f"crs={query.crs.web_map} is for GeoJSON alone: other files can't say that their "
                "coordinates are moved.",
                parameter="crs",
            )
        if query.skip_geometry:
            raise ParameterError(
                "skipGeometry 只用于 GeoJSON。",
                "skipGeometry is for GeoJSON alone.",
                parameter="skipGeometry",
            )
        encoded = self._features.encoded(collection_id, as_of=as_of)
        matched = select(encoded, query)
        chosen = matched[: limited(limit)]
        rows = [orjson.loads(encoded.features[i])["properties"] for i in chosen]
        names = [
            one.name
            for one in PROPERTIES[collection_id]
            if one.kind != "position" and (query.properties is None or one.name in query.properties)
        ]
        frame = gpd.GeoDataFrame(
            pd.DataFrame({name: [row[name] for row in rows] for name in names}),
            geometry=encoded.source[chosen],
            crs=encoded.crs,
        )
        wanted = "EPSG:4326" if query.crs.is_default else query.crs.authority
        with TemporaryDirectory(prefix="gis-service-export-") as folder:
            path = Path(folder) / f"{collection_id}{suffix}"
            self._write_layer(frame.to_crs(wanted), path)
            body = path.read_bytes()
        return Export(body, len(matched), len(chosen))
