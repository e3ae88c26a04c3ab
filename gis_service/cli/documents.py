"""``gis-service documents FILE --finding KEY --by median -o DIR``: the agreement pack of a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gis_service.cli import console, options
from gis_service.cli.resolve import MinArea, Outline, SliverWidth, parse_pieces
from gis_service.texts import translator


def documents(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="边界文件 / Boundary file.", show_default=False)],
    finding: Annotated[
        str,
        typer.Option("--finding", help="问题编号 / Key as check gives it.", show_default=False),
    ],
    by: Annotated[
        str,
        typer.Option(
            "--by", help="award split median follow joint longest_border fill", show_default=False
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="文件夹 / Folder for the files.", show_default=False),
    ],
    to: Annotated[
        str | None, typer.Option("--to", help="划归的社区编码 / Code of who gets the land.")
    ] = None,
    line: Annotated[
        Path | None, typer.Option("--line", help="分割线或中心线文件 / File of lines.")
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
    named_lines: Annotated[
        Path | None,
        typer.Option("--named-lines", help="有名称的道路、河流文件 / Named roads and rivers."),
    ] = None,
    number: Annotated[
        str, typer.Option("--number", help="案件编号 / Case number in the documents.")
    ] = "",
    document: Annotated[str, typer.Option("--document", help="文号 / Document number.")] = "",
    date: Annotated[
        str | None, typer.Option("--date", help="文件日期（默认今天）/ Their date [today].")
    ] = None,
    layer: options.Layer = None,
    crs: options.Crs = None,
    mapping: options.Map = None,
    mapping_file: options.MappingFile = None,
    outline: Outline = None,
    sliver_width: SliverWidth = None,
    min_area: MinArea = None,
    policy_file: options.PolicyFile = None,
    working_crs: options.WorkingCrs = None,
) -> None:
    """生成协议书、附图、边界点成果表 / Make the agreement, its maps and the table of points.

    Nothing but the files in the folder is written; the boundary file stays as it is.
    """
    from gis_service.bootstrap import build
    from gis_service.documents import DOCUMENTS
    from gis_service.model.packs import CaseFacts
    from gis_service.services.instants import OFFICE_TIME

    lang = options.shared(context).lang
    services = build(options.settings_with(), database=False)
    today = datetime.now(UTC).astimezone(OFFICE_TIME).date().isoformat()
    with console.progress_bar(lang) as progress:
        pack = services.documents.pack_from_file(
            file,
            finding=finding,
            by=by,
            facts=CaseFacts(number=number, document=document, date=date or today),
            to=to,
            line=line,
            owners=parse_pieces(piece),
            until=until,
            named=named_lines,
            lines_crs=line_crs,
            progress=progress,
            layer=layer,
            crs=crs,
            mapping=options.read_mapping(mapping, mapping_file),
            outline=outline,
            policy=options.read_policy(policy_file, sliver_width=sliver_width, min_area=min_area),
            working_crs=working_crs,
        )
        made = {item.file_name: item.make(pack, lang) for item in DOCUMENTS.values()}
    output.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (output / name).write_bytes(content)
    _ = translator(lang)
    console.out.print(
        f"✓ {_('Boundary points')}: {len(pack.line.points):,}  → "
        f"{console.plain(output)}: {', '.join(made)}"
    )
