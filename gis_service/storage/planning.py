"""Layers of planning and scenarios."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from sqlalchemy import Connection, RowMapping, func, insert, select

from gis_service.model.scenarios import LayerKind, PlanningLayer, Scenario
from gis_service.storage.planning_tables import planning_layer, scenario

_FACTS = [column for column in planning_layer.c if column.name != "content"]


class Planning:
    """Layers and scenarios within one transaction; both are only ever added to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, kind: LayerKind) -> PlanningLayer | None:
        """Give the newest version of a layer, without its content."""
        query = select(*_FACTS).where(planning_layer.c.kind == kind)
        newest = query.order_by(planning_layer.c.number.desc()).limit(1)
        row = self._connection.execute(newest).mappings().first()
        return None if row is None else PlanningLayer(**row)

    def content(self, number: int) -> bytes:
        """Give the content of a version."""
        query = select(planning_layer.c.content).where(planning_layer.c.number == number)
        return bytes(self._connection.execute(query).scalar_one())

    def add_layer(self, layer: PlanningLayer, content: bytes) -> PlanningLayer:
        """Write a new version; its number and digest are given here."""
        last = self._connection.scalar(select(func.max(planning_layer.c.number)))
        made = replace(layer, number=(last or 0) + 1, digest=sha256(content).hexdigest())
        values = {name: getattr(made, name) for name in PlanningLayer.__dataclass_fields__}
        self._connection.execute(insert(planning_layer).values(content=content, **values))
        return made

    def scenario(self, number: int) -> Scenario | None:
        """Give one scenario."""
        query = select(scenario).where(scenario.c.number == number)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _scenario(row)

    def scenarios(self, limit: int) -> list[Scenario]:
        """Give the newest first."""
        query = select(scenario).order_by(scenario.c.number.desc()).limit(limit)
        return [_scenario(row) for row in self._connection.execute(query).mappings()]

    def add_scenario(self, given: Scenario) -> Scenario:
        """Write a scenario; its number is given here."""
        last = self._connection.scalar(select(func.max(scenario.c.number)))
        made = replace(given, number=(last or 0) + 1)
        values = {name: getattr(made, name) for name in Scenario.__dataclass_fields__}
        self._connection.execute(insert(scenario).values(values))
        return made


def _scenario(row: RowMapping) -> Scenario:
    return Scenario(**row)
