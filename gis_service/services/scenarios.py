"""Plans on the newest state: made as jobs, re-scored when a site is dragged, kept as scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from gis_service.core.metrics.rules import CoverageRule, covered
from gis_service.errors import NotFoundError, ParameterError
from gis_service.model.jobs import Job
from gis_service.model.people import Actor
from gis_service.model.policy import Policy
from gis_service.model.progress import Progress, silent
from gis_service.model.scenarios import Scenario
from gis_service.services.access import require
from gis_service.services.jobs import Jobs
from gis_service.services.planning import (
    check_wishes,
    figures_of,
    planned,
    with_minutes,
    with_points_as_candidates,
)
from gis_service.services.plans import Plan, PlanWishes
from gis_service.services.ports import Clock, Database
from gis_service.services.scenes import Scene, Scenes, with_site

KIND = "plan"
MOST_SITES = 50
MOST_MINUTES = 60.0
LONGEST_NAME = 100
WGS84 = "EPSG:4326"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A new site: a candidate by its id, or a place in degrees of WGS 84."""

    id: str
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenarios:
    """The use cases on plans of the newest state."""

    scenes: Scenes
    jobs: Jobs
    database: Database
    clock: Clock

    def start(self, wishes: PlanWishes, *, actor: Actor) -> Job:
        """Begin to choose sites; the job's result is the plan.

        Raises
        ------
        ForbiddenError, UnauthenticatedError
            For who may not plan.
        ParameterError
            For wishes that can't be met.
        """
        require(actor, "plan.edit")
        _check(wishes)
        return self.jobs.start(
            KIND, lambda progress: self.plan(wishes, progress=progress), actor=actor
        )

    def plan(self, wishes: PlanWishes, *, progress: Progress = silent) -> dict[str, Any]:
        """Choose sites on the newest state; plain JSON types, without single blocks."""
        _check(wishes)
        scene = self._scene(wishes.kind, wishes.minutes)
        ground, notes = scene.ground, list(scene.notes)
        if not ground.sites["is_candidate"].any():
            ground, note = with_points_as_candidates(ground)
            notes.append(note)
        made = planned(
            ground, scene.walk, wishes, scene.policy, scene.snapshot.crs, notes, progress
        )
        return self._told(made, scene)

    def score(
        self, places: Sequence[Place], *, kind: str, minutes: float | None = None
    ) -> dict[str, Any]:
        """Give the figures with new sites at other places; plain JSON types.

        Parameters
        ----------
        places
            Sites; one with the id of a candidate stands where the candidate is.
        kind, minutes
            As in `PlanWishes`.

        Raises
        ------
        ParameterError
            For more than `MOST_SITES` places, or places outside the earth.
        """
        _check(PlanWishes(kind=kind, minutes=minutes))
        if len(places) > MOST_SITES:
            raise ParameterError(
                f"一次最多评估 {MOST_SITES} 个站点，收到 {len(places)} 个。",
                f"At most {MOST_SITES} sites are scored at once, not {len(places)}.",
                parameter="sites",
            )
        scene = self._scene(kind, minutes)
        return _scored(scene, places)

    def keep(
        self,
        name: str,
        *,
        job: str,
        actor: Actor,
        places: Sequence[Place] | None = None,
    ) -> Scenario:
        """Keep the plan of a job under a name; with ``places``, as it was dragged.

        A dragged plan is scored again here; it has no proof any more, and says so.

        Raises
        ------
        NotFoundError
            When there is no finished plan of that job.
        ParameterError
            Without a name.
        """
        require(actor, "plan.edit")
        title = name.strip()
        if not 0 < len(title) <= LONGEST_NAME:
            raise ParameterError(
                f"请为方案命名（1 至 {LONGEST_NAME} 个字）。",
                f"Give the scenario a name (1 to {LONGEST_NAME} characters).",
                parameter="name",
            )
        plan = self._plan_of(job)
        if places is not None:
            plan = plan | self._dragged(plan, places)
        given = Scenario(
            number=0,
            name=title,
            created_at=self.clock(),
            user=actor.name,
            versions=plan["versions"],
            plan=plan,
        )
        with self.database.writing(user=actor.name, action="keep scenario") as unit:
            made = unit.planning.add_scenario(given)
            unit.record(subject=f"scenario {made.number}", before="", after=made.name)
        return made

    def get(self, number: int) -> Scenario:
        """Give a scenario, or raise a `NotFoundError`."""
        with self.database.reading() as unit:
            found = unit.planning.scenario(number)
        if found is None:
            raise NotFoundError(
                f"没有方案 {number}。可在规划页查看已保存的方案。",
                f"There is no scenario {number}. The planning page lists those that were kept.",
                id=number,
            )
        return found

    def latest(self, limit: int = 100) -> list[Scenario]:
        """Give the newest scenarios first."""
        with self.database.reading() as unit:
            return unit.planning.scenarios(limit)

    def compare(self, first: int, second: int) -> dict[str, Any]:
        """Set two scenarios side by side: what each covers that the other does not."""
        one, other = self.get(first), self.get(second)
        names = {c["code"]: c for s in (one, other) for c in s.plan["gained"]}
        codes = [{c["code"] for c in s.plan["gained"]} for s in (one, other)]
        return {
            "a": scenario_mapping(one),
            "b": scenario_mapping(other),
            "only_a": [names[code] for code in sorted(codes[0] - codes[1])],
            "only_b": [names[code] for code in sorted(codes[1] - codes[0])],
            "both": [names[code] for code in sorted(codes[0] & codes[1])],
            "same_state": one.versions == other.versions,
        }

    def _scene(self, kind: str, minutes: float | None) -> Scene:
        own = self.scenes.current()
        chosen = with_minutes(own.policy, PlanWishes(kind=kind, minutes=minutes))
        return own if chosen == own.policy else self.scenes.current(chosen)

    def _told(self, made: Plan, scene: Scene) -> dict[str, Any]:
        told = made.to_mapping()
        for reason in told["proof"]["reasons"]:
            reason.pop("origins")  # single blocks
        lonlat = _lonlat(scene, [(site["x"], site["y"]) for site in made.sites])
        for site, (lon, lat) in zip(told["sites"], lonlat, strict=True):
            site |= {"lon": lon, "lat": lat}
        places = [Place(id=site["id"], lon=site["lon"], lat=site["lat"]) for site in told["sites"]]
        gained = _scored(scene, places)["gained"]
        return told | {
            "minutes": made.wishes.minutes,
            "versions": scene.versions(),
            "gained": gained,
            "moved": False,
        }

    def _plan_of(self, job_id: str) -> dict[str, Any]:
        job = self.jobs.get(job_id)
        if job.kind != KIND or job.state != "done" or job.result is None:
            raise NotFoundError(
                f"任务“{job_id}”没有可保存的规划结果。请先运行规划。",
                f"The job {job_id!r} has no plan to keep. Run a plan first.",
                id=job_id,
            )
        return dict(job.result)

    def _dragged(self, plan: Mapping[str, Any], places: Sequence[Place]) -> dict[str, Any]:
        found = self.score(places, kind=plan["kind"], minutes=plan["minutes"])
        stays = {site["id"] for site in plan["sites"]}
        if {site["id"] for site in found["sites"]} == stays:
            return {}
        proof = plan["proof"] | {
            "optimal": False,
            "gap": None,
            "runners_up": [],
            "reasons": [],
        }
        return {name: found[name] for name in ("sites", "before", "after", "gained")} | {
            "versions": found["versions"],
            "moved": True,
            "proof": proof,
        }


