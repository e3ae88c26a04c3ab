"""``gis-service plan``: where the next stations go, with the proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gis_service.cli import console, options
from gis_service.cli.coverage import percent
from gis_service.texts import Translate, translator

if TYPE_CHECKING:
    from gis_service.services.planning import Plan


def plan(
    context: typer.Context,
    new: Annotated[int, typer.Option("--new", help="新增站点数 / Number of new sites.")] = 3,
    kind: Annotated[
        str, typer.Option("--kind", help="设施类型 / Kind of the new facilities.")
    ] = "elder_station",
    objective: Annotated[
        str, typer.Option("--objective", help="policy | elders | lscp：目标 / what to reach.")
    ] = "policy",
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", help="步行分钟 / Longest walk; by default the policy's."),
    ] = None,
    network: Annotated[
        Path | None,
        typer.Option("--network", help="步行网络 / Walking network; without it straight lines."),
    ] = None,
    blocks: Annotated[
        Path | None, typer.Option("--blocks", help="住宅街区 / Residential blocks with people.")
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option("--candidates", help="备选点 / Candidate sites.")
    ] = None,
    land: Annotated[
        Path | None,
        typer.Option("--land", help="可建用地：取其中的道路节点 / Land whose street nodes may be."),
    ] = None,
    communities: Annotated[
        Path | None, typer.Option("--communities", help="社区边界文件 / Boundary file.")
    ] = None,
    facilities: Annotated[
        Path | None, typer.Option("--facilities", help="设施名册 / Facility register.")
    ] = None,
    population: Annotated[
        Path | None, typer.Option("--population", help="分年龄人口 / Residents by age band.")
    ] = None,
    policy_file: options.PolicyFile = None,
    force_in: Annotated[
        list[str] | None, typer.Option("--in", help="必选的备选点 / Sites that must be chosen.")
    ] = None,
    force_out: Annotated[
        list[str] | None, typer.Option("--out", help="排除的备选点 / Sites that must not be.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="费用上限 / Most that they may cost together.")
    ] = None,
    cap: Annotated[
        list[str] | None, typer.Option("--cap", help="街道=上限 / Most in a street: 桂园街道=1.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option("--time-limit", help="秒 / Seconds until the best so far is given.")
    ] = 60.0,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """新站点选址，附最优性证明 / Best sites for new stations, with the proof.

    From files when --communities, --facilities and --population are given, else from the database.
    """
    from gis_service.bootstrap import build
    from gis_service.services.planning import Limits, PlanFiles, PlanWishes

    lang = options.shared(context).lang
    from_files = any((communities, facilities, population))
    services = build(options.settings_with(data_dir=data_dir), database=not from_files)
    wishes = PlanWishes(
        kind=kind,
        objective=objective,
        new=new,
        minutes=minutes,
        limits=Limits(
            forced_in=tuple(force_in or ()),
            forced_out=tuple(force_out or ()),
            budget=budget,
            caps={k: _whole(v) for k, v in console.parse_mapping(cap, option="--cap").items()},
        ),
        time_limit_s=time_limit,
    )
    files = PlanFiles(
        communities=communities,
        facilities=facilities,
        population=population,
        policy=policy_file,
        blocks=blocks,
        candidates=candidates,
        land=land,
        network=network,
    )
    with console.progress_bar(lang) as progress:
        made = services.planning.plan(wishes, files, progress=progress)
    if as_json:
        console.print_json(made.to_mapping())
    else:
        _show(made, lang=lang)


def _whole(text: str) -> int:
    from gis_service.errors import ParameterError

    if not text.strip().isdigit():
        raise ParameterError(
            f"--cap 的上限 {text!r} 不可用；应为整数，例如 --cap 桂园街道=1。",
            f"--cap has {text!r}; a whole number is expected, such as --cap 桂园街道=1.",
            parameter="--cap",
        )
    return int(text)


def _show(made: Plan, *, lang: str) -> None:
    _ = translator(lang)
    out, siting = console.out, made.siting
    out.print(_sites_table(made, _=_))
    facts = Table(box=None, padding=(0, 2))
    facts.add_column("")
    for title in ("Now and committed", "With the plan"):
        facts.add_column(_(title), justify="right")
    before, after = made.before, made.after
    facts.add_row(
        _("Coverage of ageing communities"),
        f"{before.covered} / {before.ageing} = {percent(before.rate)}",
        f"{after.covered} / {after.ageing} = {percent(after.rate)}",
    )
    facts.add_row(
        _("Elders within reach"),
        f"{before.elders_in_reach:,} / {before.elders:,} = {percent(before.reach_share)}",
        f"{after.elders_in_reach:,} / {after.elders:,} = {percent(after.reach_share)}",
    )
    out.print(facts)
    if siting.optimal:
        out.print(f"[green]✓[/green] {_('Proven: no other choice is better')}")
    else:
        out.print(f"[yellow]![/yellow] {_('Not proven; at most this far from the best')}: "
                  f"{percent(siting.gap)}")  # fmt: skip
    for other in siting.runners_up:
        names = ", ".join(str(site) for site in other.sites)
        out.print(f"≈ {console.plain(names)} ({other.objective:,.0f})")
    for note in made.notes:
        out.print(f"[yellow]![/yellow] {console.plain(note.in_language(lang))}")


def _sites_table(made: Plan, *, _: Translate) -> Table:
    table = Table()
    for title in ("Site", "Street", "Community"):
        table.add_column(_(title))
    for title in ("Elders gained", "Only by this site"):
        table.add_column(_(title), justify="right")
    reasons = {str(reason.site): reason for reason in made.siting.reasons}
    for site in made.sites:
        reason = reasons[site["id"]]
        table.add_row(
            console.plain(f"{site['id']} {site['name']}"),
            console.plain(site["street"]),
            console.plain(site["community"] or "—"),
            f"{reason.served:,.0f}",
            f"{reason.gained:,.0f}",
        )
    return table
