"""The coverage outlook and plans on the sample: what the pages and the API show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_service.bootstrap import build, load_sample
from gis_service.errors import ConflictError, ForbiddenError, NotFoundError, ParameterError
from gis_service.model.people import Actor
from gis_service.model.policy import Policy
from gis_service.services import Services
from gis_service.services.outlook import unreached
from gis_service.services.outlook_layers import unreached_layer
from gis_service.services.plans import PlanWishes
from gis_service.services.scenarios import Place
from gis_service.settings import Settings

BUREAU = Actor(name="li", role="bureau")
VIEWER = Actor(name="wu", role="viewer")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = build(Settings(data_dir=tmp_path_factory.mktemp("sample")))
    load_sample(made)
    yield made
    made.jobs.close()
    made.database.close()


def places(plan: dict) -> list[Place]:
    return [Place(id=site["id"], lon=site["lon"], lat=site["lat"]) for site in plan["sites"]]


def test_the_sample_comes_with_blocks_candidates_and_a_network(sample: Services) -> None:
    layers = sample.planning_layers.current(sample.snapshots.current().crs)
    assert layers.blocks is not None and len(layers.blocks) == 403
    assert layers.candidates is not None and len(layers.candidates) == 120
    assert layers.network is not None and layers.network.method == "network"
    assert sample.planning_layers.current(sample.snapshots.current().crs) is layers


def test_exactly_one_definition_is_the_chosen_one_and_it_is_the_headline(
    sample: Services,
) -> None:
    outlook = sample.outlooks.read()
    chosen = [row for row in outlook.sensitivity if row["chosen"]]
    assert len(chosen) == 1 and chosen[0]["rule"] == "inside"
    report = sample.coverage.report()
    assert (chosen[0]["covered"], chosen[0]["ageing"]) == (report.covered, report.ageing)
    assert outlook.figures["rate"] == report.rate and outlook.figures["needed"] == report.needed
    met = {row["met"] for row in outlook.sensitivity}
    assert met == {True, False}, "the definition decides whether the target is met"


def test_the_streets_add_up_to_the_district(sample: Services) -> None:
    outlook = sample.outlooks.read()
    told = outlook.figures
    assert sum(street["ageing"] for street in outlook.streets) == told["ageing"]
    assert sum(street["covered"] for street in outlook.streets) == told["covered"]
    assert sum(street["reach_of"] for street in outlook.streets) == told["elders_in_reach"]
    assert sum(street["per_1000_beds_of"] for street in outlook.streets) == told["beds"]
    assert sum(community["elders"] or 0 for community in outlook.communities) == told["elders"]


def test_who_is_out_of_reach_is_who_is_not_in_reach(sample: Services) -> None:
    outlook = sample.outlooks.read()
    left = unreached(outlook.scene)
    told = outlook.figures
    assert int(left["elders"].sum()) == told["elders"] - told["elders_in_reach"]
    assert (left["seconds"] > outlook.scene.policy.walk_limit_s).all()


def test_a_longer_walk_never_reaches_fewer(sample: Services) -> None:
    reached = [
        sample.outlooks.read(Policy(rule="walking", walk_minutes=minutes)).figures
        for minutes in (5.0, 10.0, 15.0)
    ]
    shares = [told["reach_share"] for told in reached]
    assert shares == sorted(shares) and shares[0] < shares[-1]
    assert [told["definition"]["en"] for told in reached][2] == "walking ≤ 15 min at 1 m/s (900 m)"


def test_reading_single_blocks_is_entered_in_the_audit_trail(sample: Services) -> None:
    outlook = sample.outlooks.read()
    with pytest.raises(ForbiddenError):
        unreached_layer(outlook, actor=VIEWER, database=sample.database)
    with sample.database.reading() as unit:
        before = len(unit.audit.entries())
    body = unreached_layer(outlook, actor=BUREAU, database=sample.database)
    with sample.database.reading() as unit:
        entries = unit.audit.entries()
    assert len(entries) == before + 1 and entries[-1].action == "read blocks"
    street = Actor(name="street", role="street", street="黄贝街道")
    own = unreached_layer(outlook, actor=street, database=sample.database)
    assert 0 < own.count(b'"Feature"') < body.count(b'"Feature"')


def test_a_plan_comes_with_its_proof_and_without_single_blocks(sample: Services) -> None:
    job = sample.scenarios.start(PlanWishes(new=3), actor=BUREAU)
    done = sample.jobs.wait(job.id, timeout_s=60)
    assert done.state == "done" and done.result is not None
    plan = done.result
    assert plan["proof"]["optimal"] and plan["proof"]["gap"] == 0.0 and len(plan["sites"]) == 3
    assert plan["after"]["covered"] == plan["before"]["covered"] + len(plan["gained"]) == 47
    assert "origins" not in plan["proof"]["reasons"][0]
    scored = sample.scenarios.score(places(plan), kind="elder_station", minutes=None)
    assert scored["after"] == plan["after"] and scored["gained"] == plan["gained"]


def test_a_site_that_is_dragged_away_loses_what_it_won(sample: Services) -> None:
    plan = sample.scenarios.plan(PlanWishes(new=2))
    first, second = places(plan)
    away = Place(id="", lon=first.lon + 0.03, lat=first.lat + 0.03)
    scored = sample.scenarios.score([away, second], kind="elder_station")
    assert scored["after"]["covered"] <= plan["after"]["covered"]
    assert scored["after"]["elders_in_reach"] < plan["after"]["elders_in_reach"]
    assert [site["moved"] for site in scored["sites"]] == [True, False]
    none = sample.scenarios.score([], kind="elder_station")
    assert none["after"] == none["before"] == plan["before"] and none["gained"] == []


def test_a_place_where_a_candidate_stands_counts_as_the_candidate(sample: Services) -> None:
    plan = sample.scenarios.plan(PlanWishes(new=2, objective="elders"))
    there = [Place(id="", lon=place.lon, lat=place.lat) for place in places(plan)]
    scored = sample.scenarios.score(there, kind="elder_station")
    assert scored["after"] == plan["after"]
    assert [site["community"] for site in scored["sites"]] == [
        site["community"] for site in plan["sites"]
    ]


def test_two_scenarios_are_kept_and_set_side_by_side(sample: Services) -> None:
    job = sample.scenarios.start(PlanWishes(new=3), actor=BUREAU)
    done = sample.jobs.wait(job.id, timeout_s=60)
    assert done.result is not None
    first, *others = places(done.result)
    moved = [Place(id="", lon=first.lon + 0.004, lat=first.lat), *others]
    one = sample.scenarios.keep(" 甲案 ", job=job.id, actor=BUREAU)
    other = sample.scenarios.keep("乙案", job=job.id, actor=BUREAU, places=moved)
    assert one.name == "甲案" and one.plan["proof"]["optimal"] and not one.plan["moved"]
    assert other.plan["moved"] and not other.plan["proof"]["optimal"]
    compared = sample.scenarios.compare(one.number, other.number)
    codes = {row["code"] for name in ("only_a", "both") for row in compared[name]}
    assert codes == {row["code"] for row in one.plan["gained"]} and compared["same_state"]
    assert [s.number for s in sample.scenarios.latest(2)] == [other.number, one.number]
    with sample.database.reading() as unit:
        assert unit.audit.broken() is None


def test_a_scenario_becomes_planned_facilities_once(sample: Services) -> None:
    job = sample.scenarios.start(PlanWishes(new=2), actor=BUREAU)
    plan = sample.jobs.wait(job.id, timeout_s=60).result
    kept = sample.scenarios.keep("丙案", job=job.id, actor=BUREAU)
    assert plan is not None
    with pytest.raises(ForbiddenError):
        sample.commitments.commit(kept.number, actor=VIEWER)
    version, ids = sample.commitments.commit(kept.number, actor=BUREAU)
    assert ids == [f"S{kept.number}-1", f"S{kept.number}-2"]
    snapshot = sample.snapshots.current()
    new = snapshot.facilities.loc[ids]
    assert set(new["status"]) == {"planned"} and snapshot.key[1] == version.number
    scored = sample.scenarios.score([], kind="elder_station")
    assert scored["before"] == plan["after"]
    with pytest.raises(ConflictError):
        sample.commitments.commit(kept.number, actor=BUREAU)


def test_what_can_not_be_planned_is_refused_and_says_why(sample: Services, tmp_path: Path) -> None:
    with pytest.raises(ForbiddenError):
        sample.scenarios.start(PlanWishes(), actor=VIEWER)
    for wishes in (PlanWishes(new=0), PlanWishes(minutes=0.5), PlanWishes(objective="best")):
        with pytest.raises(ParameterError):
            sample.scenarios.plan(wishes)
    with pytest.raises(ParameterError):
        sample.scenarios.score([Place(id="", lon=400.0, lat=0.0)], kind="elder_station")
    with pytest.raises(NotFoundError):
        sample.scenarios.keep("甲", job="none", actor=BUREAU)
    empty = build(Settings(data_dir=tmp_path / "empty"))
    with pytest.raises(NotFoundError):
        empty.outlooks.read()
    empty.database.close()
