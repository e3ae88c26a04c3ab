"""Walking networks from files: rules of OpenStreetMap, lines, tables, saved ones, and damage."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.core.network import WalkNetwork as Walks
from gis_service.errors import FieldMappingError, InputError, RowError, UnreadableFileError
from gis_service.formats import osm
from gis_service.formats.networks import WalkNetwork, read_network
from gis_service.formats.walking_rules import direction, is_stairs, is_walked, stops_people

FACILITIES = Path(__file__).parents[2] / "facilities"
LON, LAT = 114.1, 22.55


def xml(ways: list[tuple[list[int], dict[str, str]]], tags: dict[int, dict[str, str]]) -> bytes:
    """Nodes 0 to 9 stand 100 m apart on a line from west to east."""
    step = 100 / 102_900

    def inside(pairs: dict[str, str]) -> str:
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in pairs.items())

    nodes = "".join(
        f'<node id="{n + 1}" lat="{LAT}" lon="{LON + n * step:.7f}">'
        f"{inside(tags.get(n, {}))}</node>"
        for n in range(10)
    )
    lines = "".join(
        f'<way id="{w + 1}">{"".join(f"""<nd ref="{n + 1}"/>""" for n in refs)}'
        f"{inside(pairs)}</way>"
        for w, (refs, pairs) in enumerate(ways)
    )
    return f'<?xml version="1.0"?><osm version="0.6">{nodes}{lines}</osm>'.encode()


def network(tmp_path: Path, *ways: tuple[list[int], dict[str, str]], **nodes: object) -> Walks:
    path = tmp_path / "streets.osm"
    path.write_bytes(xml(list(ways), nodes.get("tags", {})))  # type: ignore[arg-type]
    return read_network(path)


def test_ways_meet_at_common_nodes_and_are_as_long_as_on_the_ground(tmp_path: Path) -> None:
    street, path = {"highway": "residential"}, {"highway": "path"}
    made = network(tmp_path, ([0, 1, 2, 3], street), ([3, 4, 5], path), ([2, 6], path))
    assert (made.nodes, made.edges, made.crs) == (5, 4, "EPSG:4547")
    ends = made.streets.nodes_xy[[0, -1]]
    west, east = ends[ends[:, 0].argsort()]
    assert east[0] - west[0] == pytest.approx(500, abs=110)
    costs = sorted(made.streets.ahead_um / 1e6)
    assert costs == pytest.approx([100, 200, 200, 400], rel=0.002)


def test_a_barrier_that_stops_people_cuts_the_way(tmp_path: Path) -> None:
    way = ([0, 1, 2, 3, 4, 5, 6], {"highway": "footway"})
    gate = {2: {"barrier": "gate", "access": "private"}, 4: {"barrier": "bollard"}}
    made = network(tmp_path, way, tags=gate)
    assert made.edges == 1 and made.length_m == pytest.approx(400, rel=0.002)
    assert made.dropped["length_m"].tolist() == pytest.approx([200], rel=0.002)


def test_directions_for_people_and_stairs_are_kept(tmp_path: Path) -> None:
    made = network(
        tmp_path,
        ([0, 1], {"highway": "footway", "oneway:foot": "-1"}),
        ([1, 2], {"highway": "steps"}),
        ([2, 3], {"highway": "residential", "oneway": "yes"}),
    )
    west = made.streets.nodes_xy[:, 0].min()
    y = float(made.streets.nodes_xy[:, 1].mean())
    assert np.isinf(made.nearest([(west + 1, y)], [(west + 200, y)]).seconds[0])
    assert made.nearest([(west + 299, y)], [(west + 101, y)]).seconds[0] == pytest.approx(
        99 + 3 * 99, rel=0.01
    )


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "primary"}, True),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "sidewalk": "both"}, True),
        ({"highway": "motorway", "foot": "yes"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "service", "access": "destination"}, True),
        ({"highway": "cycleway", "foot": "designated"}, True),
        ({"highway": "construction", "foot": "yes"}, False),
        ({"highway": "primary", "motorroad": "yes"}, False),
        ({"building": "yes"}, False),
    ],
)
def test_people_walk_where_the_tags_let_them(tags: dict[str, str], walked: bool) -> None:
    assert is_walked(tags) is walked


def test_moving_stairs_are_no_stairs_and_one_way() -> None:
    moving = {"highway": "steps", "conveying": "backward"}
    assert (is_stairs(moving), direction(moving)) == (False, -1)
    assert is_stairs({"highway": "steps"})
    assert direction({"foot:backward": "no"}) == 1
    assert stops_people({"barrier": "gate", "locked": "yes"})
    assert not stops_people({"barrier": "gate", "locked": "yes", "foot": "yes"})


@pytest.mark.realdata
def test_real_extracts_become_networks(shared_data: Path) -> None:
    helsinki = WalkNetwork.from_osm(shared_data / "streets" / "helsinki.osm.pbf")
    assert helsinki.crs == "EPSG:32635" and 3_000 < helsinki.nodes < 8_000
    assert helsinki.length_m > 95_000 and helsinki.dropped["length_m"].sum() < 5_000
    monaco = WalkNetwork.from_osm(shared_data / "streets" / "monaco.osm.gz")
    assert monaco.length_m > 75_000 and monaco.crs == "EPSG:32632"


def test_the_sample_is_read_by_its_folder_or_by_one_of_its_tables() -> None:
    made = read_network(FACILITIES)
    assert (made.nodes, made.edges, made.crs) == (14_878, 24_036, "EPSG:4547")
    assert made.dropped.empty and made.streets.stairs.sum() > 100
    assert read_network(FACILITIES / "walk_edges.csv").nodes == made.nodes


def test_what_was_saved_comes_back_the_same(tmp_path: Path) -> None:
    made = WalkNetwork.from_file(FACILITIES)
    made.save(tmp_path / "a.npz")
    made.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = WalkNetwork.from_file(tmp_path / "a.npz")
    assert (again.crs, again.notes, again.edges) == (made.crs, made.notes, made.edges)
    points = made.streets.nodes_xy[:50] + 7
    np.testing.assert_array_equal(
        made.nearest(points, points[:3]).seconds, again.nearest(points, points[:3]).seconds
    )


@pytest.mark.parametrize("name", ["lines.gpkg", "lines.geojson"])
def test_lines_are_joined_where_they_share_a_vertex_and_nowhere_else(
    tmp_path: Path, name: str
) -> None:
    e, n = 513_400.0, 2_494_700.0
    lines = [
        shapely.LineString([(e, n), (e + 100, n), (e + 200, n)]),
        shapely.LineString([(e + 100, n), (e + 100, n + 80)]),
        shapely.MultiLineString([[(e + 150, n - 50), (e + 150, n + 50)]]),
        shapely.LineString([(e + 200, n), (e + 300, n)]),
        shapely.Point(e, n),
    ]
    kinds = ["street", "steps", "bridge", "motorway", "tree"]
    frame = gpd.GeoDataFrame({"highway": kinds}, geometry=lines, crs="EPSG:4547")
    frame = frame if name.endswith("gpkg") else frame.to_crs(4326)
    frame.to_file(tmp_path / name)
    made = read_network(tmp_path / name)
    assert (made.nodes, made.edges) == (4, 3)
    assert made.length_m == pytest.approx(280, abs=0.1)
    assert made.dropped["length_m"].tolist() == pytest.approx([100], abs=0.1)
    assert made.streets.stairs.sum() == 1
    said = " ".join(note.en for note in made.notes)
    assert "1 pairs of lines cross" in said and "1 features that are no lines" in said
    assert "1 lines on which people may not walk" in said


def test_layers_without_lines_are_refused(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[shapely.Point(114.1, 22.5)], crs=4326).to_file(tmp_path / "p.gpkg")
    with pytest.raises(UnreadableFileError, match="no lines to walk on"):
        read_network(tmp_path / "p.gpkg")
    with pytest.raises(UnreadableFileError, match="no OpenStreetMap file"):
        WalkNetwork.from_osm(tmp_path / "p.gpkg")


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><osm version="0.6"><node id="1" lat="1" lon="1">
<tag k="highway" v="&c;"/></node></osm>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<osm version="0.6"><node id="1" lat="1" lon="1"><tag k="highway" v="&x;"/></node></osm>"""


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><osm version="0.6"><node id="1" lat="22" lon="114"><way',
        b'<?xml version="1.0"?><osm version="0.6"><node id="1" lat="nan" lon="114"/></osm>',
        b'<?xml version="1.0"?><osm version="0.6"><node id="x" lat="22" lon="114"/></osm>',
        b'<?xml version="1.0"?><osm version="0.6"></osm>',
        xml([([0, 1], {"highway": "motorway"})], {}),
        xml([([0], {"highway": "path"})], {}),
        LAUGHS,
        OUTSIDE,
        b"\x00\x00\x00\x0e\x0a\x09OSMHeader" + b"x" * 500,
        b"\xff\xff\xff\xff\x0a\x09OSMHeader" + b"x" * 500,
        gzip.compress(xml([([0, 1], {"highway": "path"})], {}))[:-20],
        b"BZh91AY&SY" + b"junk" * 9,
        b"\x1f\x8b\x08\x00junk",
    ],
    ids=[
        "cut short", "no place", "no number", "nothing", "motorway only", "one point", "laughs",
        "outside entity", "broken pbf", "endless pbf", "cut gzip", "broken bzip2", "broken gzip",
    ],
)  # fmt: skip
def test_damaged_and_hostile_extracts_are_refused_in_both_languages(
    tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_network(path)
    assert caught.value.zh and caught.value.en and "root:" not in str(caught.value)


def test_an_archive_that_unpacks_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osm, "MAX_BYTES", 10_000_000)
    path = tmp_path / "bomb.osm.gz"
    path.write_bytes(gzip.compress(b'<?xml version="1.0"?><osm>' + b" " * 20_000_000))
    with pytest.raises(InputError, match="unpacks to more than"):
        read_network(path)


