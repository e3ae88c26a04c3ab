"""Register versions: facilities, residents by age band, policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, Table, func, insert, select

from gis_service.model.facilities import FACILITY_COLUMNS
from gis_service.model.policy import Policy
from gis_service.model.population import POPULATION_COLUMNS
from gis_service.model.versions import RegisterKind, RegisterVersion
from gis_service.storage import versioned
from gis_service.storage.tables import facility, policy, population, register_version

TABLES: dict[RegisterKind, Table] = {
    "facilities": facility,
    "population": population,
    "policy": policy,
}
NUMBERS = ("places", "beds", "meals_per_day")


class Register:
    """The register versions within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, kind: RegisterKind) -> RegisterVersion | None:
        """Give the newest version of one register."""
        query = select(register_version).where(register_version.c.kind == kind)
        newest = query.order_by(register_version.c.number.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return None if row is None else _version(row)

    def at(self, kind: RegisterKind, instant: str) -> RegisterVersion | None:
        """Give the version of one register that held at an instant."""
        query = select(register_version).where(
            register_version.c.kind == kind, register_version.c.created_at <= instant
        )
        newest = query.order_by(register_version.c.number.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return None if row is None else _version(row)

    def facilities(self, version: RegisterVersion) -> gpd.GeoDataFrame:
        """Give its facilities, ordered by id, with FACILITY_COLUMNS."""
        rows = self._connection.execute(versioned.holding_at(facility, version.number)).all()
        rows = sorted(rows, key=lambda row: (row.facility, row.id))
        names = [name for name in FACILITY_COLUMNS if name != "geometry"]
        frame: gpd.GeoDataFrame = versioned.frame(
            rows, index="id", column="facility", crs=version.crs, names=names
        )
        return frame.astype(dict.fromkeys(NUMBERS, float))

    def population(self, version: RegisterVersion) -> pd.DataFrame:
        """Give its residents by age band, with POPULATION_COLUMNS."""
        query = versioned.holding_at(population, version.number)
        rows = self._connection.execute(query.order_by(population.c.id)).all()
        columns = {name: [row._mapping[name] for row in rows] for name in POPULATION_COLUMNS}
        return pd.DataFrame(columns)

    def policy(self, version: RegisterVersion) -> Policy:
        """Give its policy."""
        query = versioned.holding_at(policy, version.number)
        return Policy.from_mapping(self._connection.execute(query).one().content)

    def add(
        self,
        kind: RegisterKind,
        content: gpd.GeoDataFrame | pd.DataFrame | Policy,
        *,
        created_at: str,
        author: str,
        is_sample: bool,
        survey: Mapping[str, Any],
    ) -> RegisterVersion:
        """Write a new version; rows that did not change stay as they are."""
        number = versioned.next_number(self._connection, register_version)
        rows, crs = _rows(content)
        newest = self._connection.scalar(select(func.max(register_version.c.created_at)))
        values = {
            "number": number,
            "kind": kind,
            "created_at": max(created_at, newest or ""),
            "author": author,
            "rows": len(rows),
            "crs": crs,
            "is_sample": is_sample,
            "digest": versioned.digest_of_all(row["digest"] for row in rows),
            "survey": dict(survey),
        }
        self._connection.execute(insert(register_version).values(values))
        versioned.replace(self._connection, TABLES[kind], rows, number=number)
        written = select(register_version).where(register_version.c.number == number)
        return _version(self._connection.execute(written).one())


def _version(row: Row[Any]) -> RegisterVersion:
    return RegisterVersion(
        number=row.number,
        created_at=row.created_at,
        author=row.author,
        kind=row.kind,
        rows=row._mapping["rows"],
        crs=row.crs,
        is_sample=row.is_sample,
        digest=row.digest,
    )


def _rows(
    content: gpd.GeoDataFrame | pd.DataFrame | Policy,
) -> tuple[list[versioned.Row], str]:
    crs = ""
    if isinstance(content, Policy):
        rows: list[versioned.Row] = [{"content": content.to_mapping()}]
    elif isinstance(content, gpd.GeoDataFrame):
        crs = versioned.one_crs(content)
        rows = _facility_rows(content, crs)
    else:
        rows = _population_rows(content)
    return [row | {"digest": versioned.digest_of(row)} for row in rows], crs


def _facility_rows(register: gpd.GeoDataFrame, crs: str) -> list[versioned.Row]:
    names = [name for name in FACILITY_COLUMNS if name != "geometry"]
    shapes = versioned.wkb(register.geometry)
    records = register[names].to_dict("records")
    return [
        {"facility": str(name), "crs": crs, "geometry": shape}
        | {key: _number(value) if key in NUMBERS else str(value) for key, value in record.items()}
        for name, shape, record in zip(register.index, shapes, records, strict=True)
    ]


def _population_rows(people: pd.DataFrame) -> list[versioned.Row]:
    return [
        {
            "code": str(row["code"]),
            "name": str(row["name"]),
            "street": str(row["street"]),
            "year": "" if pd.isna(row["year"]) else str(row["year"]),
            "population": str(row["population"]),
            "age_from": int(row["age_from"]),
            "age_to": int(row["age_to"]),
            "count": float(row["count"]),
        }
        for row in people[list(POPULATION_COLUMNS)].to_dict("records")
    ]


def _number(value: Any) -> float | None:
    number = float(value)
    return number if np.isfinite(number) else None
