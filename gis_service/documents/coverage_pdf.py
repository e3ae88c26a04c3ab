"""覆盖报告: the coverage report on A4 pages.

Key figures and a map, the rate by every definition, streets, who is not covered, then how it was
reckoned: definitions, policy, sources and versions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Any

import shapely

from gis_service.documents.canvas import PAPERS_MM, Canvas, polygon
from gis_service.documents.fact_sheet import LEFT, RIGHT, _Page
from gis_service.documents.frames import Frame, frame_in
from gis_service.documents.furniture import draw_scale
from gis_service.documents.wording import SAMPLE, plain
from gis_service.model.facilities import FACILITY_KINDS, FACILITY_STATUSES
from gis_service.model.policy import AGEING_PRESETS, Policy
from gis_service.model.population import POPULATION_KINDS
from gis_service.model.text import Text
from gis_service.services.instants import local
from gis_service.services.outlook import DEFINITIONS, TITLES, Outlook
from gis_service.services.scenes import VERSION_NAMES

MAP_HEIGHT = 112.0
CLASSES: dict[str, tuple[str, Text]] = {
    "covered": ("#1b7f79", Text("老龄化，已覆盖", "Ageing, covered")),
    "uncovered": ("#e8743b", Text("老龄化，未覆盖", "Ageing, not covered")),
    "other": ("#e9ecf0", Text("非老龄化或无数据", "Not ageing, or no figures")),
}
EDGE, STATION = "#5b6775", "#0b57d0"
STATION_MM = 0.9
SPARE, STEP = 1.04, 5000


def make_coverage_report(outlook: Outlook, lang: str) -> bytes:
    """Make the PDF; the same bytes for the same state."""
    day = local(outlook.scene.snapshot.loaded_at)[:10]
    title = Text("长者服务站覆盖报告", "Elder-station coverage report").in_language(lang)
    canvas = Canvas(title=title, day=date.fromisoformat(day), lang=lang)
    page = _Page(canvas, title=title)
    page.begin(_under_title(outlook, day, lang))
    page.pairs(key_figures(outlook, lang))
    _map(page, outlook, lang)
    _sensitivity(page, outlook, lang)
    _streets(page, outlook, lang)
    _uncovered(page, outlook, lang)
    _method(page, outlook, lang)
    page.end(day)
    return canvas.bytes_()


def key_figures(outlook: Outlook, lang: str) -> list[tuple[str, str]]:
    """Give the district's figures in words."""
    told = outlook.figures
    low_high = told["range"]
    listed = [
        (
            Text("老龄化社区覆盖率", "Coverage"),
            f"{told['covered']} / {told['ageing']} = {percent(told['rate'])} · "
            f"{told['definition'][lang]}",
        ),
        (Text("目标", "Target"), f"{percent(told['target'])}"),
        (
            Text("尚需覆盖社区", "Communities still needed"),
            str(told["needed"]) if not told["met"] else Text("已达标", "met").in_language(lang),
        ),
        (
            Text("设施归属未定时的区间", "Range left open"),
            "—" if low_high is None else f"{percent(low_high[0])} – {percent(low_high[1])}",
        ),
        (
            Text("步行可达长者", "Elders within the walk"),
            f"{told['elders_in_reach']:,} / {told['elders']:,} = {percent(told['reach_share'])}"
            f" · ≤ {outlook.scene.policy.walk_length_m:g} m",
        ),
        (
            Text("到最近站点步行时间", "Nearest station"),
            " · ".join(
                f"{name.in_language(lang)} {minutes(told[key])} min"
                for name, key in (
                    (Text("平均", "mean"), "nearest_mean_s"),
                    (Text("中位数", "median"), "nearest_median_s"),
                    (Text("P90", "P90"), "nearest_p90_s"),
                )
            ),
        ),
        (
            Text("每千名长者床位", "Beds per 1,000 elders"),
            f"{decimal(told['beds_per_1000'])} ({told['beds'] or 0:,.0f})",
        ),
    ]
    return [(name.in_language(lang), value) for name, value in listed]


def percent(share: float | None) -> str:
    """Write a ratio in percent; a dash where there is none."""
    return "—" if share is None else f"{share * 100:.1f} %"


def minutes(seconds: float | None) -> str:
    """Write seconds in minutes."""
    return "—" if seconds is None else f"{seconds / 60:.1f}"


def decimal(value: float | None) -> str:
    """Write a number with one decimal."""
    return "—" if value is None else f"{value:,.1f}"


