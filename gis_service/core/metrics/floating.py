"""Floating catchments: how many places an elder can count on, rivals for them considered.

Two-step floating catchment area (Luo and Wang 2003, *Environment and Planning B* 30): first each
facility's supply over the demand within its catchment, then for each origin the sum of these
ratios over the facilities within its own:

.. math:: R_j = \\frac{S_j}{\\sum_{i: t_{ij} \\le T} P_i\\, w(t_{ij})}, \\qquad
          A_i = \\sum_{j: t_{ij} \\le T} R_j\\, w(t_{ij}).

With w = 1 this is 2SFCA; with a w that falls with time it is E2SFCA (Luo and Qi 2009, *Health &
Place* 15). :math:`\\sum_i A_i P_i = \\sum_j S_j` over the facilities that have demand in reach: no
place is lost and none is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gis_service.core.metrics.tables import (
    Floats,
    Ints,
    latest_s,
    positions,
    require_amounts,
    require_times,
)
from gis_service.errors import ParameterError

Decay = Callable[[Floats], Floats]
"""Seconds → weight from 0 to 1."""

E2SFCA_STEPS = ((1 / 3, 1.0), (2 / 3, 0.68), (1.0, 0.22))
"""Shares of the cutoff and the weights up to them: those of Luo and Qi (2009), table 1."""


def two_step_fca(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    supply: pd.Series[Any],
    cutoff_s: float,
    *,
    weights: Decay | Sequence[tuple[float, float]] | None = None,
) -> pd.Series[Any]:
    """Say how much supply one person at each origin can count on.

    Parameters
    ----------
    cost_table
        Columns origin, facility, seconds; pairs that are not listed are out of reach.
    demand
        People by origin.
    supply
        Places (or beds) by facility; facilities of the table that are not listed have none.
    cutoff_s
        Longest time that counts, in seconds; a time equal to it counts.
    weights
        None: all times count alike (2SFCA). A function of seconds, or steps ``(until_s, weight)``
        in ascending order: E2SFCA.

    Returns
    -------
    Series
        Supply per person, index as ``demand``, name ``access``; 0 where nothing is in reach.

    Raises
    ------
    InputError
        When columns are missing, ids repeat, or values are negative or not finite.
    ParameterError
        When the cutoff or the steps can't be used.

    Notes
    -----
    Supply whose catchment holds no demand belongs to nobody and is not in the result.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": ["a", "b", "b"], "facility": ["x", "x", "y"],
    ...                       "seconds": [100.0, 200.0, 300.0]})
    >>> access = two_step_fca(table, pd.Series({"a": 10, "b": 30}), pd.Series({"x": 20, "y": 6}),
    ...                       300)
    >>> access.round(3).to_dict()
    {'a': 0.5, 'b': 0.7}
    """
    require_times(cost_table, cutoff_s=cutoff_s)
    people = require_amounts(demand, name="demand")
    places = require_amounts(supply, name="supply")
    seconds = cost_table["seconds"].to_numpy(dtype=np.float64)
    origin = positions(cost_table["origin"], demand.index)
    facility = positions(cost_table["facility"], supply.index)
    near = (seconds <= latest_s(cutoff_s)) & (origin >= 0) & (facility >= 0)
    if not near.all():
        origin, facility, seconds = origin[near], facility[near], seconds[near]
    weight = None if weights is None else decay_weights(seconds, weights)
    access = _two_steps(origin, facility, people=people, places=places, weight=weight)
    return pd.Series(access, index=demand.index, name="access")


def _two_steps(
    origin: Ints, facility: Ints, *, people: Floats, places: Floats, weight: Floats | None
) -> Floats:
    asked = people[origin] if weight is None else people[origin] * weight
    wanted = np.bincount(facility, weights=asked, minlength=len(places))
    ratio = np.divide(places, wanted, out=np.zeros(len(places)), where=wanted > 0)
    given = ratio[facility] if weight is None else ratio[facility] * weight
    access = np.bincount(origin, weights=given, minlength=len(people))
    return access.astype(np.float64, copy=False)


def decay_weights(seconds: Floats, weights: Decay | Sequence[tuple[float, float]]) -> Floats:
    """Turn a decay into one weight a pair, and check that it is one.

    Examples
    --------
    >>> decay_weights(np.array([60.0, 300.0, 301.0]), [(300.0, 1.0), (600.0, 0.5)]).tolist()
    [1.0, 1.0, 0.5]
    """
    if callable(weights):
        weight = np.asarray(weights(seconds), dtype=np.float64)
    else:
        until = np.array([step[0] for step in weights], dtype=np.float64)
        height = np.array([*(step[1] for step in weights), 0.0], dtype=np.float64)
        if len(until) == 0 or (np.diff(until) <= 0).any():
            raise ParameterError(
                f"衰减分级 {list(weights)!r} 不可用：时间须逐级递增，例如 [(300, 1), (600, 0.5)]。",
                f"The decay steps {list(weights)!r} are not usable: times must rise, for example "
                "[(300, 1), (600, 0.5)].",
                parameter="weights",
            )
        weight = height[np.searchsorted(until, seconds, side="left")]
    usable = weight.shape == seconds.shape and bool(((weight >= 0) & (weight <= 1)).all())
    if not usable:
        raise ParameterError(
            "衰减权重须为 0 到 1 之间的数，每对一个。",
            "Decay weights must be numbers from 0 to 1, one a pair.",
            parameter="weights",
        )
    return weight


def decay(name: str, cutoff_s: float) -> Decay | None:
    """Give the decay that a policy names, for a cutoff; None for ``none``.

    ``linear`` falls to 0 at the cutoff, ``gaussian`` is
    :math:`(e^{-\\frac12 (t/T)^2} - e^{-\\frac12}) / (1 - e^{-\\frac12})` (Dai 2010), ``step``
    has the weights of Luo and Qi at thirds of the cutoff.

    Examples
    --------
    >>> decay("linear", 900.0)(np.array([0.0, 450.0, 900.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    if name == "none":
        return None
    if name == "linear":
        return lambda seconds: np.clip(1.0 - seconds / cutoff_s, 0.0, 1.0)
    if name == "gaussian":
        edge = float(np.exp(-0.5))
        return lambda seconds: np.clip(
            (np.exp(-0.5 * (seconds / cutoff_s) ** 2) - edge) / (1.0 - edge), 0.0, 1.0
        )
    if name == "step":
        steps = [(share * cutoff_s, weight) for share, weight in E2SFCA_STEPS]
        return lambda seconds: decay_weights(seconds, steps)
    raise ParameterError(
        f"衰减方式 {name!r} 不可用；可用 none、step、linear、gaussian。",
        f"The decay {name!r} is not known; none, step, linear, gaussian are.",
        parameter="decay",
    )
