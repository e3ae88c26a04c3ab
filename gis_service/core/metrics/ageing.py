"""Residents and elders of each community, and which communities are ageing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis_service.core.metrics.directory import Directory
from gis_service.core.topology import Topology
from gis_service.errors import InputError, PolicyError
from gis_service.model.policy import Policy
from gis_service.model.population import OPEN_AGE
from gis_service.model.text import Text

PLACE = ["code", "name", "street"]
POPULATION_NAMES = {
    "registered": Text("户籍人口", "registered people"),
    "resident": Text("常住人口", "residents"),
    "unstated": Text("未注明口径的人口", "people of an unstated kind"),
}


@dataclass(frozen=True, kw_only=True)
class AgeingFigures:
    """Figures by community, in the order of the layer.

    Attributes
    ----------
    population
        The population that was used.
    figures
        Row position → columns residents, elders (NaN: no figures), share and ageing (bool;
        False without figures), known (bool).
    notes
        Fall-backs and what could not be matched.
    """

    population: str
    figures: pd.DataFrame
    notes: tuple[Text, ...]


def ageing_figures(
    topology: Topology, population: pd.DataFrame, *, policy: Policy
) -> AgeingFigures:
    """Count people by community and apply the policy's ageing rules.

    A band counts fully from its ``age_from`` on. People are matched by code; where the layer's
    code repeats or the table does not have it, by street and name, then by a unique name.

    Raises
    ------
    PolicyError
        When a band straddles an age of the policy: nothing is interpolated.
    InputError
        When bands of one community overlap, or there are no people under the policy's ages.
    """
    chosen, kind, notes = _choose(population, policy)
    _refuse_bands(chosen, policy)
    groups = [chosen[column] for column in PLACE]
    counts = {"residents": _sum(chosen["count"], groups)}
    for age in _ages(policy):
        old = chosen["count"].where(chosen["age_from"] >= age, chosen["count"] * 0)
        counts[f"from_{age}"] = _sum(old, groups)
    places = pd.DataFrame(counts)
    rows, matched = match_places(topology, list(places.index))
    notes += matched
    figures = places.take(np.where(rows < 0, 0, rows)) if len(places) else places
    figures = figures.reset_index(drop=True) if len(places) else _empty(places, len(topology))
    figures[rows < 0] = np.nan
    unknown = int(figures["residents"].isna().sum())
    if unknown:
        notes.append(
            Text(
                f"{unknown} 个社区没有人口数据，是否老龄化未知。",
                f"{unknown} communities have no population figures; "
                "whether they are ageing is unknown.",
            )
        )
    return AgeingFigures(population=kind, figures=_apply(figures, policy), notes=tuple(notes))


def _apply(figures: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    residents = figures["residents"].to_numpy(dtype=float)
    ageing = np.zeros(len(figures), dtype=bool)
    for rule in policy.ageing:
        elders = figures[f"from_{rule.age}"].to_numpy(dtype=float)
        ageing |= (residents > 0) & (elders >= rule.share * residents - 1e-9)
    elders = figures[f"from_{policy.elder_age}"].to_numpy(dtype=float)
    share = np.divide(elders, residents, out=np.full(len(elders), np.nan), where=residents > 0)
    known = ~np.isnan(residents)
    return pd.DataFrame(
        {
            "residents": residents,
            "elders": elders,
            "share": share,
            "ageing": ageing,
            "known": known,
        }
    )


def match_places(
    topology: Topology, places: list[tuple[str, str, str]]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[Text]]:
    """Match rows of a table (code, name, street) to communities.

    Returns
    -------
    rows
        For each community the position in ``places``, -1 when there is none.
    notes
        How many were matched by name, and how many places belong to no community.
    """
    directory = Directory.of(topology)
    result = np.full(len(topology), -1, dtype=np.intp)
    repeated = Counter(code for code, _, _ in places)
    rest = []
    for place, (code, name, _) in enumerate(places):
        rows = directory.with_code(code)
        twice = repeated[code] > 1 and rows and topology.names[rows[0]] != name
        if len(rows) == 1 and result[rows[0]] < 0 and not twice:
            result[rows[0]] = place
        else:
            rest.append(place)
    lost, by_name = 0, 0
    for place in rest:
        _, name, street = places[place]
        row = directory.called(name, street=street)
        if row is None or result[row] >= 0:
            lost += 1
        else:
            result[row] = place
            by_name += 1
    return result, _match_notes(by_name=by_name, lost=lost)


def _match_notes(*, by_name: int, lost: int) -> list[Text]:
    notes = []
    if by_name:
        notes.append(
            Text(
                f"{by_name} 个社区的人口按街道和名称（而非编码）对应。",
                f"The people of {by_name} communities were matched by street and name, "
                "not by code.",
            )
        )
    if lost:
        notes.append(
            Text(
                f"人口表中有 {lost} 个单位在社区图层里找不到，未计入。",
                f"{lost} places of the population table match no community and do not count.",
            )
        )
    return notes


def _choose(population: pd.DataFrame, policy: Policy) -> tuple[pd.DataFrame, str, list[Text]]:
    """Take one population of the latest year, and say so where a choice was made."""
    notes: list[Text] = []
    table = population.copy()
    for column in PLACE:
        table[column] = table[column].fillna("").astype(str).str.strip()
    kinds = set(table["population"])
    order = (policy.population, "registered", "resident", "unstated")
    kind = next((name for name in order if name in kinds), "unstated")
    if kind != policy.population and kinds:
        wanted, used = POPULATION_NAMES[policy.population], POPULATION_NAMES[kind]
        notes.append(
            Text(
                f"数据中没有{wanted.zh}，老龄化按{used.zh}判断，与政策口径不同。",
                f"The data hold no {wanted.en}; ageing is judged by {used.en}, "
                "which is not what the policy asks for.",
            )
        )
    table = table[table["population"] == kind]
    years = pd.to_numeric(table["year"], errors="coerce")
    if len(set(years.dropna())) > 1:
        latest = int(years.max())
        table = table[years == latest]
        notes.append(
            Text(
                f"人口数据有多个年份，采用最近的 {latest} 年。",
                f"The population table holds several years; {latest}, the latest, is used.",
            )
        )
    return table.reset_index(drop=True), kind, notes


def _refuse_bands(table: pd.DataFrame, policy: Policy) -> None:
    bands = table[["age_from", "age_to"]].drop_duplicates().sort_values(["age_from", "age_to"])
    shown = ", ".join(_band(low, high) for low, high in bands.itertuples(index=False))
    for age in _ages(policy):
        if ((bands["age_from"] < age) & (bands["age_to"] >= age)).any():
            raise PolicyError(
                f"策略用到 {age} 岁，但人口年龄段为：{shown}，有年龄段跨过 {age} 岁。"
                "请改用现有的分界年龄，或提供更细的年龄段。",
                f"The policy asks for people of {age} or more, but the age bands are: {shown}; "
                f"a band straddles {age}. Use an age at which a band begins, or finer bands.",
                age=age,
            )
    if len(bands) and bands["age_from"].min() >= min(_ages(policy)):
        raise InputError(
            f"人口表只有这些年龄段：{shown}，没有较年轻的人口，无法计算比例。请补全年龄段。",
            f"The population table has only these age bands: {shown}. Without younger people "
            "no share can be computed; give all bands.",
        )
    distinct = table[[*PLACE, "age_from", "age_to"]].drop_duplicates()
    distinct = distinct.sort_values([*PLACE, "age_from", "age_to"])
    previous = distinct.groupby(PLACE)["age_to"].shift()
    if (distinct["age_from"] <= previous).any():
        raise InputError(
            f"同一社区的年龄段相互重叠：{shown}。有人会被重复计算；请只保留互不重叠的年龄段。",
            f"Age bands of one community overlap: {shown}. People would be counted twice; "
            "keep bands that don't overlap.",
        )


def _ages(policy: Policy) -> list[int]:
    return sorted({policy.elder_age, *(rule.age for rule in policy.ageing)})


def _band(low: float, high: float) -> str:
    return f"{int(low)}+" if high >= OPEN_AGE else f"{int(low)}–{int(high)}"


def _sum(counts: pd.Series, groups: list[pd.Series]) -> pd.Series:
    """Sum people; a suppressed count (NaN) leaves its community without figures."""
    known = counts.notna().groupby(groups).all()
    return counts.astype(float).groupby(groups).sum().where(known)


def _empty(places: pd.DataFrame, length: int) -> pd.DataFrame:
    return pd.DataFrame(np.nan, index=range(length), columns=places.columns)
