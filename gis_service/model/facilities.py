"""Facilities: their kinds and states."""

from __future__ import annotations

from gis_service.model.text import Text

FACILITY_KINDS: dict[str, Text] = {
    "elder_station": Text("长者服务站", "elder station"),
    "elder_centre": Text("长者服务中心", "elder centre"),
    "nursing_home": Text("养老机构", "nursing home"),
    "meal_point": Text("长者助餐点", "meal point"),
    "day_care": Text("日间照料中心", "day care"),
    "child_protection_station": Text("未保站", "child-protection station"),
    "social_work_station": Text("社工站", "social-work station"),
    "service_centre": Text("党群服务中心", "party-and-community service centre"),
}
"""Kind of a facility → what it is called. A station serves a community, a centre a street."""

FACILITY_STATUSES: dict[str, Text] = {
    "open": Text("已开放", "open"),
    "building": Text("在建", "building"),
    "planned": Text("规划", "planned"),
    "closed": Text("已关闭", "closed"),
}
"""State of a facility → what it is called."""

FACILITY_COLUMNS = (
    "name",
    "kind",
    "status",
    "opened",
    "places",
    "beds",
    "meals_per_day",
    "community",
    "community_name",
    "street",
    "geometry",
)
"""Columns of a register frame; its index is ``id`` (text).

``opened`` is an ISO date or year as text, ``places``, ``beds`` and ``meals_per_day`` are floats
(NaN: unknown), ``community`` is the code that the register declares ("" when none),
``community_name`` and ``street`` what it calls them, ``geometry`` a point in the working CRS.
"""
