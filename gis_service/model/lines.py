"""An agreed line as a survey hands it over: boundary points, legs between them, how it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

from gis_service.model.text import Text

PointKind = Literal["three_way", "end", "on_feature", "turning"]

POINT_KINDS: dict[PointKind, Text] = {
    "three_way": Text("三交点", "three-way point"),
    "end": Text("端点", "end point"),
    "on_feature": Text("地物点", "point on a feature"),
    "turning": Text("转折点", "turning point"),
}
"""What a boundary point is, in the order in which it is decided."""

PartRole = Literal["border", "rim", "land"]

PART_ROLES: dict[PartRole, Text] = {
    "border": Text("界线", "boundary line"),
    "rim": Text("外缘线", "outer rim"),
    "land": Text("地块边线", "rim of the land"),
}

FeatureKind = Literal["road", "river", "railway", "other"]

SIXTEEN: tuple[Text, ...] = (
    Text("北", "north"),
    Text("北偏东北", "north-northeast"),
    Text("东北", "northeast"),
    Text("东偏东北", "east-northeast"),
    Text("东", "east"),
    Text("东偏东南", "east-southeast"),
    Text("东南", "southeast"),
    Text("南偏东南", "south-southeast"),
    Text("南", "south"),
    Text("南偏西南", "south-southwest"),
    Text("西南", "southwest"),
    Text("西偏西南", "west-southwest"),
    Text("西", "west"),
    Text("西偏西北", "west-northwest"),
    Text("西北", "northwest"),
    Text("北偏西北", "north-northwest"),
)
"""The 16 directions from true north, clockwise, each 22°30′ wide about its middle; the names are
those of GB/T 17796 (surveying of administrative boundaries)."""


@dataclass(frozen=True, kw_only=True)
class NamedLine:
    """A named road, river or railway: its centre line in the layer's CRS."""

    name: str
    kind: FeatureKind
    geometry: BaseGeometry


@dataclass(frozen=True, kw_only=True)
class BoundaryPoint:
    """One point of the table, its coordinates rounded to 0.01 m.

    Attributes
    ----------
    number
        J1, J2 … in the order of the parts; a point where parts meet has one number.
    x_north_m, y_east_m
        Coordinates in the working CRS: X north, Y east, as survey tables write them.
    longitude, latitude
        Degrees in the geographic CRS of the working CRS.
    kind, feature
        What the point is; the named line that it lies on, or "".
    convergence_deg
        Meridian convergence: true bearing = grid bearing + convergence.
    """

    number: str
    x_north_m: float
    y_east_m: float
    longitude: float
    latitude: float
    kind: PointKind
    feature: str = ""
    convergence_deg: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Leg:
    """From one point straight to the next.

    ``distance_m`` is in the plane of the projection and, like ``grid_deg`` (bearing from grid
    north, clockwise), computed from the rounded coordinates, so that whoever computes it from the
    table gets the same. ``true_deg`` is the bearing from true north at the start, ``direction``
    its position in `SIXTEEN`.
    """

    start: str
    end: str
    distance_m: float
    grid_deg: float
    true_deg: float
    direction: int
    feature: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Legs that follow each other in the same of 16 directions, or along the same feature.

    ``direction`` is a position in `SIXTEEN`, that of the chord from start to end from true north;
    None where a run ends where it began. ``distance_m`` is measured along the legs.
    """

    start: str
    end: str
    via: tuple[str, ...]
    distance_m: float
    direction: int | None
    feature: str = ""
    feature_kind: FeatureKind = "other"


@dataclass(frozen=True, kw_only=True)
class LinePart:
    """One unbroken part of the agreed line.

    Attributes
    ----------
    role
        ``border`` between two communities; ``rim``: beyond it there is no community; ``land``:
        the rim of the land decided on, where no line between communities is new.
    communities
        Code on the left and on the right of the direction of travel; "" for none.
    points
        Numbers of its points, from west to east or from north to south; the first comes again at
        the end of a closed part.
    legs, runs
        How it gets from point to point.
    geometry
        The line itself on the 1 mm grid, unthinned.
    """

    role: PartRole
    communities: tuple[str, str]
    points: tuple[str, ...]
    legs: tuple[Leg, ...]
    runs: tuple[Run, ...]
    geometry: BaseGeometry

    @property
    def is_closed(self) -> bool:
        """Whether it ends where it began."""
        return self.points[0] == self.points[-1]

    @property
    def distance_m(self) -> float:
        """Its length along the legs."""
        return sum(leg.distance_m for leg in self.legs)


@dataclass(frozen=True, kw_only=True)
class AgreedLine:
    """All that was agreed, part by part, with one table of points."""

    points: tuple[BoundaryPoint, ...]
    parts: tuple[LinePart, ...]

    def point(self, number: str) -> BoundaryPoint:
        """Give the point with this number (``KeyError`` without one)."""
        return self.points[_position(number, self.points)]


def _position(number: str, points: tuple[BoundaryPoint, ...]) -> int:
    position = int(number[1:]) - 1
    if not 0 <= position < len(points):
        raise KeyError(number)
    return position


SideName = Literal["east", "south", "west", "north"]

SIDES: dict[SideName, Text] = {
    "east": Text("东至", "To the east"),
    "south": Text("南至", "To the south"),
    "west": Text("西至", "To the west"),
    "north": Text("北至", "To the north"),
}


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """What lies beyond a side, along how much of it.

    ``kind``: a ``community`` (with its ``code``), ``unclaimed`` land, or ``outside`` all
    communities. ``feature``: the named line that the side follows along most of it, or "".
    ``share`` is of the side's length, 0 to 1.
    """

    kind: Literal["community", "unclaimed", "outside"]
    code: str
    length_m: float
    share: float
    feature: str = ""


@dataclass(frozen=True, kw_only=True)
class FourSides:
    """Neighbours by side (四至), the longest first, and those that lie wholly inside."""

    east: tuple[Neighbour, ...] = ()
    south: tuple[Neighbour, ...] = ()
    west: tuple[Neighbour, ...] = ()
    north: tuple[Neighbour, ...] = ()
    inside: tuple[Neighbour, ...] = ()

    def side(self, name: SideName) -> tuple[Neighbour, ...]:
        """Give the neighbours of one side."""
        found: tuple[Neighbour, ...] = getattr(self, name)
        return found
