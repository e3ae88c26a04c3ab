"""Casework in Chromium: four people take disputes to filed lines, two race, one walks a ledger."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
import shapely
from playwright.sync_api import Page, expect
from shapely.geometry import mapping
from shapely.ops import split

from gis_service.bootstrap import build
from gis_service.core.resolutions import ResolutionParams
from gis_service.model.people import Actor
from gis_service.services import Services
from gis_service.settings import Settings

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
STREET = "东门街道"
OVERLAP, GAP = "LH-2026-0006", "LH-2026-0009"
FIRST, SECOND, SHARED = "LH-2026-0003", "LH-2026-0008", "440303004902"
DOCUMENT = "罗府〔2026〕18号"
ROOT = Actor(name="root", role="administrator")
PATIENCE_MS = 30_000
"""For what the server computes: all slivers of the district, or a whole new version."""

FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@dataclass(frozen=True)
class Person:
    """Somebody at a browser of their own."""

    page: Page
    watch: Any


Office = Callable[..., Person]


@pytest.fixture(scope="module")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a server of our own: these tests change the boundaries."""
    return tmp_path_factory.mktemp("casework")


@pytest.fixture(scope="module")
def server(serve: Callable[[Path], Any], server_folder: Path) -> Iterator[str]:
    """Address of that server."""
    with serve(server_folder) as address:
        yield address


@pytest.fixture
def services(server: str, server_folder: Path) -> Iterator[Services]:
    """The use cases on the server's database, to look at it and to prepare cases."""
    del server
    made = build(Settings(data_dir=server_folder / "data"))
    yield made
    made.database.close()


@pytest.fixture
def office(visit: Callable[..., Any], sign_in_page: Callable[..., Any]) -> Iterator[Office]:
    """``office("street", "东门街道")``: a signed-in person with a browser of their own."""
    with ExitStack() as stack:

        def come(role: str, street: str | None = None, **options: Any) -> Person:
            context, watch = stack.enter_context(visit(**options))
            page = context.new_page()
            sign_in_page(page, role, street)
            return Person(page=page, watch=watch)

        yield come


def opened(page: Page, address: str) -> Page:
    answer = page.goto(address)
    assert answer is not None and answer.status == 200
    page.wait_for_selector("html[data-map-ready='true']")
    return page


def moved(page: Page, number: str, move: str, state: str, **fields: str) -> None:
    """Open a case, fill a move's fields and make it."""
    opened(page, f"/cases/{number}")
    form = page.locator("form.move", has=page.locator(f"#move-{move}"))
    for name, text in fields.items():
        form.locator(f"[name={name}]").fill(text)
    page.locator(f"#move-{move}").click()
    stands = page.locator(".steps [aria-current=step]")
    expect(stands).to_have_text(state, timeout=PATIENCE_MS)


def corner_on_screen(page: Page, share: float) -> tuple[float, float]:
    """Give where the outline of the disputed land is, a share of its length along."""
    page.locator(".split.deciding").evaluate("node => node.scrollIntoView()")
    x, y = page.locator(".leaflet-gis-findings-pane path").first.evaluate(
        """(path, share) => {
          const point = path.getPointAtLength(path.getTotalLength() * share);
          const matrix = path.getScreenCTM();
          return [point.x * matrix.a + matrix.e, point.y * matrix.d + matrix.f];
        }""",
        share,
    )
    return float(x), float(y)


def on_screen(page: Page, land: Any, piece: Any) -> tuple[float, float]:
    """Give where the inside of a piece of the land (lon/lat) is on the screen."""
    box = page.locator(".leaflet-gis-findings-pane path").first.bounding_box()
    assert box is not None
    west, south, east, north = land.bounds
    point = shapely.maximum_inscribed_circle(piece).coords[0]
    x = box["x"] + (point[0] - west) / (east - west) * box["width"]
    return x, box["y"] + (north - point[1]) / (north - south) * box["height"]


