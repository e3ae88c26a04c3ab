from __future__ import annotations

from pathlib import Path

import pytest

from gis_service.errors import ParameterError
from gis_service.settings import Settings, load_settings


def test_variables_with_the_prefix_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIS_SERVICE_PORT", "8123")
    monkeypatch.setenv("GIS_SERVICE_DATA_DIR", "elsewhere")
    assert load_settings().port == 8123
    assert load_settings(port=9).port == 9
    assert load_settings(data_dir=None).data_dir == Path("elsewhere")


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eight"), ("PORT", "70000"), ("LANGUAGE", "de")]
)
def test_an_impossible_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"GIS_SERVICE_{name}", value)
    with pytest.raises(ParameterError, match=f"GIS_SERVICE_{name}"):
        load_settings()


@pytest.mark.parametrize("folder", ["plain", "数据 目录", "a?b#c%20"])
def test_any_name_of_a_data_folder_leads_to_a_file_in_it(folder: str, tmp_path: Path) -> None:
    from gis_service.bootstrap import build

    settings = Settings(data_dir=tmp_path / folder)
    assert build(settings).boundaries.current() is None
    assert (tmp_path / folder / "gis-service.sqlite").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("value", ["bureau", '{"office": "king"}', "[]"])
def test_a_mapping_of_roles_that_can_not_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("GIS_SERVICE_OIDC_ROLES", value)
    with pytest.raises(ParameterError) as caught:
        load_settings()
    assert "oidc_roles" in caught.value.en.lower()


def test_roles_of_office_accounts_are_a_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIS_SERVICE_OIDC_ROLES", '{"minzheng": "bureau"}')
    monkeypatch.setenv("GIS_SERVICE_OIDC_CLIENT_SECRET", "hidden thing")
    settings = load_settings()
    assert settings.oidc_roles == {"minzheng": "bureau"}
    assert "hidden thing" not in repr(settings)
