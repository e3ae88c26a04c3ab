"""Which columns count people of which age? Recognised by their names, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gis_service.errors import FieldMappingError
from gis_service.model.population import OPEN_AGE

_POPULATIONS = (
    ("registered", re.compile(r"registered|户籍|戶籍|hukou|huji", re.I)),
    ("resident", re.compile(r"resident|常住|常駐", re.I)),
)
_SEXES = re.compile(r"(^|_)[MF](_|$)|male|男|女", re.I)
_CLOSED = re.compile(r"(?<!\d)(\d{1,3})\s*(?:岁|歲)?\s*(?:[_\-~–—至到]|_?A)\s*(\d{1,3})(?!\d)")
_OPEN = re.compile(
    r"(?<!\d)(\d{1,3})\s*(?:岁|歲)?\s*(?:_?plus|\+|及?以上|及其以上|_?up|_?over|_and_over)", re.I
)


@dataclass(frozen=True, order=True)
class AgeBand:
    """A column that counts people of ``age_from`` to ``age_to`` years, both included."""

    population: str
    age_from: int
    age_to: int
    column: str


def find_age_bands(columns: Iterable[str]) -> tuple[list[AgeBand], list[str]]:
    """Find the columns that count people by age, and those left out as counts by sex.

    Examples
    --------
    >>> bands, by_sex = find_age_bands(["registered_60_64", "A100UP_5_CNT", "A0A4_M_CNT", "name"])
    >>> [(b.population, b.age_from, b.age_to) for b in bands], by_sex
    ([('registered', 60, 64), ('unstated', 100, 200)], ['A0A4_M_CNT'])
    >>> bands, _ = find_age_bands(["常住60-64岁", "85岁以上"])
    >>> [(b.population, b.age_from, b.age_to) for b in bands]
    [('resident', 60, 64), ('unstated', 85, 200)]
    """
    bands, by_sex = [], []
    for column in columns:
        found = band_of(column)
        if found is None:
            continue
        if _SEXES.search(column):
            by_sex.append(column)
        else:
            bands.append(found)
    return sorted(bands), by_sex


def band_of(column: str) -> AgeBand | None:
    """Read a column's name as an age band; None when it is none."""
    population = next((name for name, words in _POPULATIONS if words.search(column)), "unstated")
    open_end = _OPEN.search(column)
    if open_end:
        return AgeBand(population, int(open_end[1]), OPEN_AGE, column)
    closed = _CLOSED.search(column)
    if closed and int(closed[1]) <= int(closed[2]) <= 130:
        return AgeBand(population, int(closed[1]), int(closed[2]), column)
    return None


def check_bands(bands: Iterable[AgeBand]) -> None:
    """Check that the bands of each population cover every age once, from 0 to the open end.

    Raises
    ------
    FieldMappingError
        When bands overlap, or ages are missing; the message names the columns and ages.
    """
    by_population: dict[str, list[AgeBand]] = {}
    for band in sorted(bands):
        by_population.setdefault(band.population, []).append(band)
    for population, listed in by_population.items():
        expected = 0
        for band in listed:
            if band.age_from < expected:
                raise _unclear(population, f"{band.column} 重叠", f"{band.column} overlaps another")
            if band.age_from > expected:
                raise _missing_ages(population, expected, band.age_from - 1)
            expected = band.age_to + 1
        if expected <= OPEN_AGE:
            raise _missing_ages(population, expected, OPEN_AGE)


def _missing_ages(population: str, first: int, last: int) -> FieldMappingError:
    ages = f"{first}+" if last == OPEN_AGE else f"{first}–{last}"
    return _unclear(population, f"缺少 {ages} 岁的列", f"no column counts ages {ages}")


def _unclear(population: str, zh: str, en: str) -> FieldMappingError:
    return FieldMappingError(
        f"年龄段不完整（{population}）：{zh}。各年龄段须从 0 岁起、首尾相接、不重叠，"
        "最后一段不封顶（如 85+）。",
        f"The age bands are unclear ({population}): {en}. They must start at 0, follow one "
        "another without overlap, and end with an open band such as 85+.",
        population=population,
    )
