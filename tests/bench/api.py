"""How fast does ``/ogc`` answer, beside a bare Starlette server that returns the same bytes?

Both are uvicorn with one worker, asked over 8 connections, round by round in turn; the medians and
their ratio count, because a machine that does other things too slows both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

CONNECTIONS = 8
READY = re.compile(r"running on (http://[\d.]+:\d+)")

SERVER = """
import sys, uvicorn
from gis_service.bootstrap import build_app
from gis_service.settings import Settings
app = build_app(Settings(data_dir=sys.argv[1], log_level="error"))
uvicorn.run(app, port=0, access_log=False)
"""
YARDSTICK = """
import sys, pathlib, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
held = {path.name: path.read_bytes() for path in pathlib.Path(sys.argv[1]).iterdir()}
async def answer(request):
    return Response(held[request.path_params["name"]], media_type="application/geo+json")
uvicorn.run(Starlette(routes=[Route("/{name}", answer)]), port=0, access_log=False)
"""


@dataclass
class Case:
    """One question, its target, and what was measured."""

    name: str
    path: str
    target: float
    etag: bool = False
    accept: str = ""
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    their_waits_s: list[float] = field(default_factory=list)
    size: int = 0


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def cases(points: int) -> list[Case]:
    """List what is asked."""
    items = "/ogc/collections/communities/items"
    listed = [
        Case("items of all communities", items, 0.40),
        Case("one feature", f"{items}/440303001901", 0.40),
        Case("cached tile", "/ogc/tiles/WebMercatorQuad/12/1784/3345", 0.50),
        Case("304 of all communities", items, 0.60, etag=True),
    ]
    if points:
        there = "/ogc/collections/facilities/items"
        listed += [
            Case(
                f"bbox among {points:,} points", f"{there}?bbox=114.12,22.55,114.123,22.553", 0.60
            ),
            Case(f"10,000 of {points:,} points", f"{there}?limit=10000", 0.40),
        ]
    return listed


@contextmanager
def running(program: str, argument: str) -> Iterator[str]:
    """Run a server; give its address."""
    around = {k: v for k, v in os.environ.items() if not k.startswith("GIS_SERVICE_")}
    with subprocess.Popen(
        [sys.executable, "-c", program, argument], stderr=subprocess.PIPE, text=True, env=around
    ) as process:
        assert process.stderr is not None
        seen = ""
        for line in process.stderr:
            seen += line
            if found := READY.search(line):
                break
        else:
            raise SystemExit(seen)
        try:
            yield found[1]
        finally:
            process.terminate()


async def _connection(address: str, request: bytes, until: float, waits: list[float]) -> int:
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    count = 0
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        if status not in (200, 204, 304):
            raise SystemExit(head.decode())
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if length and status == 200:
            await reader.readexactly(int(length[1]))
        waits.append(time.perf_counter() - began)
        count += 1
    writer.close()
    return count


async def rate(
    address: str, path: str, *, header: str, seconds: float, waits: list[float]
) -> float:
    """Give requests a second over all connections."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {address.removeprefix('http://')}", header]
    request = "\r\n".join([line for line in lines if line] + ["", ""]).encode()
    began = time.perf_counter()
    counts = await asyncio.gather(
        *(_connection(address, request, began + seconds, waits) for _ in range(CONNECTIONS))
    )
    return sum(counts) / (time.perf_counter() - began)


def measure(case: Case, ours: str, *, held: Path, options: argparse.Namespace) -> None:
    """Measure one case, round by round in turn."""
    first = httpx.get(f"{ours}{case.path}", trust_env=False)
    first.raise_for_status()
    header = f"If-None-Match: {first.headers['etag']}" if case.etag else ""
    name = re.sub(r"\W", "-", case.name)
    case.size = len(first.content)
    body = b"" if case.etag else first.content
    (held / name).write_bytes(body)
    with running(YARDSTICK, str(held)) as yardstick:
        for number in range(options.rounds + 1):
            warm: list[float] = []
            kept = case.waits_s if number else warm
            other_kept = case.their_waits_s if number else warm
            given = {"header": header, "seconds": options.seconds}
            mine = asyncio.run(rate(ours, case.path, waits=kept, **given))
            other = asyncio.run(rate(yardstick, f"/{name}", waits=other_kept, **given))
            if number:
                case.ours.append(mine)
                case.theirs.append(other)


def _waits(found: list[float]) -> tuple[float, float]:
    """Give the median and the 99th percentile, in seconds."""
    waits = sorted(found)
    return waits[len(waits) // 2], waits[int(len(waits) * 0.99)]


def report(listed: list[Case]) -> bool:
    """Print the table; tell whether all targets are met."""
    say(
        "| question | KB | requests/s | yardstick | ratio | target | p50 ms | p99 / p50 | "
        "yardstick's | |"
    )
    say("|---|---|---|---|---|---|---|---|---|---|")
    fine = True
    for case in listed:
        ours, theirs = median(case.ours), median(case.theirs)
        half, late = _waits(case.waits_s)
        other_half, other_late = _waits(case.their_waits_s)
        met = ours / theirs >= case.target and late <= 4 * half
        fine &= met
        say(
            f"| {case.name} | {case.size / 1000:.1f} | {ours:,.0f} | {theirs:,.0f} | "
            f"{ours / theirs:.2f} | {case.target:.2f} | {half * 1000:.1f} | {late / half:.1f} | "
            f"{other_late / other_half:.1f} | "
            f"{'met' if met else '**missed**'} |"
        )
    return fine


def prepare(folder: Path, points: int) -> None:
    """Fill a database with the sample, and with points where they are wanted."""
    from gis_service.bootstrap import build, load_sample
    from gis_service.settings import Settings

    services = build(Settings(data_dir=folder))
    load_sample(services)
    if points:
        import numpy as np
        import pandas as pd

        chance = np.random.default_rng(7)
        path = folder / "points.csv"
        pd.DataFrame(
            {
                "id": [f"p{i}" for i in range(points)],
                "name": [f"站点{i}" for i in range(points)],
                "kind": "elder_station",
                "status": "open",
                "lon": 114.08 + 0.1 * chance.random(points),
                "lat": 22.53 + 0.07 * chance.random(points),
            }
        ).to_csv(path, index=False)
        services.register.import_facilities(path, user="bench", crs="EPSG:4326")
    services.database.close()


def main() -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--points", type=int, default=100_000, help="0: the sample alone")
    options = parser.parse_args()
    listed = cases(options.points)
    with tempfile.TemporaryDirectory(prefix="bench-api-") as name:
        data, held = Path(name) / "data", Path(name) / "held"
        data.mkdir()
        held.mkdir()
        prepare(data, options.points)
        began = time.perf_counter()
        with running(SERVER, str(data)) as ours:
            httpx.get(f"{ours}/ogc/collections/communities/items", trust_env=False, timeout=120)
            say(f"first answer {time.perf_counter() - began:.1f} s after the start\n")
            for case in listed:
                measure(case, ours, held=held, options=options)
    return 0 if report(listed) else 1


if __name__ == "__main__":
    raise SystemExit(main())
