"""What planning stands on: blocks, candidate sites and the walking network in the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import orjson

from gis_service.model.scenarios import LAYER_KINDS, LayerKind, PlanningLayer
from gis_service.model.text import Text
from gis_service.services.ports import Clock, Database
from gis_service.services.ports.planning import PlanningFormats

if TYPE_CHECKING:
    from gis_service.core.network import WalkNetwork

Numbers = tuple[int, int, int]
TEXTS = ("name", "community", "street")
AMOUNTS = ("elders", "residents", "cost")


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldLayers:
    """The newest layers; None where nothing was imported.

    Attributes
    ----------
    numbers
        Versions of blocks, candidates and network; 0 where there is none.
    """

    numbers: Numbers
    blocks: gpd.GeoDataFrame | None
    candidates: gpd.GeoDataFrame | None
    network: WalkNetwork | None
    notes: tuple[Text, ...] = ()

    def versions(self) -> dict[str, int]:
        """Give the numbers by the layer's name."""
        return dict(zip(LAYER_KINDS, self.numbers, strict=True))


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanningLayers:
    """The use cases on the layers of planning; each import makes a new version of one layer."""

    formats: PlanningFormats
    database: Database
    clock: Clock
    working_crs: str
    _held: dict[tuple[Numbers, str], HeldLayers] = field(default_factory=dict, repr=False)

    def import_layer(
        self,
        kind: LayerKind,
        path: Path,
        *,
        user: str,
        crs: str | None = None,
        is_sample: bool = False,
    ) -> PlanningLayer:
        """Make a file the new layer.

        Blocks and candidates: see `gis_service.formats.places.read_places`; of an area a point
        inside is kept. Network: see `gis_service.formats.networks.read_network`.

        Raises
        ------
        InputError
            When the file can't be used.
        StorageError
            When the database can't be written.
        """
        with self.database.reading() as unit:
            boundaries = unit.boundaries.current()
        working = self.working_crs if boundaries is None else boundaries.crs
        if kind == "network":
            network = self.formats.read_network(path, crs=crs, working_crs=working)
            rows, content = len(network.streets.ends), self._saved(network)
            used = network.crs or working
        else:
            places = self.formats.read_places(path, crs=crs, working_crs=working)
            rows, content, used = len(places), _encoded(places), places.crs.to_string()
        given = PlanningLayer(
            number=0,
            kind=kind,
            created_at=self.clock(),
            author=user,
            rows=rows,
            crs=used,
            is_sample=is_sample,
            digest="",
        )
        with self.database.writing(user=user, action=f"import {kind}") as unit:
            before = unit.planning.current(kind)
            layer = unit.planning.add_layer(given, content)
            unit.record(
                subject=f"{kind} layer {layer.number}",
                before="" if before is None else before.digest,
                after=layer.digest,
            )
        return layer

    def current(self, crs: str) -> HeldLayers:
        """Give the newest layers in a CRS; read once for each state."""
        with self.database.reading() as unit:
            found = {kind: unit.planning.current(kind) for kind in LAYER_KINDS}
            first, second, third = (0 if f is None else f.number for f in found.values())
            numbers = (first, second, third)
            if (numbers, crs) in self._held:
                return self._held[numbers, crs]
            contents = {
                kind: (layer, unit.planning.content(layer.number))
                for kind, layer in found.items()
                if layer is not None
            }
        held = self._loaded(numbers, contents, crs)
        self._held.clear()
        self._held[numbers, crs] = held
        return held

    def _loaded(
        self,
        numbers: Numbers,
        contents: dict[LayerKind, tuple[PlanningLayer, bytes]],
        crs: str,
    ) -> HeldLayers:
        network, notes = None, []
        if "network" in contents:
            layer, content = contents["network"]
            if layer.crs == crs:
                network = self._restored(content)
            else:
                notes.append(_elsewhere(layer, crs))
        places = {
            kind: _decoded(contents[kind][1], contents[kind][0].crs).to_crs(crs)
            for kind in ("blocks", "candidates")
            if kind in contents
        }
        return HeldLayers(
            numbers=numbers,
            blocks=places.get("blocks"),
            candidates=places.get("candidates"),
            network=network,
            notes=tuple(notes),
        )

    def _saved(self, network: WalkNetwork) -> bytes:
        return _through_file(lambda path: self.formats.write_network(network, path))

    def _restored(self, content: bytes) -> WalkNetwork:
        with TemporaryDirectory(prefix="gis-service-network-") as folder:
            path = Path(folder) / "network.npz"
            path.write_bytes(content)
            return self.formats.read_network(path)


def _through_file(write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory(prefix="gis-service-network-") as folder:
        path = Path(folder) / "network.npz"
        write(path)
        return path.read_bytes()


def _encoded(places: gpd.GeoDataFrame) -> bytes:
    there = ~(places.geometry.isna() | places.geometry.is_empty)
    kept = places[there]
    columns: dict[str, Any] = {"id": [str(name) for name in kept.index]}
    columns |= {name: [str(value) for value in kept[name]] for name in TEXTS}
    columns |= {name: kept[name].to_numpy(dtype=np.float64) for name in AMOUNTS}
    columns |= {"x": kept.geometry.x.to_numpy(), "y": kept.geometry.y.to_numpy()}
    return orjson.dumps(columns, option=orjson.OPT_SERIALIZE_NUMPY)


def _decoded(content: bytes, crs: str) -> gpd.GeoDataFrame:
    columns = orjson.loads(content)
    frame = gpd.GeoDataFrame(
        {name: columns[name] for name in TEXTS}
        | {name: np.array(columns[name], dtype=np.float64) for name in AMOUNTS},
        index=np.array(columns["id"], dtype=object),
        geometry=gpd.points_from_xy(columns["x"], columns["y"], crs=crs),
    ).rename_axis("id")
    known = frame["community"].str.strip() != ""
    return frame if known.all() else frame.drop(columns="community")


def _elsewhere(layer: PlanningLayer, crs: str) -> Text:
    return Text(
        f"步行网络的坐标系（{layer.crs}）与社区边界（{crs}）不同，未采用；请重新导入网络。",
        f"The walking network is in {layer.crs}, the communities in {crs}; it is not used. "
        "Import the network again.",
    )
