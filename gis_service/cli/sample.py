"""``gis-service sample DIR``: the demonstration data, written again byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gis_service.cli import console, options


def sample(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="目录 / Folder.", show_default=False)],
    as_json: options.Json = False,
) -> None:
    """写出演示数据（非测绘成果）/ Write the demonstration data (not surveyed)."""
    from gis_service.samples import write_sample

    with console.progress_bar(options.shared(context).lang) as progress:
        paths = write_sample(directory, progress=progress)
    if as_json:
        console.print_json({"files": [path.as_posix() for path in paths]})
        return
    for path in paths:
        console.out.print(f"✓ {console.plain(path)}  {path.stat().st_size:,} B")
