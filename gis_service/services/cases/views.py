"""Cases and previews as plain JSON types and GeoJSON (lon/lat), for the API and the pages alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from gis_service.core.resolutions import ResolutionParams
from gis_service.errors import ParameterError
from gis_service.model.cases import M2_PER_HA, M2_PER_MU, CaseEvent, Evidence, StoredProposal
from gis_service.model.casework import Move
from gis_service.services.cases.ledger import CaseFile, CaseRow, Totals, row_mapping
from gis_service.services.cases.opening import land_of_case
from gis_service.services.cases.previewing import Preview
from gis_service.services.geojson import collection, encode, fragments, publish
from gis_service.services.snapshots import Snapshot

SNAP_M = 0.02
"""A drawn line that ends this near to a corner of the land was snapped to it on the map, where
coordinates have 7 decimals; it is put exactly there."""


def case_line(row: CaseRow, snapshot: Snapshot) -> dict[str, Any]:
    """Give a line of the ledger with names, hectares and mu, place and extent."""
    case, known = row.case, snapshot.communities
    land = publish(np.array([land_of_case(case)], dtype=object), case.crs)[0]
    inner = land.point_on_surface()
    names = {
        str(code): (str(name), str(street))
        for code, name, street in zip(known.index, known["name"], known["street"], strict=True)
    }
    return row_mapping(row) | {
        "area_ha": round(case.area_m2 / M2_PER_HA, 4),
        "area_mu": round(case.area_m2 / M2_PER_MU, 3),
        "parties": [
            {"code": code, "name": names.get(code, ("", ""))[0],
             "street": names.get(code, ("", ""))[1]}
            for code in case.parties
        ],
        "point": [inner.x, inner.y],
        "bbox": list(land.bounds),
    }  # fmt: skip


def case_document(file: CaseFile, snapshot: Snapshot, *, moves: Sequence[Move]) -> dict[str, Any]:
    """Give one case with its land, parts, timeline, proposals and evidence.

    ``moves`` are those that who asks could make now.
    """
    case = file.row.case
    facilities = snapshot.facilities
    named = facilities[facilities.index.isin(file.row.figures.facilities)]
    return case_line(file.row, snapshot) | {
        "facilities": [
            {"id": str(at), "name": str(row["name"]), "kind": str(row["kind"]),
             "status": str(row["status"])}
            for at, row in named.iterrows()
        ],
        "land": geojson_of(land_of_case(case), case.crs),
        "parts": [
            {"part": at, "key": part.key, "area_m2": round(part.geometry.area, 2)}
            for at, part in enumerate(case.parts, start=1)
        ],
        "moves": list(moves),
        "events": [event_mapping(event, case.crs) for event in file.events],
        "proposals": [proposal_mapping(proposal) for proposal in file.proposals],
        "evidence": [evidence_mapping(item) for item in file.evidence],
    }  # fmt: skip


def cases_geojson(rows: Iterable[CaseRow], **members: object) -> bytes:
    """Encode the land of cases as one FeatureCollection; the number is the id."""
    listed = list(rows)
    found = [publish(np.array([land_of_case(r.case)], dtype=object), r.case.crs) for r in listed]
    shapes = np.concatenate(found) if found else np.array([], dtype=object)
    points = shapely.get_coordinates(shapely.point_on_surface(shapes)).tolist()
    return collection(
        fragments(
            [row.case.number for row in listed],
            shapes,
            [
                row_mapping(row) | {"point": point}
                for row, point in zip(listed, points, strict=True)
            ],
        ),
        **members,
    )


def preview_document(preview: Preview) -> dict[str, Any]:
    """Give a preview's facts with the changed communities before and after as GeoJSON."""
    proposal = preview.proposal
    crs = preview.before.crs
    changes = [(change.code, change.before, change.after) for change in proposal.changes]
    return (
        preview.to_mapping()
        | _changes(changes, crs)
        | {"land": None if proposal.land is None else geojson_of(proposal.land, crs)}
    )


def proposal_document(proposal: StoredProposal, *, crs: str) -> dict[str, Any]:
    """Give a stored proposal with the changed communities before and after as GeoJSON."""
    changes = [(change.code, change.before, change.after) for change in proposal.changes]
    return proposal_mapping(proposal) | _changes(changes, crs)


