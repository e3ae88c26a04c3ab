"""The policy: what counts, when, and how much is wanted. One TOML file, quoted in every report."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from gis_service.errors import PolicyError
from gis_service.model.casework import DEFAULT_CASE_POLICY, CasePolicy
from gis_service.model.facilities import FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.population import POPULATION_KINDS, PopulationKind
from gis_service.model.text import Text

RULES: dict[str, Text] = {
    "inside": Text("社区内有站点", "a station inside"),
    "walking": Text("步行可达", "walking"),
    "straight": Text("直线距离", "straight distance"),
}
"""When a community is covered: by what lies inside, by walking, or by straight distance."""

WALK_LIMITS = ("minutes", "distance")
DECAYS: dict[str, Text] = {
    "none": Text("不衰减", "none"),
    "step": Text("分级", "in steps"),
    "linear": Text("线性", "linear"),
    "gaussian": Text("高斯", "Gaussian"),
}
"""How the weight of a facility falls with the walking time, up to the limit."""

WALKING_SPEEDS_M_S: dict[str, float] = {"default": 1.0, "elder": 0.8, "difficulty": 0.6}
WALK_MINUTES = (5.0, 10.0, 15.0)
WALK_DISTANCE_M = 1000.0


@dataclass(frozen=True)
class AgeingRule:
    """Ageing when people of ``age`` or more are at least ``share`` (0 to 1) of the population."""

    age: int
    share: float


AGEING_PRESETS: dict[str, tuple[AgeingRule, ...]] = {
    "60+10|65+7": (AgeingRule(60, 0.10), AgeingRule(65, 0.07)),
    "60+15": (AgeingRule(60, 0.15),),
    "60+20": (AgeingRule(60, 0.20),),
    "65+14": (AgeingRule(65, 0.14),),
}
"""The definitions of an ageing community that are in use; the first is the default."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """When a community is ageing, what covers it, the target, and the survey's tolerances.

    Attributes
    ----------
    name
        What the policy is called in reports.
    population
        Denominator and numerator of the ageing rules: ``registered`` or ``resident``.
    ageing
        Rules, any of which makes a community ageing.
    elder_age
        Age in years from which a person counts as an elder in the figures.
    covering_kinds, covering_statuses
        Facilities that cover the community in which they lie.
    planned_statuses
        States that count besides in the figures "with planned facilities".
    target
        Wanted share (0 to 1) of ageing communities that are covered.
    sliver_width_m
        An overlap or gap narrower than this (largest inscribed circle) is a sliver.
    min_area_m2
        An overlap or gap smaller than this is not reported.
    survey_tolerance_m
        How exactly boundaries are surveyed.
    small_cell_k
        Counts below this are suppressed in public output.
    rule
        When a community is covered: ``inside`` (a counted facility lies in it), ``walking`` or
        ``straight`` (at least ``covered_share`` of its elders live within the limit of one).
    covered_share
        Share (0 to 1) of a community's elders that must live within the limit; 0.5 asks whether
        the median elder does.
    walking_speed_m_s
        Walking speed: 1.0, for elders 0.8, with difficulty 0.6.
    walk_limit, walk_minutes, walk_distance_m
        Whether ``minutes`` or ``distance`` limits the walk, and both values.
    straight_distance_m
        Limit of the rule ``straight``.
    detour
        Walking length over straight length where there is no network.
    decay
        How a facility's weight falls with time in floating catchments.
    stations_needed
        Facilities within reach from which an elder counts as covered (the policy's k).
    cases
        How a boundary case moves: states, who may move it, days until due.
    """

    name: str = "default"
    population: PopulationKind = "registered"
    ageing: tuple[AgeingRule, ...] = (AgeingRule(60, 0.10), AgeingRule(65, 0.07))
    elder_age: int = 60
    covering_kinds: tuple[str, ...] = ("elder_station",)
    covering_statuses: tuple[str, ...] = ("open",)
    planned_statuses: tuple[str, ...] = ("building", "planned")
    target: float = 0.70
    sliver_width_m: float = 0.5
    min_area_m2: float = 1.0
    survey_tolerance_m: float = 0.05
    small_cell_k: int = 10
    cases: CasePolicy = DEFAULT_CASE_POLICY
    rule: str = "inside"
    covered_share: float = 0.5
    walking_speed_m_s: float = WALKING_SPEEDS_M_S["default"]
    walk_limit: str = "minutes"
    walk_minutes: float = 15.0
    walk_distance_m: float = WALK_DISTANCE_M
    straight_distance_m: float = 1000.0
    detour: float = 1.3
    decay: str = "none"
    stations_needed: int = 1

    def __post_init__(self) -> None:
        _require(
            self.population in POPULATION_KINDS,
            "population",
            self.population,
            "registered, resident",
        )
        _require(bool(self.ageing), "ageing", self.ageing, "at least one rule")
        for rule in self.ageing:
            _require(0 < rule.share < 1, "ageing.share", rule.share, "0 < share < 1")
            _require(0 < rule.age < 120, "ageing.age", rule.age, "0 < age < 120")
        for kind in self.covering_kinds:
            _require(kind in FACILITY_KINDS, "covering_kinds", kind, ", ".join(FACILITY_KINDS))
        for status in (*self.covering_statuses, *self.planned_statuses):
            _require(status in FACILITY_STATUSES, "statuses", status, ", ".join(FACILITY_STATUSES))
        _require(0 < self.target <= 1, "target", self.target, "0 < target ≤ 1")
        _require(0 < self.elder_age < 120, "elder_age", self.elder_age, "0 < age < 120")
        _require(
            0 <= self.sliver_width_m < 1000, "sliver_width_m", self.sliver_width_m, "0 to 1000 m"
        )
        _require(0 <= self.min_area_m2 < 1e9, "min_area_m2", self.min_area_m2, "0 to 1e9 m²")
        self._require_walking()

    def _require_walking(self) -> None:
        for name, allowed in (("rule", RULES), ("walk_limit", WALK_LIMITS), ("decay", DECAYS)):
            value = getattr(self, name)
            _require(value in allowed, name, value, ", ".join(allowed))
        for name, low, high in (
            ("covered_share", 0.0, 1.0),
            ("walking_speed_m_s", 0.0, 3.0),
            ("walk_minutes", 0.0, 240.0),
            ("walk_distance_m", 0.0, 20_000.0),
            ("straight_distance_m", 0.0, 20_000.0),
        ):
            value = getattr(self, name)
            _require(low < value <= high, name, value, f"{low:g} < {name} ≤ {high:g}")
        _require(1 <= self.detour <= 3, "detour", self.detour, "1 to 3")
        _require(
            1 <= self.stations_needed <= 20, "stations_needed", self.stations_needed, "1 to 20"
        )

    @property
    def walk_length_m(self) -> float:
        """Length of the longest walk that counts.

        Examples
        --------
        >>> Policy(walking_speed_m_s=0.8, walk_minutes=15.0).walk_length_m
        720.0
        """
        if self.walk_limit == "distance":
            return self.walk_distance_m
        return round(self.walking_speed_m_s * 60.0 * self.walk_minutes, 6)

    @property
    def walk_limit_s(self) -> float:
        """Time of the longest walk that counts, at the policy's speed."""
        return self.walk_length_m / self.walking_speed_m_s

    def to_mapping(self) -> dict[str, Any]:
        """Give the policy as plain JSON and TOML types, as every report carries it."""
        return asdict(self) | {
            "ageing": [asdict(rule) for rule in self.ageing],
            "covering_kinds": list(self.covering_kinds),
            "covering_statuses": list(self.covering_statuses),
            "planned_statuses": list(self.planned_statuses),
            "cases": self.cases.to_mapping(),
        }

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Policy:
        """Make a policy from plain types; what is not given keeps its default.

        Raises
        ------
        PolicyError
            For an unknown name, a wrong type or an impossible value; it names them.
        """
        known = set(cls.__dataclass_fields__)
        unknown = sorted(set(values) - known)
        _require(not unknown, "policy", ", ".join(unknown), ", ".join(sorted(known)))
        fields: dict[str, Any] = {}
        for name, value in values.items():
            default = getattr(cls, name)
            if name == "ageing":
                fields[name] = tuple(_ageing_rule(rule) for rule in cast("list[Any]", value))
            elif name == "cases":
                fields[name] = CasePolicy.from_mapping(value)
            elif isinstance(default, tuple):
                listed = isinstance(value, list) and all(isinstance(v, str) for v in value)
                _require(listed, name, value, "a list of names")
                fields[name] = tuple(value)
            elif isinstance(default, float):
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                _require(number, name, value, "a number")
                fields[name] = float(value)
            else:
                _require(type(value) is type(default), name, value, type(default).__name__)
                fields[name] = value
        return cls(**fields)

    @classmethod
    def from_toml(cls, text: str) -> Policy:
        """Read a policy file's text; raises `PolicyError` as `from_mapping` does.

        Examples
        --------
        >>> Policy.from_toml('target = 0.8').target
        0.8
        """
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(
                f"策略文件不是有效的 TOML：{error}。",
                f"The policy file is not valid TOML: {error}.",
            ) from error
        return cls.from_mapping(values)


def _ageing_rule(rule: object) -> AgeingRule:
    usable = isinstance(rule, Mapping) and set(rule) == {"age", "share"}
    _require(usable, "ageing", rule, "{ age = 60, share = 0.10 }")
    values = cast("Mapping[str, Any]", rule)
    return AgeingRule(int(values["age"]), float(values["share"]))


def _require(condition: bool, field_name: str, value: object, allowed: str) -> None:
    if not condition:
        raise PolicyError(
            f"策略项 {field_name} 的值 {value!r} 不可用；允许：{allowed}。请修改策略文件。",
            f"Policy item {field_name} has {value!r}; allowed: {allowed}. Correct the policy file.",
            field=field_name,
        )


DEFAULT_POLICY = Policy()
"""60+ ≥ 10 % or 65+ ≥ 7 % of the registered people; an open elder station inside; target 70 %."""
