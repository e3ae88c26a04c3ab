"""``gis-service cases`` on a small district."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gis_service.bootstrap import build
from gis_service.cli import main
from gis_service.settings import Settings


@pytest.fixture
def run(district: Any, tmp_path: Path, monkeypatch, capsys):
    """Run the command on a data folder with an overlap and a gap."""
    services = build(Settings(data_dir=tmp_path / "data"))
    services.boundaries.import_file(
        district.write_communities(tmp_path / "c.gpkg"),
        user="li",
        outline=district.write_outline(tmp_path / "o.gpkg"),
    )
    services.database.close()
    monkeypatch.setenv("GIS_SERVICE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")

    def ran(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["gis-service", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return ran


def test_the_ledger_is_listed_written_and_given_as_json(run, tmp_path: Path) -> None:
    code, out, _ = run("--lang", "en", "cases")
    assert code == 0 and "LH-" in out and "2 cases, 20.00 ha, 0 overdue" in out
    code, out, _ = run("cases", "--community", "D", "--json")
    found = json.loads(out)
    assert [case["kind"] for case in found["cases"]] == ["gap"]
    assert found["totals"]["area_mu"] == 150
    code, _, _ = run("cases", "-o", tmp_path / "cases.xlsx")
    assert code == 0 and openpyxl.load_workbook(tmp_path / "cases.xlsx").active.max_row == 4


def test_what_can_not_be_is_refused(run, tmp_path: Path) -> None:
    assert run("cases", "--state", "lost")[0] == 2
    assert run("cases", "--sort", "colour")[0] == 2
    assert run("cases", "-o", tmp_path / "cases.csv")[0] == 2
