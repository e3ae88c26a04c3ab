"""The public Python API: what ``import gis_service as gis`` offers."""

from __future__ import annotations

from pathlib import Path

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
