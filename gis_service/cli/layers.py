"""``gis-service import blocks|candidates|network``: what plans stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gis_service.cli import console, options
from gis_service.cli.people import cli_actor
from gis_service.model.scenarios import LAYER_KINDS, LayerKind

File = Annotated[Path, typer.Argument(help="文件 / File.", show_default=False)]


def blocks(
    file: File,
    crs: options.Crs = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导入居住街区（含长者数）/ Import residential blocks with their elders."""
    _import("blocks", file, crs=crs, data_dir=data_dir, as_json=as_json)


def candidates(
    file: File,
    crs: options.Crs = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导入备选点 / Import candidate sites."""
    _import("candidates", file, crs=crs, data_dir=data_dir, as_json=as_json)


def network(
    file: File,
    crs: options.Crs = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导入步行网络（OSM、线图层、节点与边表）/ Import the walking network."""
    _import("network", file, crs=crs, data_dir=data_dir, as_json=as_json)


def _import(
    kind: LayerKind, file: Path, *, crs: str | None, data_dir: Path | None, as_json: bool
) -> None:
    from gis_service.bootstrap import build

    services = build(options.settings_with(data_dir=data_dir))
    layer = services.planning_layers.import_layer(kind, file, user=cli_actor().name, crs=crs)
    services.database.close()
    if as_json:
        console.print_json(
            {"layer": layer.number, "kind": kind, "rows": layer.rows, "crs": layer.crs}
        )
        return
    name = LAYER_KINDS[kind]
    console.out.print(
        f"✓ {name.zh}：{layer.rows:,} 条，版本 {layer.number} / "
        f"{name.en}: {layer.rows:,} rows, version {layer.number}"
    )
