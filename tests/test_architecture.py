"""The never-arrows of the house: which package may import which, and one home for each library."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "gis_service"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations/versions" not in p.as_posix())

FACES = {"api", "web", "cli"}
ALL_ROOMS = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()} | {
    p.stem for p in PACKAGE.glob("*.py") if p.stem != "__init__"
}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "registry": {"errors"},
    "settings": {"errors"},
    "texts": {"errors"},
    "assets": {"errors"},
    "model": {"errors"},
    "core": {"model", "errors", "registry"},
    "services": {"core", "model", "errors", "registry"},
    "storage": {"model", "errors", "registry", "services"},
    "formats": {"model", "core", "errors", "registry"},
    "samples": {"model", "core", "formats", "errors", "registry"},
    "maps": {"model", "services", "assets", "texts", "errors", "registry"},
    "documents": {"model", "services", "assets", "texts", "errors", "registry"},
    "api": {
        "model",
        "documents",
        "services",
        "assets",
        "texts",
        "errors",
        "registry",
        "settings",
        "formats",
    },
    "web": {
        "model",
        "services",
        "maps",
        "documents",
        "assets",
        "texts",
        "errors",
        "registry",
        "settings",
        "api",
    },
    "cli": {
        "model",
        "services",
        "maps",
        "documents",
        "formats",
        "samples",
        "texts",
        "errors",
        "registry",
        "settings",
        "bootstrap",
        "on_files",
    },
    "on_files": {"services", "formats", "settings"},
    "bootstrap": ALL_ROOMS - {"cli"},
    "__main__": {"cli"},
    "deciding": {"core", "model", "errors"},
    "__init__": {"deciding", "core", "model", "errors", "formats", "samples"},
}
HOMES: dict[str, set[str]] = {
    "fastapi": {"api", "web", "bootstrap"},
    "starlette": {"api", "web", "bootstrap"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "folium": {"maps"},
    "branca": {"maps"},
    "pyogrio": {"formats"},
    "openpyxl": {"formats", "documents"},
    "docx": {"documents"},
    "fpdf": {"documents"},
    "argon2": {"services"},
    "joserfc": {"api", "web"},
    "highspy": {"core"},
    "scipy": {"core"},
    "contourpy": {"core"},
    "osmium": {"formats"},
    "dask": {"cluster"},
    "rtree": {"core"},
    "numba": {"core"},
    "pydantic_settings": {"settings"},
    "typer": {"cli"},
    "rich": {"cli"},
    "uvicorn": {"cli"},
}


def room_of(module: Path) -> str:
    """Name of the top-level room of a module: ``core/checks/gap.py`` is in ``core``."""
    parts = module.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else module.stem


def imports_of(module: Path) -> set[str]:
    """Dotted names that a module imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            base = node.module or ""
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_along_the_arrows(module: Path) -> None:
    room = room_of(module)
    targets = {n.split(".")[1] for n in imports_of(module) if n.startswith("gis_service.")}
    allowed = ALLOWED[room] | {room, "__version__"}
    assert targets <= allowed, f"{room} must not import {sorted(targets - allowed)}"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.relative_to(PACKAGE).as_posix())
def test_a_library_is_imported_only_in_its_home(module: Path) -> None:
    room = room_of(module)
    strangers = {
        library
        for library in {name.split(".")[0] for name in imports_of(module)} & set(HOMES)
        if room not in HOMES[library]
    }
    assert not strangers, f"{sorted(strangers)} must not be imported in {room}"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.relative_to(PACKAGE).as_posix())
def test_a_module_fits_on_a_few_screens(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= 400


def test_storage_knows_of_the_services_only_their_ports() -> None:
    for module in (m for m in MODULES if room_of(m) == "storage"):
        used = {n for n in imports_of(module) if n.startswith("gis_service.services")}
        assert all(n.startswith("gis_service.services.ports") for n in used), module


def test_only_what_is_no_record_is_written_without_an_audit_entry() -> None:
    users = {m.relative_to(PACKAGE).as_posix() for m in MODULES if ".keeping()" in m.read_text()}
    allowed = {"answers", "imports", "jobs", "signing"}
    assert users <= {f"services/{name}.py" for name in allowed}


def test_every_room_is_in_the_plan() -> None:
    assert set(ALLOWED) >= ALL_ROOMS
