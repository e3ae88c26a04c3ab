"""Coverage by figure: a choropleth whose figure is chosen, stations, catchments, who is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gis_service.maps import colours, legends, specs, words
from gis_service.maps.elements import Call, DataLayer, ServiceMap
from gis_service.maps.page import assemble
from gis_service.texts import translator

COMMUNITIES = {"url": "/api/v1/coverage/layers/communities"}
CATCHMENTS = {"url": "/api/v1/coverage/layers/catchments"}
UNREACHED = {"url": "/api/v1/coverage/unreached"}

GOOD = ("#edf8fb", "#b2e2e2", "#66c2a4", "#2ca25f", "#006d2c")
BAD = ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000")
"""Five classes, light to dark (ColorBrewer BuGn and OrRd): dark is much of it."""
UNKNOWN: colours.Style = {"fillColor": "#ffffff", "fillOpacity": 0.9, "dashArray": "3 3"}
RINGS: dict[str, colours.Style] = {
    "5": {"fillColor": "#0b3d91", "fillOpacity": 0.35},
    "10": {"fillColor": "#2f6fd0", "fillOpacity": 0.25},
    "15": {"fillColor": "#8ab4f0", "fillOpacity": 0.22},
}
RING: colours.Style = {"color": "#0b3d91", "weight": 1, "interactive": False}
DOT: colours.Style = {"shape": "circle", "color": "#b3152b"}
DOTS: dict[str, colours.Style] = {"0": {"size": 8}, "1": {"size": 13}, "2": {"size": 19}}


@dataclass(frozen=True, kw_only=True)
class Shading:
    """How the choropleth's figure is told: its name, the classes' labels, which end is good."""

    name: str
    title: str
    labels: tuple[str, ...]
    more_is_better: bool


def class_labels(breaks: Sequence[float], *, factor: float, unit: str) -> tuple[str, ...]:
    """Say in words what lies between the breaks.

    Examples
    --------
    >>> class_labels((0.25, 0.5), factor=100.0, unit=" %")
    ('< 25 %', '25 – 50 %', '≥ 50 %')
    """
    told = [f"{value * factor:g}" for value in breaks]
    inner = [f"{a} – {b}{unit}" for a, b in pairwise(told)]
    return (f"< {told[0]}{unit}", *inner, f"≥ {told[-1]}{unit}")


def build(
    lang: str,
    *,
    shading: Shading | None,
    kinds: tuple[str, ...],
    statuses: Iterable[str],
    sees_blocks: bool,
    grades: tuple[int, ...],
    name: str = "outlook",
) -> ServiceMap:
    """Build the map.

    Parameters
    ----------
    shading
        The chosen figure; None: covered or not.
    kinds, statuses
        Of the facilities that are shown.
    sees_blocks
        Whether the reader may see single blocks: then who is left is shown as dots.
    grades
        Elders from which a dot is larger.
    """
    _ = translator(lang)
    layers = [_communities(lang, shading), _catchments(lang)]
    groups = [_legend(lang, shading)]
    if sees_blocks:
        layers.append(_unreached(lang))
        groups.append(_dots(lang, grades))
    layers.append(specs.facilities(specs.served("facilities"), lang=lang, kinds=kinds))
    groups += legends.facilities(lang, kinds, statuses)
    groups.append(_rings(lang))
    built = assemble(
        name,
        label=_("Coverage by figure"),
        lang=lang,
        layers=layers,
        legend=groups,
        search="coverage",
    )
    Call("offer").add_to(built)
    return built


def _communities(lang: str, shading: Shading | None) -> DataLayer:
    _ = translator(lang)
    spec: dict[str, Any] = {
        "id": "coverage",
        "kind": "communities",
        "source": COMMUNITIES,
        "fit": True,
        "by": "class" if shading is None else f"band_{shading.name}",
        "style": colours.COMMUNITY,
        "classes": colours.COVERAGE if shading is None else _classes(shading),
        "title": [["name", None], ["code", None]],
        "fields": [
            _field("class", _("Coverage"), values=words.classes(lang), brief=True),
            _field("street", _("Street"), brief=True),
            _field("elders", _("Elders"), "count"),
            _field("elder_share", _("Share of elders"), "percent"),
            _field("reach", _("Elders within the walk"), "percent", brief=True),
            _field("nearest_min", _("Median walk to a station (min)"), "number"),
            _field("per_1000_places", _("Places per 1,000 elders"), "number"),
            _field("per_1000_beds", _("Beds per 1,000 elders"), "number"),
        ],
        "link": {"property": "code", "prefix": "/communities/", "label": _("Community sheet")},
    }
    label = _("Coverage of ageing communities") if shading is None else shading.title
    return DataLayer(label, spec)


def _classes(shading: Shading) -> dict[str, colours.Style]:
    ramp = GOOD if shading.more_is_better else BAD
    made = {str(at): {"fillColor": c, "fillOpacity": 0.8} for at, c in enumerate(ramp)}
    return made | {"none": UNKNOWN}


def _catchments(lang: str) -> DataLayer:
    _ = translator(lang)
    spec: dict[str, Any] = {
        "id": "catchments",
        "kind": "catchments",
        "source": CATCHMENTS,
        "by": "minutes",
        "style": RING,
        "classes": RINGS,
        "title": [["minutes", None]],
        "fields": [],
    }
    return DataLayer(_("Catchments on foot (approximate)"), spec, show=False)


def _unreached(lang: str) -> DataLayer:
    _ = translator(lang)
    spec: dict[str, Any] = {
        "id": "unreached",
        "kind": "blocks",
        "source": UNREACHED,
        "mark": DOT,
        "marks": [{"by": "grade", "classes": DOTS}],
        "title": [["name", None]],
        "fields": [
            _field("elders", _("Elders"), "count", brief=True),
            _field("minutes", _("Walk to the nearest station (min)"), "number", brief=True),
        ],
    }
    return DataLayer(_("Elders out of reach, by block"), spec)


def _legend(lang: str, shading: Shading | None) -> dict[str, Any]:
    if shading is None:
        group = legends.coverage(lang)
        items = [item for item in group["items"] if item["style"] != _planned()]
        return group | {"items": items}
    _ = translator(lang)
    styles = _classes(shading)
    labels = [*enumerate(shading.labels), ("none", _("no figure"))]
    items = [
        {"label": label, "style": {**colours.COMMUNITY, **styles[str(at)]}} for at, label in labels
    ]
    return {"title": shading.title, "items": items}


def _planned() -> colours.Style:
    return {**colours.COMMUNITY, **colours.COVERAGE["planned"]}


def _dots(lang: str, grades: tuple[int, ...]) -> dict[str, Any]:
    labels = class_labels(grades, factor=1.0, unit="")
    items = [{"label": label, "style": {**DOT, **DOTS[str(at)]}} for at, label in enumerate(labels)]
    return {"title": translator(lang)("Elders out of reach, by block"), "items": items}


def _rings(lang: str) -> dict[str, Any]:
    _ = translator(lang)
    items = [
        {"label": f"≤ {minutes} min", "style": {**RING, **style}}
        for minutes, style in RINGS.items()
    ]
    return {"title": _("Catchments on foot (approximate)"), "items": items}


def _field(
    name: str, label: str, form: str = "text", *,
    values: Mapping[str, str] | None = None, brief: bool = False,
) -> dict[str, Any]:  # fmt: skip
    return {"name": name, "label": label, "format": form, "words": values, "brief": brief}
