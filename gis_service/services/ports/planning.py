"""Where planning keeps its layers and scenarios, and how layers become files and come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd

from gis_service.model.scenarios import LayerKind, PlanningLayer, Scenario
from gis_service.services.ports.networks import ReadNetwork

if TYPE_CHECKING:
    from gis_service.core.network import WalkNetwork


class PlanningStore(Protocol):
    """Layers and scenarios within one transaction."""

    def current(self, kind: LayerKind) -> PlanningLayer | None:
        """Give the newest version of a layer, without its content."""

    def content(self, number: int) -> bytes:
        """Give the content of a version."""

    def add_layer(self, layer: PlanningLayer, content: bytes) -> PlanningLayer:
        """Write a new version; its number and digest are given here."""

    def scenario(self, number: int) -> Scenario | None:
        """Give one scenario."""

    def scenarios(self, limit: int) -> list[Scenario]:
        """Give the newest first."""

    def add_scenario(self, given: Scenario) -> Scenario:
        """Write a scenario; its number is given here."""


class ReadPlaces(Protocol):
    """Reads blocks and candidates; see `gis_service.formats.places.read_places`."""

    def __call__(
        self,
        path: Path,
        *,
        crs: str | None = ...,
        mapping: Mapping[str, str] | None = ...,
        working_crs: str | None = ...,
    ) -> gpd.GeoDataFrame: ...


class WriteNetwork(Protocol):
    """Writes a network; see `gis_service.formats.network_files.write_network`."""

    def __call__(self, network: WalkNetwork, path: Path) -> None: ...


@dataclass(frozen=True, kw_only=True)
class PlanningFormats:
    """The readers and writers that planning needs."""

    read_places: ReadPlaces
    read_network: ReadNetwork
    write_network: WriteNetwork
