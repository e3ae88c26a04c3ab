"""The district at a glance: communities by street, findings, facilities, coverage."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gis_service.maps import legends, specs
from gis_service.maps.elements import ServiceMap
from gis_service.maps.page import MapPage, assemble
from gis_service.model.text import Text

if TYPE_CHECKING:
    from gis_service.services.overview import Overview

TITLE = Text("总览图", "District overview")


def build(overview: Overview, lang: str) -> ServiceMap:
    """Build the map; its data comes from this server's collections."""
    statuses = {status for of_kind in overview.facilities.values() for status in of_kind}
    served = partial(specs.served, as_of=overview.as_of)
    return assemble(
        "overview",
        label=TITLE.in_language(lang),
        lang=lang,
        layers=[
            specs.communities(served("communities"), lang=lang),
            specs.coverage(served("coverage"), lang=lang, show=False),
            *specs.findings(served("findings"), lang=lang),
            specs.facilities(served("facilities"), lang=lang),
        ],
        legend=[
            legends.findings(lang),
            *legends.facilities(lang, overview.facilities, statuses),
            legends.coverage(lang),
            legends.streets(lang),
        ],
    )


OVERVIEW = MapPage(
    name="overview",
    title=TITLE,
    description=Text(
        "社区、边界问题、设施与覆盖", "Communities, boundary findings, facilities and coverage"
    ),
    tables=("findings", "communities", "facilities"),
    build=build,
)