@pytest.mark.parametrize(
    ("nodes", "edges", "error"),
    [
        ("id,lon,lat\n1,114.1,22.5\n1,114.2,22.5\n", "u,v,length_m\n1,1,5\n", RowError),
        ("id,lon,lat\n1,114.1,22.5\n2,114.2,22.5\n", "u,v,length_m\n1,3,5\n", RowError),
        ("id,lon,lat\n1,114.1,22.5\n2,114.2,22.5\n", "u,v,length_m\n1,2,-5\n", RowError),
        ("id,lon,lat\n1,114.1,22.5\n2,114.2,22.5\n", "u,v,length_m\n1,2,\n", InputError),
        ("id,lon,lat\n1,114.1,22.5\n2,,22.5\n", "u,v,length_m\n1,2,5\n", InputError),
        ("id,lon,lat\n1,114.1,22.5\n2,114.2,22.5\n", "u,v\n1,2\n", FieldMappingError),
        ("id,name\n1,a\n", "u,v,length_m\n1,2,5\n", FieldMappingError),
    ],
)
def test_tables_that_do_not_fit_say_which_rows(
    tmp_path: Path, nodes: str, edges: str, error: type[InputError]
) -> None:
    (tmp_path / "walk_nodes.csv").write_text(nodes)
    (tmp_path / "walk_edges.csv").write_text(edges)
    with pytest.raises(error):
        read_network(tmp_path)