def scenario_mapping(scenario: Scenario) -> dict[str, Any]:
    """Give a scenario as plain JSON types."""
    return asdict(scenario)


def _check(wishes: PlanWishes) -> None:
    check_wishes(wishes)
    if not 1 <= wishes.new <= MOST_SITES:
        raise ParameterError(
            f"新增站点数应为 1 至 {MOST_SITES}，收到 {wishes.new}。",
            f"The number of new sites is 1 to {MOST_SITES}, not {wishes.new}.",
            parameter="new",
        )
    if wishes.minutes is not None and not 1 <= wishes.minutes <= MOST_MINUTES:
        raise ParameterError(
            f"步行分钟数应为 1 至 {MOST_MINUTES:g}，收到 {wishes.minutes:g}。",
            f"The minutes of walking are 1 to {MOST_MINUTES:g}, not {wishes.minutes:g}.",
            parameter="minutes",
        )


def _scored(scene: Scene, places: Sequence[Place]) -> dict[str, Any]:
    policy, limit_s = scene.policy, scene.policy.walk_limit_s
    known = scene.ground.sites
    at_candidates = [place.id in known.index for place in places]
    moved = [place for place, there in zip(places, at_candidates, strict=True) if not there]
    frame = _rows(scene, moved)
    seen = with_site(scene, frame) if len(frame) else scene
    fresh = iter(frame.index)
    ids = [
        place.id if there else next(fresh)
        for place, there in zip(places, at_candidates, strict=True)
    ]
    fixed = scene.counted(planned=True)
    new = pd.Index(list(dict.fromkeys(ids)), dtype=object)
    both = fixed.append(new[~new.isin(fixed)])
    sites = seen.ground.sites.loc[ids]
    lonlat = _lonlat(scene, sites[["x", "y"]].to_numpy(dtype=np.float64))
    return {
        "before": asdict(figures_of(seen.ground, seen.cost, fixed, policy, limit_s)),
        "after": asdict(figures_of(seen.ground, seen.cost, both, policy, limit_s)),
        "gained": _gained(seen, policy, fixed, both),
        "sites": [
            {
                "id": name,
                "name": str(row["name"] or ""),
                "community": row["community"],
                "street": str(row["street"] or ""),
                "lon": lon,
                "lat": lat,
                "moved": not there,
            }
            for name, there, (_, row), (lon, lat) in zip(
                ids, at_candidates, sites.iterrows(), lonlat, strict=True
            )
        ],
        "versions": scene.versions(),
    }


