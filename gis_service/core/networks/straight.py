"""Walking without a network: the straight line, made longer by a factor. An estimate, and so named.

``method`` is ``"straight_line"`` wherever a network's is ``"network"``, and every report repeats
it. Rivers, railways and walls don't exist for it: on the district whose figures the project quotes,
91 % of ageing communities were covered by a straight 1,000 m and 80 % by walking as far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from gis_service.core.network import Nearest, within
from gis_service.core.networks.building import checked_points
from gis_service.core.networks.limits import (
    checked_cutoffs,
    checked_factor,
    checked_seconds,
    checked_speed,
)
from gis_service.core.networks.times import seconds_of
from gis_service.model.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

DETOUR = 1.3
"""Walking way over straight line, where nothing better is known; assumed."""

_TIES = 4
_CORNERS = 16


@dataclass(frozen=True)
class StraightLine:
    """Answers as `gis_service.core.network.WalkNetwork` does, by straight lines.

    Attributes
    ----------
    detour
        Metres walked for each metre in a straight line, 1 or more.
    crs
        CRS of all coordinates (metres), when it is known.

    Examples
    --------
    >>> straight_line(detour=1.25).nearest([(0, 0)], [(300, 400)], speed_m_s=0.5).seconds
    array([1250.])
    """

    detour: float = DETOUR
    crs: str | None = None

    method: ClassVar[str] = "straight_line"

    @property
    def notes(self) -> tuple[Text, ...]:
        """Say that these are no walking times."""
        return (
            Text(
                f"没有步行网络：按直线距离 × {self.detour:g} 估算，不是实际步行时间。",
                f"No walking network: estimated as the straight line × {self.detour:g}, which is "
                "no real walking time.",
            ),
        )

    def nearest(
        self, origins_xy: ArrayLike, facilities_xy: ArrayLike, speed_m_s: float = 1.0
    ) -> Nearest:
        """As `WalkNetwork.nearest`, by straight lines."""
        speed = checked_speed(speed_m_s)
        origins = checked_points(origins_xy, what="origins")
        facilities = checked_points(facilities_xy, what="facilities")
        if not len(facilities) or not len(origins):
            none = np.full(len(origins), -1, dtype=np.int64)
            return Nearest(np.full(len(origins), np.inf), none)
        ways, rows = KDTree(facilities).query(origins, k=range(1, min(_TIES, len(facilities)) + 1))
        seconds = self._seconds(ways, speed)
        least = seconds.min(axis=1, keepdims=True)
        first = np.where(seconds == least, rows, len(facilities)).min(axis=1)
        return Nearest(least[:, 0], first.astype(np.int64))

    def cost_table(
        self,
        origins_xy: ArrayLike,
        facilities_xy: ArrayLike,
        *,
        cutoff_s: float,
        speed_m_s: float = 1.0,
    ) -> pd.DataFrame:
        """As `WalkNetwork.cost_table`, by straight lines; ``attrs["method"]`` says so."""
        speed, cutoff = checked_speed(speed_m_s), checked_seconds(cutoff_s)
        origins = checked_points(origins_xy, what="origins")
        facilities = checked_points(facilities_xy, what="facilities")
        radius = (cutoff + 1e-5) * speed / self.detour
        found = KDTree(origins.reshape(-1, 2)).sparse_distance_matrix(
            KDTree(facilities.reshape(-1, 2)), radius, output_type="ndarray"
        )
        seconds = self._seconds(found["v"], speed)
        table = pd.DataFrame({"origin": found["i"], "facility": found["j"], "seconds": seconds})
        table = table.astype({"origin": np.int64, "facility": np.int64})
        table = table[within(seconds, cutoff)]
        table = table.sort_values(["origin", "facility"], ignore_index=True)
        table.attrs = {
            "method": self.method,
            "detour": self.detour,
            "cutoff_s": cutoff,
            "speed_m_s": speed,
            "far_origins": [],
            "far_facilities": [],
        }
        return table

    def catchments(
        self, facilities_xy: ArrayLike, cutoffs_s: Iterable[float], *, speed_m_s: float = 1.0
    ) -> gpd.GeoDataFrame:
        """As `WalkNetwork.catchments`: circles."""
        import geopandas as gpd

        speed, cutoffs = checked_speed(speed_m_s), checked_cutoffs(cutoffs_s)
        points = shapely.points(checked_points(facilities_xy, what="facilities"))
        radius = np.array(cutoffs) * speed / self.detour
        circles = shapely.buffer(np.repeat(points, len(cutoffs)), np.tile(radius, len(points)),
                                 quad_segs=_CORNERS)  # fmt: skip
        table = gpd.GeoDataFrame(
            {
                "facility": np.repeat(np.arange(len(points)), len(cutoffs)),
                "cutoff_s": np.tile(cutoffs, len(points)),
            },
            geometry=gpd.GeoSeries(circles, crs=self.crs),
        )
        table.attrs = {
            "method": self.method,
            "detour": self.detour,
            "approximate": True,
            "speed_m_s": speed,
            "far_facilities": [],
        }
        return table

    def _seconds(self, ways: np.ndarray, speed: float) -> np.ndarray:
        return seconds_of(np.rint(ways * self.detour * 1e6).astype(np.int64), speed)


def straight_line(detour: float = DETOUR, *, crs: str | None = None) -> StraightLine:
    """Stand in for a walking network where there is none; labelled as such in every result."""
    return StraightLine(checked_factor(detour, "detour", zh="绕行系数"), crs)
