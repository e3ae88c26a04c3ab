"""Plans on the sample: from files and from the database, by the policy's rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gis_service.bootstrap import build, load_sample
from gis_service.errors import InputError, NotFoundError, ParameterError
from gis_service.services import Services
from gis_service.services.planning import Limits, PlanFiles, PlanWishes
from gis_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "facilities"
FILES = PlanFiles(
    communities=ROOT / "boundaries" / "communities.geojson",
    facilities=SAMPLE / "facilities.csv",
    population=SAMPLE / "population.csv",
    policy=SAMPLE / "policy.toml",
    blocks=SAMPLE / "blocks.geojson",
    candidates=SAMPLE / "candidates.csv",
    network=SAMPLE / "walk_nodes.csv",
)


@pytest.fixture(scope="module")
def on_files(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return build(Settings(data_dir=tmp_path_factory.mktemp("none")), database=False)


def test_three_stations_cover_three_more_ageing_communities(on_files: Services) -> None:
    plan = on_files.planning.plan(PlanWishes(new=3), FILES)
    assert plan.siting.optimal and plan.method == "network"
    assert (plan.before.covered, plan.after.covered, plan.before.ageing) == (44, 47, 60)
    assert plan.after.elders_in_reach == plan.siting.objective
    assert plan.before.elders_in_reach == plan.siting.before
    gained = sum(reason.served for reason in plan.siting.reasons)
    assert gained == plan.after.elders_in_reach - plan.before.elders_in_reach
    assert [len(reason.communities) for reason in plan.siting.reasons] == [1, 1, 1]
    document = plan.to_mapping()
    assert document["proof"]["optimal"] is True and len(document["sites"]) == 3


def test_most_elders_are_at_least_as_many_as_by_the_policy(on_files: Services) -> None:
    by_policy = on_files.planning.plan(PlanWishes(new=3), FILES)
    by_elders = on_files.planning.plan(PlanWishes(new=3, objective="elders"), FILES)
    assert by_elders.after.elders_in_reach >= by_policy.after.elders_in_reach
    assert by_elders.after.covered <= by_policy.after.covered


def test_the_fewest_stations_for_a_higher_target(on_files: Services, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('target = 0.8\nrule = "walking"\nwalking_speed_m_s = 0.6\n', "utf-8")
    files = PlanFiles(**(FILES.__dict__ | {"policy": policy}))
    plan = on_files.planning.plan(PlanWishes(objective="lscp"), files)
    assert plan.siting.optimal and plan.after.covered >= 48
    fewer = on_files.planning.plan(PlanWishes(new=len(plan.sites) - 1), files)
    assert fewer.after.covered < 48 and fewer.siting.communities_bound == fewer.after.covered


def test_limits_hold_by_street_and_budget(on_files: Services) -> None:
    free = on_files.planning.plan(PlanWishes(new=3, objective="elders"), FILES)
    street = free.sites[0]["street"]
    limits = Limits(caps={street: 0}, budget=500.0)
    plan = on_files.planning.plan(PlanWishes(new=3, objective="elders", limits=limits), FILES)
    assert street not in {site["street"] for site in plan.sites}
    assert sum(site["cost"] for site in plan.sites) <= 500
    assert plan.after.elders_in_reach <= free.after.elders_in_reach and plan.siting.optimal


def test_without_network_blocks_or_candidates_the_notes_say_so(on_files: Services) -> None:
    files = PlanFiles(
        communities=FILES.communities, facilities=FILES.facilities, population=FILES.population
    )
    plan = on_files.planning.plan(PlanWishes(new=2, objective="elders"), files)
    said = " ".join(note.en for note in plan.notes)
    assert plan.method == "straight_line" and "straight line" in said
    assert "whole area of the community" in said and "demand points are the candidates" in said


def test_street_nodes_inside_land_can_be_the_candidates(on_files: Services) -> None:
    files = replace(FILES, candidates=None, land=FILES.communities)
    plan = on_files.planning.plan(PlanWishes(new=2, objective="elders"), files)
    assert plan.siting.optimal and all(site["id"].startswith("street-") for site in plan.sites)
    assert plan.candidates > 1000 and plan.method == "network"
    with pytest.raises(ParameterError, match="--network"):
        on_files.planning.plan(PlanWishes(), replace(files, network=None))


def test_the_database_gives_the_same_plan_as_the_files(tmp_path: Path, on_files: Services) -> None:
    services = build(Settings(data_dir=tmp_path / "data"))
    with pytest.raises(NotFoundError, match="import boundaries"):
        services.planning.plan(PlanWishes(), PlanFiles())
    load_sample(services)
    files = PlanFiles(blocks=FILES.blocks, candidates=FILES.candidates, network=FILES.network)
    here = services.planning.plan(PlanWishes(new=3), files)
    assert here.sites == on_files.planning.plan(PlanWishes(new=3), FILES).sites
    services.database.close()


def test_wishes_that_make_no_sense_are_refused(on_files: Services) -> None:
    for wishes in (PlanWishes(kind="castle"), PlanWishes(objective="luck")):
        with pytest.raises(ParameterError, match="allowed"):
            on_files.planning.plan(wishes, FILES)
    with pytest.raises(InputError, match="0 to 120"):
        on_files.planning.plan(PlanWishes(new=121), FILES)
    with pytest.raises(ParameterError, match="--communities"):
        on_files.planning.plan(PlanWishes(), PlanFiles(communities=FILES.communities))
