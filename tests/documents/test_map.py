"""The map, read back with pypdf: its words, and what its lines measure on paper."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator

import numpy as np
import pypdf
import pytest
import shapely
from pypdf.generic import ContentStream

from gis_service.documents import DOCUMENTS
from gis_service.documents.frames import SCALES, frame_for, round_step
from gis_service.documents.margin import LINE_MM
from gis_service.documents.sheets import sheets_of
from gis_service.model.lines import NamedLine
from gis_service.model.packs import AgreementPack

MM = 25.4 / 72


def page_of(pack: AgreementPack, lang: str = "zh", name: str = "map") -> pypdf.PageObject:
    return pages_of(pack, lang, name)[0]


@functools.cache
def pages_of(pack: AgreementPack, lang: str = "zh", name: str = "map") -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(io.BytesIO(DOCUMENTS[name].make(pack, lang))).pages)


def words(page: pypdf.PageObject) -> str:
    return str(page.extract_text())


def scale_of(page: pypdf.PageObject) -> int:
    found = re.search(r"1:(\d+)", words(page))
    assert found is not None
    return int(found.group(1))


def strokes(page: pypdf.PageObject) -> Iterator[tuple[float, np.ndarray]]:
    """Width and points, both in millimetres on paper, of each path that is drawn."""
    widths = {
        name: float(state["/LW"])
        for name, state in page["/Resources"]["/ExtGState"].items()
        if "/LW" in state
    }
    matrices = [np.eye(3)]
    width, way = 0.0, []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"q":
            matrices.append(matrices[-1])
        elif operator == b"Q":
            matrices.pop()
        elif operator == b"cm":
            a, b, c, d, e, f = map(float, operands)
            matrices[-1] = np.array([[a, b, 0], [c, d, 0], [e, f, 1]]) @ matrices[-1]
        elif operator == b"gs":
            width = widths.get(operands[0], width)
        elif operator in (b"m", b"l"):
            x, y = map(float, operands)
            way.append((np.array([x, y, 1]) @ matrices[-1])[:2] * MM)
        elif operator in (b"S", b"s", b"B", b"b", b"f", b"B*", b"f*", b"b*", b"n"):
            if operator not in (b"n", b"f", b"f*") and len(way) > 1:
                yield width, np.array(way)
            way = []


def drawn_line(page: pypdf.PageObject) -> list[np.ndarray]:
    """The parts of the agreed line on paper (not its sign in the legend, which is level)."""
    found = [way for width, way in strokes(page) if abs(width - LINE_MM) < 1e-6]
    return found[:-1]


def test_the_words_of_the_map_come_out_of_the_file_again(strip):
    text = words(page_of(strip))
    for word in (
        "社区管理服务范围界线附图",
        "图例",
        "甲社区（协议后）",
        "议定界线及边界点",
        "CGCS2000 / 3-degree Gauss-Kruger CM 114E",
        "(EPSG:4547)",
        "指向真北",
        "2026-11-23",
        "第 1 版",
        "LH-2026-0001",
        "J1",
        "J2",
    ):
        assert word in text


def test_the_agreed_line_measures_on_paper_what_its_scale_says(any_pack):
    page = page_of(any_pack)
    metres = scale_of(page) / 1000
    ways = drawn_line(page)
    for way, part in zip(ways, any_pack.line.parts, strict=True):
        ends = shapely.get_coordinates(part.geometry)
        if part.is_closed:
            continue
        on_ground = np.hypot(*(ends[-1] - ends[0]))
        on_paper = np.hypot(*(way[-1] - way[0])) * metres
        assert on_paper == pytest.approx(on_ground, abs=0.02 * metres)


def test_a_square_on_the_ground_is_a_square_on_paper(island):
    page = page_of(island)
    (way,) = drawn_line(page)
    width, height = np.ptp(way, axis=0) * scale_of(page) / 1000
    assert (width, height) == pytest.approx((80, 70), abs=0.02)


def test_the_grid_stands_where_its_coordinates_say(strip):
    page = page_of(strip)
    places: dict[str, float] = {}

    def see(text: str, _cm: object, matrix: list[float], *_rest: object) -> None:
        if re.fullmatch(r"5\d{5}", text.strip()):
            places[text.strip()] = matrix[4] * MM

    page.extract_text(visitor_text=see)
    low, high = min(places), max(places)
    assert int(high) > int(low)
    metres = (places[high] - places[low]) * scale_of(page) / 1000
    assert metres == pytest.approx(int(high) - int(low), abs=0.05 * scale_of(page) / 1000)


def test_the_agreed_line_lies_inside_the_frame(any_pack):
    page = page_of(any_pack)
    box = np.array([float(page.mediabox.width), float(page.mediabox.height)]) * MM
    for way in drawn_line(page):
        assert (way > 5).all()
        assert (way < box - 5).all()


@pytest.mark.parametrize(("name", "size"), [("map", (210, 297)), ("map_a3", (297, 420))])
def test_the_paper_is_a4_or_a3(strip, name, size):
    page = page_of(strip, name=name)
    paper = sorted(float(side) * MM for side in (page.mediabox.width, page.mediabox.height))
    assert paper == pytest.approx(sorted(size), abs=0.1)


def test_a3_never_has_a_smaller_scale_than_a4(any_pack):
    bounds = tuple(shapely.total_bounds([part.geometry for part in any_pack.line.parts]).tolist())
    assert frame_for(bounds, paper="A3").scale <= frame_for(bounds, paper="A4").scale


def test_the_scale_is_round_and_the_largest_that_fits(any_pack):
    seen = [any_pack.land, *(part.geometry for part in any_pack.line.parts)]
    bounds = tuple(shapely.total_bounds(seen).tolist())
    scale = scale_of(page_of(any_pack))
    assert scale in SCALES
    frame = frame_for(bounds, paper="A4")
    assert frame.scale == scale
    assert shapely.covers(frame.ground, shapely.box(*bounds))
    larger = SCALES[max(0, SCALES.index(scale) - 1)] / 1000
    west, south, east, north = bounds
    if larger * 1000 < scale:
        fits = [
            (east - west) < 0.88 * w * larger and (north - south) < 0.88 * h * larger
            for w, h in ((186, 218), (273, 131))
        ]
        assert not any(fits)


def test_every_point_has_its_number_where_there_is_room(three):
    text = words(page_of(three))
    numbers = set(re.findall(r"J\d+", text))
    assert {"J1", "J4"} <= numbers
    assert "图上未标注的点号见" in text or numbers == {point.number for point in three.line.points}


def test_a_line_with_too_many_points_is_followed_by_further_sheets(winding):
    overview, *sheets = pages_of(winding)
    assert "图上未标注的点号见分幅图和边界点成果表" in words(overview)
    assert len(sheets) > 5
    scales = {scale_of(sheet) for sheet in sheets}
    assert len(scales) == 1
    assert scales.pop() < scale_of(overview)
    numbers = set(re.findall(r"J\d+", "\n".join(map(words, sheets))))
    assert len(numbers) > 0.9 * len(winding.line.points)
    assert f"分幅 1 / {len(sheets)}" in words(sheets[0])


def test_the_further_sheets_show_the_whole_line(winding):
    overview = frame_for(
        tuple(shapely.total_bounds([part.geometry for part in winding.line.parts]).tolist()),
        paper="A4",
    )
    shown = shapely.union_all([frame.ground for frame in sheets_of(winding, overview)])
    for part in winding.line.parts:
        assert shapely.covers(shown, part.geometry)


def test_a_map_that_numbers_all_its_points_is_one_page(strip, island):
    assert [len(pages_of(pack)) for pack in (strip, island)] == [1, 1]


def test_roads_are_drawn_and_named(pack):
    road = NamedLine(
        name="爱国路",
        kind="road",
        geometry=shapely.LineString([(513_100, 2_493_950), (513_100, 2_494_150)]),
    )
    made = pack([shapely.box(0, 0, 110, 80), shapely.box(90, 0, 200, 80)], named=[road])
    assert "爱国路" in words(page_of(made))
    assert made.line.parts[0].runs[0].feature == "爱国路"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_are_cut_and_stay_text(hostile, lang):
    page = page_of(hostile, lang)
    text = words(page)
    assert "=cmd|" in text
    assert "{nb}" in text
    assert "/AA" not in page
    assert "/Annots" not in page


def test_the_fonts_are_embedded_and_cut_down(strip):
    content = DOCUMENTS["map"].make(strip, "zh")
    fonts = pypdf.PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"]
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/FontFile2" in descriptor
        assert "NotoSansSC" in descriptor["/FontName"]
    assert len(content) < 200_000


def test_round_steps_are_1_2_5_and_their_tens():
    assert [round_step(value) for value in (0.11, 0.5, 3, 14, 60, 1200)] == [
        0.2,
        0.5,
        5,
        20,
        100,
        2000,
    ]


def test_many_parties_are_counted_in_the_legend_and_named_on_the_map(pack):
    boxes = [shapely.box(0, 4, 14, 12)]
    boxes += [shapely.box(2 * at, 0, 2 * at + 2, 5) for at in range(7)]
    names = [f"第{at}社区" for at in range(8)]
    made = pack(
        boxes,
        names=names,
        by="award",
        to="440303001001",
        facts={"parties": tuple(f"44030300100{at}" for at in range(1, 9))},
    )
    text = words(page_of(made))
    counted = re.search(r"协议各方（(\d) 个社区，协议后）", text)
    assert counted is not None
    assert int(counted.group(1)) > 5
    assert f"第0社区、第1社区、第2社区 等 {counted.group(1)} 个社区" in text
