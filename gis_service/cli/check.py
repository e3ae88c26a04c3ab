"""``gis-service check FILE``: the faults of one survey, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gis_service.cli import console, options
from gis_service.model.findings import SEVERITIES, Finding
from gis_service.texts import Translate, translator

if TYPE_CHECKING:
    from gis_service.services.surveys import SurveyResult

SHOWN = 20
SQUARE_METRES_PER_MU = 2000 / 3


def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="边界文件 / Boundary file.", show_default=False)],
    layer: options.Layer = None,
    crs: options.Crs = None,
    mapping: options.Map = None,
    mapping_file: options.MappingFile = None,
    outline: Annotated[
        Path | None,
        typer.Option("--outline", help="辖区轮廓文件 / File of the district's outline."),
    ] = None,
    sliver_width: Annotated[
        float | None, typer.Option("--sliver-width", help="细缝宽度（米）/ Sliver width, metres.")
    ] = None,
    min_area: Annotated[
        float | None, typer.Option("--min-area", help="最小面积（平方米）/ Smallest area, m².")
    ] = None,
    max_area: Annotated[
        float | None,
        typer.Option("--max-area", help="只看面积不超过（平方米）/ Only up to this area, m²."),
    ] = None,
    min_width: Annotated[
        float | None,
        typer.Option("--min-width", help="只看宽度不小于（米）/ Only from this width on, metres."),
    ] = None,
    max_width: Annotated[
        float | None,
        typer.Option("--max-width", help="只看宽度不超过（米）/ Only up to this width, metres."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="只看此类，可重复 / Only this kind, repeatable: overlap, gap."),
    ] = None,
    allowed: options.Allowed = None,
    streets: options.Streets = None,
    policy_file: options.PolicyFile = None,
    working_crs: options.WorkingCrs = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="按后缀写出 / Write .geojson .gpkg .xlsx .html."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """检查边界图的重叠、空白等问题 / Find overlaps, gaps and other faults of a boundary map.

    Exit code 0: nothing found but notes; 1: disputes, slivers or errors among the findings that
    are shown; 2: the input can't be used.
    """
    lang = options.shared(context).lang
    policy = options.read_policy(policy_file, sliver_width=sliver_width, min_area=min_area)
    from gis_service.on_files import surveys_on_files
    from gis_service.services.selection import Selection

    wanted = Selection(
        max_area_m2=max_area, min_width_m=min_width, max_width_m=max_width, checks=tuple(only or ())
    )
    surveys = surveys_on_files(options.settings_with())
    with console.progress_bar(lang) as progress:
        result = surveys.check(
            file,
            crs=crs,
            mapping=options.read_mapping(mapping, mapping_file),
            layer=layer,
            outline=outline,
            policy=policy,
            working_crs=working_crs,
            allowed=allowed,
            streets=streets,
            progress=progress,
        )
    result = result.selected(wanted)
    if output is not None:
        _write(result, output, lang=lang)
    if as_json:
        console.print_json(result.to_mapping())
    else:
        _show(result, lang=lang)
        if output is not None:
            console.out.print(f"→ {console.plain(output)}")
    raise typer.Exit(1 if any(f.severity != "note" for f in result.findings) else 0)


def _write(result: SurveyResult, path: Path, *, lang: str) -> None:
    if path.suffix.lower() in (".html", ".htm"):
        from gis_service.maps import write_standalone

        write_standalone(result, path, lang=lang)
    else:
        from gis_service.formats import write_findings

        write_findings(result.frame, path, survey=result.survey)


def _show(result: SurveyResult, *, lang: str) -> None:
    _ = translator(lang)
    survey, out = result.survey, console.out
    out.print(f"[bold]{console.plain(survey.path)}[/bold]")
    facts = Table.grid(padding=(0, 2))
    facts.add_row(_("Features"), f"{survey.features:,}")
    facts.add_row(_("Coordinate system"), console.plain(survey.crs))
    facts.add_row("", console.plain(survey.crs_reason.in_language(lang)))
    facts.add_row(_("Computed in"), console.plain(survey.working_crs))
    facts.add_row(_("Area"), _areas(result.area_m2, _("mu")))
    facts.add_row(_("Seconds"), f"{result.seconds:.2f}")
    out.print(facts)
    for note in survey.notes[:SHOWN]:
        row = f"{_('Row')} {note.row}: " if note.row else ""
        out.print(f"[yellow]![/yellow] {row}{console.plain(note.text.in_language(lang))}")
    if len(survey.notes) > SHOWN:
        out.print(f"… {len(survey.notes) - SHOWN:,} {_('more notes, all of them in --json')}")
    if not result.findings:
        out.print(f"[green]✓[/green] {_('Nothing found.')}")
        return
    out.print(_findings_table(result.findings, lang=lang, _=_))
    if len(result.findings) > SHOWN:
        rest = len(result.findings) - SHOWN
        out.print(f"… {rest:,} {_('more findings, all of them in --json and --output')}")


def _findings_table(findings: list[Finding], *, lang: str, _: Translate) -> Table:
    counts: dict[str, int] = {}
    for finding in findings:
        label = f"{_(finding.check)} · {SEVERITIES[finding.severity].in_language(lang)}"
        counts[label] = counts.get(label, 0) + 1
    caption = ", ".join(f"{label}: {count}" for label, count in counts.items())
    table = Table(title=f"{len(findings):,} {_('findings')} ({caption})", title_justify="left")
    for title, side in (
        (_("Kind"), "left"),
        (_("Communities"), "left"),
        (_("Area m²"), "right"),
        (_("Width m"), "right"),
        (_("What to do"), "left"),
    ):
        table.add_column(title, justify="right" if side == "right" else "left", overflow="fold")
    for finding in findings[:SHOWN]:
        table.add_row(
            f"{_(finding.check)}\n{SEVERITIES[finding.severity].in_language(lang)}",
            console.plain(", ".join(finding.communities)),
            f"{finding.area_m2:,.1f}",
            "" if finding.width_m is None else f"{finding.width_m:,.2f}",
            console.plain(finding.text.in_language(lang)),
        )
    return table


def _areas(area_m2: float, unit: str) -> str:
    area_mu = area_m2 / SQUARE_METRES_PER_MU
    return f"{area_m2:,.0f} m² = {area_m2 / 1e4:,.1f} ha = {area_mu:,.0f} {unit}"
