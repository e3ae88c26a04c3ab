"""Residents by age band: wide, tidy, in several namings; unclear bands are refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gis_service.errors import FieldMappingError, ParameterError, RowError
from gis_service.formats import read_population
from gis_service.formats.age_bands import band_of
from gis_service.model.population import POPULATION_COLUMNS

WIDE = "code,name,street,year,{}\nC1,甲,东门,2024,100,20,5\nC2,乙,东门,2024,50,0,1\n"


def csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "population.csv"
    path.write_text(text, encoding="utf-8")
    return path


def notes(frame: pd.DataFrame) -> list[str]:
    return [note.kind for note in frame.attrs["survey"].notes]


@pytest.mark.parametrize(
    ("columns", "population"),
    [
        ("registered_0_59,registered_60_84,registered_85_plus", "registered"),
        ("resident_0_59,resident_60_84,resident_85_plus", "resident"),
        ("户籍_0_59,户籍_60_84,户籍_85_plus", "registered"),
        ("常住0-59岁,常住60-84岁,常住85岁以上", "resident"),
        ("0～59岁,60–84岁,85岁及以上", "unstated"),
        ("A0A59_CNT,A60A84_CNT,A85UP_5_CNT", "unstated"),
        ("0至59歲,60至84歲,85+", "unstated"),
    ],
)
def test_wide_columns_become_tidy_rows(tmp_path: Path, columns: str, population: str) -> None:
    frame = read_population(csv(tmp_path, WIDE.format(columns.replace("～", "~"))))
    assert list(frame.columns) == list(POPULATION_COLUMNS)
    assert frame["code"].tolist() == ["C1"] * 3 + ["C2"] * 3
    assert frame["age_from"].tolist() == [0, 60, 85] * 2
    assert frame["age_to"].tolist() == [59, 84, 200] * 2
    assert frame["count"].tolist() == [100, 20, 5, 50, 0, 1]
    assert set(frame["population"]) == {population}
    assert set(frame["year"]) == {2024}
    assert ("population_unstated" in notes(frame)) == (population == "unstated")


def test_both_populations_in_one_file(tmp_path: Path) -> None:
    text = "code,registered_0_64,registered_65_plus,resident_0_64,resident_65_plus\nA,1,2,3,4\n"
    frame = read_population(csv(tmp_path, text))
    counts = frame.set_index(["population", "age_from"])["count"].to_dict()
    assert counts == {
        ("registered", 0): 1, ("registered", 65): 2, ("resident", 0): 3, ("resident", 65): 4,
    }  # fmt: skip


def test_the_population_can_be_given_where_the_file_names_none(tmp_path: Path) -> None:
    path = csv(tmp_path, "code,0-64岁,65岁以上\nA,1,2\n")
    assert set(read_population(path, population="registered")["population"]) == {"registered"}
    assert set(read_population(path)["population"]) == {"unstated"}
    with pytest.raises(ParameterError, match="registered or resident"):
        read_population(path, population="everybody")


def test_columns_by_sex_are_left_out_and_noted(tmp_path: Path) -> None:
    text = "code,A0A64_CNT,A0A64_M_CNT,A0A64_F_CNT,A65UP_5_CNT\nA,3,1,2,4\n"
    frame = read_population(csv(tmp_path, text))
    assert frame["count"].tolist() == [3, 4]
    assert "columns_by_sex" in notes(frame)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("0-59岁,55-84岁,85岁以上", "overlap"),
        ("0-59岁,65-84岁,85岁以上", "ages 60–64"),
        ("60-64岁,65-84岁,85岁以上", "ages 0–59"),
        ("0-59岁,60-84岁,85-99岁", r"ages 100\+"),
        ("a,b,c", "No column names an age band"),
    ],
)
def test_unclear_bands_are_refused(tmp_path: Path, columns: str, message: str) -> None:
    with pytest.raises(FieldMappingError, match=message):
        read_population(csv(tmp_path, WIDE.format(columns)))


@pytest.mark.parametrize("bad", ["-1", "some"])
def test_a_count_that_cannot_be_used_names_its_row(tmp_path: Path, bad: str) -> None:
    text = WIDE.format("0-59岁,60-84岁,85岁以上").replace(",50,", f",{bad},")
    with pytest.raises(RowError, match="rows 2") as caught:
        read_population(csv(tmp_path, text))
    assert caught.value.details["rows"] == [2]


def test_a_missing_count_gives_no_row_and_a_note(tmp_path: Path) -> None:
    text = WIDE.format("0-59岁,60-84岁,85岁以上").replace(",50,", ",,")
    frame = read_population(csv(tmp_path, text))
    assert len(frame) == 5
    assert "no_count" in notes(frame)


def test_a_table_without_codes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FieldMappingError, match="--map code"):
        read_population(csv(tmp_path, "x,0-64岁,65岁以上\nA,1,2\n"))
    frame = read_population(tmp_path / "population.csv", mapping={"code": "x"})
    assert set(frame["code"]) == {"A"}


def test_the_tidy_form_is_read_too(tmp_path: Path) -> None:
    text = (
        "code,population,age_from,age_to,count\n"
        "A,户籍人口,0,59,10\nA,registered,60,,2\nB,registered,0,59,7\nB,registered,60,200,1\n"
    )
    frame = read_population(csv(tmp_path, text))
    assert frame["age_to"].tolist() == [59, 200, 59, 200]
    assert set(frame["population"]) == {"registered"}


def test_bands_can_be_mapped(tmp_path: Path) -> None:
    mapping = {"registered_0_64": "young", "registered_65_plus": "old"}
    frame = read_population(csv(tmp_path, "code,young,old\nA,5,6\n"), mapping=mapping)
    assert frame["count"].tolist() == [5, 6]
    with pytest.raises(FieldMappingError, match="'none'"):
        read_population(tmp_path / "population.csv", mapping={"registered_0_64": "none"})


@pytest.mark.parametrize("name", ["name", "year", "2024", "code_12", "area_m2", "AREA", "床位"])
def test_other_columns_are_no_age_bands(name: str) -> None:
    assert band_of(name) is None
