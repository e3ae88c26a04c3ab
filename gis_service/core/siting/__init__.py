"""Where the next stations go.

A shelf: each file here answers one kind of question; `SITINGS` lists them. Each has the same form:
cost table, demand, how many or which target, existing sites, limits; it gives a
`gis_service.model.siting.Siting` with its bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gis_service.core.siting.mclp import mclp
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


SITINGS: Registry[SitingModel] = Registry(
    "siting model",
    [
        (
            "mclp",
            SitingModel(
                title=Text("最大覆盖", "maximal covering"),
                objective=Text("步行可达的长者数", "elders within reach"),
                more_is_better=True,
                needs_count=True,
                choose=mclp,
            ),
        ),
    ],
)
"""The models, by name."""

__all__ = ["SITINGS", "SitingModel", "mclp"]
