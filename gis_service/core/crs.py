"""Which coordinate system do these numbers stand in? Parse, recognise, refuse, transform.

A coordinate system is declared by the file, given by the user, or *recognised* from the numbers.
What is recognised is only ever proposed: `settle` raises a `CrsError` that names the ``--crs`` it
would take, because a boundary that silently stands 600 m away is worse than no boundary.

Known limits: a Gauss-Krüger easting without its zone number looks the same in every zone, so
``EPSG:4547`` is proposed together with the place to which it would lead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from gis_service.core.source_crs import (
    CHINA,
    DEFAULT_WORKING_CRS,
    NORTH_FIRST,
    WGS84,
    Floats,
    Offset,
    SourceCrs,
    choose_working_crs,
    fits,
    inside,
    parse_crs,
    to_lonlat,
    transformation,
)
from gis_service.errors import CrsError
from gis_service.model.text import Text

_MANY_VERTICES = 200_000
_MAJORITY = 0.5


@dataclass(frozen=True)
class Decision:
    """The coordinate system that was settled on, and why."""

    source: SourceCrs
    reason: Text


@dataclass(frozen=True)
class Guess:
    """A coordinate system that the numbers fit, in its written form, and why."""

    text: str
    reason: Text


def settle(
    points: Floats,
    *,
    declared: str | None = None,
    given: str | None = None,
    geometries: NDArray[np.object_] | None = None,
    outline: NDArray[np.object_] | None = None,
) -> Decision:
    """Decide in which coordinate system points stand, or say why that can't be decided.

    Parameters
    ----------
    points
        Coordinates (n, 2) as the file holds them, for example the corners of each row's box.
    declared, given
        What the file says of itself, what the user says; the user's word overrides the file's.
    geometries, outline
        The rows' polygons as the file holds them, and the district's in WGS 84 longitude and
        latitude; used only to recognise.

    Raises
    ------
    CrsError
        When nothing is declared or given, or when that contradicts most of the points;
        the message and ``details["suggestions"]`` name the ``--crs`` that would fit.
    """
    chosen = given if given is not None else declared
    if chosen is None:
        raise _undeclared(recognise(points, geometries=geometries, outline=outline), points)
    source = parse_crs(chosen)
    if len(points) and fits(source, points).mean() <= _MAJORITY:
        others = [
            guess
            for guess in recognise(points, geometries=geometries, outline=outline)
            if guess.text != source.text
        ]
        raise _contradiction(source, others, points, given=given is not None)
    return Decision(source, _reason(source, declared, given))


def recognise(
    points: Floats,
    *,
    geometries: NDArray[np.object_] | None = None,
    outline: NDArray[np.object_] | None = None,
) -> tuple[Guess, ...]:
    """List the coordinate systems that fit points (n, 2), most probable first; none when none fits.

    With an outline (WGS 84) only those that lead to it are listed, when there are any.
    """
    if not len(points):
        return ()
    sources = [parse_crs(text) for text in _candidates(points)]
    sources = [s for s in sources if fits(s, points).mean() > _MAJORITY]
    if outline is not None and len(outline):
        near = [s for s in sources if _near(s, points, outline)]
        sources = near or sources
        if near and geometries is not None and near[0].crs.is_geographic:
            offset = probable_offset(near[0], geometries, outline=outline)
            if offset:
                return (Guess(offset, _offset_reason(offset)),)
    return tuple(Guess(s.text, _guess_reason(s, points)) for s in sources)


def probable_offset(
    source: SourceCrs, geometries: NDArray[np.object_], *, outline: NDArray[np.object_]
) -> Offset:
    """Tell whether polygons carry a web map's offset: do they fit the outline better without it?

    The misfit is the area in which polygons and outline differ; it must fall by more than a
    third, and by more than 0.1 % of the polygons' area, before an offset is called probable.
    Returns ``""`` when none is, or when the system already says so.
    """
    if source.offset or not len(geometries):
        return ""
    move = transformation(source, parse_crs(WGS84).crs)
    polygons = _thinned(geometries[np.isin(shapely.get_type_id(geometries), (3, 6))], source)
    lonlat = np.asarray(shapely.transform(polygons, move), dtype=object)
    lonlat = lonlat[np.isfinite(shapely.bounds(lonlat)).all(axis=1)]
    invalid = ~shapely.is_valid(lonlat)
    lonlat[invalid] = shapely.make_valid(lonlat[invalid], method="structure", keep_collapsed=False)
    outline = shapely.make_valid(outline)
    size = float(shapely.area(lonlat).sum())
    best: Offset = ""
    lowest = misfit = _misfit(lonlat, outline)
    offsets: tuple[tuple[Offset, Callable[[Floats], Floats]], ...] = (
        ("GCJ02", gcj02_to_wgs84),
        ("BD09", bd09_to_wgs84),
    )
    for name, back in offsets:
        there = _misfit(shapely.transform(lonlat, back), outline)
        if there < lowest:
            best, lowest = name, there
    return best if lowest < misfit * 2 / 3 and misfit - lowest > 0.001 * size else ""


def _thinned(polygons: NDArray[np.object_], source: SourceCrs) -> NDArray[np.object_]:
    """Give large layers with fewer vertices: offsets of 500 m and more show in them as well."""
    if shapely.get_num_coordinates(polygons).sum() <= _MANY_VERTICES:
        return polygons
    tolerance = 1e-4 if source.crs.is_geographic else 10.0
    thin = shapely.simplify(polygons, tolerance, preserve_topology=False)
    kept = ~(shapely.is_missing(thin) | shapely.is_empty(thin))
    return np.asarray(thin[kept & np.isin(shapely.get_type_id(thin), (3, 6))], dtype=object)


def _candidates(points: Floats) -> list[str]:
    """List written forms worth trying for points (n, 2), before their fit is known."""
    x, y = np.median(points, axis=0)
    if max(abs(x), abs(y)) <= 180.0:
        china = [inside(np.array([p]), CHINA)[0] for p in ((x, y), (y, x))]
        swapped = abs(y) > 90.0 or (china[1] and not china[0])
        return [WGS84 + NORTH_FIRST, WGS84] if swapped else [WGS84, WGS84 + NORTH_FIRST]
    found = [DEFAULT_WORKING_CRS, DEFAULT_WORKING_CRS + NORTH_FIRST]
    for value, ending in ((x, ""), (y, NORTH_FIRST)):
        zone = int(value // 1e6)
        if 25 <= zone <= 45:
            found.append(f"EPSG:{4513 + zone - 25}{ending}")
        elif 13 <= zone <= 23:
            found.append(f"EPSG:{4491 + zone - 13}{ending}")
    web = parse_crs("EPSG:3857")
    return [*found, web.text] if inside(to_lonlat(web, np.array([[x, y]])), CHINA)[0] else found


def _near(source: SourceCrs, points: Floats, outline: NDArray[np.object_]) -> bool:
    lonlat = to_lonlat(source, points)
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    return bool(
        inside(lonlat, tuple(shapely.total_bounds(outline)), margin=0.05).mean() > _MAJORITY
    )


def _misfit(polygons: NDArray[np.object_], outline: NDArray[np.object_]) -> float:
    """Give the area (square degrees) in which polygons and outline differ."""
    whole = shapely.union_all(outline)
    shapely.prepare(whole)
    rim = ~shapely.covered_by(polygons, whole)
    inside = shapely.area(polygons)
    inside[rim] = shapely.area(shapely.intersection(shapely.make_valid(polygons[rim]), whole))
    return float(shapely.area(polygons).sum() + shapely.area(whole) - 2 * inside.sum())


def _place(source: SourceCrs, points: Floats) -> str:
    lonlat = to_lonlat(source, points)
    lon, lat = np.median(lonlat[np.isfinite(lonlat).all(axis=1)], axis=0)
    return f"{abs(lon):.2f}° {'E' if lon >= 0 else 'W'}, {abs(lat):.2f}° {'N' if lat >= 0 else 'S'}"


def _range(points: Floats) -> str:
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return f"X {west:.10g}…{east:.10g}, Y {south:.10g}…{north:.10g}"


def _guess_reason(source: SourceCrs, points: Floats) -> Text:
    where = _place(source, points)
    order = ("，先北后东（X、Y 对调）", ", north before east (axes swapped)")
    zh, en = order if source.north_first else ("", "")
    if source.crs.is_geographic:
        return Text(f"数值像经纬度（度）{zh}，位于 {where}", f"degrees{en}, near {where}")
    name = source.crs.name
    return Text(f"数值符合 {name}{zh}，位于 {where}", f"they fit {name}{en}, near {where}")


def _offset_reason(offset: Offset) -> Text:
    return Text(
        f"减去 {offset} 偏移后与外边界明显更吻合，疑为网络地图坐标",
        f"without the {offset} offset of Chinese web maps the layer fits the outline much better",
    )


def _reason(source: SourceCrs, declared: str | None, given: str | None) -> Text:
    if given is None:
        return Text(f"文件声明：{source.text}", f"declared by the file: {source.text}")
    if declared is not None and parse_crs(declared).text != source.text:
        name = parse_crs(declared).text
        return Text(
            f"由用户给定：{source.text}（文件声明的是 {name}，已按用户给定的为准）",
            f"given by the user: {source.text} (overrides the file's own {name})",
        )
    return Text(f"由用户给定：{source.text}", f"given by the user: {source.text}")


def _advice(guesses: tuple[Guess, ...] | list[Guess]) -> Text:
    zh = "；".join(f"--crs {g.text}（{g.reason.zh}）" for g in guesses)
    en = "; ".join(f"--crs {g.text} ({g.reason.en})" for g in guesses)
    if guesses:
        return Text(f"请核对后用以下参数重试：{zh}。", f"Check and try again with {en}.")
    return Text(
        "没有任何已知坐标系与之相符：请向数据来源单位询问坐标系，再用 --crs 给出。",
        "No system known here fits: ask where the file comes from which one it is, "
        "then give it with --crs.",
    )


def _undeclared(guesses: tuple[Guess, ...], points: Floats) -> CrsError:
    advice = _advice(guesses)
    seen = _range(points) if len(points) else "-"
    return CrsError(
        f"文件没有声明坐标系（坐标范围 {seen}）。{advice.zh}",
        f"The file declares no coordinate system (coordinates {seen}). {advice.en}",
        suggestions=[guess.text for guess in guesses],
    )


def _contradiction(
    source: SourceCrs, guesses: list[Guess], points: Floats, *, given: bool
) -> CrsError:
    advice = _advice(guesses)
    zh, en = ("给定", "given") if given else ("声明", "declared")
    return CrsError(
        f"{zh}的坐标系 {source.text} 与坐标不符（坐标范围 {_range(points)}）。{advice.zh}",
        f"The {en} coordinate system {source.text} contradicts the coordinates "
        f"({_range(points)}). {advice.en}",
        given=source.text,
        suggestions=[guess.text for guess in guesses],
    )


__all__ = [
    "DEFAULT_WORKING_CRS",
    "WGS84",
    "Decision",
    "Guess",
    "SourceCrs",
    "bd09_to_wgs84",
    "choose_working_crs",
    "fits",
    "gcj02_to_wgs84",
    "parse_crs",
    "probable_offset",
    "recognise",
    "settle",
    "to_lonlat",
    "transformation",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