def draw_across(page: Page) -> list[tuple[float, float]]:
    """Split the land with the mouse, from a corner to beyond the other side; give the line."""
    page.locator("[name=by][value=split]").check()
    corner = corner_on_screen(page, 0.0)
    far = corner_on_screen(page, 0.5)
    page.locator("#draw").click()
    beyond = tuple(b + (b - a) * 0.4 for a, b in zip(corner, far, strict=True))
    for x, y in ((corner[0] + 5, corner[1] + 4), beyond):
        page.mouse.move(x - 3, y - 3)
        page.mouse.move(x, y, steps=3)
        page.mouse.click(x, y)
    page.locator("#finish").click()
    expect(page.locator("html")).to_have_attribute("data-drawn", "1")
    rows = page.locator("#line").input_value().splitlines()
    return [(float(lon), float(lat)) for lon, lat in (row.split(",") for row in rows)]


def previewed(page: Page) -> None:
    page.locator("#preview").click()
    done = "已算出，未写入任何内容。"
    expect(page.locator("#preview-said")).to_have_text(done, timeout=PATIENCE_MS)
    expect(page.locator("#outcome")).to_be_visible()


def kept(page: Page, count: int) -> None:
    page.locator("#keep").click()
    expect(page.locator("#proposals thead th")).to_have_count(count + 1, timeout=PATIENCE_MS)
    page.wait_for_selector("html[data-map-ready='true']")


def proposed(page: Page, number: int) -> None:
    page.locator(f"#propose-{number}").click()
    expect(page.locator(".steps [aria-current=step]")).to_have_text("街道已提出")


def signed_through(office: Office, number: str) -> None:
    """Review, approve, apply and file a proposed case, each by another person."""
    bureau, approver, root = office("bureau"), office("approver"), office("administrator")
    moved(bureau.page, number, "review", "民政已审核", text="材料齐全")
    moved(approver.page, number, "approve", "区政府已批准", document=DOCUMENT)
    moved(root.page, number, "apply", "已落图")
    moved(bureau.page, number, "file", "已归档")


def documents_of(page: Page, number: str) -> dict[str, bytes]:
    opened(page, f"/cases/{number}")
    with page.expect_download() as download:
        page.locator("#documents-zip").click()
    with zipfile.ZipFile(Path(download.value.path())) as held:
        return {name: held.read(name) for name in held.namelist()}


def check_documents(files: dict[str, bytes], number: str) -> None:
    """The pack holds an agreement, maps of this case and its points."""
    assert {Path(name).suffix for name in files} >= {".docx", ".pdf", ".xlsx"}
    for name, body in files.items():
        if name.endswith(".pdf"):
            text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
            assert number in text
        if name.endswith(".xlsx"):
            sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
            assert sheet.max_row > 3


def check_filed(services: Services, number: str, *, authors: set[str]) -> int:
    """The case is filed, its version carries it, its finding is gone, the chain holds."""
    file = services.cases.ledger.file(ROOT, number)
    case = file.row.case
    assert (case.state, case.document) == ("filed", DOCUMENT)
    assert {event.user for event in file.events} >= authors
    assert [p.state for p in file.proposals if p.number == case.chosen] == ["applied"]
    assert case.applied_version is not None
    version = services.versions.get(case.applied_version)
    assert version.document == DOCUMENT and number in version.reason
    snapshot = services.snapshots.current()
    assert {part.key for part in case.parts}.isdisjoint(f.key for f in snapshot.findings)
    assert services.audit.verify()[0] == []
    return case.applied_version


