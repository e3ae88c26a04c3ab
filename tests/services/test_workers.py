"""Work in a process of its own: results, errors, an end, and a whole import by way of it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.bootstrap import build
from gis_service.errors import CancelledError, ParameterError, StorageError
from gis_service.model.people import Actor
from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.services import Services
from gis_service.services.workers import run_apart
from gis_service.settings import Settings

LI = Actor(name="li", role="bureau")
SIDE, VERTICES = 30, 60


def task(*, what: str, progress: Progress) -> dict[str, Any]:
    """What the workers of these tests do."""
    progress(0.5, Text("半", "half"))
    if what == "refuse":
        raise ParameterError("不行", "no", parameter="x")
    if what == "fail":
        raise KeyError("a secret")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "sleep":
        time.sleep(60)
    return {"process": os.getpid()}


def test_the_result_comes_from_another_process() -> None:
    assert run_apart(task, {"what": "go"}, progress=silent)["process"] != os.getpid()


def test_a_deliberate_error_comes_back_whole() -> None:
    with pytest.raises(ParameterError) as caught:
        run_apart(task, {"what": "refuse"}, progress=silent)
    assert (caught.value.zh, caught.value.details) == ("不行", {"parameter": "x"})


def test_an_unexpected_fault_comes_back_with_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="a secret"):
        run_apart(task, {"what": "fail"}, progress=silent)


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(StorageError) as caught:
        run_apart(task, {"what": "die"}, progress=silent)
    assert caught.value.details["reason"] == "worker"


def test_a_cancelled_process_is_ended_at_once() -> None:
    def stop_at_half(share: float, _stage: Text) -> None:
        if share >= 0.5:
            raise CancelledError("已取消", "cancelled")

    began = time.monotonic()
    with pytest.raises(CancelledError):
        run_apart(task, {"what": "sleep"}, progress=stop_at_half)
    assert time.monotonic() - began < 40


def wall(path: Path) -> Path:
    """Write communities with many vertices that fit exactly: a few megabytes."""
    along = np.linspace(0, 100, VERTICES, endpoint=False)
    one = np.concatenate(
        [
            np.stack([along, np.zeros_like(along)], 1),
            np.stack([np.full_like(along, 100), along], 1),
            np.stack([100 - along, np.full_like(along, 100)], 1),
            np.stack([np.zeros_like(along), 100 - along], 1),
        ]
    ).round(3)
    at = [(513_000 + 100 * i, 2_494_000 + 100 * j) for i in range(SIDE) for j in range(SIDE)]
    shapes = shapely.polygons([one + place for place in at])
    codes = [f"C{n:05}" for n in range(len(shapes))]
    frame = gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapes, crs="EPSG:4547")
    frame.to_file(path, driver="GPKG")
    return path


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Services]:
    """The real use cases on SQLite, every file handled apart."""
    made = build(Settings(data_dir=tmp_path / "data"))
    assert made.imports.apart is not None
    yield replace(made, imports=replace(made.imports, apart_from_bytes=0))
    made.jobs.close()
    made.database.close()


def test_a_large_import_runs_apart_tells_how_far_it_is_and_holds_nobody_up(
    office: Services, tmp_path: Path
) -> None:
    path = wall(tmp_path / "wall.gpkg")
    longest, over = [0.0], threading.Event()

    def read() -> None:
        while not over.is_set():
            began = time.monotonic()
            office.snapshots.current()
            longest[0] = max(longest[0], time.monotonic() - began)
            over.wait(0.02)

    reader = threading.Thread(target=read)
    reader.start()
    heard: list[tuple[float, float]] = []
    draft = office.imports.receive(path, file_name=path.name, actor=LI)
    for job in office.jobs.follow(draft.job):
        heard.append((time.monotonic(), job.share))
    assert office.imports.get(draft.id).state == "ready", office.jobs.get(draft.job).problem
    begun = office.imports.confirm(draft.id, actor=LI, reason="a wall")
    for job in office.jobs.follow(begun.job):
        heard.append((time.monotonic(), job.share))
    over.set()
    reader.join()
    assert job.result == {"draft": draft.id, "version": 1}, job.problem
    assert max(later - earlier for (earlier, _), (later, _) in pairwise(heard)) < 2
    assert len({share for _, share in heard}) >= 5
    assert longest[0] < 5
    version = office.boundaries.current()
    assert version is not None and version.communities == SIDE * SIDE
    assert office.snapshots.current().version == version


def test_a_cancelled_import_apart_writes_nothing(office: Services, tmp_path: Path) -> None:
    draft = office.imports.receive(wall(tmp_path / "wall.gpkg"), file_name="wall.gpkg", actor=LI)
    for job in office.jobs.follow(draft.job):
        if job.state == "running":
            office.jobs.cancel(job.id)
    assert office.jobs.get(draft.job).state == "cancelled"
    assert office.imports.get(draft.id).state == "failed"
    assert office.boundaries.current() is None
