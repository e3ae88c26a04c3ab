"""Choosing among findings: by check, and by area and width both ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gis_service.core.checks import CHECKS
from gis_service.errors import ParameterError
from gis_service.model.findings import Finding


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which findings are wanted; without any limit, all of them.

    Attributes
    ----------
    min_area_m2, max_area_m2, min_width_m, max_width_m
        Limits, both included. A finding without an area, or without a width, is left out where
        there is a limit to it.
    checks
        Names of checks; empty: all.

    Raises
    ------
    ParameterError
        For an unknown check, or a lower limit above the upper one.
    """

    min_area_m2: float | None = None
    max_area_m2: float | None = None
    min_width_m: float | None = None
    max_width_m: float | None = None
    checks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.checks:
            if name not in CHECKS:
                known = ", ".join(CHECKS)
                raise ParameterError(
                    f"没有名为“{name}”的检查。可用：{known}。",
                    f"There is no check {name!r}. Available: {known}.",
                    allowed=list(CHECKS),
                )
        for what, low, high in (
            ("area", self.min_area_m2, self.max_area_m2),
            ("width", self.min_width_m, self.max_width_m),
        ):
            if low is not None and high is not None and low > high:
                raise ParameterError(
                    f"{what} 的下限 {low:g} 大于上限 {high:g}，选不出任何问题。请对调。",
                    f"The least {what} {low:g} is above the greatest {high:g}, so that nothing is "
                    "chosen. Swap them.",
                    parameter=what,
                )

    def of(self, findings: Iterable[Finding]) -> list[Finding]:
        """Give the findings that are wanted, in their order."""
        return [finding for finding in findings if self._wants(finding)]

    def _wants(self, finding: Finding) -> bool:
        area = finding.area_m2 if finding.area_m2 > 0 else None
        return (
            (not self.checks or finding.check in self.checks)
            and _within(area, self.min_area_m2, self.max_area_m2)
            and _within(finding.width_m, self.min_width_m, self.max_width_m)
        )


def _within(value: float | None, low: float | None, high: float | None) -> bool:
    """Tell whether a measure keeps to its limits.

    Examples
    --------
    >>> _within(3.0, None, 3.0), _within(3.0, 4.0, None), _within(None, None, 9.0)
    (True, False, False)
    """
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)
