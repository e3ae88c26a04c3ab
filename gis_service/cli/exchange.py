"""``gis-service import …`` and ``gis-service export …``: files into the database and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gis_service.cli import console, options
from gis_service.cli.people import cli_actor
from gis_service.errors import ParameterError

if TYPE_CHECKING:
    from gis_service.bootstrap import Services

import_app = typer.Typer(
    help="导入边界、设施、人口 / Import boundaries, facilities, residents.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(help="文件 / File.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="原因或文号 / Reason or document number.")]


def _services(data_dir: Path | None) -> Services:
    from gis_service.bootstrap import build

    return build(options.settings_with(data_dir=data_dir))


def _user() -> str:
    return cli_actor().name


@import_app.command("boundaries")
def import_boundaries(
    context: typer.Context,
    file: File,
    reason: Reason = "",
    document: Annotated[str, typer.Option("--document", help="文号 / Document number.")] = "",
    partial: Annotated[
        bool,
        typer.Option("--partial", help="只更新文件中的社区 / Update only the file's communities."),
    ] = False,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="整体替换 / Replace all; communities it lacks are removed."),
    ] = False,
    layer: options.Layer = None,
    crs: options.Crs = None,
    mapping: options.Map = None,
    outline: Annotated[
        Path | None,
        typer.Option("--outline", help="辖区轮廓文件 / File of the district's outline."),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导入社区边界为新版本 / Import community boundaries as a new version.

    A file that lacks communities of the current version is refused until --partial or --whole says
    what it is.
    """
    if partial and whole:
        raise ParameterError(
            "--partial 与 --whole 只能给出一个。",
            "Give --partial or --whole, not both.",
            parameter="--partial",
        )
    services = _services(data_dir)
    with console.progress_bar(options.shared(context).lang) as progress:
        version = services.boundaries.import_file(
            file,
            user=_user(),
            reason=reason,
            document=document,
            mode="partial" if partial else "whole" if whole else None,
            crs=crs,
            mapping=console.parse_mapping(mapping),
            layer=layer,
            outline=outline,
            progress=progress,
        )
    if as_json:
        console.print_json(
            {
                "version": version.number,
                "communities": version.communities,
                "findings": version.findings,
                "author": version.author,
                "document": version.document,
                "created_at": version.created_at,
            }
        )
        return
    console.out.print(
        f"✓ 边界版本 {version.number}：{version.communities} 个社区，{version.findings} 个问题 / "
        f"boundary version {version.number}: {version.communities} communities, "
        f"{version.findings} findings"
    )


@import_app.command("facilities")
def import_facilities(
    context: typer.Context,
    file: File,
    crs: options.Crs = None,
    mapping: options.Map = None,
    facility_kind: Annotated[
        str | None,
        typer.Option("--facility-kind", help="无类型列时的类型 / Kind of rows that state none."),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导入设施名册 / Import the facility register."""
    services = _services(data_dir)
    with console.progress_bar(options.shared(context).lang) as progress:
        version = services.register.import_facilities(
            file,
            user=_user(),
            crs=crs,
            mapping=console.parse_mapping(mapping),
            default_kind=facility_kind,
            progress=progress,
        )
    _say_rows(version.number, version.kind, version.rows, as_json=as_json)


@import_app.command("population")
def import_population(
    context: typer.Context,
    file: File,
    mapping: options.Map = None,
    population_kind: Annotated[
        str | None,
        typer.Option(
            "--population-kind", help="registered | resident：未注明口径时 / when unstated."
        ),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导入分年龄人口 / Import residents by age band."""
    services = _services(data_dir)
    with console.progress_bar(options.shared(context).lang) as progress:
        version = services.register.import_population(
            file,
            user=_user(),
            mapping=console.parse_mapping(mapping),
            population=population_kind,
            progress=progress,
        )
    _say_rows(version.number, version.kind, version.rows, as_json=as_json)


def _say_rows(number: int, kind: str, rows: int, *, as_json: bool) -> None:
    if as_json:
        console.print_json({"version": number, "kind": kind, "rows": rows})
    else:
        console.out.print(f"✓ {kind} v{number}: {rows:,} 行 / rows")


def export(
    layer: Annotated[
        str, typer.Argument(help="communities | streets | findings | facilities | coverage")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="按后缀写出 / .geojson .gpkg .xlsx .csv .fgb.")
    ],
    as_of: options.AsOf = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导出一个图层 / Export one layer of the current version, or of a past one."""
    services = _services(data_dir)
    services.boundaries.export(layer, output, as_of=as_of)
    if as_json:
        console.print_json({"layer": layer, "path": str(output)})
    else:
        console.out.print(f"✓ {console.plain(layer)} → {console.plain(output)}")
