"""``gis-service resolve FILE --finding KEY --by median -o OUT``: decide one finding of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from gis_service.cli import console, options
from gis_service.errors import ParameterError
from gis_service.texts import translator

if TYPE_CHECKING:
    from gis_service.services.resolutions import ResolutionResult

SHOWN = 20

Outline = Annotated[
    Path | None, typer.Option("--outline", help="辖区轮廓文件 / File of the district's outline.")
]
SliverWidth = Annotated[
    float | None, typer.Option("--sliver-width", help="细缝宽度（米）/ Sliver width, metres.")
]
MinArea = Annotated[
    float | None, typer.Option("--min-area", help="最小面积（平方米）/ Smallest area, m².")
]
Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", help="按后缀写出 / Write .geojson .gpkg .fgb.", show_default=False
    ),
]


def resolve(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="边界文件 / Boundary file.", show_default=False)],
    finding: Annotated[
        str,
        typer.Option(
            "--finding",
            help="问题编号（见 check），或 all / Key as check gives it, or all.",
            show_default=False,
        ),
    ],
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="award split median follow joint longest_border fill clean",
            show_default=False,
        ),
    ],
    output: Output,
    to: Annotated[
        str | None, typer.Option("--to", help="划归的社区编码 / Code of who gets the land.")
    ] = None,
    line: Annotated[
        Path | None, typer.Option("--line", help="分割线或道路、河流中心线文件 / File of lines.")
    ] = None,
    line_crs: Annotated[
        str | None, typer.Option("--line-crs", help="线文件的坐标系 / CRS of the lines.")
    ] = None,
    piece: Annotated[
        list[str] | None,
        typer.Option("--piece", help="x,y=编码，可重复 / Owner of the piece at x,y (working CRS)."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="共管截止日期 / Joint until, 2027-06-30.")
    ] = None,
    allowed_output: Annotated[
        Path | None,
        typer.Option(
            "--allowed-output", help="写出允许清单，含共管 / Write what is allowed, joint land too."
        ),
    ] = None,
    layer: options.Layer = None,
    crs: options.Crs = None,
    mapping: options.Map = None,
    mapping_file: options.MappingFile = None,
    outline: Outline = None,
    allowed: options.Allowed = None,
    sliver_width: SliverWidth = None,
    min_area: MinArea = None,
    policy_file: options.PolicyFile = None,
    working_crs: options.WorkingCrs = None,
    as_json: options.Json = False,
) -> None:
    """处理一个问题，写出新的边界图 / Resolve one finding and write the new boundary map.

    Exit code 0: resolved and written; 1: some of --finding all were refused; 2: it can't be
    resolved this way, and nothing is written.
    """
    from gis_service.on_files import resolutions_on_files

    lang = options.shared(context).lang
    resolutions = resolutions_on_files(options.settings_with())
    with console.progress_bar(lang) as progress:
        result = resolutions.resolve(
            file,
            finding=finding,
            by=by,
            output=output,
            to=to,
            line=line,
            line_crs=line_crs,
            owners=parse_pieces(piece),
            until=until,
            allowed_output=allowed_output,
            progress=progress,
            layer=layer,
            crs=crs,
            mapping=options.read_mapping(mapping, mapping_file),
            outline=outline,
            allowed=allowed,
            policy=options.read_policy(policy_file, sliver_width=sliver_width, min_area=min_area),
            working_crs=working_crs,
        )
    report(result, lang=lang, as_json=as_json)


def report(result: ResolutionResult, *, lang: str, as_json: bool) -> None:
    """Print what was done; exit with 1 when something was refused."""
    if as_json:
        console.print_json(result.to_mapping())
    else:
        _show(result, lang=lang)
    raise typer.Exit(1 if result.refused else 0)


def parse_pieces(pieces: list[str] | None) -> tuple[tuple[float, float, str], ...]:
    """Turn ``["513400.5,2494700=A"]`` into ``((513400.5, 2494700.0, "A"),)``.

    Examples
    --------
    >>> parse_pieces(["1,2.5=A"])
    ((1.0, 2.5, 'A'),)
    """
    found = []
    for text in pieces or []:
        place, _, code = text.partition("=")
        x, _, y = place.partition(",")
        try:
            found.append((float(x), float(y), code.strip()))
        except ValueError:
            code = ""
        if not code.strip():
            raise ParameterError(
                f"--piece 的值 {text!r} 不可用；应为 x,y=编码，例如 513400.5,2494700=A01。",
                f"--piece has {text!r}; give x,y=code, for example 513400.5,2494700=A01.",
                parameter="--piece",
            )
    return tuple(found)


def _show(result: ResolutionResult, *, lang: str) -> None:
    _ = translator(lang)
    out = console.out
    facts: dict[str, Any] = result.to_mapping()
    for proposal in result.proposals[:SHOWN]:
        named = ", ".join(proposal.findings[:5]) + ("…" if len(proposal.findings) > 5 else "")
        table = Table(
            title=f"{console.plain(proposal.resolution)}: {console.plain(named)}",
            title_justify="left",
        )
        for title in (_("Community"), _("Gains m²"), _("Loses m²")):
            table.add_column(title, justify="left" if title == _("Community") else "right")
        for change in proposal.changes[:SHOWN]:
            table.add_row(
                console.plain(change.code), f"{change.gained_m2:,.2f}", f"{change.lost_m2:,.2f}"
            )
        out.print(table)
        proof = "  ".join(f"{'✓' if c.ok else '✗'} {c.name}" for c in proposal.proof)
        out.print(f"{_('Proof')}: {proof}")
    for skipped in result.refused[:SHOWN]:
        reason = console.plain(skipped.reason.in_language(lang))
        out.print(f"[yellow]![/yellow] {console.plain(skipped.finding)}: {reason}")
    resolved = sum(len(proposal.findings) for proposal in result.proposals)
    out.print(
        f"✓ {_('Resolved')}: {resolved:,}  {_('Left')}: {len(facts['findings']):,}  "
        f"→ {console.plain(result.output)}"
    )
