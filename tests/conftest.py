"""What all tests share."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gis_service.bootstrap import utc_now

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real files that lie beside the checkout."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real files not beside the checkout: ../shared/data is missing")
    return folder


def load(name: str) -> Any:
    """Load a module that lies beside this file."""
    spec = importlib.util.spec_from_file_location(f"tests_{name}", ROOT / "tests" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def district() -> Any:
    """The module that writes the files of a district small enough to draw."""
    return load("district")


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[Any]:
    """A private PostgreSQL with PostGIS, started when the first test asks for it."""
    with load("postgis").running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database: once SQLite, once PostgreSQL with PostGIS."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'gis-service.sqlite'}"
        return
    with request.getfixturevalue("postgis_server").database() as url:
        yield url


@pytest.fixture(scope="session")
def beside() -> Any:
    """Load a module that lies in ``tests``, by its name."""
    return load


@pytest.fixture(scope="session")
def people() -> Any:
    """The module that makes people of every role and signs them in."""
    return load("people")


@pytest.fixture(scope="session")
def sign_in(people: Any) -> Any:
    """Give a client as a person of a role: ``sign_in(client, "street", "桂园街道").post(…)``.

    The client has ``app`` and ``request(method, url, **arguments)``; the result has ``request``,
    ``get``, ``post`` and ``who`` (login, role, street, headers, csrf).
    """

    def signed(client: Any, role: str, street: str | None = None) -> Any:
        database = client.app.state.services.database
        return people.SignedClient(client, people.signed_in(database, utc_now, role, street))

    return signed
