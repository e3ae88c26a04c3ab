"""``gis-service catchments FACILITIES -o OUT``: from where each facility is reached on foot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gis_service.cli import console, options
from gis_service.errors import ParameterError


def catchments(
    context: typer.Context,
    facilities: Annotated[
        Path, typer.Argument(help="设施名册 / Facility register.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="按后缀写出 / .geojson .gpkg .fgb .xlsx .csv.")
    ],
    network: Annotated[
        Path | None,
        typer.Option(
            "--network",
            help="步行网络：OSM、线图层、walk_nodes.csv；缺省用直线估算 / Walking network "
            "(OSM, lines, tables); without it straight lines.",
        ),
    ] = None,
    minutes: Annotated[
        str, typer.Option("--minutes", help="分钟，逗号分隔 / Minutes, by commas.")
    ] = "5,10,15",
    speed: Annotated[float, typer.Option("--speed", help="步行速度 / Walking speed, m/s.")] = 1.0,
    detour: Annotated[
        float, typer.Option("--detour", help="无网络时的绕行系数 / Detour without a network.")
    ] = 1.3,
    crs: options.Crs = None,
    mapping: options.Map = None,
    facility_kind: Annotated[
        str | None,
        typer.Option("--facility-kind", help="无类型列时的类型 / Kind of rows that state none."),
    ] = None,
    working_crs: options.WorkingCrs = None,
    as_json: options.Json = False,
) -> None:
    """设施的步行可达范围（近似，供显示） / Walking catchments, approximate, for display."""
    from gis_service.bootstrap import build

    lang = options.shared(context).lang
    services = build(options.settings_with(), database=False)
    with console.progress_bar(lang) as progress:
        made = services.walking.catchments(
            facilities,
            output=output,
            network=network,
            minutes=read_minutes(minutes),
            speed_m_s=speed,
            detour=detour,
            crs=crs,
            mapping=console.parse_mapping(mapping),
            default_kind=facility_kind,
            working_crs=working_crs,
            progress=progress,
        )
    if as_json:
        console.print_json(made.to_mapping() | {"path": str(output)})
        return
    console.out.print(
        f"✓ {len(made.layer)} 个范围 / catchments ({made.method}) → {console.plain(output)}"
    )
    for note in made.notes:
        console.out.print(f"[yellow]![/yellow] {console.plain(note.in_language(lang))}")


def read_minutes(text: str) -> list[float]:
    """Read minutes that are separated by commas.

    Examples
    --------
    >>> read_minutes("5, 10,15")
    [5.0, 10.0, 15.0]
    """
    try:
        return [float(part) for part in text.replace("，", ",").split(",") if part.strip()]
    except ValueError as error:
        raise ParameterError(
            f"--minutes 的值 {text!r} 不可用；应为逗号分隔的分钟数，例如 5,10,15。",
            f"--minutes has {text!r}; minutes separated by commas are expected, such as 5,10,15.",
            parameter="--minutes",
        ) from error
