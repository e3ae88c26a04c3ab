"""The fact sheet of a community, from the small district's database."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdf
import pytest

from gis_service.bootstrap import build
from gis_service.documents import fact_sheet
from gis_service.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from gis_service.model.people import ANONYMOUS, Actor
from gis_service.services import Services
from gis_service.settings import Settings

BUREAU = Actor(name="wang", role="bureau")
NORTH = Actor(name="he", role="street", street="北街")


@pytest.fixture(scope="module")
def services(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("facts")
    made = build(Settings(data_dir=folder / "data"), clock=lambda: "2026-03-01T18:00:00.000Z")
    made.boundaries.import_file(district.write_communities(folder / "c.gpkg"), user="li")
    made.register.import_facilities(district.write_facilities(folder / "f.gpkg"), user="li")
    made.register.import_population(district.write_population(folder / "p.csv"), user="li")
    yield made
    made.database.close()


def words(services: Services, code: str, *, actor: Actor = BUREAU, lang: str = "zh") -> str:
    made = fact_sheet(services.documents.fact_sheet(actor, code), lang)
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)


def test_it_says_where_how_large_who_and_what(services):
    text = words(services, "A")
    for said in (
        "社区基本情况表",
        "A社区",
        "1,000,000.00 m²（100.0000 公顷，1,500.00 亩）",
        "4,000.00 m",
        "B社区",
        "s1站",
        "长者服务站",
        "已开放",
        "2026-03-02",
        "1:10000",
    ):
        assert said in text


def test_it_shows_the_four_sides(services):
    text = words(services, "A", lang="en")
    assert re.search(r"To the east\s+B社区", text)
    assert re.search(r"To the north\s+C社区", text)
    assert re.search(r"To the west\s+outside all communities of this map", text)


def test_land_that_nobody_claims_is_told_from_the_outside(services):
    sheet = services.documents.fact_sheet(BUREAU, "C")
    assert [n.kind for n in sheet.sides.east] == ["community", "outside"]


def test_it_lists_the_open_cases_of_the_community(services):
    sheet = services.documents.fact_sheet(BUREAU, "A")
    (case,) = sheet.cases
    assert case.number in words(services, "A")
    assert case.area_m2 == pytest.approx(100_000)


def test_street_staff_see_only_the_cases_of_their_street(services):
    assert services.documents.fact_sheet(NORTH, "A").cases == ()
    assert "未结界线案件（0）" in words(services, "A", actor=NORTH)


def test_a_past_state_is_the_same_bytes_for_ever(services):
    first = fact_sheet(services.documents.fact_sheet(BUREAU, "A", as_of="1"), "zh")
    again = fact_sheet(services.documents.fact_sheet(BUREAU, "A", as_of="1"), "zh")
    assert first == again
    assert "历史状态，未列出案件" in pypdf.PdfReader(io.BytesIO(first)).pages[0].extract_text()


def test_who_has_not_signed_in_gets_no_figures_of_elders(services):
    with pytest.raises((UnauthenticatedError, ForbiddenError)):
        services.documents.fact_sheet(ANONYMOUS, "A")


def test_an_unknown_community_is_refused_with_what_to_do(services):
    with pytest.raises(NotFoundError, match="没有代码为 X 的社区"):
        services.documents.fact_sheet(BUREAU, "X")
