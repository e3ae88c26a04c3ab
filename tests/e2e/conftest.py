"""The real server, a real Chromium, and a page that accepts no fault and no outside request."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from gis_service.bootstrap import utc_now
from gis_service.settings import Settings
from gis_service.storage import connect

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "images"
LARGEST_PICTURE = 400_000

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

STILL = """() =>
  !document.querySelector(".leaflet-pan-anim, .leaflet-zoom-anim") &&
  document.getAnimations().every((one) => one.playState !== "running")"""

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI}`));
"""


def _command() -> str:
    """Give the installed command, as a user calls it."""
    return str(Path(sysconfig.get_path("scripts")) / "gis-service")


@pytest.fixture(scope="session")
def command() -> str:
    """Path of the command ``gis-service``."""
    return _command()


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the server; its data lie in ``data``."""
    return tmp_path_factory.mktemp("server")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run `gis-service serve` with the sample in a new data folder; give its address."""
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GIS_SERVICE_")}
    surroundings["PYTHONUNBUFFERED"] = "1"
    with (
        (folder / "log").open("w+") as log,
        subprocess.Popen(
            [_command(), "serve", "--port", "0", "--data-dir", str(folder / "data")],
            stdout=subprocess.PIPE, stderr=log, text=True, env=surroundings,
        ) as process,
    ):  # fmt: skip
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "/link/" in line:
                (folder / "first-link").write_text(line.strip())
                break
        try:
            assert "http://" in printed, f"no address: {printed!r} {(folder / 'log').read_text()}"
            yield "http://" + printed.split("http://")[1].split("/")[0]
        finally:
            process.terminate()
            process.wait(timeout=20)
    faults = [line for line in (folder / "log").read_text().splitlines() if "fault" in line]
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def server(server_folder: Path) -> Iterator[str]:
    """Address of `gis-service serve` with the sample in a new data folder, without a final /."""
    with serving(server_folder) as address:
        yield address


@pytest.fixture(scope="session")
def serve() -> Callable[[Path], Any]:
    """Run a server of one's own, for tests that change what the others look at."""
    return serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it fails, and learns the package's name."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("The browser tests need a browser: install the package chromium.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(SWITCHES))
        yield running
        running.close()


@dataclass
class Watch:
    """What a context asked for and said; `check` refuses everything that was not announced."""

    home: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)

    def expect_status(self, status: int) -> None:
        """Announce an answer that Chromium complains about in the console."""
        self.expected.append(status)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep an error or a warning of the console, unless it is an announced status."""
        if message.type not in ("error", "warning"):
            return
        announced = (f"responded with a status of {status}" for status in self.expected)
        if not any(text in message.text for text in announced):
            self.complaints.append(f"{message.type}: {message.text} ({message.location})")

    def outside(self) -> list[str]:
        """Give the requests that left the server."""
        own = (f"{self.home}/", "data:", f"blob:{self.home}")
        return [url for url in self.requests if url != self.home and not url.startswith(own)]

    def check(self) -> None:
        """Fail on the first sign of a fault."""
        assert self.outside() == [], "requests to other hosts"
        assert self.complaints == [], "errors in the browser"


@contextmanager
def watched(browser: Browser, home: str, **options: Any) -> Iterator[tuple[BrowserContext, Watch]]:
    """Open a context whose requests and complaints are recorded, and checked at the end."""
    watch = Watch(home)
    options = {"viewport": DESK, "locale": "zh-CN", "reduced_motion": "reduce"} | options
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("request", lambda request: watch.requests.append(request.url))
    context.on("console", watch.hear)
    context.on("weberror", lambda fault: watch.complaints.append(f"thrown: {fault.error}"))
    try:
        yield context, watch
    finally:
        context.close()
    watch.check()


@pytest.fixture
def watch_and_page(browser: Browser, server: str) -> Iterator[tuple[Watch, Page]]:
    """A new page with its watch."""
    with watched(browser, server, base_url=server) as (context, watch):
        yield watch, context.new_page()


@pytest.fixture
def page(watch_and_page: tuple[Watch, Page]) -> Page:
    """A new page at 1366×768 without cookies; faults and outside requests fail the test."""
    return watch_and_page[1]


@pytest.fixture
def watch(watch_and_page: tuple[Watch, Page]) -> Watch:
    """What `page` asked for and said."""
    return watch_and_page[0]


@pytest.fixture
def sign_in_page(server: str, server_folder: Path, people: Any) -> Callable[..., Any]:
    """Sign a page's browser in: ``sign_in_page(page, "street", "桂园街道")``; gives the person."""

    def signed(page: Page, role: str, street: str | None = None) -> Any:
        url = Settings(data_dir=server_folder / "data").sqlalchemy_url()
        database = connect(url, clock=utc_now)
        try:
            who = people.signed_in(database, utc_now, role, street)
        finally:
            database.close()
        page.context.add_cookies([{"name": "session", "value": who.token, "url": server}])
        return who

    return signed


@pytest.fixture
def visit(browser: Browser, server: str) -> Callable[..., Any]:
    """Open a watched context of another person: ``with visit(viewport=…) as (context, watch)``."""
    return lambda **options: watched(browser, server, base_url=server, **options)


@pytest.fixture
def bare_context(browser: Browser) -> Callable[[str], Any]:
    """Open a watched context for a page that no server serves; its own address is given."""
    return lambda home: watched(browser, home)


def ready(page: Page) -> Page:
    """Wait until every layer of the map is drawn; say the map's own words when one failed."""
    page.wait_for_selector("html[data-map-ready]")
    state = page.evaluate("document.documentElement.dataset.mapReady")
    assert state == "true", page.inner_text(".gis-failed")
    return page


@pytest.fixture
def open_map(page: Page) -> Callable[[str], Page]:
    """Open an address and wait for its map."""

    def opened(address: str) -> Page:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200
        return ready(page)

    return opened


@pytest.fixture
def map_ready() -> Callable[[Page], Page]:
    """Wait for the map of a page that is open already."""
    return ready


@pytest.fixture
def shot(tmp_path: Path) -> Callable[[Page, str], None]:
    """Take a picture: for the documents when GIS_SERVICE_SCREENSHOTS=1, else to look at."""
    kept = os.environ.get("GIS_SERVICE_SCREENSHOTS") == "1"

    def taken(page: Page, name: str) -> None:
        folder = PICTURES if kept else tmp_path
        folder.mkdir(parents=True, exist_ok=True)
        page.mouse.move(0, 0)
        page.evaluate("document.fonts.ready.then(() => true)")
        page.wait_for_function(STILL)
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        assert 0 < path.stat().st_size < LARGEST_PICTURE

    return taken
