"""The real application over the small district, asked through httpx."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gis_service.api.app import create_app
from gis_service.bootstrap import build
from gis_service.services import Services
from gis_service.settings import Settings


class Client:
    """Asks the application as a server would, one request at a time."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
                return await client.request(method, url, **arguments)

        return asyncio.run(ask())

    def get(self, url: str, **arguments: Any) -> httpx.Response:
        return self.request("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> httpx.Response:
        return self.request("POST", url, **arguments)


@pytest.fixture(scope="session")
def files(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the small district's files."""
    folder = tmp_path_factory.mktemp("district")
    district.write_communities(folder / "communities.gpkg")
    district.write_outline(folder / "outline.gpkg")
    district.write_facilities(folder / "facilities.gpkg")
    district.write_population(folder / "population.csv")
    return folder


def _services(folder: Path, files: Path) -> Services:
    made = build(Settings(data_dir=folder, max_upload_mb=1))
    made.boundaries.import_file(
        files / "communities.gpkg", user="li", outline=files / "outline.gpkg"
    )
    made.register.import_facilities(files / "facilities.gpkg", user="li")
    made.register.import_population(files / "population.csv", user="li")
    return made


@pytest.fixture(scope="module")
def services(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Use cases on the small district, shared by the tests of a file."""
    made = _services(tmp_path_factory.mktemp("data"), files)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def client(services: Services) -> Client:
    """The application over `services`."""
    return Client(create_app(services))


@pytest.fixture(scope="module")
def staff(client: Client, sign_in: Any) -> Any:
    """The application over `services`, asked by signed-in bureau staff."""
    return sign_in(client, "bureau")


@pytest.fixture
def fresh(files: Path, tmp_path: Path) -> Iterator[Client]:
    """An application of its own, for tests that change the state."""
    made = _services(tmp_path / "data", files)
    yield Client(create_app(made))
    made.database.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Client]:
    """An application over an empty database."""
    made = build(Settings(data_dir=tmp_path / "data"))
    yield Client(create_app(made))
    made.database.close()
