"""The agreement pack: everything that an agreement on a boundary says, gathered once.

A pack is made from a proposal and the layer before it; the documents shelf turns it into Word,
PDF and Excel and computes nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_service.core.agreed import new_lines
from gis_service.core.describe import FOLLOW_M, describe
from gis_service.core.four_sides import four_sides
from gis_service.core.resolutions import RESOLUTIONS, apply_proposal
from gis_service.core.running import line_texts
from gis_service.core.topology import Objects, Topology
from gis_service.errors import ResolutionError
from gis_service.model.findings import Finding
from gis_service.model.lines import NamedLine
from gis_service.model.packs import AgreementPack, CaseFacts, Party, Surrounding
from gis_service.model.proposals import Change, Proposal
from gis_service.model.text import Text

REACH_M = 500.0
"""How far around the land the map may show neighbours, at least."""

REACH_FACTOR = 6.0


def pack_of(
    before: gpd.GeoDataFrame,
    proposal: Proposal,
    *,
    facts: CaseFacts,
    named: Iterable[NamedLine] = (),
    follow_m: float = FOLLOW_M,
) -> AgreementPack:
    """Gather the pack of a proposal.

    Parameters
    ----------
    before
        The layer that the proposal was made for: index code, columns name and street, geometry in
        a metric CRS.
    proposal
        What is agreed; its proof must hold.
    facts
        Number, dates and so on.
    named
        Named lines in the CRS of ``before``; only those near the land are used.
    follow_m
        How far (metres) the line may lie from a road or river that it is said to follow.

    Raises
    ------
    ResolutionError
        When the proposal decides on no land, is not proven, or no longer fits the layer.
    """
    if proposal.land is None or shapely.is_empty(proposal.land):
        raise ResolutionError(
            "该方案没有决定任何土地，没有可写入协议的界线。请先选择一个重叠或空白地块的方案。",
            "The proposal decides on no land, so there is no line to agree on. "
            "Choose a proposal for an overlap or a gap.",
            reason="no-land",
        )
    land = shapely.force_2d(proposal.land)
    after_layer = apply_proposal(before, proposal)
    rows = _rows_near(before, land, proposal.changes, facts.parties)
    near = before.iloc[rows]
    usable = Topology.of(near).usable
    after = Topology.of(after_layer.iloc[rows]).usable
    codes = [str(code) for code in near.index]
    crs = pyproj.CRS(before.crs)
    changed = np.flatnonzero(np.isin(rows, [change.row for change in proposal.changes]))
    own = shapely.total_bounds([*usable[changed], _window(land)])
    close = lines_within(named, shapely.box(*own))
    lines = new_lines(usable, after, land=land, changed=changed)
    line = describe(lines, after, codes=codes, crs=crs, named=close, follow_m=follow_m)
    names = dict(zip(codes, text_of(near, "name"), strict=True))
    names = {code: name or code for code, name in names.items()}
    meant = {*facts.parties, *(code for part in line.parts for code in part.communities)}
    parties = _parties(near, proposal, rows=rows, shapes=(usable, after), meant=meant, named=close)
    return AgreementPack(
        facts=facts,
        resolution=_title(proposal.resolution),
        params=_params(proposal, names),
        crs=crs_code(crs),
        crs_name=crs.name,
        findings=proposal.findings,
        land=land,
        parties=parties,
        surroundings=surroundings_of(
            codes, names, after, own=[party.code for party in parties], land=land
        ),
        line=line,
        texts=line_texts(line, names),
        names=names,
        named=close,
        filled_m2=proposal.filled_m2,
        proof=proposal.proof,
    )


def _rows_near(
    layer: gpd.GeoDataFrame,
    land: BaseGeometry,
    changes: Sequence[Change],
    parties: Sequence[str],
) -> NDArray[np.intp]:
    """Give the rows that a document may mention or show, in the layer's order."""
    shapes = np.asarray(layer.geometry.array, dtype=object)
    chosen = {change.row for change in changes}
    chosen |= set(np.flatnonzero(layer.index.astype(str).isin(list(parties))).tolist())
    own = np.array(sorted(chosen), dtype=np.intp)
    window = _window(land)
    places = [window, *(shapely.box(*shapely.bounds(shapes[own]).T).tolist() if len(own) else [])]
    found = shapely.STRtree(shapes).query(places)[1]
    rows: NDArray[np.intp] = np.unique(np.r_[found, own]).astype(np.intp)
    return rows


def _window(land: BaseGeometry) -> BaseGeometry:
    west, south, east, north = shapely.bounds(land)
    reach = max(REACH_M, REACH_FACTOR * max(east - west, north - south))
    return shapely.box(west - reach, south - reach, east + reach, north + reach)


