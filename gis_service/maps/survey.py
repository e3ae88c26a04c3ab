"""One survey's communities and findings, with the data inside the page."""

from __future__ import annotations

from gis_service.maps import legends, specs
from gis_service.maps.elements import ServiceMap
from gis_service.maps.page import assemble
from gis_service.model.text import Text

TITLE = Text("检查结果图", "Findings of the survey")
COMMUNITIES_ELEMENT = "survey-communities"
FINDINGS_ELEMENT = "survey-findings"


def build(lang: str) -> ServiceMap:
    """Build the map; the page holds the two GeoJSON documents as `data_element`."""
    return assemble(
        "survey",
        label=TITLE.in_language(lang),
        lang=lang,
        layers=[
            specs.communities(
                {"element": COMMUNITIES_ELEMENT}, lang=lang, by_street=False, figures=False
            ),
            *specs.findings({"element": FINDINGS_ELEMENT}, lang=lang, advice="text.{lang}"),
        ],
        legend=[legends.findings(lang)],
    )
