"""Columns by known names, by a mapping, or refused with a list of what there is."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from gis_service.errors import FieldMappingError, UnreadableFileError
from gis_service.formats import read_boundaries, read_mapping
from gis_service.formats.fields import COMMUNITY_FIELDS, as_text, choose_columns


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["code", "name", "street"], {"code": "code", "name": "name", "street": "street"}),
        (["街道名称", "社区编码", "社区名称"],
         {"code": "社区编码", "name": "社区名称", "street": "街道名称"}),
        (["V_ID", "VILLAGE", "TOWN"], {"code": "V_ID", "name": "VILLAGE", "street": "TOWN"}),
        (["統計", "社區名稱", "所屬街道"], {"name": "社區名稱", "street": "所屬街道"}),
        (["统计用区划代码", "社区", "所属街道"],
         {"code": "统计用区划代码", "name": "社区", "street": "所属街道"}),
        (["Community Code", " NAME "], {"code": "Community Code", "name": " NAME "}),
        (["name", "社区名称"], {"name": "name"}),
        (["OBJECTID", "id", "fid", "cartodb_id", "adcode", "AREANO"], {}),
    ],
)  # fmt: skip
def test_known_names_are_recognised_and_other_ids_are_not_codes(
    columns: list[str], expected: dict[str, str]
) -> None:
    assert choose_columns(columns, known=COMMUNITY_FIELDS) == expected


def test_a_given_column_wins_over_a_known_name() -> None:
    given = {"code": "adm_cd"}
    chosen = choose_columns(["code", "adm_cd"], known=COMMUNITY_FIELDS, given=given)
    assert chosen == {"code": "adm_cd"}


def test_a_missing_column_lists_the_files_fields() -> None:
    with pytest.raises(FieldMappingError, match="Its columns: a, b") as caught:
        choose_columns(["a", "b"], known=COMMUNITY_FIELDS, given={"code": "c"})
    assert caught.value.details["columns"] == ["a", "b"]


def test_an_unknown_field_lists_the_fields_there_are() -> None:
    with pytest.raises(FieldMappingError, match="code, name, street"):
        choose_columns(["a"], known=COMMUNITY_FIELDS, given={"colour": "a"})


def test_a_missing_required_field_names_the_map_option() -> None:
    with pytest.raises(FieldMappingError, match="--map code=…"):
        choose_columns(["a"], known=COMMUNITY_FIELDS, required=("code",))


@pytest.mark.parametrize(
    "text", ['code = "V_ID"\nname = "里名"\n', '{"code": "V_ID", "name": "里名"}',
             '[mapping]\ncode = "V_ID"\nname = "里名"\n']
)  # fmt: skip
def test_a_saved_mapping_is_toml_or_json(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping"
    path.write_text(text, encoding="utf-8")
    assert read_mapping(path) == {"code": "V_ID", "name": "里名"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("code = ", UnreadableFileError),
        ('{"code": ', UnreadableFileError),
        ("code = 3", FieldMappingError),
        ('mapping = "x"', FieldMappingError),
    ],
)
def test_an_unusable_mapping_file_is_refused(
    text: str, error: type[Exception], tmp_path: Path
) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error):
        read_mapping(path)
    with pytest.raises(UnreadableFileError):
        read_mapping(tmp_path / "missing.toml")


def test_texts_of_numbers_have_no_decimals() -> None:
    assert as_text(np.array([1.0, np.nan, 2.5])).tolist() == ["1", "", "2.5"]
    assert as_text(np.array([1, 2])).tolist() == ["1", "2"]
    assert as_text(np.array([" a ", None, 3.0], dtype=object)).tolist() == ["a", "", "3"]


def layer(tmp_path: Path, **columns: object) -> Path:
    boxes = [shapely.box(513_400 + 100 * i, 2_494_700, 513_500 + 100 * i, 2_494_800)
             for i in range(3)]  # fmt: skip
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(gpd.GeoDataFrame(columns, geometry=boxes, crs=4547), path)
    return path


def test_numeric_codes_become_text_even_with_a_missing_one(tmp_path: Path) -> None:
    path = layer(tmp_path, 社区代码=[440303001001.0, None, 440303001003.0])
    frame = read_boundaries(path)
    assert frame.index.tolist() == ["440303001001", "", "440303001003"]
    assert frame.attrs["has_codes"]


def test_without_a_code_the_row_numbers_stand_for_it(tmp_path: Path) -> None:
    frame = read_boundaries(layer(tmp_path, OBJECTID=[7, 8, 9], NAME=["a", None, "c"]))
    assert frame.index.tolist() == ["1", "2", "3"]
    assert not frame.attrs["has_codes"]
    assert frame["name"].tolist() == ["a", "", "c"]
    assert frame["street"].tolist() == ["", "", ""]
    assert list(frame.columns) == ["name", "street", "row", "OBJECTID", "geometry"]


def test_repeated_codes_stay_and_other_attributes_do_not_clash(tmp_path: Path) -> None:
    path = layer(tmp_path, code=["a", "a", "b"], row=[5, 6, 7], 面积=[1.5, 2.5, 3.5])
    frame = read_boundaries(path)
    assert frame.index.tolist() == ["a", "a", "b"]
    assert frame["row"].tolist() == [1, 2, 3]
    assert frame["row_"].tolist() == [5, 6, 7]
    assert frame["面积"].tolist() == [1.5, 2.5, 3.5]


def test_a_mapping_to_a_missing_column_lists_the_files_columns(tmp_path: Path) -> None:
    with pytest.raises(FieldMappingError, match="OBJECTID"):
        read_boundaries(layer(tmp_path, OBJECTID=[1, 2, 3]), mapping={"code": "V_ID"})
