"""Runs one contestant on one layer: contest.py NAME FOLDER OUT ROUNDS keep|drop."""

from __future__ import annotations

import json
import pickle
import resource
import sys
import time
import warnings
from pathlib import Path

from contestants import IN_PYTHON


def main(name: str, folder: str, out: str, rounds: str, keep: str) -> None:
    """Measure the work ``rounds`` times; write the figures and, on "keep", what was found."""
    warnings.simplefilter("ignore")
    contestant = next(one for one in IN_PYTHON if one.name == name)
    loaded = contestant.load(Path(folder))
    measured, answer = [], None
    for _ in range(int(rounds)):
        answer = None
        used, began = _cpu_seconds(), time.perf_counter()
        answer = contestant.work(loaded)
        wall = time.perf_counter() - began
        measured.append({"cpu_s": _cpu_seconds() - used, "wall_s": wall})
    peak = _peak_bytes()
    found = contestant.findings(loaded, answer) if keep == "keep" else []
    with Path(out).open("wb") as file:
        file.write(json.dumps({"measured": measured, "peak_bytes": peak}).encode() + b"\n")
        pickle.dump(found, file, protocol=pickle.HIGHEST_PROTOCOL)


def _peak_bytes() -> int:
    """Give the peak of this program alone: ru_maxrss would count the parent's before exec, too."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
