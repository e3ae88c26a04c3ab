"""Versions: compared, rolled back to, the history of a community and of a line; as of then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from gis_service.bootstrap import build
from gis_service.errors import ConflictError, NotFoundError, ParameterError
from gis_service.model.people import Actor
from gis_service.services import Services
from gis_service.services.layers import LAYERS
from gis_service.settings import Settings

LI = Actor(name="li", role="bureau")


def bring(services: Services, district: Any, path: Path, **facts: Any) -> int:
    changed = facts.pop("changed", None)
    district.write_communities(path, changed)
    return services.boundaries.import_file(path, user="li", **facts).number


def back(services: Services, to: int) -> int:
    job = services.versions.roll_back(to, actor=LI, reason="recalled", document="文3")
    ended = services.jobs.wait(job.id, timeout_s=60)
    assert ended.result is not None, ended.problem
    return int(ended.result["version"])


@pytest.fixture
def three(loaded: Services, district: Any, tmp_path: Path) -> Services:
    """The small district, then D whole, then A and B without their overlap."""
    bring(
        loaded,
        district,
        tmp_path / "2.gpkg",
        reason="D",
        changed={"D": box(1000, 1000, 2000, 2000)},
    )
    apart = {"A": box(0, 0, 950, 1000), "B": box(950, 0, 2000, 1000)}
    bring(loaded, district, tmp_path / "3.gpkg", reason="AB", document="文2", changed=apart)
    return loaded


def test_two_versions_are_compared_whichever_comes_first(three: Services) -> None:
    forward, backward = three.versions.compare(1, 3), three.versions.compare(3, 1)
    told = {c.code: (round(c.gained_m2), round(c.lost_m2)) for c in forward.differences.communities}
    assert told == {"A": (0, 50_000), "B": (0, 50_000)}, "D is as it was in version 1"
    assert {c.code: round(c.gained_m2) for c in backward.differences.communities} == {
        "A": 50_000, "B": 50_000,
    }  # fmt: skip
    assert forward.counts["changed"] == 2
    assert three.versions.compare(2, 2).differences.communities == ()
    with pytest.raises(NotFoundError, match="there are 3"):
        three.versions.compare(1, 9)


def test_a_rollback_is_a_new_version(three: Services) -> None:
    assert back(three, 1) == 4
    with three.database.reading() as unit:
        first, fourth = unit.boundaries.get(1), unit.boundaries.get(4)
        assert first is not None and fourth is not None
        assert first.digest == fourth.digest and first.number != fourth.number
        assert (fourth.reason, fourth.document, fourth.author) == ("recalled", "文3", "li")
        assert unit.boundaries.survey(fourth) == {"rolled_back_to": 1}
        assert {f.key for f in unit.boundaries.findings(fourth)} == {
            f.key for f in unit.boundaries.findings(first)
        }
        assert unit.audit.entries()[-1].action == "roll back boundaries"
        assert unit.audit.broken() is None
    assert three.versions.compare(1, 4).differences.communities == ()
    with pytest.raises(ConflictError, match="already"):
        three.versions.roll_back(1, actor=LI, reason="again")
    with pytest.raises(ParameterError, match="reason"):
        three.versions.roll_back(2, actor=LI, reason=" ")
    with pytest.raises(NotFoundError):
        three.versions.roll_back(17, actor=LI, reason="x")


def test_the_history_of_a_community_names_versions_reasons_and_land(three: Services) -> None:
    back(three, 1)
    history = three.versions.community("D")
    told = [(e.version.number, e.version.reason, e.change.kinds) for e in history]
    assert told == [
        (3, "AB", ("changed",)),
        (2, "D", ("changed",)),
        (1, "first survey", ("added",)),
    ]
    assert [round(e.change.gained_m2) for e in history] == [0, 100_000, 900_000]
    with pytest.raises(NotFoundError, match="nobody"):
        three.versions.community("nobody")


def test_the_history_of_a_line_says_what_moved_it(three: Services) -> None:
    moved = three.versions.line("A", "B")
    assert [(e.version.number, e.version.document) for e in moved] == [(3, "文2"), (1, "")]
    assert moved[0].length_m == pytest.approx(1000)
    assert moved[1].length_m == pytest.approx(2200), "both claims of the overlap"
    assert three.versions.line("B", "A")[0].line == moved[0].line
    kept = [e.version.number for e in three.versions.line("A", "C")]
    assert kept == [3, 1], "A's northern side was cut where it meets C"
    assert three.versions.line("A", "D") == []


def test_a_recoded_community_is_found_under_both_codes(
    loaded: Services, district: Any, tmp_path: Path
) -> None:
    frame = district.communities()
    frame["code"] = frame["code"].replace("C", "C9")
    frame.to_file(tmp_path / "recoded.gpkg", driver="GPKG")
    loaded.boundaries.import_file(tmp_path / "recoded.gpkg", user="li")
    for code in ("C", "C9"):
        newest = loaded.versions.community(code)[0]
        assert newest.version.number == 2 and newest.change.kinds == ("recoded",)
        assert (newest.change.code_before, newest.change.code) == ("C", "C9")


def test_versions_are_listed_newest_first_page_by_page(three: Services) -> None:
    assert [v.number for v in three.versions.latest()] == [3, 2, 1]
    assert [v.number for v in three.versions.latest(1, before=3)] == [2]


def answers(services: Services, as_of: str) -> dict[str, bytes]:
    """Everything that is answered as of then."""
    found = {
        name: services.features.page(name, as_of=as_of, base_url="http://x").body for name in LAYERS
    }
    found["overview"] = repr(services.overview.read(as_of=as_of).finding_rows).encode()
    found["coverage"] = orjson.dumps(services.coverage.report(as_of=as_of).to_mapping())
    return found


def afresh(services: Services, tmp_path: Path) -> Services:
    """Another process on the same database, with nothing in memory, a day later."""
    url = str(services.settings.sqlalchemy_url())  # type: ignore[attr-defined]
    return build(
        Settings(data_dir=tmp_path / "data", database_url=url),
        clock=lambda: "2026-06-01T00:00:00.000Z",
    )


steps = st.lists(
    st.one_of(
        st.tuples(st.just("whole"), st.integers(1, 9), st.integers(1, 9)),
        st.tuples(st.just("partial"), st.sampled_from("ABCD"), st.integers(1, 9)),
        st.tuples(st.just("back"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("register"), st.just(0), st.just(0)),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_as_of_gives_the_same_bytes_before_and_after_later_writes(
    postgis_free: Services, district: Any, tmp_path: Path, steps: list[tuple[str, Any, int]]
) -> None:
    services = postgis_free
    squares = district.SQUARES
    seen: dict[str, dict[str, bytes]] = {}

    def look() -> None:
        current = services.boundaries.current()
        assert current is not None
        seen.setdefault(str(current.number), answers(services, str(current.number)))

    look()
    for kind, which, size in steps:
        path = tmp_path / "step.gpkg"
        path.unlink(missing_ok=True)
        if kind == "whole":
            shapes = {
                "A": box(0, 0, 1000 - 10 * which, 1000),
                "D": box(1000, 1000, 2000, 1900 + size),
            }
            bring(services, district, path, changed=shapes)
        elif kind == "partial":
            east = squares[which].bounds
            shape = box(east[0], east[1], east[2] - 7 * size, east[3])
            frame = district.communities({which: shape}).query("code == @which")
            frame.to_file(path, driver="GPKG")
            services.boundaries.import_file(path, user="li", mode="partial")
        elif kind == "back":
            newest = services.boundaries.current()
            assert newest is not None
            try:
                back(services, 1 + which % newest.number)
            except ConflictError:
                continue
        else:
            services.register.import_population(
                district.write_population(tmp_path / "p.csv"), user="li"
            )
        look()
    other = afresh(services, tmp_path)
    for as_of, bytes_then in seen.items():
        assert answers(services, as_of) == bytes_then
        assert answers(other, as_of) == bytes_then
    other.database.close()


@pytest.fixture
def postgis_free(tmp_path: Path, district: Any) -> Services:
    """The small district on SQLite; examples go on from one another."""
    from itertools import count

    ticks = count()

    def clock() -> str:
        tick = next(ticks)
        return f"2026-01-01T{tick // 3600:02}:{tick // 60 % 60:02}:{tick % 60:02}.000Z"

    made = build(Settings(data_dir=tmp_path / "data"), clock=clock)
    made.boundaries.import_file(
        district.write_communities(tmp_path / "c.gpkg"),
        user="li",
        outline=district.write_outline(tmp_path / "o.gpkg"),
    )
    made.register.import_facilities(district.write_facilities(tmp_path / "f.gpkg"), user="li")
    return made


def test_registers_are_those_of_the_versions_instant(loaded: Services, tmp_path: Path) -> None:
    """The facilities came after version 1, so they are not in what was so when it was made."""
    first = loaded.snapshots.at("1")
    assert len(first.facilities) == 0 and len(loaded.snapshots.current().facilities) == 4
    later = afresh(loaded, tmp_path)
    instant = later.snapshots.at("2026-03-01")
    assert len(instant.facilities) == 4 and instant.version == first.version
    assert instant.loaded_at == max(
        v.created_at
        for kind in ("facilities", "population")
        if (v := later.register.current(kind)) is not None  # type: ignore[arg-type]
    )
    with pytest.raises(NotFoundError, match="2019"):
        later.snapshots.at("2019-01-01")
    with pytest.raises(ParameterError, match="not passed"):
        later.snapshots.at("2026-06-01")
    with pytest.raises(ParameterError, match="version's number"):
        later.snapshots.at("yesterday")
    later.database.close()


def test_past_states_in_memory_are_bounded(three: Services) -> None:
    for number in range(4, 9):
        back(three, 1 + number % 2)
    for number in range(1, 9):
        three.features.page("communities", as_of=str(number))
        three.overview.read(as_of=str(number))
    assert len(three.snapshots._past) <= 4
    assert len(three.features._past) <= 2


def test_links_of_a_past_page_stay_in_the_past(three: Services) -> None:
    page = three.features.page("communities", as_of="1", limit=2, base_url="http://x")
    assert page.next is not None and "as_of=1" in page.next
    token = page.next.split("after=")[1]
    back(three, 2)
    rest = three.features.page("communities", as_of="1", limit=2, after=token, base_url="http://x")
    assert rest.number_returned == 2 and rest.next is None
    one = orjson.loads(three.features.feature("communities", "D", as_of="1", base_url="http://x"))
    assert one["links"][0]["href"] == "http://x/ogc/collections/communities/items/D?as_of=1"


def test_an_export_as_of_a_version_has_that_versions_shapes(
    three: Services, tmp_path: Path
) -> None:
    for number, total in (("1", 4_000_000), ("3", 3_900_000)):
        path = tmp_path / f"{number}.geojson"
        three.boundaries.export("communities", path, as_of=number)
        again = tmp_path / f"{number}-again.geojson"
        three.boundaries.export("communities", again, as_of=number)
        assert path.read_bytes() == again.read_bytes()
        features = orjson.loads(path.read_bytes())["features"]
        assert sum(f["properties"]["area_m2"] for f in features) == pytest.approx(total)


def test_a_large_newer_state_does_not_hold_up_readers(loaded: Services) -> None:
    """While a state is prepared, readers get the one before at once."""
    import threading

    before = loaded.snapshots.current()
    gate, begun = threading.Event(), threading.Event()

    def slow(_snapshot: Any) -> None:
        begun.set()
        gate.wait(20)

    loaded.snapshots.before_serving(slow)
    with loaded.database.writing(user="li", action="test") as unit:
        layer = unit.boundaries.communities(before.boundary_version())
        after = replace(loaded.boundaries, followers=()).store_layer(
            unit, layer, findings=[], outline=None, author="li", reason=""
        )
        unit.record(subject="x", before="", after=after.digest)
    refresher = threading.Thread(target=loaded.snapshots.refresh)
    refresher.start()
    assert begun.wait(20)
    assert loaded.snapshots.current() is before
    gate.set()
    refresher.join(20)
    assert loaded.snapshots.current().version == after
