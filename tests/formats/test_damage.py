"""Damaged files: whatever is cut off or overwritten, only errors of ours come out."""

from __future__ import annotations

import random
import warnings
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from gis_service.errors import GisServiceError
from gis_service.formats import (
    WRITERS,
    read_boundaries,
    read_facilities,
    read_population,
    write_layer,
)


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_damage_never_escapes_as_another_error(suffix: str, tmp_path: Path) -> None:
    boxes = shapely.box(513_400, 2_494_700, [513_500 + i for i in range(20)], 2_494_800)
    frame = gpd.GeoDataFrame({"name": ["黄贝", "b"] * 10}, geometry=boxes, crs=4547)
    path = tmp_path / f"a{suffix}"
    write_layer(frame, path)
    whole = path.read_bytes()
    chance = random.Random(2)
    for turn in range(30):
        damaged = bytearray(whole)
        if turn % 2:
            del damaged[chance.randrange(len(damaged)) :]
        else:
            for _ in range(5):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(bytes(damaged))
        for read in (read_boundaries, read_facilities, read_population):
            with warnings.catch_warnings(), suppress(GisServiceError):
                read(path)
