"""A row of unit squares with a register and a population that can be drawn."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

CRS = "EPSG:4547"


@pytest.fixture(scope="session")
def register():
    """``register(s1=(5, 5), s2=((5, 5), {"status": "planned"}))``: a register frame by id."""

    def make(crs=CRS, **facilities):
        rows = []
        for place in facilities.values():
            point, more = place if place and isinstance(place[1], dict) else (place, {})
            defaults = {
                "name": "",
                "kind": "elder_station",
                "status": "open",
                "opened": "",
                "places": np.nan,
                "beds": np.nan,
                "meals_per_day": np.nan,
                "community": "",
                "community_name": "",
                "street": "",
                "geometry": shapely.Point(point) if point else None,
            }
            rows.append(defaults | more)
        columns = list(rows[0]) if rows else ["name", "kind", "status", "beds", "geometry"]
        frame = pd.DataFrame(rows, columns=columns, index=pd.Index(list(facilities), name="id"))
        return gpd.GeoDataFrame(frame, geometry="geometry", crs=crs)

    return make


@pytest.fixture(scope="session")
def people():
    """``people(A=(90, 10))``: under 60 and 60+ (of whom nobody is 65+) by code."""

    def make(*, population="registered", year=2024, name="", street="", **counts):
        rows = [
            (code, name, street, year, population, low, high, count)
            for code, (young, old) in counts.items()
            for low, high, count in ((0, 59, young), (60, 64, old), (65, 200, 0))
        ]
        columns = ["code", "name", "street", "year", "population", "age_from", "age_to", "count"]
        return pd.DataFrame(rows, columns=columns)

    return make
