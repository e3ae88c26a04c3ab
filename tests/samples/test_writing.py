"""The committed files are what the generator writes, and say what they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.text import Text
from gis_service.samples import generate, write_sample

FILES = [
    "boundaries/README.md",
    "boundaries/communities.geojson",
    "boundaries/outline.geojson",
    "facilities/README.md",
    "facilities/blocks.geojson",
    "facilities/candidates.csv",
    "facilities/facilities.csv",
    "facilities/policy.toml",
    "facilities/population.csv",
    "facilities/walk_edges.csv",
    "facilities/walk_nodes.csv",
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    paths = write_sample(folder)
    assert [path.relative_to(folder).as_posix() for path in paths] == FILES
    return folder


@pytest.mark.parametrize("name", FILES)
def test_the_committed_file_is_written_again_byte_for_byte(
    name: str, written: Path, committed: Path
) -> None:
    assert (written / name).read_bytes() == (committed / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_small_and_has_unix_line_ends(name: str, committed: Path) -> None:
    body = (committed / name).read_bytes()
    assert len(body) < (900_000 if "walk" in name else 1_400_000)
    assert b"\r" not in body
    assert body.endswith(b"\n")


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(".csv")])
def test_every_file_that_can_says_that_it_is_a_demonstration(name: str, committed: Path) -> None:
    assert "演示数据，非测绘成果" in (committed / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".csv")])
def test_the_readme_explains_every_column_of_the_tables(name: str, committed: Path) -> None:
    readme = (committed / "facilities" / "README.md").read_text(encoding="utf-8")
    with (committed / name).open(encoding="utf-8") as file:
        columns = file.readline().strip().split(",")
    for column in columns:
        banded = column.startswith(("registered_", "resident_"))
        assert banded or f"`{column}`" in readme
    assert Path(name).name in readme


def test_the_maps_are_plain_geojson_with_the_documented_columns(committed: Path) -> None:
    for name, columns in (
        ("boundaries/communities.geojson", ["code", "name", "street", "street_code"]),
        ("facilities/blocks.geojson", ["id", "community_code", "elders", "residents"]),
    ):
        content = json.loads((committed / name).read_text(encoding="utf-8"))
        assert "crs" not in content
        assert all(list(f["properties"]) == columns for f in content["features"])


def test_the_policy_file_says_what_the_default_policy_says(committed: Path) -> None:
    text = (committed / "facilities" / "policy.toml").read_text(encoding="utf-8")
    assert replace(Policy.from_toml(text), name="default") == DEFAULT_POLICY
    assert Policy.from_toml(text).name == "sample"


def test_another_seed_makes_another_district_with_as_many_faults() -> None:
    other = generate(7)
    kinds = other.planted["kind"].value_counts()
    assert kinds[["overlap", "gap"]].to_list() == [10, 6]
    assert len(other.communities) == 81


def test_progress_rises_to_one_and_can_stop_the_work(tmp_path: Path) -> None:
    seen: list[float] = []

    def stop(share: float, stage: Text) -> None:
        assert stage.zh and stage.en
        seen.append(share)
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path, progress=stop)
    assert seen == sorted(seen)
    assert not list(tmp_path.iterdir())
