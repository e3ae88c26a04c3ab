"""What the use cases on walking need from outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gis_service.model.progress import Progress

if TYPE_CHECKING:
    from gis_service.core.network import WalkNetwork


class ReadNetwork(Protocol):
    """Reads a walking network; see `gis_service.formats.networks.read_network`."""

    def __call__(
        self,
        path: Path,
        *,
        crs: str | None = ...,
        layer: str | None = ...,
        working_crs: str | None = ...,
        stairs_factor: float = ...,
        snap_limit_m: float = ...,
        progress: Progress = ...,
    ) -> WalkNetwork: ...
