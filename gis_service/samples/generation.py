"""The whole sample, from one seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.samples.faults import Fault, plant
from gis_service.samples.lines import draw_lines
from gis_service.samples.partition import Community, partition
from gis_service.samples.register import draw_register
from gis_service.samples.residents import draw_residents
from gis_service.samples.sites import (
    draw_blocks,
    draw_candidates,
    free_places,
    home_land,
    usable_blocks,
)
from gis_service.samples.story import Story, tell
from gis_service.samples.terrain import CRS, Array, read_terrain
from gis_service.samples.walking import block_polygons, cut_blocks, walking_network

SEED = 440303
"""The committed sample's seed."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A synthetic district: demonstration data, not surveyed (演示数据，非测绘成果).

    All frames are in EPSG:4547 on the 1 mm grid, in the forms that the readers give.

    Attributes
    ----------
    outline
        The real district outline, one row.
    communities
        81 communities with the planted faults: index ``code`` (one is there twice), columns
        name, street, row, street_code, geometry.
    clean
        The same before any fault: index ``code`` (each once), geometry.
    facilities
        Index ``id``, columns FACILITY_COLUMNS and ``floor_area_m2``.
    population
        Columns POPULATION_COLUMNS, both populations, one year.
    blocks
        Index ``id``: community, elders, residents, geometry.
    candidates
        Index ``id``: name, community, cost (10,000 yuan), geometry.
    walk_nodes, walk_edges
        Index ``id`` with points; ``u``, ``v``, ``length_m``, ``kind``.
    policy_text
        The policy file.
    planted
        One row per fault: kind, codes, area_m2, width_m, geometry (see `Fault`).
    """

    outline: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    clean: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    population: pd.DataFrame
    blocks: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    walk_nodes: gpd.GeoDataFrame
    walk_edges: pd.DataFrame
    policy_text: str
    planted: gpd.GeoDataFrame


def generate(seed: int = SEED, *, progress: Progress = silent) -> Sample:
    """Make the sample: the same for the same seed, on any machine.

    Parameters
    ----------
    seed
        Any whole number from 0; the committed files have the default.
    progress
        Called with the share done.
    """

    def stream(number: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([seed, number]))

    progress(0.0, Text("划分街道和社区", "Cutting streets and communities"))
    terrain = read_terrain(stream(1))
    mesh, communities = partition(terrain, stream(2))
    progress(0.4, Text("绘制界线", "Drawing the lines"))
    drawing = draw_lines(mesh, communities, terrain=terrain, rng=stream(3))
    codes = [community.code for community in communities]
    rings, faults = plant(drawing, codes, rng=stream(4))
    story = tell(codes, faults, drawing=drawing, rng=stream(5))
    progress(0.45, Text("生成步行网络", "Making the walking network"))
    cut = cut_blocks(mesh, communities, terrain=terrain, rng=stream(6))
    every_block = block_polygons(cut, terrain)
    nodes, edges = walking_network(cut, terrain=terrain, rng=stream(7))
    progress(0.8, Text("生成人口和设施", "Making residents and facilities"))
    clean = drawing.polygons()
    homes = home_land(every_block, len(codes), terrain=terrain)
    population = draw_residents(communities, homes=homes, ageing=story.ageing, rng=stream(8))
    places = [f.geometry for f in faults if f.geometry is not None]
    usable = usable_blocks(every_block, clean, faults=places, terrain=terrain, rng=stream(9))
    blocks = draw_blocks(usable, communities, population=population, rng=stream(10))
    pools = free_places(usable, communities)
    facilities = draw_register(pools, story, polygons=clean, rng=stream(11))
    candidates = draw_candidates(pools, terrain=terrain, rng=stream(12))
    policy = resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")
    progress(1.0, Text("样例已生成", "Sample made"))
    return Sample(
        outline=_outline_frame(terrain.outline),
        communities=_community_frame(communities, story, rings),
        clean=gpd.GeoDataFrame(geometry=clean, index=pd.Index(codes, name="code"), crs=CRS),
        facilities=facilities,
        population=population,
        blocks=blocks,
        candidates=candidates,
        walk_nodes=nodes,
        walk_edges=edges,
        policy_text=policy,
        planted=_planted_frame([*faults, _duplicate(codes, story)]),
    )


def _outline_frame(outline: shapely.Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": ["440303"], "name": ["罗湖区"]}, geometry=[outline], crs=CRS)


def _community_frame(
    communities: list[Community], story: Story, rings: list[Array]
) -> gpd.GeoDataFrame:
    carried = list(communities)
    twin = communities[story.bears_code_of].code
    carried[story.bears] = replace(communities[story.bears], code=twin)
    return gpd.GeoDataFrame(
        {
            "name": [c.name for c in carried],
            "street": [c.street.name for c in carried],
            "row": range(1, len(carried) + 1),
            "street_code": [c.street.code for c in carried],
        },
        geometry=[shapely.Polygon(ring) for ring in rings],
        index=pd.Index([c.code for c in carried], name="code"),
        crs=CRS,
    )


def _duplicate(codes: list[str], story: Story) -> Fault:
    concerned = tuple(sorted((codes[story.bears], codes[story.bears_code_of])))
    return Fault(kind="duplicate_code", codes=concerned, area_m2=0.0, width_m=0.0, geometry=None)


def _planted_frame(faults: list[Fault]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "kind": [f.kind for f in faults],
            "codes": [f.codes for f in faults],
            "area_m2": [f.area_m2 for f in faults],
            "width_m": [f.width_m for f in faults],
        },
        geometry=[f.geometry for f in faults],
        crs=CRS,
    )
