"""``gis-service cases``: the ledger of boundary cases, as a table, JSON or Excel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gis_service.cli import console, options
from gis_service.errors import ParameterError
from gis_service.model.cases import CASE_KINDS
from gis_service.model.casework import STATES
from gis_service.model.text import Text

if TYPE_CHECKING:
    from gis_service.bootstrap import Services
    from gis_service.services.cases.ledger import CaseRow, LedgerPage

SHOWN = 50
TITLES = (
    Text("案件编号", "Number"),
    Text("类型", "Kind"),
    Text("状态", "State"),
    Text("当事社区", "Communities"),
    Text("街道", "Streets"),
    Text("面积 m²", "Area m²"),
    Text("人口", "Residents"),
    Text("经办人", "Assignee"),
    Text("期限", "Due"),
)


def cases(
    context: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="状态，可重复 / State, repeatable.")
    ] = None,
    street: Annotated[str | None, typer.Option("--street", help="街道 / Street (name).")] = None,
    community: Annotated[
        str | None, typer.Option("--community", help="社区编码 / Community (code).")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="只列逾期案件 / Only the overdue ones.")
    ] = False,
    sort: Annotated[
        str, typer.Option("--sort", help="排序，前加 - 为倒序 / Order; - before it: descending.")
    ] = "number",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="另存为 .xlsx / Write an Excel file.")
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """边界争议案件台账 / The ledger of boundary cases."""
    from gis_service.cli.people import cli_actor
    from gis_service.services.cases.ledger import CaseFilter

    for name in state or ():
        if name not in STATES:
            raise ParameterError(
                f"没有状态“{name}”；可用：{'、'.join(STATES)}。",
                f"There is no state {name!r}; allowed: {', '.join(STATES)}.",
                parameter="--state",
            )
    wanted = CaseFilter(
        states=tuple(state or ()),
        street=street,
        community=community,
        overdue=True if overdue else None,
        sort=sort,
    )
    services = _opened(data_dir)
    page = services.cases.ledger.page(cli_actor(), wanted, limit=None)
    lang = options.shared(context).lang
    if output is not None:
        _write(services, page, output, lang=lang)
    if as_json:
        _print_json(services, page)
    elif output is None:
        _print_table(page, lang)


def _write(services: Services, page: LedgerPage, output: Path, *, lang: str) -> None:
    from gis_service.documents.ledger import ledger_workbook

    if output.suffix.lower() != ".xlsx":
        raise ParameterError(
            f"台账只能存为 .xlsx，得到的是 {output.name}。",
            f"The ledger is written as .xlsx only; given was {output.name}.",
            parameter="--output",
        )
    snapshot = services.cases.desk.snapshots.current()
    content = ledger_workbook(page, snapshot, lang=lang)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise ParameterError(
            f"无法写入 {output}（{error.strerror}）。请检查文件夹和权限。",
            f"{output} can't be written ({error.strerror}). Check the folder and permissions.",
            parameter="--output",
        ) from error


def _print_json(services: Services, page: LedgerPage) -> None:
    from gis_service.services.cases import views

    snapshot = services.cases.desk.snapshots.current()
    console.print_json(
        {
            "cases": [views.case_line(row, snapshot) for row in page.rows],
            "totals": views.totals_mapping(page.totals),
        }
    )


def _print_table(page: LedgerPage, lang: str) -> None:
    table = Table()
    for title in TITLES:
        table.add_column(title.in_language(lang))
    for row in page.rows[:SHOWN]:
        table.add_row(*(console.plain(cell) for cell in _cells(row, lang)))
    console.out.print(table)
    total = page.totals
    more = f" … +{total.cases - SHOWN:,}" if total.cases > SHOWN else ""
    summary = Text(
        f"共 {total.cases:,} 件，{total.area_m2 / 10_000:,.2f} 公顷，逾期 {total.overdue:,} 件",
        f"{total.cases:,} cases, {total.area_m2 / 10_000:,.2f} ha, {total.overdue:,} overdue",
    )
    console.out.print(f"{summary.in_language(lang)}{more}")


def _cells(row: CaseRow, lang: str) -> list[str]:
    case, residents = row.case, row.figures.residents
    kind = CASE_KINDS.get(case.kind, Text(case.kind, case.kind))
    return [
        case.number,
        kind.in_language(lang),
        STATES[case.state].in_language(lang),
        "+".join(case.parties[:4]) + ("…" if len(case.parties) > 4 else ""),
        "、".join(case.streets),
        f"{case.area_m2:,.0f}",
        "—" if residents is None else f"{residents:,.0f}",
        case.assignee,
        (case.due or "") + (" !" if row.overdue else ""),
    ]


def _opened(data_dir: Path | None) -> Services:
    from gis_service.bootstrap import build

    return build(options.settings_with(data_dir=data_dir))
