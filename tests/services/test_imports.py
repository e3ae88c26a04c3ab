"""Imports with a preview: what is recognised, confirmed, refused, given up; whole and partial."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pytest
import shapely
from shapely import box
from shapely.affinity import translate

from gis_service.errors import ConflictError, NotFoundError, ParameterError
from gis_service.model.drafts import Draft
from gis_service.model.jobs import Job
from gis_service.model.people import Actor
from gis_service.services import Services

LI = Actor(name="li", role="bureau")
WHOLE_D = {"D": box(1000, 1000, 2000, 2000)}


def read(services: Services, path: Path, **options: Any) -> Draft:
    draft = services.imports.receive(path, file_name=path.name, actor=LI, **options)
    services.jobs.wait(draft.job, timeout_s=60)
    return services.imports.get(draft.id)


def confirm(services: Services, draft: Draft, **facts: Any) -> Job:
    begun = services.imports.confirm(draft.id, actor=LI, **({"reason": "resurvey"} | facts))
    return services.jobs.wait(begun.job, timeout_s=60)


def only(district: Any, path: Path, *codes: str, changed: Any = None) -> Path:
    frame = district.communities(changed).set_index("code", drop=False).loc[list(codes)]
    frame.to_file(path, driver="GPKG", index=False)
    return path


def test_a_preview_tells_what_would_change_and_writes_nothing(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    path = district.write_communities(tmp_path / "second.gpkg", WHOLE_D)
    draft = read(loaded, path)
    assert draft.state == "ready" and draft.mode == "whole"
    preview = draft.preview
    assert preview["base"] == 1 and preview["changed"] == 1
    assert preview["changes"]["changed"] == 1 and preview["changes"]["removed"] == 0
    (listed,) = preview["listed"]
    assert (listed["code"], listed["gained_m2"], listed["lost_m2"]) == ("D", 100_000.0, 0.0)
    assert preview["counts"] == {"overlap": 1}, "the gap is filled"
    assert preview["survey"]["mapping"]["code"] == "code"
    assert preview["survey"]["crs_reason"]["zh"]
    current = loaded.boundaries.current()
    assert current is not None and current.number == 1
    pieces = orjson.loads(loaded.imports.document(draft, "pieces"))
    assert [f["properties"]["to"] for f in pieces["features"]] == ["D"]
    drawn = orjson.loads(loaded.imports.document(draft, "communities"))
    assert [f["id"] for f in drawn["features"]] == ["D"]


def test_a_confirmed_preview_is_the_next_version_bit_for_bit(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    path = district.write_communities(tmp_path / "second.gpkg", WHOLE_D)
    draft = read(loaded, path)
    job = confirm(loaded, draft, reason="复测", document="罗民〔2026〕7号")
    assert job.state == "done" and job.result == {"draft": draft.id, "version": 2}
    version = loaded.boundaries.current()
    assert version is not None
    assert (version.author, version.reason, version.document) == ("li", "复测", "罗民〔2026〕7号")
    with loaded.database.reading() as unit:
        kept = unit.boundaries.communities(version)
        entries = unit.audit.entries()
        assert unit.audit.broken() is None
        assert unit.boundaries.survey(version)["sha256"] == draft.sha256
        assert {c: unit.boundaries.changes(c) for c in "ABCD"} == {
            "A": [1], "B": [1], "C": [1], "D": [1, 2],
        }  # fmt: skip
    given = district.communities(WHOLE_D).set_index("code").geometry
    for code in given.index:
        assert shapely.to_wkb(kept.geometry[code]) == shapely.to_wkb(given[code])
    assert [e.action for e in entries[-2:]] == ["upload boundaries", "import boundaries"]
    done = loaded.imports.get(draft.id)
    assert (done.state, done.version) == ("confirmed", 2)
    assert not loaded.imports.files(draft).folder.exists()
    with pytest.raises(ConflictError, match="in effect"):
        loaded.imports.confirm(draft.id, actor=LI, reason="again")


def test_a_first_import_needs_no_version_before(
    services: Services, district: Any, tmp_path: Path
) -> None:
    draft = read(services, district.write_communities(tmp_path / "first.gpkg"))
    assert draft.preview["base"] is None and draft.preview["reach"]["choices"] == ["whole"]
    drawn = orjson.loads(services.imports.document(draft, "communities"))
    assert len(drawn["features"]) == 4
    assert confirm(services, draft).result == {"draft": draft.id, "version": 1}


def test_a_partial_survey_updates_just_its_communities(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    draft = read(loaded, only(district, tmp_path / "d.gpkg", "D", changed=WHOLE_D))
    assert draft.mode == "partial" and draft.preview["reach"]["suggested"] == "partial"
    assert draft.preview["reach"]["missing"] == ["A", "B", "C"]
    assert draft.preview["changes"]["removed"] == 0 and draft.preview["communities"] == 4
    assert confirm(loaded, draft).state == "done"
    with loaded.database.reading() as unit:
        version = unit.boundaries.current()
        assert version is not None and version.communities == 4
        layer = unit.boundaries.communities(version)
        assert unit.boundaries.changed(after=1, until=2) == ["D"]
    assert layer.geometry["D"].area == pytest.approx(1_000_000)
    assert list(layer["attributes"]) == [{"surveyor": "张"}] * 4


def test_a_person_may_choose_the_other_mode_and_sees_what_goes(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    draft = read(loaded, only(district, tmp_path / "d.gpkg", "D"))
    again = loaded.imports.read_again(draft.id, actor=LI, mode="whole")
    loaded.jobs.wait(again.job, timeout_s=60)
    now = loaded.imports.get(draft.id)
    assert (now.state, now.mode) == ("ready", "whole")
    assert now.preview["changes"]["removed"] == 3
    assert confirm(loaded, now).state == "done"
    version = loaded.boundaries.current()
    assert version is not None and version.communities == 1


def test_a_partial_survey_may_bring_a_new_community(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    new = {"D": box(1000, 1000, 1500, 1900), "E": box(1500, 1000, 2000, 1900)}
    draft = read(loaded, only(district, tmp_path / "de.gpkg", "D", "E", changed=new))
    assert draft.mode == "partial"
    assert confirm(loaded, draft).state == "done"
    compared = loaded.versions.compare(1, 2)
    kinds = {c.code: c.kinds for c in compared.differences.communities}
    assert kinds == {"D": ("changed",), "E": ("added",)}
    assert [tuple(row) for row in compared.differences.pieces[["from", "to"]].to_numpy()] == [
        ("D", "E")
    ]


def test_a_preview_of_an_older_state_is_not_put_into_effect(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    draft = read(loaded, district.write_communities(tmp_path / "second.gpkg", WHOLE_D))
    loaded.boundaries.import_file(tmp_path / "communities.gpkg", user="wang")
    job = confirm(loaded, draft)
    assert job.state == "failed" and job.problem is not None and job.problem["code"] == "stale"
    assert loaded.imports.get(draft.id).state == "ready", "nothing is lost"
    again = loaded.imports.read_again(draft.id, actor=LI)
    loaded.jobs.wait(again.job, timeout_s=60)
    assert confirm(loaded, loaded.imports.get(draft.id)).result == {
        "draft": draft.id, "version": 3,
    }  # fmt: skip


def test_a_file_that_can_not_be_used_says_why(loaded: Services, tmp_path: Path) -> None:
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [', "utf-8")
    draft = loaded.imports.receive(broken, file_name="broken.geojson", actor=LI)
    job = loaded.jobs.wait(draft.job, timeout_s=60)
    assert job.state == "failed" and job.problem is not None
    assert job.problem["code"] == "unreadable-file"
    assert loaded.imports.get(draft.id).state == "failed"


def test_a_discarded_draft_leaves_no_file(loaded: Services, tmp_path: Path) -> None:
    draft = read(loaded, tmp_path / "communities.gpkg")
    folder = loaded.imports.files(draft).folder
    assert folder.exists()
    loaded.imports.discard(draft.id, actor=LI)
    assert not folder.exists() and loaded.imports.get(draft.id).state == "discarded"
    with pytest.raises(NotFoundError):
        loaded.imports.document(loaded.imports.get(draft.id), "communities")
    with pytest.raises(ConflictError):
        loaded.imports.confirm(draft.id, actor=LI, reason="x")


def test_a_reason_is_needed(loaded: Services, tmp_path: Path) -> None:
    draft = read(loaded, tmp_path / "communities.gpkg")
    with pytest.raises(ParameterError, match="reason"):
        loaded.imports.confirm(draft.id, actor=LI, reason="  ")
    assert loaded.imports.get(draft.id).state == "ready"


def test_an_old_draft_expires(loaded: Services, tmp_path: Path) -> None:
    draft = read(loaded, tmp_path / "communities.gpkg")
    folder = loaded.imports.files(draft).folder
    later = replace(loaded.imports, clock=lambda: "2026-02-01T00:00:00.000Z")
    later.recover()
    assert loaded.imports.get(draft.id).state == "discarded" and not folder.exists()


def test_a_restart_leaves_no_draft_half_done(loaded: Services, tmp_path: Path) -> None:
    draft = read(loaded, tmp_path / "communities.gpkg")
    with loaded.database.keeping() as unit:
        unit.drafts.put(replace(draft, state="confirming"))
    loaded.imports.recover()
    assert loaded.imports.get(draft.id).state == "ready"


def test_the_command_asks_before_it_drops_communities(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    path = only(district, tmp_path / "d.gpkg", "D", changed=WHOLE_D)
    with pytest.raises(ParameterError, match="--partial") as refused:
        loaded.boundaries.import_file(path, user="li", mode=None)
    assert refused.value.details["missing"] == ["A", "B", "C"]
    version = loaded.boundaries.import_file(path, user="li", mode="partial")
    assert version.communities == 4 and version.findings == 1
    loaded.boundaries.import_file(tmp_path / "communities.gpkg", user="li", mode=None)


def test_a_survey_elsewhere_can_not_be_partial(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    away = gpd.GeoDataFrame(
        {"code": ["D"], "name": ["D"]},
        geometry=[translate(box(0, 0, 100, 100), 300_000, 2_770_000)],
        crs="EPSG:3826",
    )
    away.to_file(tmp_path / "taipei.gpkg", driver="GPKG")
    draft = read(loaded, tmp_path / "taipei.gpkg")
    assert draft.mode == "whole" and draft.preview["reach"]["choices"] == ["whole"]
    with pytest.raises(ParameterError, match="partial"):
        loaded.boundaries.import_file(tmp_path / "taipei.gpkg", user="li", mode="partial")
