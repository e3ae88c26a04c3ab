"""The facility register: invented facilities, at places that tell the story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gis_service.samples.partition import Community
from gis_service.samples.story import Story
from gis_service.samples.terrain import CRS, on_grid

THIS_YEAR = 2026
"""The year in which the planned facilities are to open."""

_TITLES = {
    "elder_station": "长者服务站",
    "elder_centre": "长者服务中心",
    "nursing_home": "养老院",
    "meal_point": "长者助餐点",
    "day_care": "日间照料中心",
}
_CAPACITY: dict[str, dict[str, tuple[int, int, int]]] = {
    # column: (least, most, step)
    "elder_station": {
        "places": (20, 60, 5),
        "beds": (0, 10, 2),
        "meals_per_day": (30, 150, 10),
        "floor_area_m2": (200, 800, 10),
    },
    "elder_centre": {
        "places": (60, 150, 10),
        "beds": (20, 60, 5),
        "meals_per_day": (150, 400, 10),
        "floor_area_m2": (1500, 4000, 50),
    },
    "nursing_home": {
        "beds": (80, 420, 10),
        "meals_per_day": (200, 900, 50),
        "floor_area_m2": (3000, 16_000, 100),
    },
    "meal_point": {"meals_per_day": (60, 300, 10), "floor_area_m2": (60, 300, 10)},
    "day_care": {
        "places": (20, 60, 5),
        "meals_per_day": (20, 80, 10),
        "floor_area_m2": (200, 700, 10),
    },
}
_OTHERS = (
    # kind, state, how many
    ("elder_centre", "open", 4),
    ("elder_centre", "building", 1),
    ("elder_centre", "planned", 2),
    ("nursing_home", "open", 5),
    ("nursing_home", "building", 1),
    ("meal_point", "open", 8),
    ("day_care", "open", 5),
)


@dataclass
class Pools:
    """Free places: per community, points well inside it and far from every fault."""

    communities: list[Community]
    points: list[list[shapely.Point]]

    def take(self, position: int) -> shapely.Point:
        """Give a free place of a community, and take it away."""
        return self.points[position].pop()

    def take_near(self, position: int, other: shapely.Polygon) -> shapely.Point:
        """Give the free place nearest to another community, and take it away."""
        free = self.points[position]
        distances = shapely.distance(np.array(free), other)
        return free.pop(int(np.argmin(distances)))


def draw_register(
    pools: Pools, story: Story, *, polygons: list[shapely.Polygon], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Draw the register (index ``id``, columns of FACILITY_COLUMNS and ``floor_area_m2``)."""
    rows: list[dict[str, object]] = []

    def add(kind: str, status: str, position: int, point: shapely.Point | None = None) -> None:
        place = pools.take(position) if point is None else point
        rows.append(_row(pools.communities[position], kind, status, rng) | {"geometry": place})

    for position in story.covered:
        in_dispute = position == story.claimant
        add("elder_station", "open", position, _deepest(story) if in_dispute else None)
    lies = pools.take_near(story.lies_in, polygons[story.recorded])
    add("elder_station", "open", story.recorded, lies)
    for status, positions in (("planned", story.planned), ("building", story.building)):
        for position in positions:
            add("elder_station", status, position)
    plain = [
        i
        for i in range(len(polygons))
        if i not in (story.recorded, story.lies_in, story.bears, story.bears_code_of)
    ]
    young = [i for i in plain if not story.ageing[i]]
    for i in rng.permutation(len(young))[:2]:
        add("elder_station", "open", young[int(i)])
    without = {*story.covered, *story.planned, *story.building}
    closed = [i for i in plain if story.ageing[i] and i not in without]
    add("elder_station", "closed", closed[int(rng.integers(len(closed)))])
    _add_others(add, plain, pools, rng)
    return _frame(rows)


def _add_others(
    add: Callable[[str, str, int], None], plain: list[int], pools: Pools, rng: np.random.Generator
) -> None:
    used: dict[str, set[str]] = {}
    for kind, status, count in _OTHERS:
        taken = used.setdefault(kind, set())
        left = count
        for i in rng.permutation(len(plain)):
            community = pools.communities[plain[int(i)]]
            # One centre a street; the others at most one a community.
            mark = community.street.code if kind == "elder_centre" else community.code
            if left and mark not in taken:
                taken.add(mark)
                add(kind, status, plain[int(i)])
                left -= 1


def _row(
    community: Community, kind: str, status: str, rng: np.random.Generator
) -> dict[str, object]:
    year = THIS_YEAR if status in ("planned", "building") else int(rng.integers(2012, THIS_YEAR))
    stem = community.name.removesuffix("社区")
    if kind == "elder_centre":
        stem = f"{community.street.stem}示例"
    row: dict[str, object] = {
        "name": f"{stem}{_TITLES[kind]}",
        "kind": kind,
        "status": status,
        "opened": str(year),
    }
    for column in ("places", "beds", "meals_per_day", "floor_area_m2"):
        least, most, step = _CAPACITY[kind].get(column, (0, 0, 1))
        drawn = least + step * int(rng.integers((most - least) // step + 1))
        row[column] = float(drawn) if column in _CAPACITY[kind] else float("nan")
    return row | {
        "community": community.code,
        "community_name": community.name,
        "street": community.street.name,
    }


def _deepest(story: Story) -> shapely.Point:
    circle = shapely.maximum_inscribed_circle(story.disputed.geometry)
    x, y = on_grid(shapely.get_coordinates(circle)[0])
    return shapely.Point(float(x), float(y))


def _frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    kinds = list(_TITLES)
    rows = sorted(rows, key=lambda r: (str(r["community"])[:9], kinds.index(str(r["kind"]))))
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    frame.index = [f"LH-F{i:03d}" for i in range(1, len(rows) + 1)]
    frame.index.name = "id"
    columns = ["name", "kind", "status", "opened", "places", "beds", "meals_per_day"]
    columns += ["floor_area_m2", "community", "community_name", "street", "geometry"]
    return frame[columns]
