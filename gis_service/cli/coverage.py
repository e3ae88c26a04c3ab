"""``gis-service coverage``: how far ageing communities are from the target."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gis_service.cli import console, options
from gis_service.errors import ParameterError
from gis_service.model.coverage import CoverageReport
from gis_service.texts import Translate, translator

REASONS = {
    "disputed_land": "In disputed land",
    "recorded_elsewhere": "Recorded in another community",
    "on_the_line": "On the line between communities",
    "outside": "Outside every community",
}
"""Why a facility's community is not certain, as the catalogue knows it."""


def coverage(
    context: typer.Context,
    communities: Annotated[
        Path | None, typer.Option("--communities", help="社区边界文件 / Boundary file.")
    ] = None,
    facilities: Annotated[
        Path | None, typer.Option("--facilities", help="设施名册 / Facility register.")
    ] = None,
    population: Annotated[
        Path | None,
        typer.Option(
            "--population",
            help="分年龄人口 / Residents by age band; without it the boundary file's own columns.",
        ),
    ] = None,
    policy_file: options.PolicyFile = None,
    crs: options.Crs = None,
    facilities_crs: Annotated[
        str | None, typer.Option("--facilities-crs", help="设施坐标系 / CRS of the register.")
    ] = None,
    mapping: options.Map = None,
    facilities_map: Annotated[
        list[str] | None,
        typer.Option("--facilities-map", help="设施 字段=列名 / field=column of the register."),
    ] = None,
    population_map: Annotated[
        list[str] | None,
        typer.Option("--population-map", help="人口 字段=列名 / field=column of the residents."),
    ] = None,
    facility_kind: Annotated[
        str | None,
        typer.Option("--facility-kind", help="无类型列时的类型 / Kind of rows that state none."),
    ] = None,
    population_kind: Annotated[
        str | None,
        typer.Option(
            "--population-kind", help="registered | resident：未注明口径时 / when unstated."
        ),
    ] = None,
    working_crs: options.WorkingCrs = None,
    data_dir: options.DataDir = None,
    as_of: options.AsOf = None,
    as_json: options.Json = False,
) -> None:
    """老龄化社区的长者服务站覆盖率 / Elder-station coverage of ageing communities.

    From files when --communities and --facilities are given, else from the service's database.
    """
    lang = options.shared(context).lang
    began = time.perf_counter()
    if communities is None and facilities is None and population is None:
        report = _from_database(data_dir, policy_file, as_of=as_of)
    elif as_of is not None:
        raise ParameterError(
            "--as-of 只用于数据库中的数据，不与 --communities、--facilities 同用。",
            "--as-of is for the service's database, not for --communities and --facilities.",
            parameter="--as-of",
        )
    elif communities is None or facilities is None:
        raise ParameterError(
            "从文件计算覆盖率时，--communities 与 --facilities 需同时给出。",
            "To compute from files give both --communities and --facilities.",
            parameter="--communities" if communities is None else "--facilities",
        )
    else:
        from gis_service.bootstrap import build

        services = build(options.settings_with(), database=False)
        with console.progress_bar(lang) as progress:
            report = services.coverage.report_from_files(
                communities,
                facilities,
                population=population,
                policy=policy_file,
                crs=crs,
                facilities_crs=facilities_crs,
                mapping=console.parse_mapping(mapping),
                facilities_mapping=console.parse_mapping(facilities_map, option="--facilities-map"),
                population_mapping=console.parse_mapping(population_map, option="--population-map"),
                default_kind=facility_kind,
                population_kind=population_kind,
                working_crs=working_crs,
                progress=progress,
            )
    if as_json:
        seconds = round(time.perf_counter() - began, 3)
        console.print_json(report.to_mapping() | {"seconds": seconds})
    else:
        _show(report, lang=lang)


def _from_database(
    data_dir: Path | None, policy_file: Path | None, *, as_of: str | None
) -> CoverageReport:
    from gis_service.bootstrap import build

    policy = None
    if policy_file is not None:
        from gis_service.formats import read_policy

        policy = read_policy(policy_file)
    services = build(options.settings_with(data_dir=data_dir))
    return services.coverage.report(policy, as_of=as_of)


def percent(share: float | None) -> str:
    """Write a ratio from 0 to 1 as a percentage; a dash where there is none.

    Examples
    --------
    >>> percent(0.5968), percent(None)
    ('59.7 %', '—')
    """
    return "—" if share is None else f"{share * 100:.1f} %"


def _show(report: CoverageReport, *, lang: str) -> None:
    _ = translator(lang)
    out = console.out
    facts = Table.grid(padding=(0, 2))
    facts.add_row(
        f"[bold]{_('Coverage of ageing communities')}[/bold]",
        f"[bold]{report.covered} / {report.ageing} = {percent(report.rate)}[/bold]",
    )
    facts.add_row(_("Target"), percent(report.target))
    facts.add_row(_("Still needed"), str(report.needed))
    facts.add_row(
        _("With planned facilities"),
        f"{report.covered_with_planned} / {report.ageing} = {percent(report.rate_with_planned)}",
    )
    if report.range:
        low, high = report.range
        facts.add_row(_("Range left open"), f"{percent(low)} – {percent(high)}")
    facts.add_row(_("Policy"), f"{console.plain(report.policy.name)} ({_(report.population)})")
    out.print(facts)
    out.print(_streets_table(report, _=_))
    for facility in report.uncertain:
        sign = "[red]●[/red]" if facility.decides else "○"
        places = ", ".join(facility.candidates) or "—"
        reason = _(REASONS.get(facility.reason, facility.reason))
        out.print(f"{sign} {console.plain(facility.name)}: {reason} → {console.plain(places)}")
    for note in report.notes:
        out.print(f"[yellow]![/yellow] {console.plain(note.in_language(lang))}")


def _streets_table(report: CoverageReport, *, _: Translate) -> Table:
    table = Table()
    table.add_column(_("Street"))
    for title in ("Communities", "Ageing", "Covered", "Coverage", "With planned", "Elders", "Beds"):
        table.add_column(_(title), justify="right")
    for street in report.streets:
        table.add_row(
            console.plain(street.street),
            str(street.communities),
            str(street.ageing),
            str(street.covered),
            percent(street.rate),
            str(street.covered_with_planned),
            f"{street.elders:,}",
            f"{street.beds:,.0f}",
        )
    return table
