"""Followers: told of every new boundary version within its transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from shapely import box

from gis_service.model.versions import BoundaryVersion
from gis_service.services import Services


@dataclass
class Recorder:
    """Notes what it is told, and refuses when it should."""

    refuses: bool = False
    heard: list[dict[str, Any]] = field(default_factory=list)

    def follow(self, unit: Any, **told: Any) -> None:
        assert unit.boundaries.current() == told["after"]
        self.heard.append(told)
        if self.refuses:
            raise KeyError


def test_a_follower_hears_of_the_version_before_and_after(
    services: Services, district: Any, tmp_path: Path
) -> None:
    recorder = Recorder()
    boundaries = replace(services.boundaries, followers=(recorder,))
    path = district.write_communities(tmp_path / "a.gpkg")
    outline = district.write_outline(tmp_path / "outline.gpkg")
    first = boundaries.import_file(path, user="li", outline=outline)
    second = boundaries.import_file(path, user="wang", reason="again", document="罗民〔2026〕1号")
    assert second.document == "罗民〔2026〕1号"
    told = recorder.heard
    assert [(one["before"], one["after"]) for one in told] == [(None, first), (first, second)]
    assert (told[1]["author"], told[1]["reason"]) == ("wang", "again")
    assert {f.check for f in told[1]["findings"]} == {"overlap", "gap"}
    assert list(told[1]["layer"].index) == ["A", "B", "C", "D"]
    assert told[1]["outline"] is not None


def test_a_follower_that_fails_undoes_the_version(
    services: Services, district: Any, tmp_path: Path
) -> None:
    boundaries = replace(services.boundaries, followers=(Recorder(refuses=True),))
    with pytest.raises(KeyError):
        boundaries.import_file(district.write_communities(tmp_path / "a.gpkg"), user="li")
    assert boundaries.current() is None
    with services.database.reading() as unit:
        assert unit.audit.entries() == []


def test_a_layer_read_and_stored_again_keeps_every_attribute_and_row(loaded: Services) -> None:
    with loaded.database.writing(user="li", action="test") as unit:
        version = unit.boundaries.current()
        assert version is not None
        layer = unit.boundaries.communities(version)
        assert [row["surveyor"] for row in layer["attributes"]] == ["张"] * 4
        layer.loc["D", "geometry"] = box(514_000, 2_495_000, 515_000, 2_496_000)
        after = loaded.boundaries.store_layer(
            unit, layer, findings=[], outline=None, author="li", reason="", case="LH-2026-0001"
        )
        unit.record(subject="x", before=version.digest, after=after.digest)
    with loaded.database.reading() as unit:
        assert unit.boundaries.get(2) == after and after.case == "LH-2026-0001"
        assert {code: unit.boundaries.changes(code) for code in "ABCD"} == {
            "A": [1], "B": [1], "C": [1], "D": [1, 2],
        }  # fmt: skip
        assert unit.boundaries.communities(after, codes=["D"])["attributes"].iloc[0] == {
            "surveyor": "张"
        }


def test_the_instant_of_a_version_never_goes_back(loaded: Services) -> None:
    first: BoundaryVersion | None = loaded.boundaries.current()
    assert first is not None
    turned_back = replace(loaded.boundaries, clock=lambda: "2020-01-01T00:00:00.000Z")
    with loaded.database.writing(user="li", action="test") as unit:
        layer = unit.boundaries.communities(first)
        after = turned_back.store_layer(
            unit, layer, findings=[], outline=None, author="li", reason=""
        )
        unit.record(subject="x", before="", after=after.digest)
    assert after.created_at == first.created_at
    with loaded.database.reading() as unit:
        assert unit.boundaries.at(first.created_at) == after
        assert unit.boundaries.at("2019-12-31T00:00:00.000Z") is None
        assert [version.number for version in unit.boundaries.versions()] == [2, 1]
