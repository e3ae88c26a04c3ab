"""The ten streets of the district: real names and codes, and about where each one lies."""

from __future__ import annotations

from typing import NamedTuple


class StreetPlace(NamedTuple):
    """One street (sub-district) of Luohu.

    Attributes
    ----------
    name, code
        Real name and real 9-digit statistical code (national list of 2023).
    anchors
        Points (lon, lat, WGS 84 degrees) that lie in it; only the relative places matter here.
    communities
        How many invented communities the sample gives it.
    """

    name: str
    code: str
    anchors: tuple[tuple[float, float], ...]
    communities: int

    @property
    def stem(self) -> str:
        """The name without 街道: the beginning of every invented name."""
        return self.name.removesuffix("街道")


STREETS: tuple[StreetPlace, ...] = (
    StreetPlace("桂园街道", "440303001", ((114.105, 22.551), (114.104, 22.540)), 9),
    StreetPlace(
        "黄贝街道", "440303002", ((114.136, 22.557), (114.140, 22.545), (114.147, 22.553)), 10
    ),
    StreetPlace("东门街道", "440303003", ((114.117, 22.553), (114.125, 22.548)), 9),
    StreetPlace("翠竹街道", "440303004", ((114.124, 22.562), (114.132, 22.571)), 8),
    StreetPlace(
        "南湖街道", "440303005", ((114.115, 22.541), (114.1235, 22.5415), (114.113, 22.533)), 10
    ),
    StreetPlace("笋岗街道", "440303006", ((114.104, 22.561), (114.113, 22.565)), 7),
    StreetPlace(
        "东湖街道", "440303007", ((114.153, 22.592), (114.157, 22.6055), (114.151, 22.576)), 8
    ),
    StreetPlace("莲塘街道", "440303008", ((114.160, 22.562), (114.190, 22.561)), 8),
    StreetPlace(
        "东晓街道", "440303009", ((114.122, 22.584), (114.130, 22.585), (114.138, 22.590)), 6
    ),
    StreetPlace(
        "清水河街道", "440303010", ((114.070, 22.582), (114.086, 22.590), (114.109, 22.579)), 6
    ),
)
"""In the order of their codes; 81 communities in all."""


def community_code(street: StreetPlace, number: int) -> str:
    """Give the 12-digit code of an invented community: 9xx is not used by the real list.

    Examples
    --------
    >>> community_code(STREETS[0], 1)
    '440303001901'
    """
    return f"{street.code}{900 + number:03d}"


def community_name(street: StreetPlace, number: int) -> str:
    """Give the name of an invented community, which says that it is an example.

    Examples
    --------
    >>> community_name(STREETS[0], 1)
    '桂园示例01社区'
    """
    return f"{street.stem}示例{number:02d}社区"
