"""One piece of work that several contestants do, how it is timed, and what it is held to.

`planning.py` runs the works of `coverage_walking` and, where it is there, `coverage_siting`; each
of these modules has ``works(order) -> list[Work]`` for a city of `cities`.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from targets import OURS, Target

PEERS = Path(__file__).parent / ".cache" / "peers" / "bin" / "python"
"""A venv of one's own with pandana, access, spopt and so on; what is not there takes no part."""
LIMIT_S = 900.0


@dataclass(frozen=True)
class Took:
    """What a contestant took: the least CPU and wall time of all rounds, megabytes at the peak."""

    seconds: float = float("nan")
    wall_s: float = float("nan")
    megabytes: float = float("nan")
    remark: str = ""
    missing: str = ""


Judge = Callable[[Mapping[str, Took]], list[Target]]


@dataclass(frozen=True)
class Work:
    """Some work, who does it, and its targets.

    Attributes
    ----------
    title
        What is done, on what.
    contestants
        Name → function that does the work in this process, or that returns a `Took` of a process
        of its own. The first is `OURS`. What it returns is given to ``remark``.
    judge
        From what everyone took to targets.
    remark
        From a result to a few words on it, such as how many pairs were found.
    memory
        Whether the growth of memory is watched (in a run that is not timed).
    once
        Names that run one round only.
    """

    title: str
    contestants: Mapping[str, Callable[[], object]]
    judge: Judge = field(default=lambda _: [])
    remark: Callable[[object], str] = field(default=lambda _: "")
    memory: bool = False
    once: tuple[str, ...] = ()


def timed(work: Work, *, rounds: int) -> dict[str, Took]:
    """Let the contestants take turns, and keep the least time of each."""
    best: dict[str, float] = {}
    wall: dict[str, float] = {}
    remarks: dict[str, str] = {}
    missing: dict[str, Took] = {}
    for number in range(rounds + 1):  # the first warms up: caches, compiled code
        for name, run in work.contestants.items():
            if name in missing or (name in work.once and number != 1):
                continue
            gc.collect()
            began, cpu = time.perf_counter(), time.process_time()
            result = run()
            seconds, passed = time.process_time() - cpu, time.perf_counter() - began
            if isinstance(result, Took):
                missing[name] = result
                continue
            if number:
                best[name] = min(best.get(name, seconds), seconds)
                wall[name] = min(wall.get(name, passed), passed)
            if name not in remarks:
                remarks[name] = work.remark(result)
    more = {name: growth(work.contestants[name]) for name in best} if work.memory else {}
    return {
        name: missing[name]
        if name in missing
        else Took(best[name], wall[name], more.get(name, float("nan")), remarks.get(name, ""))
        for name in work.contestants
    }


def growth(run: Callable[[], object]) -> float:
    """Megabytes by which the memory of this process grew at most while ``run`` ran."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # give back what earlier rounds left behind
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    page, done = 4096, threading.Event()
    before = peak = _resident() * page

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.001):
            peak = max(peak, _resident() * page)

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = run()
    peak = max(peak, _resident() * page)
    done.set()
    watcher.join()
    del result
    return (peak - before) / 1e6


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


@functools.cache
def apart(script: str, *arguments: str) -> Took:
    """Run a script of this folder with the peers' Python; it prints a `Took`. Once."""
    if not PEERS.exists():
        return Took(missing=f"no {PEERS.relative_to(Path(__file__).parents[2])}")
    command = [str(PEERS), str(Path(__file__).parent / script), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return Took(missing=f"not done after {LIMIT_S:.0f} s")
    if done.returncode:
        return Took(missing=(done.stderr.strip().splitlines() or ["failed"])[-1][:90])
    return Took(**json.loads(done.stdout.strip().splitlines()[-1]))


def ratio(took: Mapping[str, Took], name: str) -> float:
    """Give our seconds over another's."""
    return took[OURS].seconds / took[name].seconds


def within(text: str, value: float, limit: float, measured: str) -> Target:
    """Make a target that is met when a value is at most a limit."""
    if value != value:
        return Target(text, "", None)
    return Target(text, measured, value <= limit)


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
