"""The coverage report from the small district's database: PDF and Excel."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pypdf
import pytest

from gis_service.bootstrap import build
from gis_service.documents import coverage_report, coverage_workbook
from gis_service.services import Services
from gis_service.settings import Settings


@pytest.fixture(scope="module")
def services(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("report")
    made = build(Settings(data_dir=folder / "data"), clock=lambda: "2026-03-01T18:00:00.000Z")
    made.boundaries.import_file(district.write_communities(folder / "c.gpkg"), user="li")
    made.register.import_facilities(district.write_facilities(folder / "f.gpkg"), user="li")
    made.register.import_population(district.write_population(folder / "p.csv"), user="li")
    yield made
    made.database.close()


def words(services: Services, lang: str) -> str:
    made = coverage_report(services.outlooks.read(), lang)
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)


def test_it_says_the_rate_by_every_definition_and_from_what(services: Services) -> None:
    told = services.outlooks.read().figures
    text = words(services, "zh")
    for said in (
        "长者服务站覆盖报告",
        "2026-03-02",
        f"{told['covered']} / {told['ageing']}",
        "口径决定结论",
        "社区内有站点",
        "步行 ≤ 15 分钟",
        "直线距离 ≤ 1,000 m",
        "★",
        "北街",
        "未覆盖的老龄化社区",
        "方法与口径",
        "步行网络 未导入",
        "社区边界 1",
    ):
        assert said in text, said


def test_it_is_the_same_file_for_the_same_state_and_speaks_english(services: Services) -> None:
    outlook = services.outlooks.read()
    assert coverage_report(outlook, "en") == coverage_report(outlook, "en")
    text = words(services, "en")
    assert "straight lines with a detour (an estimate)" in text and "The definition decides" in text


def test_the_workbook_holds_numbers_formulas_as_text_and_definitions(services: Services) -> None:
    outlook = services.outlooks.read()
    book = openpyxl.load_workbook(io.BytesIO(coverage_workbook(outlook, "en")))
    assert book.sheetnames == ["Figures", "Sensitivity", "By street", "Communities", "Definitions"]
    rows = {row[0]: row for row in book["Figures"].iter_rows(values_only=True)}
    assert rows["Ageing communities covered"][1] == outlook.figures["covered"]
    assert rows["Rate"][2] == "covered / ageing"
    chosen = [row for row in book["Sensitivity"].iter_rows(values_only=True) if row[7] == "yes"]
    assert len(chosen) == 1 and chosen[0][2] == outlook.figures["covered"]
    assert book["Communities"].max_row == len(outlook.communities) + 1
    said = {row[0] for row in book["Definitions"].iter_rows(values_only=True)}
    assert {"Policy", "Ageing", "Boundaries", "elders within a walk"} <= said
