"""Scripts, styles and fonts of the pages: ours here, third-party ones under ``vendor``.

``vendor`` is filled when the package is built or installed (see ``.ci/web_assets.py``).
"""

from __future__ import annotations

from pathlib import Path

from gis_service.errors import NotFoundError, StorageError

FOLDER = Path(__file__).resolve().parent


def path(name: str) -> Path:
    """Find one asset, for example ``map.js`` or ``vendor/leaflet/leaflet.js``.

    Raises
    ------
    StorageError
        When the third-party assets were not built.
    NotFoundError
        When there is no such asset, or the name leaves the folder.

    Examples
    --------
    >>> path("map.js").name
    'map.js'
    """
    found = (FOLDER / name).resolve()
    if found.is_relative_to(FOLDER) and found.is_file():
        return found
    if name.startswith("vendor/") and not (FOLDER / "vendor").is_dir():
        raise StorageError(
            "缺少网页组件（Leaflet、字体等）：请在项目目录中运行 make serve，或 pip install .。",
            "The web assets (Leaflet, fonts) are missing: run make serve in the project folder, "
            "or pip install . there.",
            asset=name,
        )
    raise NotFoundError(f"没有网页组件“{name}”。", f"There is no web asset {name!r}.", asset=name)


def text(name: str) -> str:
    """Read one asset as UTF-8 text; raises as `path` does."""
    return path(name).read_text(encoding="utf-8")