def _parties(
    near: gpd.GeoDataFrame,
    proposal: Proposal,
    *,
    rows: NDArray[np.intp],
    shapes: tuple[Objects, Objects],
    meant: set[str],
    named: Sequence[NamedLine],
) -> tuple[Party, ...]:
    changes = {change.row: change for change in proposal.changes}
    codes = [str(code) for code in near.index]
    names, streets = text_of(near, "name"), text_of(near, "street")
    found = []
    for at in _party_positions(codes, rows, changes, shapes[0], proposal, meant):
        change = changes.get(int(rows[at]))
        before, after = (
            four_sides(
                polygons,
                at,
                codes=codes,
                named=named,
                unclaimed=_unclaimed(findings, polygons, proposal.land),
            )
            for polygons, findings in zip(
                shapes, (proposal.findings_before, proposal.findings_after), strict=True
            )
        )
        found.append(
            Party(
                code=codes[at],
                name=names[at] or codes[at],
                street=streets[at],
                before=shapes[0][at],
                after=shapes[1][at],
                gained_m2=0.0 if change is None else change.gained_m2,
                lost_m2=0.0 if change is None else change.lost_m2,
                sides_before=before,
                sides_after=after,
            )
        )
    return tuple(sorted(found, key=lambda party: party.code))


def _party_positions(
    codes: Sequence[str],
    rows: NDArray[np.intp],
    changes: Mapping[int, Change],
    usable: Objects,
    proposal: Proposal,
    meant: set[str],
) -> list[int]:
    """Positions of who agrees: the case's parties, both sides of the line, who gains or loses.

    Where that is nobody (joint management), those who claim the land.
    """
    moved = [
        at
        for at, row in enumerate(rows.tolist())
        if row in changes and (changes[row].gained_m2 or changes[row].lost_m2)
    ]
    stated = [at for at, code in enumerate(codes) if code in meant]
    chosen = sorted({*moved, *stated})
    if not chosen:
        chosen = np.flatnonzero(shapely.dwithin(usable, proposal.land, 0.003)).tolist()
    return [at for at in chosen if usable[at] is not None]


def _unclaimed(
    findings: Iterable[Finding], usable: Objects, land: BaseGeometry
) -> BaseGeometry | None:
    """Land that nobody claims: the gaps that are known, and what is unclaimed of ``land``."""
    gaps = [f.geometry for f in findings if f.check == "gap" and f.geometry is not None]
    met = usable[shapely.intersects(usable, land)]
    rest = shapely.difference(land, shapely.union_all(met))
    return shapely.union_all([*gaps, rest])


def surroundings_of(
    codes: Sequence[str],
    names: Mapping[str, str],
    shapes: Objects,
    *,
    own: Sequence[str],
    land: BaseGeometry,
) -> tuple[Surrounding, ...]:
    """Give the other communities as far as a map of ``land`` may show them."""
    window = _window(land)
    at = [n for n, code in enumerate(codes) if code not in own and shapes[n] is not None]
    clipped = shapely.intersection(shapes[at], window) if at else []
    return tuple(
        Surrounding(code=codes[n], name=names[codes[n]], geometry=geometry)
        for n, geometry in zip(at, clipped, strict=True)
        if shapely.area(geometry) > 0
    )


def lines_within(named: Iterable[NamedLine], window: BaseGeometry) -> tuple[NamedLine, ...]:
    """Give the named lines inside a box, cut at its rim, sorted by name."""
    found = []
    for line in named:  # a file of roads, each looked at once
        inside = shapely.intersection(shapely.force_2d(line.geometry), window)
        if shapely.length(inside) > 0:
            found.append(NamedLine(name=line.name, kind=line.kind, geometry=inside))
    return tuple(sorted(found, key=lambda line: (line.name, line.geometry.wkb)))


def _title(resolution: str) -> Text:
    return RESOLUTIONS[resolution].title if resolution in RESOLUTIONS else Text(*[resolution] * 2)


def _params(proposal: Proposal, names: Mapping[str, str]) -> tuple[Text, ...]:
    """Say in words what the resolution was given."""
    said = []
    to, until = proposal.params.get("to"), proposal.params.get("until")
    if to:
        name = names.get(str(to), str(to))
        said.append(Text(f"划归{name}（{to}）", f"to {name} ({to})"))
    if until:
        said.append(Text(f"至{until}止", f"until {until}"))
    if proposal.params.get("lines"):
        said.append(Text("按给定的线", "along the given line"))
    return tuple(said)


def text_of(frame: gpd.GeoDataFrame, name: str) -> list[str]:
    """Give a column as texts; "" where it is missing or empty."""
    if name not in frame:
        return [""] * len(frame)
    return ["" if value is None or value != value else str(value) for value in frame[name]]


def crs_code(crs: pyproj.CRS) -> str:
    """Give ``EPSG:4547``, or the name of a CRS without a code."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name
