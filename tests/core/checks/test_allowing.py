from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis_service.core.checks import CHECKS, run_checks
from gis_service.core.checks.allowing import ALLOWED_COLUMNS, allow, allowed_frame, in_force
from gis_service.core.resolutions import ResolutionParams, resolve
from gis_service.errors import CrsError, RowError

CRS = "EPSG:4547"


@pytest.fixture
def layer(draw, box):
    """An overlap of A and B, a gap with a lake's shape in A, an exclave of B, a null row."""
    holed = "POLYGON ((0 0, 50 0, 50 50, 0 50, 0 0), (10 10, 10 20, 20 20, 20 10, 10 10))"
    parts = shapely.multipolygons([shapely.box(45, 0, 90, 50), shapely.box(200, 0, 210, 10)])
    return draw(A=holed, B=parts.wkt, C=None)


def entries(*rows: dict) -> gpd.GeoDataFrame:
    geometry = [row.get("geometry") for row in rows]
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype=object)
        for name in ALLOWED_COLUMNS[:-1]
    }
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


@pytest.fixture
def severities(layer):
    """``severities({…}, {…})``: key → severity with these entries."""

    def find(*rows: dict) -> dict[str, str]:
        found = allow(run_checks(layer), entries(*rows), crs=layer.crs, checks=CHECKS)
        return {finding.key: finding.severity for finding in found}

    return find


FOUND = {
    "overlap:A+B:1": "dispute",
    "gap:A:1": "dispute",
    "geometry:C:1": "error",
    "detached:B:1": "note",
}


def test_without_entries_all_stays_as_found(layer, severities):
    found = run_checks(layer)
    assert allow(found, None, crs=layer.crs) == found
    assert severities() == FOUND


class TestLand:
    def test_a_gap_inside_allowed_land_is_a_note(self, severities):
        lake = {"check": "gap", "geometry": shapely.box(9, 9, 21, 21)}
        assert severities(lake) == FOUND | {"gap:A:1": "note"}

    @pytest.mark.parametrize(("west", "severity"), [(10.09, "note"), (10.2, "dispute")])
    def test_a_hundredth_of_it_may_lie_beyond(self, severities, west, severity):
        lake = {"geometry": shapely.box(west, 10, 20, 20)}
        assert severities(lake)["gap:A:1"] == severity

    def test_several_entries_may_hold_it_together(self, severities):
        halves = [{"geometry": shapely.box(10, y, 20, y + 5)} for y in (10, 15)]
        assert severities(halves[0])["gap:A:1"] == "dispute"
        assert severities(*halves)["gap:A:1"] == "note"

    def test_land_alone_allows_no_error(self, draw, box):
        twice = draw([("A", box(0, 0, 9, 9)), ("A", box(9, 0, 18, 9))])
        everywhere = {"geometry": shapely.box(-1, -1, 99, 99)}
        (found,) = allow(run_checks(twice), entries(everywhere), crs=twice.crs)
        assert found.severity == "error"
        named = everywhere | {"check": "attribute"}
        (found,) = allow(run_checks(twice), entries(named), crs=twice.crs)
        assert found.severity == "note"

    def test_invalid_land_is_repaired(self, severities):
        tie = shapely.from_wkt("POLYGON ((-5 -5, 40 40, 40 -5, -5 40, -5 -5))")
        assert severities({"geometry": tie})["gap:A:1"] == "dispute"
        assert severities({"geometry": tie.buffer(30)})["gap:A:1"] == "note"


class TestNames:
    @pytest.mark.parametrize("codes", ["A+B", "B, A", "A、B", ["A", "B"], ("B", "A")])
    def test_an_entry_may_name_check_and_communities(self, severities, codes):
        named = {"check": "overlap", "communities": codes}
        assert severities(named) == FOUND | {"overlap:A+B:1": "note"}

    @pytest.mark.parametrize("codes", ["A", "A+B+C", "B+C"])
    def test_all_of_them_and_no_others(self, severities, codes):
        assert severities({"check": "overlap", "communities": codes}) == FOUND

    def test_another_check_is_not_allowed(self, severities):
        assert severities({"check": "gap", "geometry": shapely.box(0, 0, 99, 99)}) == FOUND | {
            "gap:A:1": "note"
        }

    def test_a_row_without_place_can_only_be_named(self, severities):
        named = {"check": "geometry", "communities": "C"}
        assert severities(named) == FOUND | {"geometry:C:1": "note"}

    def test_an_exclave_is_allowed_when_listed(self, layer):
        listed = entries({"check": "detached", "communities": "B", "reason": "飞地"})
        found = {f.key: f for f in allow(run_checks(layer), listed, crs=layer.crs)}
        assert found["detached:B:1"].text.en.startswith("Allowed (entry 1, 飞地).")
        assert found["detached:B:1"].text.zh.startswith("已列入允许清单（第 1 条 飞地）")

    def test_a_list_without_geometries_is_a_plain_table(self, layer):
        table = pd.DataFrame({"check": ["overlap"], "communities": ["A+B"]})
        found = allow(run_checks(layer), table, crs=layer.crs)
        assert found[-1].key == "overlap:A+B:1"


class TestDates:
    def test_entries_hold_until_their_last_day(self):
        listed = entries(*({"until": day} for day in ("2027-06-30", "2027-07-01", None, "")))
        assert len(in_force(listed, "2027-06-30")) == 4
        assert len(in_force(listed, "2027-07-01")) == 3
        assert len(in_force(listed.drop(columns="until"), "2030-01-01")) == 4

    def test_dates_of_files_are_understood(self):
        listed = entries({"until": pd.Timestamp(2027, 6, 30)}, {"until": pd.NaT})
        assert len(in_force(listed, "2028-01-01")) == 1

    def test_a_date_that_is_none_is_refused_with_its_row(self):
        with pytest.raises(RowError, match=r"Entry 2 .*next year"):
            in_force(entries({}, {"until": "next year"}), "2027-01-01")


class TestRefused:
    @pytest.mark.parametrize(
        "row", [{}, {"check": "gap"}, {"communities": "A"}, {"geometry": shapely.Point(0, 0)}]
    )
    def test_an_entry_that_would_allow_too_much(self, severities, row):
        with pytest.raises(RowError, match="neither land nor both"):
            severities(row)

    def test_an_unknown_check(self, severities):
        with pytest.raises(RowError, match="no check 'gaps'"):
            severities({"check": "gaps", "communities": "A"})

    def test_land_in_another_crs(self, layer):
        elsewhere = entries({"geometry": shapely.box(0, 0, 9, 9)}).to_crs(4526)
        with pytest.raises(CrsError, match="another coordinate system"):
            allow(run_checks(layer), elsewhere, crs=layer.crs)


def test_what_is_held_jointly_is_allowed_from_then_on(layer):
    found = {finding.key: finding for finding in run_checks(layer)}
    proposal = resolve(
        layer, found["overlap:A+B:1"], by="joint", params=ResolutionParams(until="2027-06-30")
    )
    listed = allowed_frame(proposal.allowed, crs=layer.crs)
    assert tuple(listed.columns) == ALLOWED_COLUMNS
    again = allow(run_checks(layer), in_force(listed, "2027-06-30"), crs=layer.crs, checks=CHECKS)
    allowed = {f.key: f for f in again}["overlap:A+B:1"]
    assert allowed.severity == "note"
    assert "until 2027-06-30" in allowed.text.en
    later = allow(run_checks(layer), in_force(listed, "2027-07-01"), crs=layer.crs)
    assert {f.key: f.severity for f in later} == FOUND
