"""The built wheel serves the sample from an environment that knows nothing of the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout by its own build hook."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; the packages that it needs come from the running one."""
    folder = tmp_path_factory.mktemp("installed")
    env = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(env)], check=True)
    python = env / "bin" / "python"
    command = ["--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, cwd=folder)
    needed = next(p for p in sys.path if p.endswith("site-packages"))
    site = next(env.glob("lib/python*/site-packages"))
    (site / "zz_needed.pth").write_text(needed + "\n")
    return env


def run(env: Path, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment in another folder than the checkout."""
    return subprocess.run(
        [str(env / "bin" / command[0]), *command[1:]],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd)},
    )


@contextmanager
def serving(env: Path, *, cwd: Path) -> Iterator[str]:
    """The address of a server that runs while the block does."""
    server = subprocess.Popen(
        [str(env / "bin" / "gis-service"), "serve", "--port", "0", "--data-dir", str(cwd / "data")],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONUNBUFFERED": "1"},
    )
    assert server.stdout is not None
    try:
        said = []
        for line in server.stdout:
            said.append(line)
            found = re.search(r"http://\S+/", line)
            if found:
                yield found.group().rstrip("/")
                break
        else:
            pytest.fail("the server ended: " + "".join(said))
    finally:
        server.terminate()
        server.communicate(timeout=20)


def test_the_wheel_holds_the_web_assets_and_the_outline_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("gis_service/assets/vendor/leaflet/") for name in names)
    assert "gis_service/samples/outline.geojson" in names
    assert "gis_service/texts/zh_CN.po" in names
    tops = {name.split("/")[0] for name in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"gis_service"}


def test_the_package_in_use_is_the_installed_one(installed: Path, tmp_path: Path) -> None:
    code = "import gis_service; print(gis_service.__file__)"
    assert str(installed) in run(installed, "python", "-c", code, cwd=tmp_path).stdout


def test_the_installed_command_writes_the_sample_of_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    run(installed, "gis-service", "sample", "demo", cwd=tmp_path)
    written = {p.relative_to(tmp_path / "demo"): p for p in (tmp_path / "demo").rglob("*.*")}
    assert len(written) >= 8
    for name, path in written.items():
        assert path.read_bytes() == (ROOT / name).read_bytes(), name


def test_the_installed_service_serves_pages_assets_and_features(
    installed: Path, tmp_path: Path
) -> None:
    with serving(installed, cwd=tmp_path) as address:
        for path in ("/", "/static/vendor/leaflet/leaflet.js", "/docs"):
            with urllib.request.urlopen(address + path) as answer:
                assert answer.status == 200, path
        with urllib.request.urlopen(address + "/ogc/collections/communities/items") as answer:
            assert len(json.load(answer)["features"]) == 81
