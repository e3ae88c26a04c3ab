"""Run every part of the tests, go on after a failure, and say at the end what ran."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent


@dataclass
class Outcome:
    """What one part did."""

    part: str
    ok: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)


def run_tool(part: str, *command: str) -> Outcome:
    """Run a tool that passes or fails as a whole."""
    began = time.monotonic()
    done = subprocess.run([str(TOOLS / command[0]), *command[1:]], cwd=ROOT, check=False)
    ok = done.returncode == 0
    return Outcome(part, ok, time.monotonic() - began, int(ok), int(not ok))


def run_pytest(part: str, *arguments: str) -> Outcome:
    """Run pytest with ``arguments`` and count its results; no test at all is a failure."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
        done = subprocess.run(command, cwd=ROOT, check=False)
        seconds = time.monotonic() - began
        if not report.exists():
            return Outcome(part, False, seconds, 0, 1)
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - our own file
    failed = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
    skipped = [f"{c.get('name')}: {s.get('message')}" for c in cases for s in c.findall("skipped")]
    passed = len(cases) - len(failed) - len(skipped)
    ok = done.returncode == 0 and passed > 0
    return Outcome(part, ok, seconds, passed, len(failed) or int(not ok), skipped)


def main() -> int:
    """Run all parts and print the summary; the exit code is 0 when every part passed."""
    outcomes = [
        run_tool("lint (ruff check)", "ruff", "check", "."),
        run_tool("format (ruff format)", "ruff", "format", "--check", "."),
        run_tool("types (mypy --strict)", "mypy"),
        run_pytest("doctests", "gis_service"),
        run_pytest("unit, real files, SQLite", "tests", "-n2", "-m", "not browser and not postgis"),
        run_pytest("PostGIS", "tests", "-m", "postgis"),
        run_pytest("browser (Chromium)", "tests", "-m", "browser"),
    ]
    print("\n" + "=" * 78)
    for outcome in outcomes:
        mark = "ok    " if outcome.ok else "FAILED"
        counts = f"{outcome.passed:5d} passed {outcome.failed:3d} failed"
        skips = f" {len(outcome.skipped)} skipped" if outcome.skipped else ""
        print(f"{mark} {outcome.part:30s} {counts}{skips} {outcome.seconds:7.1f} s")
    for outcome in outcomes:
        for reason in outcome.skipped:
            print(f"skipped: {reason}")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(len(outcome.skipped) for outcome in outcomes)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return int(not all(outcome.ok for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