def test_four_people_take_an_overlap_from_the_finding_to_the_filed_line(
    office: Office, services: Services, tmp_path: Path
) -> None:
    viewer = office("viewer").page
    opened(viewer, f"/cases/{OVERLAP}")
    expect(viewer.locator("#decide, form.move, #comment-form")).to_have_count(0)
    page = office("street", STREET).page
    opened(page, "/cases")
    assert f"/cases/{FIRST}" not in page.content()
    moved(page, OVERLAP, "negotiate", "协商中", text="双方到场")
    page.locator("#comment-form textarea").fill("<b>现场</b>核实")
    page.locator("#comment-form button").click()
    expect(page.locator("#timeline")).to_contain_text("<b>现场</b>核实")
    photo = tmp_path / "现场.png"
    photo.write_bytes(PIXEL)
    page.locator("#evidence-form [type=file]").set_input_files(photo)
    page.locator("#evidence-form button").click()
    expect(page.locator("#evidence")).to_contain_text("现场.png")
    page.wait_for_selector("html[data-map-ready='true']")

    line = draw_across(page)
    row = services.cases.ledger.get(ROOT, OVERLAP)
    land = shapely.from_geojson(
        json.dumps(page.request.get(f"/api/v1/cases/{OVERLAP}").json()["land"])
    )
    away = abs(shapely.get_coordinates(land) - line[0]).sum(axis=1).min()
    assert away < 2e-7, "the line doesn't begin at a corner of the land"
    page.reload()
    page.wait_for_selector("html[data-map-ready='true']")
    expect(page.locator("#told")).to_be_visible()
    expect(page.locator("[name=by][value=split]")).to_be_checked()
    page.locator("#owner").select_option(row.case.parties[0])
    page.locator("#owner-click").click()
    page.mouse.click(*on_screen(page, land, split(land, shapely.LineString(line)).geoms[0]))
    expect(page.locator("#owners li")).to_have_count(1)
    previewed(page)
    assert services.cases.proposals.of(ROOT, OVERLAP) == []
    expect(page.locator("#outcome .proof .late")).to_have_count(0)
    page.get_by_label("之前", exact=True).check()
    expect(page.locator("html")).to_have_attribute("data-shown", "before")
    kept(page, 1)
    page.locator("[name=by][value=median]").check()
    previewed(page)
    kept(page, 2)
    proposed(page, 1)
    signed_through(office, OVERLAP)
    number = check_filed(
        services, OVERLAP, authors={f"street-{STREET}", "bureau", "approver", "administrator"}
    )
    assert number == 2
    check_documents(documents_of(page, OVERLAP), OVERLAP)


def test_a_gap_is_given_to_a_neighbour_by_four_people(office: Office, services: Services) -> None:
    page = office("street", STREET).page
    moved(page, GAP, "negotiate", "协商中")
    to = services.cases.ledger.get(ROOT, GAP).case.parties[0]
    page.locator("[name=by][value=fill]").check()
    page.locator("[name=to]").select_option(to)
    previewed(page)
    gained = page.locator("#outcome tr[data-figure=moved] .up")
    expect(gained).to_have_count(1)
    kept(page, 1)
    proposed(page, 1)
    signed_through(office, GAP)
    check_filed(services, GAP, authors={f"street-{STREET}", "bureau", "approver", "administrator"})
    check_documents(documents_of(page, GAP), GAP)


def approved(services: Services, number: str, to: str) -> None:
    """Bring a case to *approved*, by the services."""
    street, bureau = Actor(name="s", role="bureau"), Actor(name="b", role="bureau")
    work = services.cases
    work.moving.negotiate(street, number)
    stored = work.proposals.keep(street, number, by="award", params=ResolutionParams(to=to))
    work.moving.propose(street, number, proposal=stored.number)
    work.moving.review(bureau, number)
    work.moving.approve(Actor(name="d", role="approver"), number, document=DOCUMENT)


