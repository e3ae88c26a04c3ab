"""Which coordinate system do these numbers stand in? Parse, recognise, refuse, transform.

A coordinate system is declared by the file, given by the user, or *recognised* from the numbers.
What is recognised is only ever proposed: `settle` raises a `CrsError` that names the ``--crs`` it
would take, because a boundary that silently stands 600 m away is worse than no boundary.

Written forms (`parse_crs`): ``EPSG:4547``; any text that PROJ takes; ``/NE`` behind either when
the first column holds the north and the second the east value; ``GCJ02`` and ``BD09`` for the
coordinates of Chinese web maps.

Known limits: a Gauss-Krüger easting without its zone number looks the same in every zone, so
``EPSG:4547`` is proposed together with the place to which it would lead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError

from gis_service.core.gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from gis_service.errors import CrsError
from gis_service.model.text import Text

Floats = NDArray[np.float64]
Offset = Literal["", "GCJ02", "BD09"]

WGS84 = "EPSG:4326"
DEFAULT_WORKING_CRS = "EPSG:4547"
ALLOWED = "EPSG:4547, EPSG:4547/NE, EPSG:4526, EPSG:4326, EPSG:4490, GCJ02, BD09, …"
NORTH_FIRST = "/NE"
_CHINA = (73.0, 3.0, 136.0, 54.0)
_MARGIN_DEG = 2.0
_MAJORITY = 0.5


@dataclass(frozen=True)
class SourceCrs:
    """A coordinate system as a file's columns hold it.

    Attributes
    ----------
    text
        Written form, as ``--crs`` takes it.
    crs
        The system; WGS 84 for the web maps' offsets.
    north_first
        Whether the first column holds the north value.
    offset
        Which web map's offset the coordinates carry, ``""`` for none.
    """

    text: str
    crs: CRS
    north_first: bool = False
    offset: Offset = ""


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


def parse_crs(text: str) -> SourceCrs:
    """Read the written form of a coordinate system.

    Raises
    ------
    CrsError
        When PROJ does not know it; the message lists what can be written.

    Examples
    --------
    >>> parse_crs("EPSG:4547/NE").north_first, parse_crs("gcj02").offset
    (True, 'GCJ02')
    """
    wanted = text.strip()
    plain = wanted.upper().replace("-", "")
    if plain in ("GCJ02", "BD09"):
        return SourceCrs(
            plain, CRS.from_user_input(WGS84), offset="GCJ02" if plain[0] == "G" else "BD09"
        )
    north_first = plain.endswith(NORTH_FIRST)
    base = wanted[: -len(NORTH_FIRST)] if north_first else wanted
    crs = _proj(base)
    name = _name(crs, base) + (NORTH_FIRST if north_first else "")
    return SourceCrs(name, crs, north_first)


def to_lonlat(source: SourceCrs, points: Floats) -> Floats:
    """Give WGS 84 longitude and latitude in degrees of points (n, 2) of ``source``.

    Points that the system can't express come back as infinities.
    """
    return transformation(source, CRS.from_user_input(WGS84))(points)


def transformation(source: SourceCrs, target: CRS) -> Callable[[Floats], Floats]:
    """Give the function that moves points (n, 2) of ``source`` to ``target`` (east, north).

    Points stay bit for bit when both are the same system.
    """
    same = source.crs == target or _name(source.crs, "") == _name(target, "?")
    moves = None if same else Transformer.from_crs(source.crs, target, always_xy=True)

    def move(points: Floats) -> Floats:
        points = np.asarray(points, dtype=float)
        if source.north_first:
            points = points[:, ::-1]
        if source.offset:
            points = (gcj02_to_wgs84 if source.offset == "GCJ02" else bd09_to_wgs84)(points)
        if moves is None or not len(points):
            return points
        x, y = moves.transform(points[:, 0], points[:, 1], direction=TransformDirection.FORWARD)
        return np.column_stack((x, y))

    return move


def fits(source: SourceCrs, points: Floats) -> NDArray[np.bool_]:
    """Tell which points (n, 2) make sense in ``source``: in range and near its area of use."""
    columns = points[:, ::-1] if source.north_first else points
    with np.errstate(invalid="ignore"):
        if source.crs.is_geographic:
            in_range = (np.abs(columns) <= (180.0, 90.0)).all(axis=1)
        else:
            in_range = np.isfinite(columns).all(axis=1)
        lonlat = np.full(points.shape, np.nan)
        lonlat[in_range] = to_lonlat(source, points[in_range])
        area = source.crs.area_of_use
        bounds = area.bounds if area else (-180.0, -90.0, 180.0, 90.0)
        if source.offset:
            bounds = _CHINA
        return _inside(lonlat, bounds, margin=_MARGIN_DEG)


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
    move = transformation(source, CRS.from_user_input(WGS84))
    polygons = geometries[np.isin(shapely.get_type_id(geometries), (3, 6))]
    lonlat = shapely.transform(polygons, move)
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


def choose_working_crs(lonlat: Floats, *, wanted: str | None = None) -> CRS:
    """Choose the metric system to compute in.

    Parameters
    ----------
    lonlat
        WGS 84 points (n, 2) of the layer.
    wanted
        The user's choice; None takes EPSG:4547 where the points (nine in ten) lie in its area of
        use, else the UTM zone of their middle.

    Raises
    ------
    CrsError
        When ``wanted`` is unknown, not projected or not in metres.

    Examples
    --------
    >>> choose_working_crs(np.array([[114.1, 22.5]])).to_string()
    'EPSG:4547'
    >>> choose_working_crs(np.array([[5.5, 51.4]])).to_string()
    'EPSG:32631'
    """
    if wanted is not None:
        return _metric(wanted)
    default = CRS.from_user_input(DEFAULT_WORKING_CRS)
    area = default.area_of_use
    if not len(lonlat) or (area and _inside(lonlat, area.bounds, margin=0.0).mean() >= 0.9):
        return default
    lon, lat = np.median(lonlat, axis=0)
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def _candidates(points: Floats) -> list[str]:
    """List written forms worth trying for points (n, 2), before their fit is known."""
    x, y = np.median(points, axis=0)
    if max(abs(x), abs(y)) <= 180.0:
        china = [_inside(np.array([p]), _CHINA, margin=0.0)[0] for p in ((x, y), (y, x))]
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
    return (
        [*found, web.text]
        if _inside(to_lonlat(web, np.array([[x, y]])), _CHINA, margin=0)[0]
        else found
    )


def _near(source: SourceCrs, points: Floats, outline: NDArray[np.object_]) -> bool:
    lonlat = to_lonlat(source, points)
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    return bool(
        _inside(lonlat, tuple(shapely.total_bounds(outline)), margin=0.05).mean() > _MAJORITY
    )


def _misfit(polygons: NDArray[np.object_], outline: NDArray[np.object_]) -> float:
    """Give the area (square degrees) in which polygons and outline differ."""
    whole = shapely.union_all(outline)
    shapely.prepare(whole)
    rim = ~shapely.covered_by(polygons, whole)
    inside = shapely.area(polygons)
    inside[rim] = shapely.area(shapely.intersection(shapely.make_valid(polygons[rim]), whole))
    return float(shapely.area(polygons).sum() + shapely.area(whole) - 2 * inside.sum())


def _inside(lonlat: Floats, bounds: tuple[float, ...], *, margin: float) -> NDArray[np.bool_]:
    west, south, east, north = bounds
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    from_west, to_east = lon >= west - margin, lon <= east + margin
    across = from_west & to_east if west <= east else from_west | to_east
    return np.asarray(across & (lat >= south - margin) & (lat <= north + margin))


@cache
def _proj(text: str) -> CRS:
    try:
        crs = CRS.from_user_input(text)
    except (CRSError, ProjError) as error:
        raise CrsError(
            f"不认识坐标系“{text}”。可写：{ALLOWED}",
            f"There is no coordinate system {text!r}. Write for example: {ALLOWED}",
            given=text,
        ) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    code = crs.to_epsg()
    # The registered form knows its area of use, which the WKT in a .prj does not.
    crs = (crs if code is None else CRS.from_epsg(code)).to_2d()
    if not (crs.is_geographic or crs.is_projected):
        raise CrsError(
            f"坐标系“{text}”不是地理坐标系，也不是投影坐标系。可写：{ALLOWED}",
            f"{text!r} is neither geographic nor projected. Write for example: {ALLOWED}",
            given=text,
        )
    return crs


def _name(crs: CRS, text: str) -> str:
    """Give EPSG:N where PROJ finds one, else the text as it came."""
    code = crs.to_epsg()
    if code is not None:
        return f"EPSG:{code}"
    authority = crs.to_authority()
    return ":".join(authority) if authority else text


def _metric(wanted: str) -> CRS:
    crs = _proj(wanted)
    if not crs.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        raise CrsError(
            f"计算坐标系“{wanted}”不可用：须为以米为单位的投影坐标系，例如 EPSG:4547。",
            f"The working CRS {wanted!r} can't be used: it must be projected and in metres, "
            "for example EPSG:4547.",
            given=wanted,
        )
    return crs


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
