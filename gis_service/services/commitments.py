"""From a scenario to the register: its sites become planned facilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_service.errors import ConflictError, NotFoundError
from gis_service.model.facilities import FACILITY_COLUMNS
from gis_service.model.people import Actor
from gis_service.model.scenarios import Scenario
from gis_service.model.versions import RegisterVersion
from gis_service.services.access import require
from gis_service.services.ports import Clock, Database
from gis_service.services.scenarios import WGS84, Scenarios
from gis_service.services.snapshots import Snapshots

NUMBERS = ("places", "beds", "meals_per_day")


@dataclass(frozen=True, kw_only=True)
class Commitments:
    """The use case of writing a scenario's sites into the facility register."""

    scenarios: Scenarios
    database: Database
    clock: Clock
    snapshots: Snapshots

    def commit(self, number: int, *, actor: Actor) -> tuple[RegisterVersion, list[str]]:
        """Add the sites of a scenario as planned facilities; give the version and their ids.

        Raises
        ------
        NotFoundError
            When there is no such scenario, or no facility register.
        ConflictError
            When its sites are in the register already.
        ForbiddenError, UnauthenticatedError
            For who may not edit the register.
        """
        require(actor, "register.edit")
        scenario = self.scenarios.get(number)
        with self.database.writing(user=actor.name, action="commit scenario") as unit:
            held = unit.register.current("facilities")
            if held is None:
                raise NotFoundError(
                    "尚未导入设施名册。请先运行：gis-service import facilities 文件。",
                    "No facility register has been imported. Run first: "
                    "gis-service import facilities FILE.",
                )
            now = unit.register.facilities(held)
            new = _facilities(scenario, held.crs)
            if new.index.isin(now.index).any():
                raise ConflictError(
                    f"方案 {number} 的站点已在设施名册中，未重复写入。",
                    f"The sites of scenario {number} are in the register already; nothing was "
                    "written.",
                    scenario=number,
                )
            both = gpd.GeoDataFrame(pd.concat([now, new]), geometry="geometry", crs=held.crs)
            version = unit.register.add(
                "facilities",
                both.rename_axis("id"),
                created_at=self.clock(),
                author=actor.name,
                is_sample=held.is_sample,
                survey={"scenario": number},
            )
            unit.record(
                subject=f"facilities version {version.number} from scenario {number}",
                before=held.digest,
                after=version.digest,
            )
        self.snapshots.forget()
        return version, [str(name) for name in new.index]


def _facilities(scenario: Scenario, crs: str) -> gpd.GeoDataFrame:
    sites = scenario.plan["sites"]
    lon, lat = ([site[name] for site in sites] for name in ("lon", "lat"))
    columns: dict[str, Any] = {
        "name": [f"{scenario.name} {at}" for at in range(1, len(sites) + 1)],
        "kind": scenario.plan["kind"],
        "status": "planned",
        "community": [site["community"] or "" for site in sites],
        "street": [site["street"] or "" for site in sites],
    }
    columns |= dict.fromkeys(NUMBERS, np.nan)
    missing = [n for n in FACILITY_COLUMNS if n not in columns and n != "geometry"]
    columns |= dict.fromkeys(missing, "")
    index = pd.Index(
        [f"S{scenario.number}-{at}" for at in range(1, len(sites) + 1)], dtype="str", name="id"
    )
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=index, crs=WGS84).to_crs(crs)
    frame = gpd.GeoDataFrame(columns, index=index, geometry=points)
    return gpd.GeoDataFrame(frame[list(FACILITY_COLUMNS)], geometry="geometry", crs=crs)
