"""The pages over the small district, asked without a browser."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from gis_service import web
from gis_service.api.app import create_app
from gis_service.bootstrap import build
from gis_service.settings import Settings

BROWSER = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin"}


class Visitor:
    """Asks for pages as a browser does, keeping no cookies."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        headers = BROWSER | dict(arguments.pop("headers", None) or {})

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
                return await client.request(method, url, headers=headers, **arguments)

        return asyncio.run(ask())

    def get(self, url: str, **arguments: Any) -> httpx.Response:
        return self.request("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> httpx.Response:
        return self.request("POST", url, **arguments)


@pytest.fixture(scope="session")
def visitor(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """A visitor of the whole application: interface and pages."""
    folder = tmp_path_factory.mktemp("web")
    services = build(Settings(data_dir=folder / "data"))
    communities = district.write_communities(folder / "communities.gpkg")
    outline = district.write_outline(folder / "outline.gpkg")
    services.boundaries.import_file(communities, user="li", outline=outline)
    facilities = district.write_facilities(folder / "facilities.gpkg")
    services.register.import_facilities(facilities, user="li")
    population = district.write_population(folder / "population.csv")
    services.register.import_population(population, user="li")
    app = create_app(services)
    web.mount(app, services)
    return Visitor(app)
