"""``user``, ``key`` and ``audit`` as an administrator runs them."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gis_service.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in an empty folder, in this process: a dozen starts would take a minute."""
    for name in [name for name in os.environ if name.startswith("GIS_SERVICE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIS_SERVICE_DATA_DIR", "data")
    monkeypatch.setenv("GIS_SERVICE_PUBLIC_URL", "https://gis.office")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: object) -> Done:
        monkeypatch.setattr("sys.argv", ["gis-service", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return ran


def test_people_and_keys_are_added_listed_and_ended(run: Run) -> None:
    added = run("user", "add", "li", "--role", "street", "--street", "桂园街道", "--name", "李")
    assert added.returncode == 0, added.stderr
    assert added.stdout.splitlines()[-1].startswith("https://gis.office/link/")
    twice = run("user", "add", "Li", "--role", "viewer")
    assert twice.returncode == 2 and "There is somebody" in twice.stderr
    assert run("user", "add", "x", "--role", "street").returncode == 2, "without a street"
    reset = json.loads(run("user", "reset", "li", "--json").stdout)
    assert reset["link"] not in added.stdout and reset["login"] == "li"
    assert run("user", "disable", "li").returncode == 0
    (listed,) = json.loads(run("user", "list", "--json").stdout)["users"]
    assert (listed["login"], listed["street"], listed["disabled"]) == ("li", "桂园街道", True)
    assert "已停用" in run("user", "list").stdout
    assert run("user", "reset", "nobody").returncode == 2
    made = run("key", "add", "desk", "--role", "viewer", "--days", "7")
    key = made.stdout.splitlines()[-1]
    assert made.returncode == 0 and key.startswith("gsk_")
    assert run("key", "revoke", "desk").returncode == 0
    listed_keys = run("key", "list", "--json").stdout
    assert json.loads(listed_keys)["keys"][0]["revoked"] is True and key not in listed_keys


def test_the_trail_is_verified_and_exported_and_a_forged_row_is_named(
    run: Run, tmp_path: Path
) -> None:
    run("user", "add", "li", "--role", "viewer")
    run("user", "add", "wang", "--role", "viewer")
    sound = run("audit", "verify")
    assert sound.returncode == 0
    head = sound.stdout.splitlines()[-1]
    exported = run("audit", "export", "-o", "trail.jsonl", "--since", "2020-01-01")
    assert exported.returncode == 0 and exported.stdout.splitlines()[-1] == head
    rows = (tmp_path / "trail.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(row)["subject"] for row in rows[:-1]] == ["person li", "person wang"]
    assert all(json.loads(row)["user"].startswith("cli:") for row in rows[:-1])
    run("user", "disable", "li")
    assert run("audit", "verify", "--head", head).returncode == 0
    assert run("audit", "verify", "--head", "2:" + "0" * 64).returncode == 1
    assert run("audit", "verify", "--head", "x").returncode == 2
    with sqlite3.connect(tmp_path / "data" / "gis-service.sqlite") as connection:
        connection.execute("UPDATE audit_entry SET subject = 'person zhao' WHERE number = 2")
    forged = run("audit", "verify")
    assert forged.returncode == 1
    assert "Entry 2" in forged.stdout and "第 2 条" in forged.stdout
    document = json.loads(run("audit", "verify", "--json").stdout)
    assert [(f["kind"], f["number"]) for f in document["faults"]] == [("changed", 2)]
