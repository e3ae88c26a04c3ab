"""Residents by age band, made so that 60 of the 81 communities are clearly ageing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gis_service.model.population import OPEN_AGE, POPULATION_COLUMNS
from gis_service.samples.partition import Community
from gis_service.samples.terrain import Array

YEAR = 2025
"""The one year of the sample."""

BANDS = ((0, 14), (15, 59), (60, 64), (65, 69), (70, 74), (75, 79), (80, 84), (85, OPEN_AGE))
"""Whole years, both ends included."""

_PEOPLE = 1_100_000


def band_column(population: str, age_from: int, age_to: int) -> str:
    """Name a band's column of population.csv.

    Examples
    --------
    >>> band_column("registered", 60, 64), band_column("resident", 85, 200)
    ('registered_60_64', 'resident_85_plus')
    """
    return f"{population}_{age_from}_{'plus' if age_to == OPEN_AGE else age_to}"


def draw_residents(
    communities: list[Community],
    *,
    homes: Array,
    ageing: list[bool],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the people of every community (columns of `POPULATION_COLUMNS`).

    Parameters
    ----------
    homes
        Built-up land per community, any unit: people follow it.
    ageing
        Which communities shall be ageing: 12.5 to 27 % of 60+ among the registered, where the
        others have 5.5 to 8.2 % and fewer than 5.8 % of 65+.
    """
    people = 2500.0 + homes * rng.uniform(0.8, 1.25, len(homes)) / homes.mean() * 11_000.0
    people *= _PEOPLE / people.sum()
    rows = []
    for community, total, old in zip(communities, people, ageing, strict=True):
        share_60 = rng.uniform(0.125, 0.27) if old else rng.uniform(0.055, 0.082)
        registered = total * rng.uniform(0.42, 0.66)
        shares = _shares(share_60, rng)
        # Those who moved here are younger: the residents' share of elders is lower.
        resident_shares = _shares(share_60 * rng.uniform(0.58, 0.72), rng)
        for population, number, by_band in (
            ("registered", registered, shares),
            ("resident", total, resident_shares),
        ):
            for (age_from, age_to), share in zip(BANDS, by_band, strict=True):
                count = int(np.floor(number * share + 0.5))
                rows.append(
                    (
                        community.code,
                        community.name,
                        community.street.name,
                        YEAR,
                        population,
                        age_from,
                        age_to,
                        count,
                    )
                )
    return pd.DataFrame(rows, columns=list(POPULATION_COLUMNS))


def _shares(share_60: float, rng: np.random.Generator) -> Array:
    child = rng.uniform(0.12, 0.18)
    share_65 = share_60 * rng.uniform(0.63, 0.69)
    falling = np.array([1.0, 0.72, 0.48, 0.30, 0.20]) * rng.uniform(0.94, 1.06, 5)
    old = share_65 * falling / falling.sum()
    middle = 1.0 - child - share_60
    return np.concatenate(([child, middle, share_60 - share_65], old))


def elders(population: pd.DataFrame, *, kind: str, age: int = 60) -> pd.Series[int]:
    """Count people of ``age`` or more per community code (``kind``: registered, resident)."""
    chosen = population[(population["population"] == kind) & (population["age_from"] >= age)]
    return chosen.groupby("code")["count"].sum()
