"""The policy: what counts, when, and how much is wanted. One TOML file, quoted in every report."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from gis_service.errors import PolicyError
from gis_service.model.facilities import FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.population import POPULATION_KINDS, PopulationKind


@dataclass(frozen=True)
class AgeingRule:
    """Ageing when people of ``age`` or more are at least ``share`` (0 to 1) of the population."""

    age: int
    share: float


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

    def to_mapping(self) -> dict[str, Any]:
        """Give the policy as plain JSON and TOML types, as every report carries it."""
        return asdict(self) | {
            "ageing": [asdict(rule) for rule in self.ageing],
            "covering_kinds": list(self.covering_kinds),
            "covering_statuses": list(self.covering_statuses),
            "planned_statuses": list(self.planned_statuses),
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