def ageing_words(name: str, policy: Policy) -> str:
    """Say a definition of ageing by its rules."""
    rules = AGEING_PRESETS.get(name, policy.ageing)
    return " / ".join(f"{rule.age}+ ≥ {rule.share * 100:g} %" for rule in rules)


def definition_rows(outlook: Outlook, lang: str) -> list[tuple[str, str]]:
    """Say the policy under which everything was reckoned."""
    policy, scene = outlook.scene.policy, outlook.scene
    between = "、" if lang == "zh" else ", "

    def named(names: Iterable[str], texts: Any) -> str:
        return between.join(texts[name].in_language(lang) for name in names)

    listed = [
        (Text("策略", "Policy"), plain(policy.name)),
        (
            Text("老龄化", "Ageing"),
            f"{' / '.join(f'{r.age}+ ≥ {r.share * 100:g} %' for r in policy.ageing)}"
            f" · {POPULATION_KINDS[policy.population].in_language(lang)}",
        ),
        (
            Text("计入设施", "Facilities that count"),
            f"{named(policy.covering_kinds, FACILITY_KINDS)}"
            f" · {named(policy.covering_statuses, FACILITY_STATUSES)}",
        ),
        (
            Text("步行", "Walking"),
            f"{policy.walking_speed_m_s:g} m/s · ≤ {policy.walk_length_m:g} m · "
            + (
                Text("沿道路网络", "along the streets")
                if scene.is_network
                else Text("直线乘绕行系数（估算）", "straight lines with a detour (an estimate)")
            ).in_language(lang),
        ),
        (
            Text("步行规则下的份额", "Share within the walk"),
            percent(policy.covered_share),
        ),
    ]
    return [(name.in_language(lang), value) for name, value in listed]


def version_rows(outlook: Outlook, lang: str) -> list[tuple[str, str]]:
    """Name the versions of everything that was used."""
    none = Text("未导入", "none imported").in_language(lang)
    return [
        (VERSION_NAMES[name].in_language(lang), str(number) if number else none)
        for name, number in outlook.scene.versions().items()
    ]


def _under_title(outlook: Outlook, day: str, lang: str) -> str:
    snapshot = outlook.scene.snapshot
    version = Text("边界版本", "Boundary version").in_language(lang)
    said = [f"{version} {snapshot.boundary_version().number}", day, snapshot.crs]
    return "　".join([*said, *([SAMPLE.in_language(lang)] if snapshot.is_sample else [])])


def _map(page: _Page, outlook: Outlook, lang: str) -> None:
    canvas, layer = page.canvas, outlook.scene.snapshot.communities
    width = PAPERS_MM["A4"][0] - LEFT - RIGHT
    page.room(MAP_HEIGHT + 20)
    shapes = layer.geometry.to_numpy()
    west, south, east, north = layer.total_bounds
    box = (LEFT, page.y + 3, width, MAP_HEIGHT)
    frame = _filled(
        frame_in((west, south, east, north), page=PAPERS_MM["A4"], box=box),
        (west, south, east, north),
    )
    for row, shape in zip(outlook.communities, shapes, strict=True):
        if shape is None or shape.is_empty or not shape.is_valid:
            continue
        name = ("covered" if row["covered"] else "uncovered") if row["ageing"] else "other"
        canvas.shape(frame.clipped(shape), fill=CLASSES[name][0], stroke=EDGE, width=0.12)
    sites = outlook.scene.ground.sites.loc[outlook.scene.counted()]
    for x, y in sites[["x", "y"]].to_numpy():
        dot = shapely.get_coordinates(frame.clipped(shapely.Point(x, y)))
        if len(dot):
            circle = shapely.Point(dot[0]).buffer(STATION_MM, quad_segs=4)
            canvas.shape(circle, fill=STATION, stroke="#ffffff", width=0.2)
    y = frame.bottom + 5
    x = LEFT
    for colour, text in CLASSES.values():
        box = polygon([(x, y - 2.5), (x + 4, y - 2.5), (x + 4, y), (x, y)])
        canvas.shape(box, fill=colour, stroke=EDGE, width=0.1)
        canvas.text(text.in_language(lang), (x + 5.5, y), size=7.5)
        x += 44
    draw_scale(canvas, frame, left=LEFT, top=y + 3, width=60)
    page.y = y + 14