def _rows(scene: Scene, places: Sequence[Place]) -> pd.DataFrame:
    """Give dragged places in the form of ``ground.sites``."""
    lonlat = np.array([(place.lon, place.lat) for place in places], dtype=float).reshape(-1, 2)
    if not (np.isfinite(lonlat).all() and (np.abs(lonlat) <= (180, 90)).all()):
        raise ParameterError(
            "站点坐标不可用；经度须在 ±180、纬度须在 ±90 之内。",
            "A site's coordinates can't be used; longitudes are within ±180, latitudes within ±90.",
            parameter="sites",
        )
    x, y = _move(WGS84, scene.snapshot.crs).transform(*lonlat.T)
    codes = _communities_at(scene, np.column_stack([x, y]))
    streets = scene.ground.communities["street"]
    return pd.DataFrame(
        {
            "name": "",
            "community": codes,
            "street": ["" if code is None else str(streets[code]) for code in codes],
            "kind": "",
            "status": "candidate",
            "places": np.nan,
            "beds": np.nan,
            "cost": np.nan,
            "is_candidate": True,
            "x": x,
            "y": y,
        },
        index=pd.Index([f"moved {number}" for number in range(1, len(places) + 1)], dtype=object),
    )


def _communities_at(scene: Scene, xy: np.ndarray[Any, Any]) -> list[str | None]:
    """Give the community in which each place lies: in disputed land none, as no one decided."""
    layer = scene.snapshot.communities
    at, row = layer.sindex.query(shapely.points(xy), predicate="within")
    codes = scene.ground.communities.index
    count = np.bincount(at, minlength=len(xy))
    found: list[str | None] = [None] * len(xy)
    for place, number in zip(at, row, strict=True):
        if count[place] == 1:
            found[place] = str(codes[number])
    return found


def _gained(
    scene: Scene, policy: Policy, fixed: pd.Index[Any], both: pd.Index[Any]
) -> list[dict[str, str]]:
    """Name the ageing communities that become covered."""
    rule = CoverageRule.of(replace(policy, stations_needed=1))
    frame = scene.ground.communities
    speed, reach_s = policy.walking_speed_m_s, scene.reach_s
    now, then = (
        covered(scene.ground.tables(scene.cost, ids, speed_m_s=speed, reach_s=reach_s), rule)
        for ids in (fixed, both)
    )
    new = frame[(then & ~now & frame["ageing"].astype(bool)).to_numpy()]
    return [
        {"code": str(code), "name": str(row["name"]), "street": str(row["street"])}
        for code, row in new.iterrows()
    ]


def _lonlat(scene: Scene, xy: Any) -> list[tuple[float, float]]:
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    lon, lat = _move(scene.snapshot.crs, WGS84).transform(points[:, 0], points[:, 1])
    return list(zip(np.round(lon, 7).tolist(), np.round(lat, 7).tolist(), strict=True))


@lru_cache(maxsize=8)
def _move(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)
