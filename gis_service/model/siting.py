"""Where the next stations go: chosen sites, how good they are, and what proves it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from typing import Any

from gis_service.model.text import Text

SiteId = Hashable


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why one site was chosen.

    Attributes
    ----------
    site
        Its id.
    gained
        What the plan's objective loses without this site, the others staying: elders that only
        this one reaches, or weighted seconds (p-median).
    served
        Demand that is newly within reach and nearest to this site among the chosen ones. Over
        all sites these add up to the demand newly within reach.
    origins
        Ids of that demand, sorted.
    communities
        Communities that become covered by it (the objective ``policy``), sorted.
    """

    site: SiteId
    gained: float
    served: float
    origins: tuple[Hashable, ...]
    communities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another choice of sites whose objective is within 1 % of the best one."""

    sites: tuple[SiteId, ...]
    objective: float


@dataclass(frozen=True, kw_only=True)
class Siting:
    """A choice of new sites with its proof.

    Attributes
    ----------
    model
        Name on the shelf: ``mclp``, ``lscp``, ``policy``, ``p_median``, ``p_center``,
        ``capacitated``.
    sites
        Ids of the new sites, sorted; existing and committed ones are not among them.
    objective
        What the plan reaches, existing sites included: elders within reach (``mclp``,
        ``capacitated``, ``policy``), number of new sites (``lscp``), weighted seconds
        (``p_median``), seconds of the worst-served (``p_center``).
    bound
        No choice is better than this: an upper bound where more is better, a lower bound else.
    gap
        ``|bound - objective| / max(|objective|, 1e-9)``; 0 when proven.
    optimal
        Whether it is proven that no choice is better.
    runners_up
        Other choices within 1 % of the objective that differ by one exchanged site, best first.
    reasons
        One for each site, in the order of ``sites``.
    seconds
        Time that the choice took.
    before
        The objective without new sites; NaN where there is none.
    communities, communities_bound
        Ageing communities covered by the plan and how many could be at most (``policy``).
    notes
        What a reader must know, for example that the time ran out.
    """

    model: str
    sites: tuple[SiteId, ...]
    objective: float
    bound: float
    gap: float
    optimal: bool
    runners_up: tuple[Alternative, ...]
    reasons: tuple[Reason, ...]
    seconds: float
    before: float = float("nan")
    communities: int | None = None
    communities_bound: int | None = None
    notes: tuple[Text, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Give the plan as plain JSON types; ids and what is not finite as text or None."""
        values = asdict(self)
        values["notes"] = [{"zh": note.zh, "en": note.en} for note in self.notes]
        plain: dict[str, Any] = _plain(values)
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, (str, bool, int)):
        return value
    item = getattr(value, "item", None)
    return item() if item is not None else str(value)
