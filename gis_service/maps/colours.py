"""The colours and marks of the maps: told apart without colour vision, and in print.

Overlaps are red diamonds and hatched, gaps amber triangles and hatched; no facility has either
shape. What is only worth knowing is small and pale. Coverage classes differ in lightness as well
as in hue (after Okabe and Ito, and ColorBrewer).
"""

from __future__ import annotations

from typing import Any

Style = dict[str, Any]

STREETS = (
    "#a9c8e6", "#f3d9a4", "#b7dcc0", "#e3c1d6", "#cfd4a8",
    "#9fd3d6", "#f0c3b0", "#c6c3e6", "#d8e3c0", "#dccdb8",
)  # fmt: skip

COMMUNITY: Style = {"color": "#5b6775", "weight": 1, "fillColor": "#dfe5ec", "fillOpacity": 0.65}
PLAIN: Style = {**COMMUNITY, "fillColor": "#eceff3", "fillOpacity": 0.8}

OVERLAP: Style = {"color": "#b3152b", "weight": 2, "hatch": "#d62839", "fillOpacity": 1}
GAP: Style = {
    "color": "#a35c00", "weight": 2, "dashArray": "5 3", "hatch": "#f0a202", "fillOpacity": 1,
}  # fmt: skip
SLIVER: Style = {"color": "#6f5a8e", "weight": 2, "fillColor": "#6f5a8e", "fillOpacity": 0.6}
ERROR: Style = {
    "color": "#20262e", "weight": 2, "dashArray": "2 3", "fillColor": "#20262e",
    "fillOpacity": 0.08,
}  # fmt: skip

NOTE: Style = {
    "color": "#4a6b8a", "weight": 1, "dashArray": "1 4", "fillColor": "#4a6b8a", "fillOpacity": 0.1,
}  # fmt: skip

OVERLAP_MARK: Style = {"shape": "diamond", "color": "#b3152b", "size": 15}
GAP_MARK: Style = {"shape": "triangle", "color": "#c77700", "size": 15}
SLIVER_MARK: Style = {"shape": "square", "color": "#6f5a8e", "size": 11}
ERROR_MARK: Style = {"shape": "cross", "color": "#20262e", "size": 14}
NOTE_MARK: Style = {"shape": "circle", "color": "#4a6b8a", "size": 9}

COVERAGE: dict[str, Style] = {
    "covered": {"fillColor": "#1b7f79", "fillOpacity": 0.85},
    "planned": {"fillColor": "#9bd3c9", "fillOpacity": 0.85},
    "uncovered": {"fillColor": "#e8743b", "fillOpacity": 0.85},
    "not_ageing": {"fillColor": "#e9ecf0", "fillOpacity": 0.9},
    "unknown": {"fillColor": "#ffffff", "fillOpacity": 0.9, "dashArray": "3 3"},
}

CHANGED: Style = {"color": "#1b4f8f", "weight": 2, "fillColor": "#1b4f8f", "fillOpacity": 0.08}
CHANGES: dict[str, Style] = {
    "changed": {},
    "added": {"color": "#1b7f79", "fillColor": "#1b7f79", "fillOpacity": 0.25},
    "removed": {
        "color": "#b3152b", "fillColor": "#b3152b", "fillOpacity": 0.2, "dashArray": "6 4",
    },
    "recoded": {"color": "#6f5a8e", "fillColor": "#6f5a8e", "fillOpacity": 0.2},
    "renamed": {"color": "#8a6d00", "fillColor": "#f3d9a4", "fillOpacity": 0.4},
    "reassigned": {"color": "#8a6d00", "fillColor": "#f3d9a4", "fillOpacity": 0.4},
}  # fmt: skip
PIECE: Style = {"color": "#0b57d0", "weight": 2, "hatch": "#0b57d0", "fillOpacity": 1}
PIECES: dict[str, Style] = {
    "moved": {},
    "won": {"color": "#1b7f79", "hatch": "#1b7f79"},
    "left": {"color": "#a35c00", "hatch": "#f0a202", "dashArray": "5 3"},
}

KINDS: dict[str, Style] = {
    "elder_station": {"shape": "circle", "color": "#0b57d0"},
    "elder_centre": {"shape": "hexagon", "color": "#4a148c", "size": 22},
    "nursing_home": {"shape": "square", "color": "#00695c"},
    "meal_point": {"shape": "bowl", "color": "#6b4f1d"},
    "day_care": {"shape": "house", "color": "#a3195b"},
    "child_protection_station": {"shape": "circle", "color": "#5d6d1e"},
    "social_work_station": {"shape": "square", "color": "#37474f"},
    "service_centre": {"shape": "hexagon", "color": "#8d1f1f"},
}
STATUSES: dict[str, Style] = {
    "open": {},
    "building": {"fill": "dashed"},
    "planned": {"fill": "hollow"},
    "closed": {"fill": "faded"},
}
