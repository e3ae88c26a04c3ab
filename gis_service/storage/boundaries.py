"""Boundary versions: communities, the district's outline, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import shapely
from sqlalchemy import Connection, Row, and_, func, insert, or_, select

from gis_service.model.findings import Finding
from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.model.versions import BoundaryVersion
from gis_service.storage import versioned
from gis_service.storage.tables import boundary_version, community, district, finding

OWN_COLUMNS = ("name", "street", "row", "geometry")
ATTRIBUTES = "attributes"
"""Column of a layer that was read from here: each row's other columns, as JSON types."""

STORING = Text("正在保存", "storing")


class Boundaries:
    """The boundary versions within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self) -> BoundaryVersion | None:
        """Give the newest version."""
        newest = select(boundary_version).order_by(boundary_version.c.number.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return None if row is None else self._version(row)

    def get(self, number: int) -> BoundaryVersion | None:
        """Give one version."""
        query = select(boundary_version).where(boundary_version.c.number == number)
        row = self._connection.execute(query).first()
        return None if row is None else self._version(row)

    def at(self, instant: str) -> BoundaryVersion | None:
        """Give the version that held at an instant."""
        query = select(boundary_version).where(boundary_version.c.created_at <= instant)
        newest = query.order_by(boundary_version.c.number.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return None if row is None else self._version(row)

    def versions(
        self, *, limit: int | None = None, before: int | None = None
    ) -> list[BoundaryVersion]:
        """Give the versions, newest first."""
        query = select(boundary_version).order_by(boundary_version.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(boundary_version.c.number < before)
        return [self._version(row) for row in self._connection.execute(query).all()]

    def survey(self, version: BoundaryVersion) -> Mapping[str, Any]:
        """Give the facts of the file behind a version."""
        facts = select(boundary_version.c.survey).where(boundary_version.c.number == version.number)
        found: Mapping[str, Any] = self._connection.execute(facts).scalar_one()
        return found

    def communities(
        self, version: BoundaryVersion, *, codes: Sequence[str] | None = None
    ) -> gpd.GeoDataFrame:
        """Give its communities, ordered by code."""
        query = versioned.holding_at(community, version.number)
        if codes is not None:
            query = query.where(community.c.code.in_(codes))
        rows = self._connection.execute(query).all()
        rows = sorted(rows, key=lambda row: (row.code, row.row, row.id))
        frame: gpd.GeoDataFrame = versioned.frame(
            rows,
            index="code",
            column="code",
            crs=version.crs,
            names=("name", "street", "row", ATTRIBUTES),
        )
        frame.attrs["has_codes"] = True
        return frame

    def changes(self, code: str) -> list[int]:
        """Give the versions in which a community came, changed or went."""
        query = select(community.c.valid_from, community.c.valid_to)
        rows = self._connection.execute(query.where(community.c.code == code)).all()
        return sorted({n for row in rows for n in (row.valid_from, row.valid_to) if n is not None})

    def changed(self, *, after: int, until: int) -> list[str]:
        """Give the codes that came, changed or went in versions ``after`` + 1 to ``until``."""
        came, went = community.c.valid_from, community.c.valid_to
        query = select(community.c.code).where(
            or_(and_(came > after, came <= until), and_(went > after, went <= until))
        )
        return sorted(set(self._connection.execute(query).scalars()))

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
        document: str = "",
        case: str = "",
        progress: Progress = silent,
    ) -> BoundaryVersion:
        """Write a new version; communities that did not change stay as they are."""
        progress(0.0, STORING)
        newest = self._connection.scalar(select(func.max(boundary_version.c.created_at)))
        number = versioned.next_number(self._connection, boundary_version)
        crs = versioned.one_crs(layer)
        rows = _community_rows(layer, crs, progress=progress)
        digest = versioned.digest_of_all(row["digest"] for row in rows)
        self._connection.execute(
            insert(boundary_version).values(
                number=number,
                created_at=max(created_at, newest or ""),
                author=author,
                reason=reason,
                communities=len(rows),
                findings=len(findings),
                crs=crs,
                is_sample=is_sample,
                digest=digest,
                survey=dict(survey),
                document=document,
                case=case,
            )
        )
        versioned.replace(
            self._connection,
            community,
            rows,
            number=number,
            told=lambda share: progress(0.4 + 0.6 * share, STORING),
        )
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
            document=row.document,
            case=row.case,
        )


def _community_rows(
    layer: gpd.GeoDataFrame, crs: str, *, progress: Progress
) -> list[versioned.Row]:
    attributes = _attributes(layer)
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
            "attributes": other,
            "crs": crs,
            "geometry": shape,
        }
        content["digest"] = versioned.digest_of(content, without=["row"])
        rows.append(content)
        if len(rows) % 1000 == 0:
            progress(0.4 * len(rows) / len(layer), STORING)
    return rows


def _attributes(layer: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Give each row's other columns as JSON types: as they were kept, or of a file's columns."""
    others = [name for name in layer.columns if name not in (*OWN_COLUMNS, ATTRIBUTES)]
    rows = [
        {str(name): versioned.json_cell(value) for name, value in row.items()}
        for row in layer[others].to_dict("records")
    ]
    if ATTRIBUTES not in layer.columns:
        return rows
    return [
        (kept if isinstance(kept, dict) else {ATTRIBUTES: versioned.json_cell(kept)}) | row
        for kept, row in zip(layer[ATTRIBUTES], rows, strict=True)
    ]


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
