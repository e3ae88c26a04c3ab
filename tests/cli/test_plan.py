"""``gis-service plan`` as a program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gis_service", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


FILES = (
    "--communities", "boundaries/communities.geojson", "--facilities", "facilities/facilities.csv",
    "--population", "facilities/population.csv", "--blocks", "facilities/blocks.geojson",
    "--candidates", "facilities/candidates.csv",
)  # fmt: skip


def test_json_is_one_document_with_the_proof() -> None:
    done = run("plan", *FILES, "--new", "3", "--network", "facilities/walk_nodes.csv", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["method"] == "network" and document["proof"]["optimal"] is True
    assert document["after"]["covered"] - document["before"]["covered"] == 3


def test_the_table_says_the_proof_and_what_was_estimated() -> None:
    done = run("--lang", "en", "plan", *FILES, "--objective", "elders", "--minutes", "10")
    assert done.returncode == 0, done.stderr
    assert "Proven: no other choice is better" in done.stdout
    assert "straight line" in done.stdout and "HiGHS" not in done.stdout


def test_what_cannot_be_ends_with_exit_code_2() -> None:
    done = run("plan", *FILES, "--new", "500")
    assert done.returncode == 2 and "备选点" in done.stderr
