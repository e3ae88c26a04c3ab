"""Which coordinate system do these numbers stand in?"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS

from gis_service.core import crs
from gis_service.errors import CrsError

DEGREES = (114.131, 22.548)
METRES = (513_400.0, 2_494_700.0)
PREFIXED = (38_513_400.0, 2_494_700.0)


def around(place: tuple[float, float], *, step: float = 0.001) -> np.ndarray:
    x, y = place
    return np.array([(x, y), (x + step, y), (x, y + step), (x + step, y + step)])


def swapped(points: np.ndarray) -> np.ndarray:
    return points[:, ::-1]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (around(DEGREES), "EPSG:4326"),
        (swapped(around(DEGREES)), "EPSG:4326/NE"),
        (around(METRES, step=90), "EPSG:4547"),
        (swapped(around(METRES, step=90)), "EPSG:4547/NE"),
        (around(PREFIXED, step=90), "EPSG:4526"),
        (swapped(around(PREFIXED, step=90)), "EPSG:4526/NE"),
        (around((39_450_000.0, 3_500_000.0)), "EPSG:4527"),
        (around((12_705_000.0, 2_578_000.0)), "EPSG:3857"),
        (around((87.6, 43.8)), "EPSG:4326"),
        (swapped(around((87.6, 43.8))), "EPSG:4326/NE"),
        (around((-87.6, 41.9)), "EPSG:4326"),
    ],
)
def test_undeclared_coordinates_stop_and_name_the_crs_that_fits(
    points: np.ndarray, expected: str
) -> None:
    with pytest.raises(CrsError) as caught:
        crs.settle(points)
    suggestions = caught.value.details["suggestions"]
    assert isinstance(suggestions, list)
    assert suggestions[0] == expected
    assert f"--crs {expected} " in caught.value.en
    assert f"--crs {expected}（" in caught.value.zh


@pytest.mark.parametrize("place", [(1_150_000.0, 1_880_000.0), (5e8, 5e8), (1e5, 2e5)])
def test_coordinates_that_fit_nothing_ask_for_their_origin(place: tuple[float, float]) -> None:
    with pytest.raises(CrsError, match="ask where the file comes from") as caught:
        crs.settle(around(place))
    assert caught.value.details["suggestions"] == []


@pytest.mark.parametrize(
    ("declared", "points", "expected"),
    [
        ("EPSG:4326", around(METRES), "EPSG:4547"),
        ("EPSG:4326", swapped(around(DEGREES)), "EPSG:4326/NE"),
        ("EPSG:4547", around(DEGREES), "EPSG:4326"),
        ("EPSG:4547", around(PREFIXED), "EPSG:4526"),
        ("EPSG:4526", around(METRES), "EPSG:4547"),
        ("EPSG:4547", swapped(around(METRES)), "EPSG:4547/NE"),
        ("EPSG:4490", around((-87.6, 41.9)), "EPSG:4326"),
        ("GCJ02", around((5.48, 51.44)), "EPSG:4326"),
    ],
)
@pytest.mark.parametrize("how", ["declared", "given"])
def test_a_crs_that_contradicts_the_coordinates_is_refused(
    declared: str, points: np.ndarray, expected: str, how: str
) -> None:
    with pytest.raises(CrsError, match="contradicts") as caught:
        crs.settle(points, **{how: declared})
    suggestions = caught.value.details["suggestions"]
    assert isinstance(suggestions, list)
    assert expected in suggestions


def test_the_users_word_overrides_the_files_and_the_reason_says_so() -> None:
    decision = crs.settle(around(METRES), declared="EPSG:4326", given="epsg:4547")
    assert decision.source.text == "EPSG:4547"
    assert "overrides the file's own EPSG:4326" in decision.reason.en
    assert "EPSG:4326" in decision.reason.zh


def test_a_few_stray_points_do_not_overturn_a_declared_crs() -> None:
    points = np.vstack((around(METRES), [[0.0, 1e9]]))
    assert crs.settle(points, declared="EPSG:4547").source.text == "EPSG:4547"
    assert crs.fits(crs.parse_crs("EPSG:4547"), points).tolist() == [True] * 4 + [False]


@pytest.mark.parametrize("text", ["EPSG:0", "nonsense", "", "EPSG:4978"])
def test_an_unknown_crs_is_refused_with_what_can_be_written(text: str) -> None:
    with pytest.raises(CrsError, match="EPSG:4547/NE"):
        crs.parse_crs(text)


@pytest.mark.parametrize("text", ["EPSG:4547/NE", "epsg:4547/ne", " EPSG:4547/NE "])
def test_north_first_is_written_behind_the_crs(text: str) -> None:
    source = crs.parse_crs(text)
    assert (source.text, source.north_first) == ("EPSG:4547/NE", True)


def test_esri_wkt_is_named_by_its_epsg_code() -> None:
    wkt = CRS.from_epsg(4547).to_wkt("WKT1_ESRI")
    assert crs.parse_crs(wkt).text == "EPSG:4547"


def test_all_forms_lead_to_the_same_place() -> None:
    lonlat = np.array([DEGREES])
    target = CRS.from_epsg(4547)
    forms = {
        "EPSG:4326": lonlat,
        "EPSG:4326/NE": lonlat[:, ::-1],
        "GCJ02": crs.wgs84_to_gcj02(lonlat),
        "BD09": crs.wgs84_to_bd09(lonlat),
    }
    for text, points in forms.items():
        there = crs.transformation(crs.parse_crs(text), target)(points)
        assert np.abs(there - [[513_469, 2_494_560]]).max() < 100, text
        back = crs.to_lonlat(crs.SourceCrs("", target), there)
        assert np.abs(back - lonlat).max() < 1e-7, text


def test_points_in_the_working_crs_stay_bit_for_bit() -> None:
    points = np.array([[513_400.123456789, 2_494_700.987654321]])
    moved = crs.transformation(crs.parse_crs("EPSG:4547"), CRS.from_epsg(4547))(points)
    assert (moved == points).all()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (DEGREES, "EPSG:4547"),
        ((113.9, 22.6), "EPSG:4547"),
        ((116.4, 39.9), "EPSG:32650"),
        ((121.5, 25.05), "EPSG:32651"),
        ((126.98, 37.57), "EPSG:32652"),
        ((5.48, 51.44), "EPSG:32631"),
        ((-87.6, 41.9), "EPSG:32616"),
        ((-58.4, -34.6), "EPSG:32721"),
        ((180.0, -17.0), "EPSG:32760"),
    ],
)
def test_the_working_crs_is_4547_in_its_area_else_the_utm_zone(
    place: tuple[float, float], expected: str
) -> None:
    assert crs.choose_working_crs(np.array([place])).to_string() == expected


@pytest.mark.parametrize("wanted", ["EPSG:4326", "EPSG:3435", "EPSG:1"])
def test_a_working_crs_must_be_projected_and_in_metres(wanted: str) -> None:
    with pytest.raises(CrsError):
        crs.choose_working_crs(np.array([DEGREES]), wanted=wanted)


DISTRICT = shapely.transform(shapely.Point(DEGREES).buffer(0.04), lambda points: points * (1, 1))


@pytest.mark.parametrize(
    ("forward", "expected"), [(crs.wgs84_to_gcj02, "GCJ02"), (crs.wgs84_to_bd09, "BD09")]
)
def test_web_map_coordinates_are_recognised_by_the_outline(forward: object, expected: str) -> None:
    assert callable(forward)
    outline = np.array([DISTRICT])
    moved = np.array([shapely.transform(DISTRICT, forward)])
    wgs84 = crs.parse_crs("EPSG:4326")
    assert crs.probable_offset(wgs84, moved, outline=outline) == expected
    assert crs.probable_offset(wgs84, outline, outline=outline) == ""
    assert crs.probable_offset(crs.parse_crs("GCJ02"), moved, outline=outline) == ""
    points = shapely.get_coordinates(moved)
    with pytest.raises(CrsError) as caught:
        crs.settle(points, geometries=moved, outline=outline)
    assert caught.value.details["suggestions"] == [expected]


def test_a_community_in_the_middle_of_the_outline_tells_nothing() -> None:
    inner = np.array([shapely.transform(shapely.Point(DEGREES).buffer(0.005), crs.wgs84_to_gcj02)])
    outline = np.array([DISTRICT])
    assert crs.probable_offset(crs.parse_crs("EPSG:4326"), inner, outline=outline) == ""
