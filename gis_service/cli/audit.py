"""``gis-service audit verify`` and ``gis-service audit export``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gis_service.cli import console, options

if TYPE_CHECKING:
    from gis_service.bootstrap import Services

audit_app = typer.Typer(help="审计记录 / The audit trail.", no_args_is_help=True)

SHOWN = 20


@audit_app.command("verify")
def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", help="先前打印的链头 序号:哈希 / A head that was printed earlier."),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """核对审计记录是否被改动、删除或调换 / Find changed, removed and reordered entries.

    Exit code 0: all is as it was written; 1: it is not. Keep the printed head outside this
    machine: with --head it proves that nothing up to it was written anew.
    """
    from gis_service.services.audit import parse_head

    known = None if head is None else parse_head(head)
    faults, newest = _opened(data_dir).audit.verify(known=known)
    if as_json:
        found = [
            {"kind": f.kind, "number": f.number, "zh": f.text.zh, "en": f.text.en} for f in faults
        ]
        console.print_json({"faults": found, "entries": newest.number, "head": str(newest)})
        raise typer.Exit(1 if faults else 0)
    for fault in faults[:SHOWN]:
        console.out.print(f"[red]✗[/red] {console.plain(fault.text.zh)}")
        console.out.print(f"  {console.plain(fault.text.en)}")
    if len(faults) > SHOWN:
        console.out.print(f"… {len(faults) - SHOWN:,}（--json）")
    if not faults:
        console.out.print(f"✓ {newest.number:,} 条，完整 / entries, all as they were written")
    console.out.print("链头（请另行保存）/ head, to be kept elsewhere:")
    typer.echo(str(newest))
    raise typer.Exit(1 if faults else 0)


@audit_app.command("export")
def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="JSON Lines 文件 / File of JSON lines.")
    ],
    user: Annotated[str | None, typer.Option("--user", help="只要此用户 / This user only.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="对象开头 / Beginning of the subject.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="自 / From, 2026-01-31 or an instant.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="至（不含）/ Until, not included.")
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """导出审计记录，末行为链头 / Write the trail as JSON lines, its head last."""
    from gis_service.model.audit import AuditFilter
    from gis_service.services.audit import known_instant

    wanted = AuditFilter(
        user=user,
        subject=subject,
        since=known_instant(since, parameter="--since"),
        until=known_instant(until, parameter="--until"),
    )
    count, head = _opened(data_dir).audit.export(output, wanted=wanted)
    if as_json:
        console.print_json({"path": str(output), "entries": count, "head": asdict(head)})
        return
    console.out.print(f"✓ {count:,} 条 / entries → {console.plain(output)}")
    typer.echo(str(head))


def _opened(data_dir: Path | None) -> Services:
    from gis_service.bootstrap import build

    return build(options.settings_with(data_dir=data_dir))
