"""Runs contestants in processes of their own and reads what they measured."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import layers
import numpy as np
import shapely
from contestants import IN_PYTHON, MIN_AREA_M2, Contestant
from scoring import Found

HERE = Path(__file__).parent
GEOPLANAR_PYTHON = layers.CACHE / "geoplanar" / "bin" / "python"
MAPSHAPER = layers.CACHE / "mapshaper" / "node_modules" / "mapshaper"
MAPSHAPER_VERSION = "0.7.70"
MAPSHAPER_MOST = 120_000
MOSAIC = ("-mosaic", "calc=n = count()", "-filter", "n !== 1")


@dataclass(frozen=True)
class Run:
    """What one process measured: seconds of each round, peak bytes; ``found`` of its last."""

    cpu_s: tuple[float, ...]
    wall_s: tuple[float, ...]
    peak_bytes: int
    found: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a contestant did on one layer over all runs, or why it was not run."""

    name: str
    runs: tuple[Run, ...] = ()
    missing: str = ""

    @property
    def cold_cpu_s(self) -> float:
        """CPU seconds of the first round in a process, median over processes."""
        return median(run.cpu_s[0] for run in self.runs)

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the warm rounds; of the cold one where there was no other."""
        return median(s for run in self.runs for s in run.cpu_s[1:] or run.cpu_s)

    @property
    def wall_s(self) -> float:
        """Wall seconds of the warm rounds; of the cold one where there was no other."""
        return median(s for run in self.runs for s in run.wall_s[1:] or run.wall_s)

    @property
    def peak_bytes(self) -> int:
        """Greatest resident memory of the process, reading included."""
        return max(run.peak_bytes for run in self.runs)


def names() -> list[str]:
    """Give the names of all contestants."""
    return [*(one.name for one in IN_PYTHON), "mapshaper"]


def unable(name: str, communities: int) -> str:
    """Say why a contestant can't be run at a size; "" when it can."""
    if name == "mapshaper":
        if shutil.which("node") is None:
            return "not installed: node is missing"
        return _too_large(communities, MAPSHAPER_MOST) or _installed_mapshaper()
    contestant = _contestant(name)
    if contestant.needs and _python(contestant) is None:
        return f"not installed: {contestant.needs}, see docs/performance.md"
    return _too_large(communities, contestant.most)


def run(name: str, folder: Path, *, rounds: int, keep: bool, limit_s: float) -> Run | str:
    """Run one contestant in a process; a text says why there is no result.

    What it reported is only read on ``keep``.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out"
        if name == "mapshaper":
            script = HERE / "mapshaper_mosaic.js"
            layer = layers.shapefile(folder)
            command = ["node", "--max-old-space-size=16000", script, MAPSHAPER, layer, out]
        else:
            python = _python(_contestant(name)) or sys.executable
            command = [python, HERE / "contest.py", name, folder, out]
        try:
            done = subprocess.run(
                [*map(str, command), str(rounds), "keep" if keep else "drop"],
                timeout=limit_s,
                capture_output=True,
                text=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"stopped after {limit_s:.0f} s"
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["killed"]
            return f"failed: {next((s for s in said if 'Error' in s), said[-1]).strip()[:90]}"
        return _read(out, mapshaper=name == "mapshaper")


def whole_process(name: str, folder: Path, *, limit_s: float) -> Run | str:
    """Measure a command line from its start to its end, on the same Shapefile."""
    layer = layers.shapefile(folder)
    with tempfile.TemporaryDirectory() as scratch:
        if name == "mapshaper":
            out = str(Path(scratch) / "faults.json")
            program = ["node", "--max-old-space-size=16000", str(MAPSHAPER / "bin" / "mapshaper")]
            command = [*program, str(layer), *MOSAIC, "-o", out, "format=geojson"]
        else:
            out = str(Path(scratch) / "faults.fgb")
            tool = str(Path(sys.executable).parent / "gis-service")
            command = [tool, "check", str(layer), "-o", out]
        run = _timed(command, limit_s=limit_s)
        return run if isinstance(run, str) or Path(out).exists() else "failed: wrote no findings"


def again(folder: Path) -> dict[str, float]:
    """Measure checking again after one resolution, in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out.json"
        command = [sys.executable, str(HERE / "rechecks.py"), str(folder), str(out)]
        subprocess.run(command, env=_environment(), check=True)
        result: dict[str, float] = json.loads(out.read_text())
    return result


def _timed(command: list[str], *, limit_s: float) -> Run | str:
    """Run a command through a small launcher, whose memory is no part of the command's peak."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(HERE / "launch.py"), str(limit_s), *command],
        capture_output=True,
        env=_environment(),
        check=True,
    )
    facts = json.loads(done.stdout)
    if facts["exit_code"] is None:
        return f"stopped after {limit_s:.0f} s"
    if facts["exit_code"] not in (0, 1):  # 1: there are findings
        return f"failed with exit code {facts['exit_code']}"
    return Run((facts["cpu_s"],), (facts["wall_s"],), facts["peak_bytes"])


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIS_SERVICE")}


def _read(out: Path, *, mapshaper: bool) -> Run:
    with out.open("rb") as file:
        facts = json.loads(file.readline())
        found = _tiles(file) if mapshaper else pickle.load(file)  # noqa: S301 - our own child's
    return Run(
        tuple(one["cpu_s"] for one in facts["measured"]),
        tuple(one["wall_s"] for one in facts["measured"]),
        facts["peak_bytes"],
        tuple(found),
    )


def _tiles(lines: object) -> list[Found]:
    """Read mapshaper's tiles: covered by none (a gap) or by several (an overlap)."""
    found = []
    for line in lines:  # type: ignore[attr-defined]
        tile = json.loads(line)
        rings = [np.array(ring) for ring in tile["rings"] if len(ring) > 3]
        if not rings:
            continue
        lands = [shapely.make_valid(shapely.Polygon(ring)) for ring in rings]
        land = max(lands, key=lambda one: one.area)
        for hole in lands:
            if hole is not land:
                land = shapely.difference(land, hole)
        if land.area >= MIN_AREA_M2:
            found.append(Found("gap" if tile["n"] == 0 else "overlap", land))
    return found


def _installed_mapshaper() -> str:
    """Install mapshaper with npm into the cache when it is not there; say why it can't."""
    if MAPSHAPER.is_dir():
        return ""
    if shutil.which("npm") is None:
        return "not installed: npm is missing"
    folder = MAPSHAPER.parents[1]
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [
            *("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"),
            *("--prefix", str(folder), f"mapshaper@{MAPSHAPER_VERSION}"),
        ],
        capture_output=True,
        check=False,
    )
    return "" if MAPSHAPER.is_dir() else f"not installed: npm ended with {done.returncode}"


def _contestant(name: str) -> Contestant:
    return next(one for one in IN_PYTHON if one.name == name)


def _python(contestant: Contestant) -> str | None:
    """Give the interpreter that has what a contestant needs, None when there is none."""
    for python in (sys.executable, str(GEOPLANAR_PYTHON)):
        if not contestant.needs:
            return python
        if (
            Path(python).exists()
            and not subprocess.run(
                [python, "-c", f"import {contestant.needs}"], capture_output=True, check=False
            ).returncode
        ):
            return python
    return None


def _too_large(communities: int, most: int) -> str:
    return f"skipped above {most:,} communities" if communities > most else ""
