from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from gis_service.core.checks import CHECKS, findings_frame, run_checks
from gis_service.errors import CrsError, InputError
from gis_service.model.findings import FINDING_COLUMNS
from gis_service.model.policy import Policy


@pytest.fixture
def faulty(draw, box):
    """A dispute, a sliver, a bow-tie, a null row and a repeated code."""
    return draw(
        [
            ("A", box(0, 0, 10, 10)),
            ("B", box(8, 0, 20, 10)),
            ("C", box(19.9, 0, 30, 40)),
            ("D", "POLYGON ((50 50, 60 60, 60 50, 50 60, 50 50))"),
            ("D", None),
        ]
    )


def test_every_check_is_listed_under_its_name():
    assert all(name == check.name for name, check in CHECKS.items())
    assert {
        "overlap",
        "gap",
        "outside",
        "duplicate",
        "enclave",
        "detached",
        "self_crossing",
        "geometry",
        "street",
        "attribute",
    } <= set(CHECKS)


def test_disputes_come_first_then_errors_then_slivers(faulty):
    found = run_checks(faulty, policy=Policy(min_area_m2=0.5))
    assert [f.key for f in found] == [
        "overlap:A+B:1",
        "attribute:D:1",
        "geometry:D:1",
        "self_crossing:D:1",
        "overlap:B+C:1",
    ]


def test_every_finding_has_a_text_in_both_languages(faulty):
    for finding in run_checks(faulty):
        assert finding.text.zh.endswith("。")
        assert finding.text.en.endswith(".")


def test_progress_is_told_from_start_to_end(faulty):
    shares = []
    run_checks(faulty, progress=lambda share, stage: shares.append((share, stage.en)))
    assert shares == sorted(shares, key=lambda told: told[0])
    assert shares[0][0] == 0
    assert shares[-1][0] == 1


def test_an_interruption_goes_through(faulty):
    def stop(share, stage):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_checks(faulty, progress=stop)


def test_an_outline_in_another_crs_is_refused(faulty, draw, box):
    with pytest.raises(CrsError, match="another coordinate system"):
        run_checks(faulty, outline=draw(o=box(0, 0, 9, 9), crs="EPSG:4526"))


def test_an_outline_without_polygon_is_refused(faulty, draw):
    with pytest.raises(InputError, match="no polygon"):
        run_checks(faulty, outline=draw(o="LINESTRING (0 0, 1 1)"))


def test_an_outline_of_several_rows_is_one(draw, box):
    outline = draw(o=box(0, 0, 5, 9), p=box(5, 0, 9, 9))
    assert run_checks(draw(A=box(0, 0, 9, 9)), outline=outline) == []


def test_an_empty_layer_has_no_findings(draw):
    assert run_checks(draw()) == []


def test_the_frame_holds_each_finding_in_its_columns(faulty):
    found = run_checks(faulty)
    frame = findings_frame(found, faulty.crs)
    assert tuple(frame.columns) == FINDING_COLUMNS
    assert frame.crs == faulty.crs
    assert frame["key"].tolist() == [f.key for f in found]
    assert frame["communities"].tolist() == [f.communities for f in found]
    assert frame["width_m"].isna().tolist() == [f.width_m is None for f in found]
    assert frame.geometry.isna().tolist() == [f.geometry is None for f in found]


def test_a_frame_without_findings_has_the_same_columns_and_types(faulty):
    full = findings_frame(run_checks(faulty), faulty.crs)
    empty = findings_frame([], faulty.crs)
    assert isinstance(empty, gpd.GeoDataFrame)
    pd.testing.assert_series_equal(empty.dtypes, full.dtypes)
    assert empty.crs == full.crs
