"""Read walking networks: OpenStreetMap, lines, tables, and what `write_network` saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gis_service.core import crs as systems
from gis_service.core import network
from gis_service.core.source_crs import transformation
from gis_service.errors import UnreadableFileError
from gis_service.formats import network_files
from gis_service.formats.fields import as_text, choose_columns
from gis_service.formats.loading import load
from gis_service.formats.network_tables import STAIRS, YES, read_tables, table_pair
from gis_service.formats.osm import osm_format, read_osm
from gis_service.formats.placing import place
from gis_service.formats.source import RawLayer
from gis_service.formats.street_lines import Lines, edges_of
from gis_service.formats.walking_rules import is_walked
from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text

LINE_FIELDS = {
    "highway": ("highway", "fclass", "kind", "道路类型", "类型"),
    "oneway": ("oneway_foot", "oneway:foot", "步行单行"),
    "foot": ("foot",),
    "access": ("access",),
}
"""Attributes of lines that are understood; the car's ``oneway`` is not."""

_HEAD_BYTES = 65_536
_READING = Text("读取步行网络", "reading the walking network")
_BUILDING = Text("建立步行网络", "building the walking network")


@dataclass(frozen=True)
class Options:
    """How walking is reckoned; see `gis_service.core.network.WalkNetwork.from_edges`."""

    stairs_factor: float
    snap_limit_m: float


class WalkNetwork(network.WalkNetwork):
    """The walking network with its files: `from_osm`, `from_file`, `save`."""

    @classmethod
    def from_osm(cls, path: str | Path, **options: Any) -> Self:
        """Read an OpenStreetMap extract: PBF, or XML plain or packed by gzip or bzip2.

        Takes the options of `read_network`; walking rules are those of
        `gis_service.formats.walking_rules`.
        """
        if _format_of(Path(path)) is None:
            raise UnreadableFileError(
                f"{Path(path).name} 不是 OpenStreetMap 文件（PBF 或 XML）。"
                "其他格式请用 WalkNetwork.from_file。",
                f"{Path(path).name} is no OpenStreetMap file (PBF or XML). "
                "For other formats use WalkNetwork.from_file.",
            )
        return cls.from_file(path, **options)

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> Self:
        """Read any format that `read_network` reads, with its options."""
        return cls(**vars_of(read_network(path, **options)))

    def save(self, path: str | Path) -> None:
        """Write the network compactly (.npz), to be read again by `from_file`."""
        network_files.write_network(self, path)


def vars_of(made: network.WalkNetwork) -> dict[str, Any]:
    """Give the fields of a network by name."""
    return {item.name: getattr(made, item.name) for item in fields(network.WalkNetwork)}


def read_network(
    path: str | Path,
    *,
    crs: str | None = None,
    layer: str | None = None,
    working_crs: str | None = None,
    preferred_crs: str = systems.DEFAULT_WORKING_CRS,
    stairs_factor: float = network.STAIRS_FACTOR,
    snap_limit_m: float = network.SNAP_LIMIT_M,
    progress: Progress = silent,
) -> network.WalkNetwork:
    """Read a walking network; ``notes`` says what was done.

    Parameters
    ----------
    path
        OpenStreetMap PBF or XML; GeoPackage, GeoJSON or another vector format with lines; the
        folder of ``walk_nodes.csv`` and ``walk_edges.csv``, or one of both; what
        `write_network` saved (.npz).
    crs
        CRS of lines or tables that don't declare theirs.
    layer
        Layer with the lines, where the file holds several.
    working_crs
        Metric CRS of the network; by default ``preferred_crs`` in its area of use, else UTM.
    stairs_factor, snap_limit_m
        As in `gis_service.core.network.WalkNetwork.from_edges`; a saved network keeps its own
        stairs factor.

    Raises
    ------
    UnreadableFileError, CrsError, FieldMappingError, RowError, TooLargeError
        When the file can't be used; the message says why.
    """
    path = Path(path)
    progress(0.0, _READING)
    options = Options(stairs_factor, snap_limit_m)
    choice = {"wanted": working_crs, "preferred": preferred_crs}
    pair = table_pair(path)
    if pair is not None:
        return _from_tables(pair, crs=crs, choice=choice, options=options)
    if network_files.is_saved(path):
        return network_files.read_saved(path, snap_limit_m=snap_limit_m)
    format = _format_of(path)
    if format is not None:
        lines, incomplete = read_osm(path, format)
        notes = [_osm_note(lines)]
        if incomplete:
            notes.append(_incomplete_note(incomplete))
    else:
        lines, notes = _from_lines(load(path, layer=layer), crs, choice)
    progress(0.7, _BUILDING)
    made = _built(lines, choice, notes=tuple(notes), options=options)
    progress(1.0, _BUILDING)
    return made


