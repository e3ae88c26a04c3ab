"""A private PostgreSQL with PostGIS for the tests: started on demand, one database a test."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

MISSING = (
    "PostgreSQL with PostGIS is missing: install the packages postgresql and "
    "postgresql-NN-postgis-3 (NN: PostgreSQL's version), or set GIS_SERVICE_TEST_DATABASE_URL."
)
GIVEN = "GIS_SERVICE_TEST_DATABASE_URL"
TEMPLATE = "gis_service_template"


class Server:
    """A running server on which each test gets a database of its own."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql+psycopg://", "postgresql://")
        self._template = f"{TEMPLATE}_{os.getpid()}"
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._template)))
        with psycopg.connect(self._address(self._template), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database with PostGIS, give its URL, and drop it afterwards."""
        name = f"test_{secrets.token_hex(6)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(self._template)
            )
        )
        try:
            yield self._address(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drop the template."""
        self._drop(self._template)

    def _drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _address(self, name: str) -> str:
        base, _, query = self.url.partition("?")
        return f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_server() -> Iterator[Server]:
    """Give the server that the environment names, or start a private one and stop it again."""
    given = os.environ.get(GIVEN)
    if given:
        server = Server(given)
        try:
            yield server
        finally:
            server.close()
        return
    tools = _tools()
    folder = Path(tempfile.mkdtemp(prefix="gis-service-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data, port = folder / "data", _free_port()
        _as_server(
            tools / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"
        )
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} "
            "-c fsync=off -c max_connections=60"
        )
        log = folder / "log"
        _as_server(tools / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")
        try:
            yield Server(f"postgresql://postgres@127.0.0.1:{port}/postgres")
        finally:
            _as_server(tools / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tools() -> Path:
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    usable = [p for p in found if (p / "pg_ctl").exists() and _has_postgis(p)]
    if not usable:
        pytest.fail(MISSING, pytrace=False)
    return max(usable, key=lambda path: [int(n) for n in path.parts if n.isdigit()])


def _has_postgis(tools: Path) -> bool:
    asked = subprocess.run(
        [tools / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
    )
    folders = [Path(asked.stdout.strip())] if asked.returncode == 0 else []
    folders += [Path("/usr/share/postgresql") / n for n in tools.parts if n.isdigit()]
    return any((folder / "extension" / "postgis.control").exists() for folder in folders)


def _as_server(*command: str | Path) -> None:
    line = [str(part) for part in command]
    if os.geteuid() == 0:
        line = ["runuser", "-u", "postgres", "--", *line]
    done = subprocess.run(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(line)} failed with {done.returncode}", pytrace=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