def _filled(frame: Frame, bounds: tuple[float, float, float, float]) -> Frame:
    """Give the frame at the largest scale in steps of 5,000 that shows everything."""
    west, south, east, north = bounds
    needed = max((east - west) / frame.width, (north - south) / frame.height)
    scale = ceil(needed * 1000 * SPARE / STEP) * STEP
    half = scale / 2000
    return replace(
        frame,
        scale=scale,
        west=(west + east) / 2 - frame.width * half,
        north=(south + north) / 2 + frame.height * half,
    )


def _sensitivity(page: _Page, outlook: Outlook, lang: str) -> None:
    policy = outlook.scene.policy
    page.heading(
        Text(
            "口径决定结论：各规则与阈值下的覆盖率", "The definition decides: rate by rule"
        ).in_language(lang)
    )
    names = list(dict.fromkeys(cell["ageing_rule"] for cell in outlook.sensitivity))
    rows: dict[str, list[str]] = {}
    for cell in outlook.sensitivity:
        rows.setdefault(cell["name"][lang], []).append(_cell(cell, lang))
    head = Text("覆盖条件", "Covered when").in_language(lang)
    page.table(
        [head, *(ageing_words(name, policy) for name in names)],
        [[name, *cells] for name, cells in rows.items()],
        widths=[1.5] + [1.0] * len(names),
    )
    said = Text(
        "★ 为所选口径；√ 达标，× 未达标。目标的计算口径没有公开公式，故同时给出各口径结果。",
        "★ the chosen definition; √ met, × not met. No published formula says what the target "
        "counts, so every definition is shown.",
    )
    page.pairs([("", said.in_language(lang))])


def _cell(cell: dict[str, Any], lang: str) -> str:
    del lang
    if cell["rate"] is None:
        return "—"
    sign = "√" if cell["met"] else "×"
    mark = "★ " if cell["chosen"] else ""
    return f"{mark}{cell['covered']}/{cell['ageing']} {percent(cell['rate'])} {sign}"


def _streets(page: _Page, outlook: Outlook, lang: str) -> None:
    page.heading(Text("按街道", "By street").in_language(lang))
    heads = (
        Text("街道", "Street"),
        Text("老龄化社区", "Ageing"),
        Text("已覆盖", "Covered"),
        Text("覆盖率", "Rate"),
        Text("长者", "Elders"),
        Text("可达", "In reach"),
        Text("床位", "Beds"),
        Text("床位/千人", "Beds/1,000"),
    )
    rows = [
        [
            plain(row["street"]),
            str(row["ageing"]),
            str(row["covered"]),
            percent(row["rate"]),
            f"{row['elders'] or 0:,.0f}",
            percent(row["reach"]),
            f"{row['per_1000_beds_of'] or 0:,.0f}",
            decimal(row["per_1000_beds"]),
        ]
        for row in outlook.streets
    ]
    page.table([head.in_language(lang) for head in heads], rows, widths=[1.6] + [1.0] * 7)


def _uncovered(page: _Page, outlook: Outlook, lang: str) -> None:
    left = [row for row in outlook.communities if row["ageing"] and not row["covered"]]
    left.sort(key=lambda row: (row["reach"] or 0.0, row["code"]))
    page.heading(
        Text(
            f"未覆盖的老龄化社区（{len(left)}）", f"Ageing communities not covered ({len(left)})"
        ).in_language(lang)
    )
    heads = (
        Text("社区", "Community"),
        Text("街道", "Street"),
        Text("长者", "Elders"),
        Text("步行可达", "In reach"),
        Text("中位（分钟）", "Median (min)"),
    )
    rows = [
        [
            plain(row["name"] or row["code"]),
            plain(row["street"]),
            f"{row['elders'] or 0:,.0f}",
            percent(row["reach"]),
            minutes(row["nearest_median"]),
        ]
        for row in left
    ]
    page.table([head.in_language(lang) for head in heads], rows, widths=[1.8, 1.2, 0.8, 0.8, 0.8])


def _method(page: _Page, outlook: Outlook, lang: str) -> None:
    page.heading(Text("方法与口径", "Method and definitions").in_language(lang))
    page.pairs(definition_rows(outlook, lang))
    page.pairs(
        [
            (TITLES[name].in_language(lang), text.in_language(lang))
            for name, text in DEFINITIONS.items()
        ]
    )
    page.heading(Text("来源与版本", "Sources and versions").in_language(lang))
    page.pairs(version_rows(outlook, lang))
    page.pairs([("", note.in_language(lang)) for note in outlook.scene.notes])
