"""Packs of agreements on lines small enough to draw, and long enough to hurt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.checks import run_checks
from gis_service.core.resolutions import ResolutionParams, resolve
from gis_service.model.lines import NamedLine
from gis_service.model.packs import AgreementPack, CaseFacts
from gis_service.model.text import Text
from gis_service.services.packs import pack_of

PLACE = np.array([513_000.0, 2_494_000.0])
NAMES = [f"{letter}社区" for letter in "甲乙丙丁戊"]

Pack = Callable[..., AgreementPack]


def layer_of(shapes: Sequence[BaseGeometry], names: Sequence[str] = NAMES) -> gpd.GeoDataFrame:
    """Put shapes drawn near 0, 0 into Luohu; codes 440303001001 and so on."""
    placed = [shapely.transform(shape, lambda xy: xy + PLACE) for shape in shapes]
    return gpd.GeoDataFrame(
        {"name": list(names[: len(shapes)]), "street": ["东门街道"] * len(shapes)},
        index=[f"44030300100{at}" for at in range(1, len(shapes) + 1)],
        geometry=placed,
        crs="EPSG:4547",
    ).rename_axis("code")


@pytest.fixture(scope="session")
def pack() -> Pack:
    """``pack(shapes, by="median", names=…, named=…)``: resolve the first fault and gather."""

    def make(
        shapes: Sequence[BaseGeometry],
        *,
        by: str = "median",
        names: Sequence[str] = NAMES,
        named: Sequence[NamedLine] = (),
        facts: dict[str, Any] | None = None,
        **params: Any,
    ) -> AgreementPack:
        layer = layer_of(shapes, names)
        finding = next(f for f in run_checks(layer) if f.area_m2 > 0)
        proposal = resolve(layer, finding, by=by, params=ResolutionParams(**params))
        said: dict[str, Any] = {
            "number": "LH-2026-0001",
            "date": "2026-11-23",
            "kind": Text("重叠", "overlap"),
            "version": Text("第 1 版", "version 1"),
            "policy": "罗湖",
        } | (facts or {})
        return pack_of(layer, proposal, facts=CaseFacts(**said), named=named)

    return make


@pytest.fixture(scope="session")
def strip(pack: Pack) -> AgreementPack:
    """Two squares that overlap by 20 m; the line is drawn through the middle."""
    return pack([shapely.box(0, 0, 110, 80), shapely.box(90, 0, 200, 80)])


@pytest.fixture(scope="session")
def tiny(pack: Pack) -> AgreementPack:
    """A line of 3 m."""
    return pack([shapely.box(0, 0, 100, 3), shapely.box(98, 0, 200, 3)])


@pytest.fixture(scope="session")
def winding(pack: Pack) -> AgreementPack:
    """A winding line of more than 30 km."""
    x = np.linspace(0, 30_000, 400)
    y = 150 * np.sin(x / 750) + 75 * np.sin(x / 175)
    north = np.round(np.column_stack((x, y)), 3)
    south = np.round(np.column_stack((x, y + 60)), 3)
    above = shapely.Polygon([*north, (30_000, 6_000), (0, 6_000)])
    below = shapely.Polygon([*south, (30_000, -6_000), (0, -6_000)])
    return pack([above, below])


@pytest.fixture(scope="session")
def three(pack: Pack) -> AgreementPack:
    """A gap of three communities: three lines that meet in a point."""
    gap = shapely.Polygon([(80, 90), (120, 90), (95, 130)])
    blocks = [
        shapely.Polygon([(0, 0), (200, 0), (200, 90), (120, 90), (80, 90), (0, 90)]),
        shapely.Polygon([(0, 90), (80, 90), (95, 130), (95, 250), (0, 250)]),
        shapely.Polygon([(200, 90), (200, 250), (95, 250), (95, 130), (120, 90)]),
    ]
    assert not any(shapely.overlaps(gap, block) for block in blocks)
    return pack(blocks)


@pytest.fixture(scope="session")
def island(pack: Pack) -> AgreementPack:
    """An enclave that keeps its land: the line is closed, and a hole in the other."""
    return pack(
        [shapely.box(0, 0, 300, 300), shapely.box(100, 100, 180, 170)],
        by="award",
        to="440303001002",
    )


@pytest.fixture(scope="session")
def pieces(pack: Pack) -> AgreementPack:
    """A third community touches the land in the middle: the line comes in two parts."""
    third = shapely.box(110, 80, 130, 120)
    east = shapely.difference(shapely.box(90, 0, 200, 200), third)
    return pack([shapely.box(0, 0, 110, 200), east, third], by="award", to="440303001001")


@pytest.fixture(params=["strip", "tiny", "winding", "three", "island", "pieces"])
def any_pack(request: pytest.FixtureRequest) -> AgreementPack:
    """Each of the packs above."""
    found: AgreementPack = request.getfixturevalue(request.param)
    return found


HOSTILE = [
    '=cmd|"/c calc"!A1',
    "<b>${x}`{{7*7}}</b><script>",
    "‮\u0000甲\u0007\u2028乙\ufffe\ud800",
    "+很长的名称" * 2000,
    "@SUM(A1:A9) {nb} **bold** __u__ \\x -- ]]> &amp;",
]


@pytest.fixture(scope="session")
def hostile(pack: Pack) -> AgreementPack:
    """A pack in which every text that comes from data wants to be more than text."""
    road = NamedLine(
        name=HOSTILE[1],
        kind="road",
        geometry=shapely.LineString(np.array([(100, -50), (100, 150)]) + PLACE),
    )
    return pack(
        [shapely.box(0, 0, 110, 80), shapely.box(90, 0, 200, 80), shapely.box(0, 80, 200, 120)],
        names=HOSTILE[2:],
        named=[road],
        facts={
            "number": HOSTILE[0],
            "document": HOSTILE[1],
            "version": Text(HOSTILE[3], HOSTILE[3]),
            "policy": HOSTILE[4],
            "kind": Text(HOSTILE[2], HOSTILE[2]),
        },
    )
