"""Which ageing communities have an elder station: a choropleth and the stations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gis_service.maps import legends, specs
from gis_service.maps.elements import ServiceMap
from gis_service.maps.page import MapPage, assemble
from gis_service.model.text import Text

if TYPE_CHECKING:
    from gis_service.services.overview import Overview

TITLE = Text("养老覆盖图", "Elder-station coverage")


def build(overview: Overview, lang: str) -> ServiceMap:
    """Build the map; it shows the kinds of facilities that the policy counts."""
    counted = overview.coverage.policy.covering_kinds
    statuses = {s for kind in counted for s in overview.facilities.get(kind, {})}
    served = partial(specs.served, as_of=overview.as_of)
    return assemble(
        "coverage",
        label=TITLE.in_language(lang),
        lang=lang,
        layers=[
            specs.coverage(served("coverage"), lang=lang),
            specs.facilities(served("facilities"), lang=lang, kinds=counted),
        ],
        legend=[legends.coverage(lang), *legends.facilities(lang, counted, statuses)],
        search="coverage",
    )


COVERAGE = MapPage(
    name="coverage",
    title=TITLE,
    description=Text(
        "老龄化社区的长者服务站覆盖情况", "Ageing communities with and without an elder station"
    ),
    tables=("coverage", "facilities"),
    build=build,
)