def proposal_mapping(proposal: StoredProposal) -> dict[str, Any]:
    """Give a stored proposal as plain JSON types, without geometries."""
    return {
        "number": proposal.number,
        "state": proposal.state,
        "created_at": proposal.created_at,
        "author": proposal.author,
        "base_version": proposal.base_version,
        "resolution": proposal.resolution,
        "params": dict(proposal.params),
        "note": proposal.note,
        "rebased_from": proposal.rebased_from,
        "facts": dict(proposal.facts),
    }


def event_mapping(event: CaseEvent, crs: str) -> dict[str, Any]:
    """Give a line of a timeline; ``before`` and ``after`` are GeoJSON or None."""
    return {
        "id": event.id,
        "at": event.at,
        "user": event.user,
        "kind": event.kind,
        "state": event.state,
        "text": event.text,
        "data": dict(event.data),
        "before": None if event.before is None else geojson_of(event.before, crs),
        "after": None if event.after is None else geojson_of(event.after, crs),
    }


def evidence_mapping(item: Evidence) -> dict[str, Any]:
    """Give the facts of a file."""
    return {
        "id": item.id,
        "at": item.at,
        "user": item.user,
        "name": item.name,
        "sha256": item.sha256,
        "size": item.size,
        "media_type": item.media_type,
        "note": item.note,
    }


def totals_mapping(totals: Totals) -> dict[str, Any]:
    """Give the totals of the ledger."""
    return {
        "cases": totals.cases,
        "overdue": totals.overdue,
        "area_m2": round(totals.area_m2, 2),
        "area_ha": round(totals.area_m2 / M2_PER_HA, 4),
        "area_mu": round(totals.area_m2 / M2_PER_MU, 3),
        "residents": None if totals.residents is None else round(totals.residents, 1),
        "elders": None if totals.elders is None else round(totals.elders, 1),
        "facilities": totals.facilities,
        "by_state": totals.by_state,
    }


def geojson_of(shape: BaseGeometry, crs: Any) -> dict[str, Any]:
    """Give one geometry as a GeoJSON object in lon/lat."""
    text = encode(publish(np.array([shape], dtype=object), crs))[0]
    found: dict[str, Any] = orjson.loads(text)
    return found


def params_from(given: dict[str, Any], *, crs: str, land: BaseGeometry) -> ResolutionParams:
    """Read what a client sends: ``to``, ``lines`` (GeoJSON lon/lat), ``owners``, ``until``.

    Parameters
    ----------
    crs
        The working CRS, into which lines and points are transformed.
    land
        The case's land in it: ends of lines within `SNAP_M` of its corners are put on them.

    Raises
    ------
    ParameterError
        When something is of the wrong type or unknown.
    """
    unknown = sorted(set(given) - {"to", "lines", "owners", "until"})
    _require(not unknown, ", ".join(unknown), "to, lines, owners, until", name="params")
    to, until = given.get("to"), given.get("until")
    for name, value in (("to", to), ("until", until)):
        _require(value is None or isinstance(value, str), value, "text", name=name)
    lines = None
    if given.get("lines") is not None:
        drawn = _project(_geometry(given["lines"]), crs)
        lines = _fastened(drawn, land)
    owners = given.get("owners") or []
    usable = isinstance(owners, list) and all(_is_owner(item) for item in owners)
    _require(usable, owners, "[[lon, lat, code], …]", name="owners")
    places = [_project(shapely.Point(lon, lat), crs) for lon, lat, _ in owners]
    return ResolutionParams(
        to=to,
        lines=lines,
        owners=tuple((p.x, p.y, str(o[2])) for p, o in zip(places, owners, strict=True)),
        until=until,
    )


def _changes(changes: Sequence[tuple[str, BaseGeometry, BaseGeometry]], crs: Any) -> dict[str, Any]:
    result = {}
    for at, word in ((1, "before"), (2, "after")):
        shapes = np.empty(len(changes), dtype=object)
        shapes[:] = [change[at] for change in changes]
        codes = [change[0] for change in changes]
        features = fragments(codes, publish(shapes, crs), [{"code": code} for code in codes])
        result[word] = orjson.loads(collection(features))
    return result