def test_of_two_who_apply_competing_proposals_one_wins_and_the_other_loses_nothing(
    office: Office, services: Services
) -> None:
    for number in (FIRST, SECOND):
        parties = services.cases.ledger.get(ROOT, number).case.parties
        approved(services, number, next(code for code in parties if code != SHARED))
    people = {FIRST: office("bureau"), SECOND: office("administrator")}
    for number, person in people.items():
        person.watch.expect_status(412)
        opened(person.page, f"/cases/{number}")
        form = person.page.locator("form.move", has=person.page.locator("#move-apply"))
        form.locator("[name=text]").fill(f"落图 {number}")
    for person in people.values():
        person.page.locator("#move-apply").dispatch_event("click")
    ended = re.compile("已落图|区政府已批准")
    for person in people.values():
        expect(
            person.page.locator(".steps [aria-current=step]:text('已落图'), #stale:not([hidden])")
        ).to_be_visible(timeout=PATIENCE_MS)
        expect(person.page.locator(".steps [aria-current=step]")).to_have_text(ended)
    states = {n: services.cases.ledger.get(ROOT, n).case.state for n in people}
    assert sorted(states.values()) == ["applied", "approved"]
    loser = next(number for number, state in states.items() if state == "approved")
    page = people[loser].page
    expect(page.locator("#stale-why")).to_contain_text("方案仍保留")
    expect(page.locator("#stale-body .outcome")).to_have_count(2)
    expect(page.locator("#stale-body")).to_contain_text(SHARED)
    expect(page.locator("form.move [name=text]").first).to_have_value(f"落图 {loser}")
    page.reload()
    page.wait_for_selector("html[data-map-ready='true']")
    expect(page.locator("form.move [name=text]").first).to_have_value(f"落图 {loser}")
    page.locator("[data-compare='1']").click()
    page.locator("#rebase").click()
    expect(page.locator(".steps [aria-current=step]")).to_have_text("街道已提出")
    expect(page.locator("#proposals thead th")).to_have_count(3)
    stored = services.cases.proposals.of(ROOT, loser)
    assert [(p.number, p.state) for p in stored] == [(1, "superseded"), (2, "chosen")]
    assert services.audit.verify()[0] == []


def focused(page: Page, selector: str, *, most: int = 120) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} isn't reached by {most} Tabs")


def test_the_ledger_is_filtered_sorted_and_walked_by_keyboard_on_a_phone(office: Office) -> None:
    page = office("bureau", viewport=PHONE).page
    opened(page, "/cases?lang=zh")
    assert page.evaluate(FITS)
    focused(page, "[name=kind]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases\?kind=overlap$"))
    page.wait_for_selector("html[data-map-ready='true']")
    rows = page.locator("#cases tbody tr")
    count = rows.count()
    expect(page.locator("#totals dd").first).to_have_text(str(count))
    assert page.locator(".leaflet-marker-pane .gis-marker").count() == count
    focused(page, "a.sorter[href*='sort=area']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sort=area"))
    page.wait_for_selector("html[data-map-ready='true']")
    areas = [
        float(t.replace(",", "")) for t in page.locator("#cases td:nth-child(5)").all_inner_texts()
    ]
    assert areas == sorted(areas) and len(areas) == count
    numbers = page.locator("#cases .case-link").all_inner_texts()
    focused(page, ".case-link")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/cases/{numbers[0]}"))
    expect(page.locator("#place")).to_have_text(f"1 / {count}")
    assert page.evaluate(FITS)
    page.wait_for_selector("html[data-map-ready='true']")
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text(numbers[1])
    expect(page.locator("#place")).to_have_text(f"2 / {count}")
    page.wait_for_load_state()
    page.keyboard.press("p")
    expect(page.locator("h1")).to_have_text(numbers[0])
    page.wait_for_load_state()
    focused(page, "#next")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(numbers[1])
    page.locator("#back").press("Enter")
    page.wait_for_url(re.compile("kind=overlap&sort=area"))
    with page.expect_download() as download:
        page.locator("#export").press("Enter")
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).worksheets[
        0
    ]
    listed = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell in numbers]
    assert listed == numbers


