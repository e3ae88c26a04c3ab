"""Uploaded files' results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from gis_service.model.versions import StoredSurvey
from gis_service.storage.tables import survey


class Surveys:
    """The stored surveys within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, survey_id: int) -> StoredSurvey | None:
        """Give one, whole."""
        row = self._connection.execute(select(survey).where(survey.c.id == survey_id)).first()
        return None if row is None else _stored(row._mapping)

    def latest(
        self, limit: int, *, before: int | None = None, user: str | None = None
    ) -> list[StoredSurvey]:
        """Give the newest first, without their GeoJSON."""
        light = select(survey.c.id, survey.c.created_at, survey.c.user, survey.c.report)
        if before is not None:
            light = light.where(survey.c.id < before)
        if user is not None:
            light = light.where(survey.c.user == user)
        rows = self._connection.execute(light.order_by(survey.c.id.desc()).limit(limit))
        return [_stored(row) for row in rows.mappings()]

    def add(
        self,
        *,
        created_at: str,
        user: str,
        report: Mapping[str, Any],
        findings_geojson: bytes,
        communities_geojson: bytes,
    ) -> StoredSurvey:
        """Keep one; the database gives its id."""
        facts = report["survey"]
        statement = insert(survey).values(
            created_at=created_at,
            user=user,
            file_name=facts["path"],
            sha256=facts["sha256"],
            report=dict(report),
            findings_geojson=findings_geojson,
            communities_geojson=communities_geojson,
        )
        survey_id = self._connection.execute(statement.returning(survey.c.id)).scalar_one()
        stored = self.get(survey_id)
        assert stored is not None  # noqa: S101 -- it was written one line above
        return stored


def _stored(values: RowMapping) -> StoredSurvey:
    return StoredSurvey(
        id=values["id"],
        created_at=values["created_at"],
        user=values["user"],
        report=values["report"],
        findings_geojson=bytes(values.get("findings_geojson") or b""),
        communities_geojson=bytes(values.get("communities_geojson") or b""),
    )