def _format_of(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return osm_format(file.read(_HEAD_BYTES))


def _built(
    lines: Lines, choice: Mapping[str, Any], *, notes: tuple[Text, ...], options: Options
) -> network.WalkNetwork:
    target = systems.choose_working_crs(lines.lonlat, **choice)
    move = transformation(systems.parse_crs(systems.WGS84), target)
    edges = edges_of(lines, np.round(move(lines.lonlat), 3))
    return network.WalkNetwork.from_edges(
        edges.nodes_xy,
        edges.edges_uv,
        edges.length_m,
        oneway=edges.oneway,
        stairs=edges.stairs,
        shapes=edges.shapes,
        crs=target.to_string(),
        notes=notes,
        stairs_factor=options.stairs_factor,
        snap_limit_m=options.snap_limit_m,
    )


def _from_lines(
    raw: RawLayer, crs: str | None, choice: Mapping[str, Any]
) -> tuple[Lines, list[Text]]:
    """Read lines that meet where they share a vertex, to the millimetre."""
    if raw.geometry is None:
        raise _no_lines(raw)
    placed = place(
        raw.geometry, declared=raw.crs, given=crs, working_crs=choice["wanted"],
        preferred_crs=choice["preferred"], wanted="any",
    )  # fmt: skip
    parts, row = shapely.get_parts(placed.geometry, return_index=True)
    kinds = shapely.get_type_id(parts)
    walked = _walked(raw)[row]
    good = np.isin(kinds, (1, 2)) & walked & (shapely.length(parts) > 0)
    if not good.any():
        raise _no_lines(raw)
    other = int((~np.isin(kinds, (1, 2))).sum())
    parts, row = parts[good], row[good]
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    _, point = np.unique(np.round(xy * 1000).astype(np.int64), axis=0, return_inverse=True)
    back = transformation(
        systems.SourceCrs("", placed.working_crs), CRS.from_user_input(systems.WGS84)
    )
    one = _texts(raw, "oneway")[row]
    lines = Lines(
        np.searchsorted(owner, np.arange(len(parts) + 1)).astype(np.int64),
        point.reshape(-1).astype(np.int64),
        back(xy),
        np.zeros(len(xy), dtype=np.bool_),
        np.select([np.isin(one, list(YES)), one == "-1"], [1, -1], 0).astype(np.int64),
        np.isin(_texts(raw, "highway")[row], list(STAIRS)),
    )
    return lines, _line_notes(parts, other, int((~walked).sum()))


def _texts(raw: RawLayer, field: str) -> NDArray[np.object_]:
    columns = choose_columns(raw.fields, known=LINE_FIELDS)
    if field not in columns:
        return np.full(raw.rows, "", dtype=object)
    return np.array([text.lower() for text in as_text(raw.fields[columns[field]])], dtype=object)


def _walked(raw: RawLayer) -> NDArray[np.bool_]:
    """Apply the rules of OpenStreetMap to lines whose attributes use its words."""
    highway = _texts(raw, "highway")
    tags = zip(highway, _texts(raw, "foot"), _texts(raw, "access"), strict=True)
    known = {"motorway", "motorway_link", "trunk", "trunk_link", "cycleway", "construction"}
    return np.array(
        [
            is_walked(
                {"highway": kind if kind in known else "path", "foot": foot, "access": access}
            )
            for kind, foot, access in tags
        ],
        dtype=np.bool_,
    )


def _from_tables(
    pair: tuple[Path, Path],
    *,
    crs: str | None,
    choice: Mapping[str, Any],
    options: Options,
) -> network.WalkNetwork:
    tables = read_tables(load(pair[0], tables=True), load(pair[1], tables=True))
    placed = place(
        np.asarray(shapely.points(tables.nodes_xy), dtype=object), declared=tables.declared,
        given=crs, working_crs=choice["wanted"], preferred_crs=choice["preferred"], wanted="point",
    )  # fmt: skip
    xy = np.full((len(tables.nodes_xy), 2), np.nan)
    there = ~shapely.is_missing(placed.geometry)
    xy[there] = shapely.get_coordinates(placed.geometry[there])
    return network.WalkNetwork.from_edges(
        xy,
        tables.edges_uv,
        tables.length_m,
        oneway=tables.oneway,
        stairs=tables.stairs,
        crs=placed.working_crs.to_string(),
        notes=(
            Text(
                f"读入 {len(xy)} 个节点、{len(tables.edges_uv)} 条边。",
                f"{len(xy)} nodes and {len(tables.edges_uv)} edges were read.",
            ),
        ),
        stairs_factor=options.stairs_factor,
        snap_limit_m=options.snap_limit_m,
    )


def _osm_note(lines: Lines) -> Text:
    count, stops = len(lines), int(lines.stop.sum())
    return Text(
        f"OpenStreetMap：{count} 条可步行道路；在 {stops} 处不可通行的障碍断开。"
        "© OpenStreetMap 贡献者，ODbL。",
        f"OpenStreetMap: {count} ways to walk on, cut at {stops} barriers that can't be passed. "
        "© OpenStreetMap contributors, ODbL.",
    )


def _incomplete_note(count: int) -> Text:
    return Text(
        f"{count} 条道路的部分点不在摘录内，只用其在内的部分。",
        f"{count} ways have points outside the extract; only what lies inside is used.",
    )


def _line_notes(parts: NDArray[np.object_], other: int, left_out: int) -> list[Text]:
    crossing = shapely.STRtree(parts).query(parts, predicate="crosses")
    count = int((crossing[0] < crossing[1]).sum())
    notes = [
        Text(
            f"{len(parts)} 条线；只在共用顶点处相连。",
            f"{len(parts)} lines; they are connected only where they share a vertex.",
        )
    ]
    if count:
        notes.append(
            Text(
                f"{count} 对线相交而没有共用顶点（例如桥、隧道），未连接；若应连通，请先打断。",
                f"{count} pairs of lines cross without a common vertex (a bridge, a tunnel) and "
                "were not connected; split them first if they should be.",
            )
        )
    if other:
        notes.append(
            Text(f"略去 {other} 个不是线的要素。", f"{other} features that are no lines left out.")
        )
    if left_out:
        notes.append(
            Text(
                f"按属性略去 {left_out} 条不可步行的线。",
                f"{left_out} lines on which people may not walk were left out by their attributes.",
            )
        )
    return notes


def _no_lines(raw: RawLayer) -> UnreadableFileError:
    return UnreadableFileError(
        f"文件（{raw.format}）里没有可步行的线。步行网络可用 OpenStreetMap（PBF、XML）、"
        "线图层（GeoPackage、GeoJSON 等）或 walk_nodes.csv 与 walk_edges.csv。",
        f"The file ({raw.format}) holds no lines to walk on. Give OpenStreetMap (PBF, XML), a "
        "layer of lines (GeoPackage, GeoJSON and so on), or walk_nodes.csv and walk_edges.csv.",
    )
