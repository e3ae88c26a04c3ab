"""The fact sheet of one community: where it lies, how large it is, who and what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.core.bearings import convergences, positions
from gis_service.core.four_sides import four_sides
from gis_service.core.topology import Topology
from gis_service.errors import InputError, NotFoundError
from gis_service.model.cases import CASE_KINDS, Case
from gis_service.model.casework import STATES
from gis_service.model.coverage import CommunityCoverage
from gis_service.model.lines import FourSides, NamedLine
from gis_service.model.packs import Surrounding
from gis_service.model.text import Text
from gis_service.services.instants import local
from gis_service.services.packs import crs_code, lines_within, surroundings_of, text_of
from gis_service.services.snapshots import Snapshot


@dataclass(frozen=True, kw_only=True)
class FacilityFact:
    """One facility that lies in the community; ``places`` and ``beds`` are None where unknown."""

    id: str
    name: str
    kind: str
    status: str
    places: int | None
    beds: int | None
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class CaseFact:
    """One open case that concerns the community."""

    number: str
    kind: Text
    state: Text
    area_m2: float
    due: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class FactSheet:
    """All that a fact sheet says; lengths and areas in the working CRS.

    Attributes
    ----------
    code, name, street
        Which community.
    date
        Day of the newest version that it shows (China Standard Time), ISO 8601.
    version, crs, crs_name, policy, is_sample
        What it was computed from.
    geometry, surroundings, named
        For its map.
    sides, names
        The four sides, and what their codes are called.
    figures
        Residents and coverage; None where the register has none for it.
    population
        ``registered`` or ``resident``: of whom the figures speak.
    facilities
        Those whose place lies in it, by kind and name.
    cases
        Open cases that concern it; None where they are not shown (past states).
    convergence_deg
        Meridian convergence in its middle.
    """

    code: str
    name: str
    street: str
    date: str
    version: Text
    crs: str
    crs_name: str
    policy: str
    is_sample: bool
    geometry: BaseGeometry
    surroundings: tuple[Surrounding, ...]
    named: tuple[NamedLine, ...]
    sides: FourSides
    names: Mapping[str, str]
    figures: CommunityCoverage | None
    population: str
    facilities: tuple[FacilityFact, ...]
    cases: tuple[CaseFact, ...] | None
    convergence_deg: float

    @property
    def area_m2(self) -> float:
        """Area, m²."""
        return float(shapely.area(self.geometry))

    @property
    def perimeter_m(self) -> float:
        """Length of all its lines, metres."""
        return float(shapely.length(self.geometry))


def fact_sheet_of(
    snapshot: Snapshot,
    code: str,
    *,
    cases: Iterable[Case] | None = None,
    named: Iterable[NamedLine] = (),
) -> FactSheet:
    """Gather the facts of one community.

    Parameters
    ----------
    snapshot
        The state that it shows.
    code
        Which community; where a code stands twice, the first in the layer.
    cases
        Open cases that concern it; None: not shown.
    named
        Roads and rivers in the snapshot's CRS.

    Raises
    ------
    NotFoundError
        When there is no such community, or it has no usable boundary.
    """
    version = snapshot.boundary_version()
    layer = snapshot.communities
    codes = [str(item) for item in layer.index]
    row = _row_of(codes, code)
    stored = np.asarray(layer.geometry.array, dtype=object)
    rows = np.unique(np.r_[shapely.STRtree(stored).query(stored[row].envelope.buffer(500)), row])
    near = layer.iloc[rows]
    usable = Topology.of(near).usable
    at = int(np.searchsorted(rows, row))
    if usable[at] is None:
        raise _no_boundary(code)
    near_codes = [codes[number] for number in rows]
    names = {
        code: name or code for code, name in zip(near_codes, text_of(near, "name"), strict=True)
    }
    crs = pyproj.CRS(layer.crs)
    close = lines_within(named, usable[at].envelope.buffer(500))
    figures, population = _figures(snapshot, code)
    middle = shapely.get_coordinates(shapely.centroid(usable[at]))
    gaps = [f.geometry for f in snapshot.findings if f.check == "gap" and f.geometry is not None]
    return FactSheet(
        code=code,
        name=names[code],
        street=text_of(near, "street")[at],
        date=local(snapshot.loaded_at if version.created_at == "" else version.created_at)[:10],
        version=Text(f"第 {version.number} 版", f"version {version.number}"),
        crs=crs_code(crs),
        crs_name=crs.name,
        policy=snapshot.policy.name,
        is_sample=snapshot.is_sample,
        geometry=usable[at],
        surroundings=surroundings_of(near_codes, names, usable, own=[code], land=usable[at]),
        named=close,
        sides=four_sides(
            usable,
            at,
            codes=near_codes,
            named=close,
            unclaimed=shapely.union_all(gaps) if gaps else None,
        ),
        names=names,
        figures=figures,
        population=population,
        facilities=_facilities(snapshot, usable[at]),
        cases=None if cases is None else tuple(map(_case, cases)),
        convergence_deg=float(convergences(positions(middle, crs), crs)[0]),
    )


def _row_of(codes: Sequence[str], code: str) -> int:
    if code not in codes:
        raise NotFoundError(
            f"没有代码为 {code} 的社区。请在社区列表中查看全部代码。",
            f"There is no community {code}. See all codes in the list of communities.",
            community=code,
        )
    return codes.index(code)


def _no_boundary(code: str) -> NotFoundError:
    return NotFoundError(
        f"社区 {code} 没有可用的边界，无法制作信息表。请先更正它的边界。",
        f"Community {code} has no usable boundary, so it has no fact sheet. Correct it first.",
        community=code,
    )


def _figures(snapshot: Snapshot, code: str) -> tuple[CommunityCoverage | None, str]:
    try:
        report = snapshot.report()
    except InputError:  # the table of residents does not fit the policy's ages
        return None, ""
    found = next((row for row in report.communities if row.code == code), None)
    return found, report.population


def _facilities(snapshot: Snapshot, shape: BaseGeometry) -> tuple[FacilityFact, ...]:
    frame = snapshot.facilities
    places = np.asarray(frame.geometry.array, dtype=object)
    shapely.prepare(shape)
    inside = frame[shapely.covers(shape, places)]
    found = [
        FacilityFact(
            id=str(index),
            name=str(row["name"]),
            kind=str(row["kind"]),
            status=str(row["status"]),
            places=_whole(row["places"]),
            beds=_whole(row["beds"]),
            x=float(row["geometry"].x),
            y=float(row["geometry"].y),
        )
        for index, row in inside.iterrows()  # a few
    ]
    return tuple(sorted(found, key=lambda fact: (fact.kind, fact.name, fact.id)))


def _whole(value: float) -> int | None:
    return None if value is None or np.isnan(value) else round(value)


def _case(case: Case) -> CaseFact:
    return CaseFact(
        number=case.number,
        kind=CASE_KINDS.get(case.kind, Text(case.kind, case.kind)),
        state=STATES[case.state],
        area_m2=case.area_m2,
        due=case.due,
    )