def _fastened(drawn: BaseGeometry, land: BaseGeometry) -> BaseGeometry:
    """Put the ends of lines that were snapped to the land's outline where they were meant.

    An end within `SNAP_M` of a corner is put on it. One within `SNAP_M` of an edge is put there
    and led beyond it, because a rounded point of an edge lies as often inside as outside, and a
    line that ends inside divides nothing.
    """
    corners = shapely.multipoints(shapely.get_coordinates(land))
    snapped = shapely.snap(drawn, corners, SNAP_M)
    parts = []
    for part in shapely.get_parts(snapped):
        points = shapely.get_coordinates(part)
        first = _beyond(points[0], points[1], land, corners)
        last = _beyond(points[-1], points[-2], land, corners)
        parts.append(shapely.linestrings(np.vstack([first[::-1], points[1:-1], last])))
    return shapely.multilinestrings(parts) if len(parts) > 1 else parts[0]


def _beyond(end: Any, before: Any, land: BaseGeometry, corners: BaseGeometry) -> Any:
    """Give the end of a line, and where it lies on an edge of the land a point outside, too."""
    point, outline = shapely.Point(end), shapely.boundary(land)
    away = shapely.distance(point, outline)
    if away > SNAP_M or shapely.distance(point, corners) == 0.0:
        return np.array([end])
    foot = shapely.get_coordinates(shapely.shortest_line(point, outline))[1]
    edges = np.array(shapely.get_coordinates(_edge_at(foot, outline)))
    along = edges[1] - edges[0]
    normal = np.array([-along[1], along[0]]) / np.hypot(*along)
    outside = [foot + side * SNAP_M * normal for side in (1, -1)]
    inside = shapely.contains_xy(land, *np.transpose(outside))
    if inside.all():
        outside[0], inside[0] = foot + SNAP_M * (end - before) / np.hypot(*(end - before)), False
    return np.array([foot, outside[int(np.argmin(inside))]])


def _edge_at(point: Any, outline: BaseGeometry) -> BaseGeometry:
    """Give the edge of an outline that is nearest to a point on it."""
    rings = shapely.get_parts(outline)
    edges = np.concatenate(
        [
            shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))
            for ring in map(shapely.get_coordinates, rings)
        ]
    )
    edge: BaseGeometry = edges[int(np.argmin(shapely.distance(edges, shapely.Point(point))))]
    return edge


def _geometry(value: Any) -> BaseGeometry:
    try:
        shape: BaseGeometry = shapely.from_geojson(orjson.dumps(value))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise _refusal("lines", value, "GeoJSON (Multi)LineString, lon/lat") from error
    finite = bool(np.isfinite(shapely.get_coordinates(shape)).all())
    linear = shape.geom_type in ("LineString", "MultiLineString") and not shape.is_empty
    _require(linear and finite, shape.geom_type, "LineString or MultiLineString", name="lines")
    _require(shapely.get_num_coordinates(shape) <= 20_000, "…", "20,000 vertices", name="lines")
    return shape


def _project(shape: BaseGeometry, crs: str) -> BaseGeometry:
    transformer = Transformer.from_crs("OGC:CRS84", CRS.from_user_input(crs), always_xy=True)
    moved: BaseGeometry = shapely.transform(
        shape, lambda x, y: transformer.transform(x, y), interleaved=False
    )
    finite = bool(np.isfinite(shapely.get_coordinates(moved)).all())
    _require(finite, "…", "lon/lat within the district", name="lines")
    return moved


def _is_owner(item: Any) -> bool:
    return (
        isinstance(item, list)
        and len(item) == 3
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in item[:2])
        and isinstance(item[2], str)
    )


def _require(condition: bool, value: Any, allowed: str, *, name: str) -> None:
    if not condition:
        raise _refusal(name, value, allowed)


def _refusal(name: str, value: Any, allowed: str) -> ParameterError:
    shown = str(value)[:100]
    return ParameterError(
        f"{name} 的值“{shown}”不可用；允许：{allowed}。",
        f"{name} is {shown!r}; allowed: {allowed}.",
        parameter=name,
    )
