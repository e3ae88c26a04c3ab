"""Boundary findings in focus: communities stay plain beneath them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gis_service.maps import legends, specs
from gis_service.maps.elements import ServiceMap
from gis_service.maps.page import MapPage, assemble
from gis_service.model.text import Text

if TYPE_CHECKING:
    from gis_service.services.overview import Overview

TITLE = Text("边界问题图", "Boundary findings")


def build(overview: Overview, lang: str) -> ServiceMap:
    """Build the map; its data comes from this server's collections."""
    served = partial(specs.served, as_of=overview.as_of)
    return assemble(
        "disputes",
        label=TITLE.in_language(lang),
        lang=lang,
        layers=[
            specs.communities(served("communities"), lang=lang, by_street=False),
            *specs.findings(served("findings"), lang=lang),
        ],
        legend=[legends.findings(lang)],
    )


DISPUTES = MapPage(
    name="disputes",
    title=TITLE,
    description=Text(
        "重叠、空白、细缝及其他错误", "Overlaps, gaps, slivers and other faults of the boundaries"
    ),
    tables=("findings", "communities"),
    build=build,
)
