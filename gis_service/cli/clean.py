"""``gis-service clean FILE -o OUT``: all slivers of a file at once, none of the disputes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gis_service.cli import console, options
from gis_service.cli.resolve import MinArea, Outline, Output, SliverWidth, report


def clean(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="边界文件 / Boundary file.", show_default=False)],
    output: Output,
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
    """清理全部细缝，不动争议 / Remove all slivers, leave the disputes to people.

    Exit code 0: done; 1: some slivers were left, with the reason; 2: the input can't be used.
    """
    from gis_service.on_files import resolutions_on_files

    lang = options.shared(context).lang
    resolutions = resolutions_on_files(options.settings_with())
    with console.progress_bar(lang) as progress:
        result = resolutions.clean(
            file,
            output=output,
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