def test_one_table_alone_asks_for_the_other(tmp_path: Path) -> None:
    (tmp_path / "walk_nodes.csv").write_text("id,lon,lat\n1,114.1,22.5\n")
    with pytest.raises(UnreadableFileError, match=r"walk_edges\.csv"):
        read_network(tmp_path / "walk_nodes.csv")


@pytest.mark.parametrize("spoil", ["ends", "line_starts", "ahead_um", "nodes_xy", "pickle", "cut"])
def test_a_saved_network_that_was_changed_is_refused(tmp_path: Path, spoil: str) -> None:
    made = WalkNetwork.from_edges([(0, 0), (9, 0)], [(0, 1)], [9])
    path = tmp_path / "net.npz"
    made.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    else:
        held = io.BytesIO()
        name = "ends" if spoil == "pickle" else spoil
        array = np.load(io.BytesIO(members[f"{name}.npy"])) * 7 + 7
        if spoil == "ahead_um":
            array = array * -1
        if spoil == "nodes_xy":
            array = array * np.nan
        if spoil == "pickle":
            array = np.array([{}], dtype=object)
        np.save(held, array, allow_pickle=spoil == "pickle")
        members[f"{name}.npy"] = held.getvalue()
        with zipfile.ZipFile(path, "w") as archive:
            for member, data in members.items():
                archive.writestr(member, data)
    with pytest.raises(InputError):
        read_network(path)
