"""A large import through the job of a running server: do pages wait, does memory hold?

    python tests/bench/imports.py --communities 100000

The real server runs on a new data folder with the sample. A layer of the benchmark generator is
sent, previewed and put into effect over HTTP; meanwhile pages and collections are asked for four
times a second, the job's events are timed, and the memory of the server and its workers is read
from ``/proc``. The exit code is 0 when no target is missed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import layers
from layers import Order

from gis_service.bootstrap import utc_now
from gis_service.settings import Settings
from gis_service.storage import connect

PAGES = ("/", "/maps/disputes", "/ogc/collections/communities/items?limit=100", "/versions")
MOST_WAIT_S = 2.0
"""A page that takes longer is one that waited for the import."""

MOST_SILENCE_S = 1.5
"""Events come every second; the rest is for the way."""

MOST_TIMES_GEOMETRY = 4.0


@dataclass
class Seen:
    """What was measured while the import ran."""

    pages: list[tuple[str, float, float]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    events: list[tuple[float, float]] = field(default_factory=list)
    peak_bytes: dict[int, int] = field(default_factory=dict)
    total_peak: int = 0
    stages: dict[str, float] = field(default_factory=dict)


def main() -> int:
    """Run and print the figures and the targets."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--communities", type=int, default=100_000)
    parser.add_argument("--vertices", type=int, default=350)
    chosen = parser.parse_args()
    folder = layers.stored(Order(communities=chosen.communities, vertices=chosen.vertices))
    path = _file(folder)
    geometry_bytes = layers.facts(folder)["coordinate_bytes"]
    with (
        tempfile.TemporaryDirectory(prefix="bench-import-") as scratch,
        _server(Path(scratch)) as (address, process),
    ):
        seen, seconds = _measure(address, process, path, Path(scratch))
    return _judge(seen, seconds, geometry_bytes, chosen.communities)


def _file(folder: Path) -> Path:
    path = folder / "layer.fgb"
    if not path.exists():
        layer = layers.frame(folder).drop(columns="row").reset_index(names="code")
        layer.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    return path


@contextmanager
def _server(scratch: Path) -> Iterator[tuple[str, int]]:
    command = str(Path(sysconfig.get_path("scripts")) / "gis-service")
    settings = os.environ | {"GIS_SERVICE_MAX_UPLOAD_MB": "8000", "PYTHONUNBUFFERED": "1"}
    with (scratch / "log").open("w") as log, subprocess.Popen(
        [command, "serve", "--port", "0", "--data-dir", str(scratch / "data")],
        stdout=subprocess.PIPE, stderr=log, text=True, env=settings,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if "http://" in line)
            yield "http://" + line.split("http://")[1].split("/")[0], process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def _measure(address: str, process: int, path: Path, scratch: Path) -> tuple[Seen, float]:
    seen, over = Seen(), threading.Event()
    client = httpx.Client(base_url=address, headers=_signed_in(scratch), timeout=600)
    _wait_until_served(client)
    watchers = [
        threading.Thread(target=_ask_pages, args=(address, seen, over)),
        threading.Thread(target=_weigh, args=(process, seen, over)),
    ]
    for watcher in watchers:
        watcher.start()
    began = time.perf_counter()
    try:
        draft = _sent(client, path)
        seen.stages["sent"] = time.perf_counter() - began
        _followed(client, draft["job"], seen)
        seen.stages["previewed"] = time.perf_counter() - began
        ready = client.get(f"/api/v1/imports/{draft['id']}")
        confirmed = client.post(
            f"/api/v1/imports/{draft['id']}/confirm",
            json={"reason": "benchmark"},
            headers={"if-match": ready.headers["etag"]},
        )
        confirmed.raise_for_status()
        _followed(client, confirmed.json()["job"], seen)
        seen.stages["in effect"] = time.perf_counter() - began
    finally:
        over.set()
        for watcher in watchers:
            watcher.join()
    return seen, time.perf_counter() - began


