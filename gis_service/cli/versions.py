"""``gis-service versions``: the boundary versions, and what differs between two of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gis_service.cli import console, options
from gis_service.model.differences import CHANGE_KINDS
from gis_service.texts import translator

if TYPE_CHECKING:
    from gis_service.services import Services
    from gis_service.services.versions import Comparison

app = typer.Typer(help="边界版本 / Boundary versions.", invoke_without_command=True)

SHOWN = 50
Number = Annotated[int, typer.Argument(help="版本号 / Version.", min=1, show_default=False)]


@app.callback()
def versions(
    context: typer.Context, data_dir: options.DataDir = None, as_json: options.Json = False
) -> None:
    """列出边界版本 / List the versions, newest first."""
    if context.invoked_subcommand is not None:
        return
    lang = options.shared(context).lang
    _ = translator(lang)
    services = _services(data_dir)
    found = services.versions.latest(None if as_json else SHOWN)
    services.database.close()
    if as_json:
        console.print_json({"versions": [asdict(version) for version in found]})
        return
    table = Table()
    for title in ("Version", "Date", "By", "Reason", "Document or case"):
        table.add_column(_(title), overflow="fold")
    for title in ("Communities", "Findings"):
        table.add_column(_(title), justify="right")
    for version in found:
        behind = " · ".join(text for text in (version.document, version.case) if text)
        table.add_row(
            str(version.number),
            version.created_at[:16].replace("T", " "),
            *(console.plain(text) for text in (version.author, version.reason, behind)),
            f"{version.communities:,}",
            f"{version.findings:,}",
        )
    console.out.print(table)


@app.command("compare")
def compare(
    context: typer.Context,
    a: Number,
    b: Number,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """比较两个版本 / Say what became of each community from version A to version B."""
    services = _services(data_dir)
    compared = services.versions.compare(a, b)
    services.database.close()
    if as_json:
        console.print_json(
            {
                "a": a,
                "b": b,
                "counts": compared.counts,
                "communities": [c.to_mapping() for c in compared.differences.communities],
            }
        )
    else:
        _show(compared, lang=options.shared(context).lang)


def _show(compared: Comparison, *, lang: str) -> None:
    _ = translator(lang)
    table = Table(title=f"{compared.before.number} → {compared.after.number}", title_justify="left")
    table.add_column(_("Community"), overflow="fold")
    table.add_column(_("What changed"), overflow="fold")
    for title in ("Gained m²", "Lost m²"):
        table.add_column(_(title), justify="right")
    changes = compared.differences.communities
    for change in changes[:SHOWN]:
        table.add_row(
            console.plain(f"{change.code} {change.name_after or change.name_before}"),
            " · ".join(CHANGE_KINDS[kind].in_language(lang) for kind in change.kinds),
            f"{change.gained_m2:,.2f}",
            f"{change.lost_m2:,.2f}",
        )
    console.out.print(table if changes else _("No community differs"))
    if len(changes) > SHOWN:
        console.out.print(f"… {len(changes) - SHOWN:,}")


def _services(data_dir: Path | None) -> Services:
    from gis_service.bootstrap import build

    return build(options.settings_with(data_dir=data_dir))
