"""Where the next stations go.

A shelf: each file here answers one kind of question; `SITINGS` lists them. Each has the same form:
cost table, demand, how many or which target, existing sites, limits; it gives a
`gis_service.model.siting.Siting` with its bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gis_service.core.siting.capacitated import capacitated_mclp
from gis_service.core.siting.limits import Limits
from gis_service.core.siting.lscp import lscp
from gis_service.core.siting.mclp import mclp
from gis_service.core.siting.p_center import p_center
from gis_service.core.siting.p_median import p_median
from gis_service.core.siting.policy import Communities, policy
from gis_service.model.siting import Siting
from gis_service.model.text import Text
from gis_service.registry import Registry


@dataclass(frozen=True, kw_only=True)
class SitingModel:
    """One kind of question.

    Attributes
    ----------
    title, objective
        What it is called, and what its objective counts.
    more_is_better
        Whether a larger objective is better.
    needs_count
        Whether it is told how many new sites (p); else it finds the fewest.
    choose
        The function.
    """

    title: Text
    objective: Text
    more_is_better: bool
    needs_count: bool
    choose: Callable[..., Siting]


def _model(
    choose: Callable[..., Siting],
    title: Text,
    objective: Text,
    *,
    more_is_better: bool = True,
    needs_count: bool = True,
) -> SitingModel:
    return SitingModel(
        title=title,
        objective=objective,
        more_is_better=more_is_better,
        needs_count=needs_count,
        choose=choose,
    )


ELDERS = Text("步行可达的长者数", "elders within reach")

SITINGS: Registry[SitingModel] = Registry(
    "siting model",
    [
        (
            "policy",
            _model(
                policy,
                Text(
                    "政策目标：先覆盖最多老龄化社区，再惠及最多长者",
                    "most ageing communities, then most elders",
                ),
                ELDERS,
            ),
        ),
        ("mclp", _model(mclp, Text("最大覆盖", "maximal covering"), ELDERS)),
        (
            "lscp",
            _model(
                lscp,
                Text("最少站点达标", "fewest stations for the target"),
                Text("新增站点数", "new stations"),
                more_is_better=False,
                needs_count=False,
            ),
        ),
        (
            "p_median",
            _model(
                p_median,
                Text("总步行时间最短（p-中位）", "p-median"),
                Text("长者 × 秒", "elders × seconds"),
                more_is_better=False,
            ),
        ),
        (
            "p_center",
            _model(
                p_center,
                Text("最远者最近（p-中心）", "p-center"),
                Text("最远者的秒数", "seconds of the worst-served"),
                more_is_better=False,
            ),
        ),
        (
            "capacitated",
            _model(
                capacitated_mclp,
                Text("限容量的最大覆盖", "capacitated maximal covering"),
                Text("有席位的长者数", "elders with a place"),
            ),
        ),
    ],
)
"""The models, by name."""

__all__ = [
    "SITINGS",
    "Communities",
    "Limits",
    "SitingModel",
    "capacitated_mclp",
    "lscp",
    "mclp",
    "p_center",
    "p_median",
    "policy",
]