def test_a_line_is_typed_or_picked_from_a_file_and_outlives_the_page(
    office: Office, tmp_path: Path
) -> None:
    person = office("bureau")
    page, number = person.page, "LH-2026-0001"
    opened(page, f"/cases/{number}?lang=en")
    west, south, east, north = page.request.get(f"/api/v1/cases/{number}").json()["bbox"]
    middle, across = (south + north) / 2, (west + east) / 2
    focused(page, "[name=by]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=by][value=split]")).to_be_checked()
    focused(page, "#line")
    page.keyboard.type("somewhere")
    focused(page, "#preview")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("no longitude and latitude: somewhere")
    page.locator("#line").fill(f"{across}, {south - 0.001}\n{across} {north + 0.001}")
    page.locator("#line").press("Tab")
    page.locator("#preview").press("Enter")
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome tr[data-figure=area] .changed")).not_to_have_count(0)
    expect(page.locator("#said")).to_be_hidden()

    roads = tmp_path / "roads.geojson"
    road = shapely.LineString([(west - 0.001, middle), (east + 0.001, middle)])
    properties = {"name": "布吉河<b>"}
    feature = {"type": "Feature", "properties": properties, "geometry": mapping(road)}
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    page.locator("[name=by][value=follow]").check()
    page.locator("#line-file").set_input_files(roads)
    pick = page.get_by_role("button", name="布吉河<b>")
    pick.press("Enter")
    expect(pick).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#line")).to_have_value(re.compile(f"{middle:.6f}"))
    page.locator("#preview").press("Enter")
    expect(page.locator("#outcome-title")).to_have_text("Preview: Split along a road or river")
    page.locator("#decide [name=note]").fill("along the river")
    page.reload()
    page.wait_for_selector("html[data-map-ready='true']")
    expect(page.locator("[name=by][value=follow]")).to_be_checked()
    expect(page.locator("#line")).to_have_value(re.compile(f"{middle:.6f}"))
    expect(page.locator("#decide [name=note]")).to_have_value("along the river")
    kept(page, 1)
    page.reload()
    expect(page.locator("#decide [name=note]")).to_have_value("")


def test_all_slivers_are_cleaned_by_one_proposal(office: Office) -> None:
    page = office("bureau").page
    opened(page, "/cases")
    page.locator("#slivers").click()
    page.wait_for_url(re.compile(r"/cases/LH-\d{4}-\d{4}$"))
    page.wait_for_selector("html[data-map-ready='true']")
    expect(page.locator(".badge.kind-slivers")).to_be_visible()
    expect(page.locator("[name=by]")).to_have_count(1)
    previewed(page)
    expect(page.locator("#outcome .proof .late")).to_have_count(0)
    kept(page, 1)


def test_a_case_is_withdrawn_reopened_edited_and_previewed_as_held_jointly(office: Office) -> None:
    page, number = office("bureau").page, "LH-2026-0011"
    moved(page, number, "withdraw", "已撤回", reason="重复登记")
    expect(page.locator("#decide")).to_have_count(0)
    moved(page, number, "reopen", "已发现", reason="核对后仍有争议")
    expect(page.locator("#timeline")).to_contain_text("重复登记")
    page.locator("#edit-form [name=assignee]").fill("bureau")
    page.locator("#edit-form [name=due]").fill("2020-01-31")
    page.locator("#edit-form button").click()
    expect(page.locator(".badge.overdue")).to_be_visible()
    opened(page, "/cases?overdue=true&assignee=bureau")
    expect(page.locator("#cases .case-link")).to_have_text(number)
    opened(page, f"/cases/{number}")
    page.locator("[name=by][value=joint]").check()
    page.locator("[name=until]").fill("2099-12-31")
    previewed(page)
    expect(page.locator("#outcome")).to_contain_text("共管至 2099-12-31")
    kept(page, 1)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
    "64f8ffbf1e000584027fc2c8a1e90000000049454e44ae426082"
)
