"""The ledger of boundary cases as an Excel workbook: one row a case, and the totals."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from gis_service.model.cases import CASE_KINDS, M2_PER_HA, M2_PER_MU
from gis_service.model.casework import STATES
from gis_service.model.text import Text
from gis_service.services.cases.ledger import CaseRow, LedgerPage
from gis_service.services.snapshots import Snapshot

COLUMNS: tuple[Text, ...] = (
    Text("案件编号", "Number"),
    Text("类型", "Kind"),
    Text("状态", "State"),
    Text("当事社区编码", "Communities (codes)"),
    Text("当事社区", "Communities"),
    Text("街道", "Streets"),
    Text("面积（m²）", "Area (m²)"),
    Text("面积（公顷）", "Area (ha)"),
    Text("面积（亩）", "Area (mu)"),
    Text("涉及人口（估算）", "Residents (estimated)"),
    Text("涉及老人（估算）", "Elders (estimated)"),
    Text("设施", "Facilities"),
    Text("经办人", "Assignee"),
    Text("办理期限", "Due"),
    Text("逾期", "Overdue"),
    Text("立案天数", "Age (days)"),
    Text("立案时间", "Opened"),
    Text("批准文号", "Document"),
    Text("落图版本", "Applied version"),
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CELL_CHARACTERS = 32_767


def ledger_workbook(page: LedgerPage, snapshot: Snapshot, *, lang: str) -> bytes:
    """Write the cases of a page and the totals over all that fit; texts never become formulas.

    Figures stand as numbers, empty where they are unknown; areas are in m², hectares and mu.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(Text("案件台账", "Cases").in_language(lang))
    sheet.freeze_panes = "B2"
    names = {
        str(code): str(name)
        for code, name in zip(snapshot.communities.index, snapshot.communities["name"], strict=True)
    }
    sheet.append([_cell(sheet, title.in_language(lang), bold=True) for title in COLUMNS])
    for row in page.rows:
        sheet.append([_cell(sheet, value) for value in _values(row, names, lang)])
    total = page.totals
    sums: list[Any] = [
        Text(f"合计 {total.cases} 件", f"{total.cases} cases").in_language(lang),
        *[None] * 5,
        *_areas(total.area_m2),
        _tenth(total.residents),
        _tenth(total.elders),
        total.facilities,
        *[None] * 2,
        total.overdue,
    ]
    sheet.append([_cell(sheet, value, bold=True) for value in sums])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _values(row: CaseRow, names: dict[str, str], lang: str) -> list[Any]:
    case = row.case
    kind = CASE_KINDS.get(case.kind, Text(case.kind, case.kind))
    return [
        case.number,
        kind.in_language(lang),
        STATES[case.state].in_language(lang),
        "、".join(case.parties),
        "、".join(names.get(code, "") for code in case.parties),
        "、".join(case.streets),
        *_areas(case.area_m2),
        _tenth(row.figures.residents),
        _tenth(row.figures.elders),
        "、".join(row.figures.facilities),
        case.assignee,
        case.due or "",
        (Text("是", "yes") if row.overdue else Text("", "")).in_language(lang),
        row.age_days,
        case.opened_at,
        case.document,
        case.applied_version,
    ]


def _areas(area_m2: float) -> list[float]:
    return [round(area_m2, 2), round(area_m2 / M2_PER_HA, 4), round(area_m2 / M2_PER_MU, 3)]


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    text = isinstance(value, str)
    cell = WriteOnlyCell(
        sheet, value=_UNPRINTABLE.sub("", value)[:_CELL_CHARACTERS] if text else value
    )
    if text:
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
