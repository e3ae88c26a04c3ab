"""Boundary versions: communities, the district's outline, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import shapely
from sqlalchemy import Connection, Row, func, insert, select

from gis_service.model.findings import Finding
from gis_service.model.text import Text
from gis_service.model.versions import BoundaryVersion
from gis_service.storage import versioned
from gis_service.storage.tables import boundary_version, community, district, finding

OWN_COLUMNS = ("name", "street", "row", "geometry")


class Boundaries:
    """The boundary versions within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self) -> BoundaryVersion | None:
        """Give the newest version."""
        newest = select(boundary_version).order_by(boundary_version.c.number.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return None if row is None else self._version(row)

    def communities(self, version: BoundaryVersion) -> gpd.GeoDataFrame:
        """Give its communities, ordered by code."""
        query = versioned.holding_at(community, version.number)
        rows = self._connection.execute(query).all()
        rows = sorted(rows, key=lambda row: (row.code, row.row, row.id))
        frame: gpd.GeoDataFrame = versioned.frame(
            rows, index="code", column="code", crs=version.crs, names=("name", "street", "row")
        )
        facts = select(boundary_version.c.survey).where(boundary_version.c.number == version.number)
        mapping = self._connection.execute(facts).scalar_one().get("mapping", {})
        frame.attrs["has_codes"] = "code" in mapping
        return frame

    def outline(self, version: BoundaryVersion) -> gpd.GeoDataFrame | None:
        """Give the district outline that holds in it."""
        query = versioned.holding_at(district, version.number).order_by(district.c.id)
        rows = self._connection.execute(query).all()
        if not rows:
            return None
        shapes = shapely.from_wkb([row.geometry for row in rows])
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(shapes), crs=rows[0].crs))

    def findings(self, version: BoundaryVersion) -> list[Finding]:
        """Give its findings in the order in which the checks gave them."""
        query = select(finding).where(finding.c.version == version.number).order_by(finding.c.id)
        rows = self._connection.execute(query).all()
        shapes = [None if r.geometry is None else shapely.from_wkb(r.geometry) for r in rows]
        return [
            Finding(
                key=row.key,
                check=row.check,
                severity=row.severity,
                communities=tuple(row.communities),
                geometry=shape,
                point=None if row.point_x is None else (row.point_x, row.point_y),
                area_m2=row.area_m2,
                width_m=row.width_m,
                text=Text(row.text_zh, row.text_en),
            )
            for row, shape in zip(rows, shapes, strict=True)
        ]

    def add(
        self,
        layer: gpd.GeoDataFrame,
        *,
        outline: gpd.GeoDataFrame | None,
        findings: Sequence[Finding],
        created_at: str,
        author: str,
        reason: str,
        is_sample: bool,
        survey: Mapping[str, Any],
    ) -> BoundaryVersion:
        """Write a new version; communities that did not change stay as they are."""
        number = versioned.next_number(self._connection, boundary_version)
        crs = versioned.one_crs(layer)
        rows = _community_rows(layer, crs)
        digest = versioned.digest_of_all(row["digest"] for row in rows)
        self._connection.execute(
            insert(boundary_version).values(
                number=number,
                created_at=created_at,
                author=author,
                reason=reason,
                communities=len(rows),
                findings=len(findings),
                crs=crs,
                is_sample=is_sample,
                digest=digest,
                survey=dict(survey),
            )
        )
        versioned.replace(self._connection, community, rows, number=number)
        versioned.replace(self._connection, district, _outline_rows(outline), number=number)
        if findings:
            self._connection.execute(insert(finding), [_finding_row(f, number) for f in findings])
        written = select(boundary_version).where(boundary_version.c.number == number)
        return self._version(self._connection.execute(written).one())

    def _version(self, row: Row[Any]) -> BoundaryVersion:
        held = versioned.holding_at(district, row.number).subquery()
        return BoundaryVersion(
            number=row.number,
            created_at=row.created_at,
            author=row.author,
            reason=row.reason,
            communities=row.communities,
            findings=row.findings,
            crs=row.crs,
            is_sample=row.is_sample,
            digest=row.digest,
            outline_version=self._connection.scalar(select(func.max(held.c.valid_from))),
        )


def _community_rows(layer: gpd.GeoDataFrame, crs: str) -> list[versioned.Row]:
    others = [name for name in layer.columns if name not in OWN_COLUMNS]
    attributes = layer[others].to_dict("records")
    rows = []
    for code, name, street, row, shape, other in zip(
        layer.index,
        layer["name"],
        layer["street"],
        layer["row"],
        versioned.wkb(layer.geometry),
        attributes,
        strict=True,
    ):
        content: versioned.Row = {
            "code": str(code),
            "name": str(name),
            "street": str(street),
            "row": int(row),
            "attributes": {str(k): versioned.json_cell(v) for k, v in other.items()},
            "crs": crs,
            "geometry": shape,
        }
        rows.append(content | {"digest": versioned.digest_of(content, without=["row"])})
    return rows


def _outline_rows(outline: gpd.GeoDataFrame | None) -> list[versioned.Row]:
    if outline is None:
        return []
    crs = versioned.one_crs(outline)
    rows: list[versioned.Row] = [
        {"crs": crs, "geometry": shape} for shape in versioned.wkb(outline.geometry)
    ]
    return [row | {"digest": versioned.digest_of(row)} for row in rows]


def _finding_row(seen: Finding, number: int) -> versioned.Row:
    x, y = seen.point or (None, None)
    return {
        "version": number,
        "key": seen.key,
        "check": seen.check,
        "severity": seen.severity,
        "communities": list(seen.communities),
        "area_m2": float(seen.area_m2),
        "width_m": None if seen.width_m is None else float(seen.width_m),
        "point_x": None if x is None else float(x),
        "point_y": None if y is None else float(y),
        "text_zh": seen.text.zh,
        "text_en": seen.text.en,
        "geometry": None if seen.geometry is None else shapely.to_wkb(seen.geometry),
    }
