"""Walking: how long from where to which facility, along the streets.

Definitions
-----------
*Way* of an origin to a facility: see `gis_service.core.networks.searching`. It is measured in
metres of even walking: a metre of stairs counts as ``stairs_factor`` metres, and the way between
a point and the street counts, too. A one-way rule holds for walking from the origin to the
facility.

*Time*: way / speed, rounded to the nearest microsecond. *Covered* within a cutoff: time ≤ cutoff,
both so rounded; a time equal to the cutoff counts as covered. As edges, too, are kept in whole
micrometres, neither the order of adding up nor the direction of a search can turn the answer.

The stairs factor is 3 by default: for its length on the plan a flight of stairs takes about three
times as long as level ground (OpenTripPlanner's ``stairsTimeFactor``, after Fujiyama and Tyler
2010, *Predicting the walking speed of pedestrians on stairs*, Transportation Planning and
Technology 33(2), 177-202). An office's policy may say otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gis_service.core.networks import searching
from gis_service.core.networks.building import checked_points, streets_from
from gis_service.core.networks.graph import Arcs, Streets, arcs_of, largest_part, line_lengths
from gis_service.core.networks.limits import checked_cutoffs, checked_seconds, checked_speed
from gis_service.core.networks.snapping import Grid, Places, grid_of, place
from gis_service.core.networks.times import reach_um, seconds_of
from gis_service.model.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd


__all__ = ["STAIRS_FACTOR", "Nearest", "Places", "WalkNetwork", "within"]

STAIRS_FACTOR = 3.0
"""Metres of even walking that take as long as one metre of stairs."""

SNAP_LIMIT_M = 500.0
"""A point farther than this from every street is reported and gets no time."""


class Nearest(NamedTuple):
    """The nearest facility of each origin.

    Attributes
    ----------
    seconds
        Walking time (n,); infinite where no facility can be reached.
    facility
        Row (n,) of the facility; -1 where none can be reached. Of equally near ones the first.
    """

    seconds: NDArray[np.float64]
    facility: NDArray[np.int64]


def within(seconds: ArrayLike, cutoff_s: float) -> NDArray[np.bool_]:
    """Say whether times are covered within a cutoff: at most as long, to the microsecond.

    Examples
    --------
    >>> within([899.0, 900.0, 900.0000004, 900.001], 900)
    array([ True,  True,  True, False])
    """
    return np.asarray(np.round(np.asarray(seconds, dtype=float), 6) <= round(float(cutoff_s), 6))


@dataclass(frozen=True, eq=False)
class WalkNetwork:
    """Streets on which people walk, ready to be asked. Make one with `from_edges`.

    Attributes
    ----------
    streets
        The largest connected part of what was given.
    dropped
        The other parts, the longest first: ``nodes``, ``edges``, ``length_m``, ``x``, ``y``.
    crs
        CRS of all coordinates (metres), when it is known.
    snap_limit_m
        Points farther than this from every street get no time.
    stairs_factor
        Metres of even walking that take as long as one metre of stairs.
    notes
        What was done to the input, for people.
    """

    streets: Streets
    dropped: pd.DataFrame
    crs: str | None = None
    snap_limit_m: float = SNAP_LIMIT_M
    stairs_factor: float = STAIRS_FACTOR
    notes: tuple[Text, ...] = field(default=())

    method: ClassVar[str] = "network"
    DROPPED: ClassVar[list[str]] = ["nodes", "edges", "length_m", "x", "y"]

    @classmethod
    def from_edges(
        cls,
        nodes_xy: ArrayLike,
        edges_uv: ArrayLike,
        length_m: ArrayLike,
        *,
        oneway: ArrayLike | None = None,
        stairs: ArrayLike | None = None,
        shapes: Sequence[Any] | NDArray[np.object_] | None = None,
        stairs_factor: float = STAIRS_FACTOR,
        snap_limit_m: float = SNAP_LIMIT_M,
        crs: str | None = None,
        notes: tuple[Text, ...] = (),
    ) -> Self:
        """Make a network of nodes and edges.

        Parameters
        ----------
        nodes_xy
            Coordinates (n, 2) of the nodes, metres.
        edges_uv
            Rows (m, 2) of the nodes between which an edge runs.
        length_m
            Length (m,) along each edge, metres, 0 or more; kept to the micrometre.
        oneway
            Whether an edge (m,) may be walked from u to v only; by default none.
        stairs
            Whether an edge (m,) is a flight of steps; by default none.
        shapes
            LineString (m,) of each edge from u to v; by default straight. Only where points snap
            and what catchments look like depends on it; ``length_m`` says how long the edge is.
        stairs_factor
            Metres of even walking that take as long as one metre of stairs, 1 or more.
        snap_limit_m
            A point farther than this from every street gets no time.
        crs
            CRS of the coordinates, a metric one; only carried along.
        notes
            What was done to the input before, for people.

        Raises
        ------
        InputError
            For coordinates or lengths that are not finite, lengths below 0, rows of nodes that
            don't exist, arrays of different lengths, or no edges at all.

        Examples
        --------
        Four corners of a block, 100 m wide; the point is 10 m off the first street's middle.

        >>> block = [(0, 0), (100, 0), (100, 100), (0, 100)]
        >>> ring = [(0, 1), (1, 2), (2, 3), (3, 0)]
        >>> network = WalkNetwork.from_edges(block, ring, [100, 100, 100, 100])
        >>> network.nearest([(50, -10)], [(100, 100)], speed_m_s=0.8).seconds
        array([200.])
        """
        streets, more = streets_from(
            nodes_xy,
            edges_uv,
            length_m,
            oneway=oneway,
            stairs=stairs,
            shapes=shapes,
            stairs_factor=stairs_factor,
            snap_limit_m=snap_limit_m,
        )
        kept, dropped = largest_part(streets)
        return cls(
            streets=kept,
            dropped=dropped,
            crs=crs,
            snap_limit_m=float(snap_limit_m),
            stairs_factor=float(stairs_factor),
            notes=(*notes, *more),
        )

    @cached_property
    def _arcs(self) -> Arcs:
        return arcs_of(self.streets)

    @cached_property
    def _grid(self) -> Grid:
        return grid_of(self.streets)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.streets.nodes_xy)

    @property
    def edges(self) -> int:
        """Number of edges; a two-way street is one."""
        return len(self.streets.ends)

    @property
    def length_m(self) -> float:
        """Length of all streets, along their lines."""
        return float(line_lengths(self.streets.line_xy, self.streets.line_starts).sum())

    def prepare(self) -> Self:
        """Build now what the first question would build: arcs and the grid for snapping."""
        _ = self._arcs, self._grid
        return self

    def place(self, points_xy: ArrayLike | Places, *, what: str = "points") -> Places:
        """Snap points (n, 2) to the streets; `Places.far` says which lie beyond the limit.

        What was placed once can be given to `nearest`, `cost_table` and `catchments` instead of
        coordinates: moving one facility then costs no snapping of the origins.
        """
        if isinstance(points_xy, Places):
            return points_xy
        points = checked_points(points_xy, what=what)
        return place(points, grid=self._grid, streets=self.streets, limit_m=self.snap_limit_m)

    def nearest(
        self,
        origins_xy: ArrayLike | Places,
        facilities_xy: ArrayLike | Places,
        speed_m_s: float = 1.0,
    ) -> Nearest:
        """Give the walking time from each origin to its nearest facility, and which it is.

        Parameters
        ----------
        origins_xy, facilities_xy
            Coordinates (n, 2) in metres, or what `place` made of them.
        speed_m_s
            Walking speed on even ground.

        Returns
        -------
        Nearest
            ``seconds`` (infinite where none can be reached) and ``facility`` (then -1).
        """
        speed = checked_speed(speed_m_s)
        best, which = searching.nearest(
            self._stops(origins_xy, leaving=True),
            self._stops(facilities_xy, leaving=False),
            streets=self.streets,
            arcs=self._arcs,
        )
        seconds = np.where(which < 0, np.inf, seconds_of(best, speed))
        return Nearest(seconds, which)

    def cost_table(
        self,
        origins_xy: ArrayLike | Places,
        facilities_xy: ArrayLike | Places,
        *,
        cutoff_s: float,
        speed_m_s: float = 1.0,
    ) -> pd.DataFrame:
        """List every origin with every facility that it reaches within the cutoff.

        Parameters
        ----------
        origins_xy, facilities_xy
            Coordinates (n, 2) in metres, or what `place` made of them.
        cutoff_s
            Longest time listed; a time equal to it is.
        speed_m_s
            Walking speed on even ground.

        Returns
        -------
        DataFrame
            ``origin``, ``facility`` (rows of the arrays given, int64) and ``seconds``, sorted by
            origin, then facility. ``attrs`` holds ``method`` ("network"), ``cutoff_s``,
            ``speed_m_s``, and ``far_origins`` and ``far_facilities``: rows of the points that lie
            beyond the snap limit, so that nothing is listed for them.
        """
        speed, cutoff = checked_speed(speed_m_s), checked_seconds(cutoff_s)
        origins = self.place(origins_xy, what="origins")
        facilities = self.place(facilities_xy, what="facilities")
        origin, facility, way = searching.pairs(
            self._stops(origins, leaving=True),
            self._stops(facilities, leaving=False),
            streets=self.streets,
            arcs=self._arcs,
            limit_um=reach_um(cutoff, speed),
        )
        seconds = seconds_of(way, speed)
        table = pd.DataFrame({"origin": origin, "facility": facility, "seconds": seconds})
        if len(table) and not within(seconds, cutoff).all():
            table = table[within(seconds, cutoff)].reset_index(drop=True)
        table.attrs = {
            "method": self.method,
            "cutoff_s": cutoff,
            "speed_m_s": speed,
            "far_origins": np.flatnonzero(origins.far).tolist(),
            "far_facilities": np.flatnonzero(facilities.far).tolist(),
        }
        return table

    def catchments(
        self,
        facilities_xy: ArrayLike | Places,
        cutoffs_s: Iterable[float],
        *,
        speed_m_s: float = 1.0,
    ) -> gpd.GeoDataFrame:
        """Outline the ground from which each facility is reached within each cutoff.

        For display and approximate (see `gis_service.core.networks.catchments`): figures come
        from `cost_table` and `nearest`, never from these polygons.

        Parameters
        ----------
        facilities_xy
            Coordinates (n, 2) in metres, or what `place` made of them.
        cutoffs_s
            Walking times, for example 300, 600 and 900.
        speed_m_s
            Walking speed on even ground.

        Returns
        -------
        GeoDataFrame
            ``facility`` (row), ``cutoff_s`` and ``geometry`` (valid MultiPolygon in the network's
            CRS), by facility, then cutoff; a shorter cutoff's polygon lies in the longer one's.
            ``attrs`` holds ``method``, ``approximate`` (True), ``speed_m_s`` and
            ``far_facilities``, rows of those beyond the snap limit, for which there is no polygon.
        """
        import geopandas as gpd

        from gis_service.core.networks.catchments import outline, rasters

        speed, cutoffs = checked_speed(speed_m_s), checked_cutoffs(cutoffs_s)
        places = self.place(facilities_xy, what="facilities")
        reaches = [cutoff * speed for cutoff in cutoffs]
        rows: list[int] = []
        shapes: list[object] = []
        for row, raster in rasters(
            self._stops(places, leaving=False),
            streets=self.streets,
            arcs=self._arcs,
            grid=self._grid,
            reaches_m=reaches,
        ):
            rows.append(row)
            shapes += [outline(raster, reach) for reach in reaches]
        table = gpd.GeoDataFrame(
            {
                "facility": np.repeat(np.array(rows, dtype=np.int64), len(cutoffs)),
                "cutoff_s": np.tile(cutoffs, len(rows)),
            },
            geometry=gpd.GeoSeries(shapes, crs=self.crs),
        )
        table.attrs = {
            "method": self.method,
            "approximate": True,
            "speed_m_s": speed,
            "far_facilities": np.flatnonzero(places.far).tolist(),
        }
        return table

    def _stops(self, points: ArrayLike | Places, *, leaving: bool) -> searching.Stops:
        what = "origins" if leaving else "facilities"
        return searching.Stops.of(self.place(points, what=what), self.streets, leaving=leaving)
