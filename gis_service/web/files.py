"""The static files: our own scripts and styles, and the third-party assets of the build."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

from gis_service import assets

SERVED = frozenset({".css", ".js", ".png", ".svg", ".woff2", ".txt", ".md", ""})
"""Suffixes that leave the folders; licences have none."""


class Assets(StaticFiles):
    """The folders of `gis_service.assets` and of this package's ``static``, under one address."""

    def __init__(self) -> None:
        super().__init__(directory=assets.FOLDER)
        own = Path(__file__).resolve().parent / "static"
        self.all_directories = [assets.FOLDER, own]

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file of a kind that is served."""
        if Path(path).suffix not in SERVED:
            return "", None
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: PathLike,
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer a file; third-party files may be kept, ours are asked for again by ETag."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        third_party = (assets.FOLDER / "vendor") in Path(full_path).parents
        response.headers["cache-control"] = "max-age=86400" if third_party else "no-cache"
        return response
