"""The coverage report as an Excel workbook: figures, definitions, streets, communities."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl

from gis_service.documents.coverage_pdf import ageing_words, definition_rows, version_rows
from gis_service.documents.ledger import _cell
from gis_service.model.text import Text
from gis_service.services.outlook import DEFINITIONS, TITLES, Outlook

FIGURES: dict[str, tuple[Text, str]] = {
    "covered": (Text("已覆盖的老龄化社区", "Ageing communities covered"), ""),
    "ageing": (Text("老龄化社区", "Ageing communities"), ""),
    "rate": (Text("覆盖率", "Rate"), "covered / ageing"),
    "target": (Text("目标", "Target"), ""),
    "needed": (Text("尚需", "Still needed"), "max(0, ceil(target × ageing) − covered)"),
    "elders": (Text("长者", "Elders"), ""),
    "elders_in_reach": (Text("步行可达长者", "Elders within the walk"), ""),
    "reach_share": (Text("步行可达比例", "Share within the walk"), "elders_in_reach / elders"),
    "nearest_mean_s": (
        Text("到最近站点平均（秒）", "Nearest station, mean (s)"),
        "Σ elders × seconds / Σ elders",
    ),
    "nearest_median_s": (Text("中位数（秒）", "Median (s)"), "least t: ≥ 50 % of elders within t"),
    "nearest_p90_s": (Text("P90（秒）", "P90 (s)"), "least t: ≥ 90 % of elders within t"),
    "beds": (Text("床位", "Beds"), ""),
    "beds_per_1000": (Text("每千名长者床位", "Beds per 1,000 elders"), "1000 × beds / elders"),
    "places_per_1000": (
        Text("每千名长者席位", "Places per 1,000 elders"),
        "1000 × places / elders",
    ),
}
"""Figure → what it is called, and its formula as text."""


def make_coverage_workbook(outlook: Outlook, lang: str) -> bytes:
    """Write the workbook; figures stand as numbers, formulas as text."""
    book = openpyxl.Workbook(write_only=True)
    _sheet(
        book,
        Text("指标", "Figures").in_language(lang),
        [Text("指标", "Figure"), Text("值", "Value"), Text("公式", "Formula")],
        [
            [name.in_language(lang), outlook.figures[key], formula]
            for key, (name, formula) in FIGURES.items()
        ],
        lang,
    )
    policy = outlook.scene.policy
    _sheet(
        book,
        Text("口径敏感性", "Sensitivity").in_language(lang),
        [
            Text("覆盖条件", "Covered when"),
            Text("老龄化口径", "Ageing"),
            Text("已覆盖", "Covered"),
            Text("老龄化社区", "Ageing communities"),
            Text("覆盖率", "Rate"),
            Text("目标", "Target"),
            Text("达标", "Met"),
            Text("所选", "Chosen"),
        ],
        [
            [
                row["name"][lang],
                ageing_words(row["ageing_rule"], policy),
                row["covered"],
                row["ageing"],
                row["rate"],
                row["target"],
                _yes(row["met"], lang),
                _yes(row["chosen"], lang),
            ]
            for row in outlook.sensitivity
        ],
        lang,
    )
    for title, rows in (
        (Text("按街道", "By street"), outlook.streets),
        (Text("社区", "Communities"), outlook.communities),
    ):
        names = list(rows[0]) if rows else []
        _sheet(
            book,
            title.in_language(lang),
            [Text(name, name) for name in names],
            [[row[name] for name in names] for row in rows],
            lang,
        )
    _sheet(
        book,
        Text("定义与版本", "Definitions").in_language(lang),
        [Text("项目", "Item"), Text("说明", "Said")],
        [
            *([name, value] for name, value in definition_rows(outlook, lang)),
            *(
                [TITLES[name].in_language(lang), text.in_language(lang)]
                for name, text in DEFINITIONS.items()
            ),
            *([name, value] for name, value in version_rows(outlook, lang)),
            *(["", note.in_language(lang)] for note in outlook.scene.notes),
        ],
        lang,
    )
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _sheet(book: Any, title: str, heads: list[Text], rows: list[list[Any]], lang: str) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, head.in_language(lang), bold=True) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _yes(value: bool | None, lang: str) -> str:
    if value is None:
        return ""
    return (Text("是", "yes") if value else Text("否", "no")).in_language(lang)
