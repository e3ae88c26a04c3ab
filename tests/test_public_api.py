"""The public Python API: what ``import gis_service as gis`` offers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import gis_service as gis


def test_every_public_name_is_there() -> None:
    assert all(hasattr(gis, name) for name in gis.__all__)


def test_every_function_can_be_called_twice(tmp_path: Path) -> None:
    """No room of the house may bear the name of a function: an import would put it in its place."""
    for name in ("once", "again"):
        assert len(gis.sample(tmp_path / name)) >= 8
    rooms = {path.name for path in Path(gis.__file__).parent.iterdir() if path.is_dir()}
    modules = {path.stem for path in Path(gis.__file__).parent.glob("*.py")}
    assert not (rooms | modules) & set(gis.__all__)


def test_the_sample_goes_through_the_api_from_end_to_end(tmp_path: Path) -> None:
    gis.sample(tmp_path)
    layer = gis.read_survey(tmp_path / "boundaries" / "communities.geojson")
    outline = gis.read_survey(tmp_path / "boundaries" / "outline.geojson")
    assert (len(layer), layer.index.name, layer.crs.to_epsg()) == (81, "code", 4547)
    findings = gis.check(layer, outline)
    counts = findings.groupby(["check", "severity"]).size().to_dict()
    assert counts == {
        ("overlap", "dispute"): 10,
        ("overlap", "sliver"): 6,
        ("gap", "dispute"): 6,
        ("gap", "sliver"): 6,
        ("self_crossing", "error"): 1,
        ("attribute", "error"): 1,
    }
    report = gis.coverage(
        layer,
        gis.read_facilities(tmp_path / "facilities" / "facilities.csv"),
        gis.read_population(tmp_path / "facilities" / "population.csv"),
        gis.read_policy(tmp_path / "facilities" / "policy.toml"),
    )
    assert (report.covered, report.ageing, report.needed) == (36, 60, 6)
    assert report.range is not None
    assert report.range[0] < report.rate < report.range[1]


@pytest.fixture
def layer() -> gpd.GeoDataFrame:
    """A and B overlap by 20 m, B and C by 20 cm."""
    squares = [shapely.box(west, 0, east, 90) for west, east in ((0, 90), (70, 200), (199.8, 300))]
    return gpd.GeoDataFrame(index=["A", "B", "C"], geometry=squares, crs="EPSG:4547")


def test_a_finding_is_decided_by_its_row_or_by_its_key(layer: gpd.GeoDataFrame) -> None:
    findings = gis.check(layer)
    row = findings.set_index("key", drop=False).loc["overlap:A+B:1"]
    by_row = gis.resolve(layer, row, by="award", to="B")
    assert by_row.changes == gis.resolve(layer, "overlap:A+B:1", by="award", to="B").changes
    after = gis.apply(layer, by_row)
    assert after.area.tolist() == pytest.approx([70 * 90, 130 * 90, 100.2 * 90])
    assert gis.check(after)["key"].tolist() == ["overlap:B+C:1"]
    undone = gis.apply(after, gis.invert(by_row))
    assert shapely.equals_identical(undone.geometry, layer.geometry).all()


def test_cleaning_ends_the_slivers_and_leaves_the_disputes(layer: gpd.GeoDataFrame) -> None:
    after = gis.apply(layer, gis.clean(layer))
    assert gis.check(after)["key"].tolist() == ["overlap:A+B:1"]


def test_what_is_allowed_is_a_note_until_its_day(layer: gpd.GeoDataFrame) -> None:
    allowed = pd.DataFrame(
        {
            "check": ["overlap"] * 2,
            "communities": ["A+B", "B+C"],
            "until": ["2999-12-31", "2001-01-01"],
        }
    )
    severities = gis.check(layer, allowed=allowed).set_index("key")["severity"].to_dict()
    assert severities == {"overlap:B+C:1": "sliver", "overlap:A+B:1": "note"}
    every = allowed.assign(until="")
    assert gis.clean(layer, allowed=every).changes == ()


def test_a_finding_that_is_not_there_is_refused_with_those_that_are(
    layer: gpd.GeoDataFrame,
) -> None:
    with pytest.raises(gis.GisServiceError, match=r"no finding X.*overlap:A\+B:1"):
        gis.resolve(layer, "X", by="median")
    with pytest.raises(gis.GisServiceError, match="The row has no key"):
        gis.resolve(layer, pd.Series({"name": "A"}), by="median")