def _signed_in(scratch: Path) -> dict[str, str]:
    people = Path(__file__).parents[1] / "people.py"
    spec = importlib.util.spec_from_file_location("people", people)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["people"] = module
    spec.loader.exec_module(module)
    url = Settings(data_dir=scratch / "data").sqlalchemy_url()
    database = connect(url, clock=utc_now)
    try:
        headers: dict[str, str] = module.signed_in(database, utc_now, "bureau").headers
    finally:
        database.close()
    return headers


def _wait_until_served(client: httpx.Client) -> None:
    for page in PAGES:
        client.get(page).raise_for_status()


def _sent(client: httpx.Client, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        answer = client.post("/api/v1/imports", files={"file": (path.name, file)})
    answer.raise_for_status()
    draft: dict[str, Any] = answer.json()
    return draft


def _followed(client: httpx.Client, job: str, seen: Seen) -> None:
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
        for line in answer.iter_lines():
            if not line.startswith("data: "):
                continue
            told = json.loads(line.removeprefix("data: "))
            seen.events.append((time.perf_counter(), told["share"]))
            text = (told["text"] or {}).get("en", "")
            sys.stderr.write(f"\r{told['state']:>9} {told['share']:6.1%} {text:40}")
            if told["state"] in ("failed", "cancelled"):
                raise SystemExit(f"the job ended early: {told['problem']}")
    sys.stderr.write("\n")


def _ask_pages(address: str, seen: Seen, over: threading.Event) -> None:
    with httpx.Client(base_url=address, timeout=120) as client:
        turn = 0
        while not over.is_set():
            page = PAGES[turn % len(PAGES)]
            turn += 1
            began = time.perf_counter()
            answer = client.get(page)
            seen.pages.append((page, began, time.perf_counter() - began))
            if answer.status_code != 200:
                seen.refused.append(f"{page}: {answer.status_code}")
            over.wait(0.25)


def _weigh(process: int, seen: Seen, over: threading.Event) -> None:
    while not over.is_set():
        now = {pid: _resident(pid) for pid in (process, *_children(process))}
        for pid, size in now.items():
            seen.peak_bytes[pid] = max(size, seen.peak_bytes.get(pid, 0))
        seen.total_peak = max(seen.total_peak, sum(now.values()))
        over.wait(0.1)


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task").glob("*/children")
    found: list[int] = []
    for path in listed:
        try:
            found += [int(text) for text in path.read_text().split()]
        except OSError:
            continue
    return found


def _resident(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0 kB")
    return int(line.split()[1]) * 1024


def _judge(seen: Seen, seconds: float, geometry_bytes: int, communities: int) -> int:
    slowest = sorted(seen.pages, key=lambda one: -one[2])
    waits = [took for *_, took in seen.pages]
    gaps = [b[0] - a[0] for a, b in zip(seen.events, seen.events[1:], strict=False)]
    workers = sorted(seen.peak_bytes.values(), reverse=True)
    heaviest = max(workers)
    write = sys.stdout.write
    write(f"{communities:,} communities, {geometry_bytes / 1e6:,.0f} MB of coordinates\n")
    write(f"sent, previewed, in effect after: {seen.stages}; {seconds:.0f} s in all\n")
    write(f"{len(waits)} page requests: median {sorted(waits)[len(waits) // 2]:.3f} s\n")
    write(f"slowest: {[(page, round(took, 2)) for page, _, took in slowest[:5]]}\n")
    write(f"peaks of the processes: {[round(size / 1e6) for size in workers]} MB\n")
    targets = [
        ("no page waits", max(waits), MOST_WAIT_S, "s"),
        ("pages that failed", float(len(seen.refused)), 0.0, ""),
        ("longest silence of the job", max(gaps), MOST_SILENCE_S, "s"),
        ("heaviest process / geometry", heaviest / geometry_bytes, MOST_TIMES_GEOMETRY, "×"),
        ("all together / geometry", seen.total_peak / geometry_bytes, MOST_TIMES_GEOMETRY, "×"),
    ]
    missed = 0
    for name, value, limit, unit in targets:
        met = value <= limit
        missed += not met
        write(f"{'met   ' if met else 'MISSED'} {name}: {value:.2f} {unit} of {limit:g} {unit}\n")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
