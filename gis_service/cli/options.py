"""Options that several commands take, each with its help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from gis_service.cli import console
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.settings import Settings, load_settings

Json = Annotated[bool, typer.Option("--json", help="一个 JSON 文档 / One JSON document on stdout.")]
Crs = Annotated[
    str | None,
    typer.Option(
        "--crs",
        help="坐标系 / CRS of the file: EPSG:4547, EPSG:4547/NE (north first), GCJ02, BD09.",
    ),
]
WorkingCrs = Annotated[
    str | None,
    typer.Option("--working-crs", help="计算用的米制坐标系 / Metric CRS to compute in."),
]
Layer = Annotated[str | None, typer.Option("--layer", help="图层名 / Layer within the file.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="字段=列名，可重复 / field=column, repeatable: code=V_ID."),
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", help="字段映射文件 / Saved mapping file (TOML or JSON)."),
]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="策略文件 / Policy file (TOML).")]
Allowed = Annotated[
    Path | None,
    typer.Option(
        "--allowed", help="允许清单（水域、飞地、共管）/ File that lists what is allowed."
    ),
]
Streets = Annotated[
    Path | None,
    typer.Option("--streets", help="街道界线的面图层 / File with the outline of each street."),
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="数据目录 / Folder of the database [./data].")
]


AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="版本号、日期或时刻 / Past state: version number, date or instant."
    ),
]


@dataclass(frozen=True)
class Shared:
    """What was said before the command's name."""

    lang: str


def shared(context: typer.Context) -> Shared:
    """Give what was said before the command's name."""
    found = context.find_object(Shared)
    return found or Shared(load_settings().language)


def settings_with(**changes: object) -> Settings:
    """Read the settings and put the options that were given on top of them."""
    return load_settings(**changes)


def read_policy(
    file: Path | None, *, sliver_width: float | None = None, min_area: float | None = None
) -> Policy:
    """Give the policy of a file (or the default) with the thresholds that were given."""
    policy = DEFAULT_POLICY
    if file is not None:
        from gis_service.formats import read_policy as read

        policy = read(file)
    if sliver_width is not None:
        policy = replace(policy, sliver_width_m=sliver_width)
    if min_area is not None:
        policy = replace(policy, min_area_m2=min_area)
    return policy


def read_mapping(pairs: list[str] | None, file: Path | None) -> dict[str, str]:
    """Give the mapping of a saved file with the pairs that were given on top."""
    saved: dict[str, str] = {}
    if file is not None:
        from gis_service.formats import read_mapping as read

        saved = read(file)
    return saved | console.parse_mapping(pairs)
