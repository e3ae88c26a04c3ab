"""A district small enough to draw: four squares of 1 km, one overlap, one gap.

::

    2000 ┌─────────┬─ gap ───┐      A and B overlap by 100 m (100,000 m²);
         │    C    ├─────────┤      the northern 100 m of D's square belong to nobody.
    1000 ├─────────┤    D    │
         │    A  ┌─┼─────────┤      Streets: 南街 (A, B), 北街 (C, D).
       0 └───────┴─┴────B────┘
         0        1000      2000    from E 513000, N 2494000 in EPSG:4547
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from shapely import Point, box
from shapely.affinity import translate

EAST, NORTH = 513_000, 2_494_000
CRS = "EPSG:4547"

SQUARES = {
    "A": box(0, 0, 1000, 1000),
    "B": box(900, 0, 2000, 1000),
    "C": box(0, 1000, 1000, 2000),
    "D": box(1000, 1000, 2000, 1900),
}
STREETS = {"A": "南街", "B": "南街", "C": "北街", "D": "北街"}
STATIONS = {
    "s1": (500, 500, "open", "A"),
    "s2": (950, 500, "open", "A"),
    "s3": (500, 1500, "planned", "D"),
    "s4": (5000, 5000, "open", ""),
}
PEOPLE = {"A": (80, 20), "B": (95, 5), "C": (70, 30)}


def communities(changed: dict[str, object] | None = None) -> gpd.GeoDataFrame:
    """Give the communities, some with another shape."""
    shapes = SQUARES | (changed or {})
    return gpd.GeoDataFrame(
        {
            "code": list(shapes),
            "name": [f"{code}社区" for code in shapes],
            "street": [STREETS.get(code, "北街") for code in shapes],
            "surveyor": ["张" for _ in shapes],
        },
        geometry=[translate(shape, EAST, NORTH) for shape in shapes.values()],
        crs=CRS,
    )


def write_communities(path: Path, changed: dict[str, object] | None = None) -> Path:
    """Write the communities as GeoPackage."""
    communities(changed).to_file(path, driver="GPKG")
    return path


def write_outline(path: Path) -> Path:
    """Write the district's outline as GeoPackage."""
    outline = translate(box(0, 0, 2000, 2000), EAST, NORTH)
    gpd.GeoDataFrame(geometry=[outline], crs=CRS).to_file(path, driver="GPKG")
    return path


def write_facilities(path: Path) -> Path:
    """Write four stations: inside, on disputed land, recorded elsewhere, outside."""
    gpd.GeoDataFrame(
        {
            "id": list(STATIONS),
            "name": [f"{name}站" for name in STATIONS],
            "kind": ["elder_station" for _ in STATIONS],
            "status": [station[2] for station in STATIONS.values()],
            "beds": [10.0, None, 5.0, None],
            "community_code": [station[3] for station in STATIONS.values()],
        },
        geometry=[Point(EAST + s[0], NORTH + s[1]) for s in STATIONS.values()],
        crs=CRS,
    ).to_file(path, driver="GPKG")
    return path


def write_population(path: Path) -> Path:
    """Write residents below 60 and from 60 on."""
    lines = ["code,name,street,year,population,age_from,age_to,count"]
    for code, (young, old) in PEOPLE.items():
        for start, end, count in ((0, 59, young), (60, 64, 0), (65, 200, old)):
            lines.append(f"{code},{code}社区,{STREETS[code]},2025,registered,{start},{end},{count}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
