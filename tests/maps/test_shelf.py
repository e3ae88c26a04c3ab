"""The maps as folium renders them: our assets alone, and data that cannot leave its place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gis_service import assets
from gis_service.bootstrap import build
from gis_service.maps import MAPS, render_parts
from gis_service.maps.elements import safe_json, script_json
from gis_service.maps.page import SCRIPTS, STYLES
from gis_service.maps.standalone import data_element, inlined_css, standalone
from gis_service.services.overview import Overview
from gis_service.settings import Settings

HOST = re.compile(r"(?:https?:)?//[a-z0-9][\w.-]*\.[a-z]{2,}", re.IGNORECASE)
ENDING = "</script><script>alert(1)</script><!--\u2028&"


@pytest.fixture(scope="module")
def overview(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """The small district at a glance."""
    folder = tmp_path_factory.mktemp("maps")
    services = build(Settings(data_dir=folder / "data"))
    communities = district.write_communities(folder / "communities.gpkg")
    services.boundaries.import_file(communities, user="li")
    return services.overview.read()


@pytest.mark.parametrize("name", ["overview", "disputes", "coverage"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_map_of_the_shelf_names_no_other_host(overview: Overview, name: str, lang: str) -> None:
    chosen = MAPS[name]
    parts = render_parts(chosen.build(overview, lang))
    assert 'class="gis-map"' in parts.body
    assert "GisService.start(" in parts.script and "GisService.finish(" in parts.script
    assert HOST.findall(parts.body + parts.script) == []
    assert "</script" not in parts.script


@pytest.mark.parametrize("name", [*STYLES, *SCRIPTS])
def test_the_assets_of_a_map_are_in_the_package(name: str) -> None:
    assert assets.path(name).is_file()


def test_a_map_has_a_title_and_a_description_in_both_languages() -> None:
    for name in ("overview", "disputes", "coverage"):
        for text in (MAPS[name].title, MAPS[name].description):
            assert re.search(r"[\u4e00-\u9fff]", text.zh)
            assert not re.search(r"[\u4e00-\u9fff]", text.en) and text.en


@pytest.mark.parametrize("text", [ENDING, "${1}`", "{{ 7 }}", "\\", '"'])
def test_json_in_a_script_comes_back_as_it_was_and_ends_nothing(text: str) -> None:
    encoded = script_json({"name": text})
    assert json.loads(encoded) == {"name": text}
    assert not set("<>&\u2028\u2029") & set(encoded)


def test_data_in_a_page_comes_back_as_it_was_and_ends_nothing() -> None:
    content = json.dumps({"name": ENDING}, ensure_ascii=False)
    made = data_element("held", content.encode())
    assert made.count("</script>") == 1 and made.endswith("</script>")
    assert json.loads(made.split(">", 1)[1].removesuffix("</script>")) == {"name": ENDING}
    assert json.loads(safe_json(content)) == {"name": ENDING}


def test_style_sheets_of_a_lone_page_ask_for_no_file() -> None:
    for name in (*STYLES, "page.css"):
        targets = re.findall(r"url\(\s*['\"]?([^'\")]+)", inlined_css(name))
        assert [t for t in targets if not t.startswith(("data:", "#"))] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_lone_page_asks_for_nothing_and_holds_hostile_names_as_text(
    tmp_path: Path, lang: str
) -> None:
    survey = tmp_path / "hostile.geojson"
    ring = [[114.12, 22.55], [114.122, 22.55], [114.122, 22.552], [114.12, 22.552], [114.12, 22.55]]
    feature = {
        "type": "Feature",
        "properties": {"code": ENDING, "name": ENDING},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    survey.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature, feature]}), "utf-8"
    )
    services = build(Settings(data_dir=tmp_path), database=False)
    text = standalone(services.surveys.check(survey), lang=lang)
    assert "alert(1)" in text
    assert "<script>alert(1)" not in text
    markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1</script>", text, flags=re.DOTALL)
    assert re.findall(r"\b(?:src|href)=\"(?!data:|#)[^\"]*\"", markup) == []
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in text
