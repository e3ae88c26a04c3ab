"""Residents by age band: the columns of the tidy table."""

from __future__ import annotations

from typing import Literal

from gis_service.model.text import Text

PopulationKind = Literal["registered", "resident"]

POPULATION_KINDS: dict[PopulationKind, Text] = {
    "registered": Text("户籍人口", "registered people"),
    "resident": Text("常住人口", "residents"),
}

POPULATION_COLUMNS = (
    "code",
    "name",
    "street",
    "year",
    "population",
    "age_from",
    "age_to",
    "count",
)
"""Columns of a population frame: one row per community, population and age band.

``population`` is ``registered``, ``resident`` or ``unstated``; ``age_from`` and ``age_to`` are
whole years, both ends included (``age_to`` 200 for an open band); ``count`` is people.
"""

OPEN_AGE = 200
"""The ``age_to`` of a band without an upper end, such as 85+."""
