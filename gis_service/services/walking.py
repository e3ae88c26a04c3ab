"""Walking: a network from a file, and the catchments of a register's facilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text
from gis_service.services.ports import Formats
from gis_service.services.ports.networks import ReadNetwork
from gis_service.services.surveys import Surveys, part

if TYPE_CHECKING:
    import geopandas as gpd

    from gis_service.core.network import WalkNetwork
    from gis_service.core.networks.straight import StraightLine

OUTLINING = Text("正在计算步行范围", "working out the catchments")
APPROXIMATE = Text(
    "步行范围仅供显示，为近似；覆盖数字由步行时间计算，不从多边形读取。",
    "Catchments are for display and approximate; figures come from walking times, not from them.",
)


@dataclass(frozen=True)
class Catchments:
    """Catchments of a register, and how they came about.

    Attributes
    ----------
    layer
        ``facility`` (id), ``name``, ``kind``, ``status``, ``cutoff_min``, ``cutoff_s``,
        ``speed_m_s``, ``method`` (``network`` or ``straight_line``), ``approximate`` and geometry.
    method
        As in the layer.
    far
        Ids of facilities beyond the snap limit of every street, or without a place: no catchment.
    notes
        What a reader must know.
    """

    layer: gpd.GeoDataFrame
    method: str
    far: tuple[str, ...]
    notes: tuple[Text, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Give the facts as plain JSON types, without the geometries."""
        return {
            "method": self.method,
            "approximate": True,
            "catchments": len(self.layer),
            "far": list(self.far),
            "notes": [{"zh": note.zh, "en": note.en} for note in self.notes],
        }


@dataclass(frozen=True, kw_only=True)
class Walking:
    """The use cases on walking."""

    formats: Formats
    surveys: Surveys
    read_network: ReadNetwork

    def network(
        self, path: Path | None, *, detour: float, crs: str, progress: Progress = silent
    ) -> WalkNetwork | StraightLine:
        """Give the network of a file in ``crs``; without a file, straight lines with a detour."""
        if path is None:
            from gis_service.core.networks.straight import straight_line

            return straight_line(detour, crs=crs)
        return self.read_network(path, working_crs=crs, progress=progress)

    def catchments(
        self,
        facilities: Path,
        *,
        output: Path | None = None,
        network: Path | None = None,
        minutes: Sequence[float] = (5.0, 10.0, 15.0),
        speed_m_s: float = 1.0,
        detour: float = 1.3,
        crs: str | None = None,
        mapping: Mapping[str, str] | None = None,
        default_kind: str | None = None,
        working_crs: str | None = None,
        progress: Progress = silent,
    ) -> Catchments:
        """Outline from where each facility that is not closed is reached within some minutes.

        Parameters
        ----------
        facilities
            The register; see `gis_service.formats.read_facilities`.
        output
            Where to write the layer; the suffix names the format.
        network
            A walking network; without one, circles by the straight line, labelled as such.
        minutes, speed_m_s, detour
            Walking times in minutes, walking speed, and metres walked for a straight metre.

        Raises
        ------
        InputError
            When a file can't be used or a figure makes no sense.
        """
        register = self.formats.read_facilities(
            facilities,
            crs=crs,
            mapping=mapping or None,
            default_kind=default_kind,
            working_crs=working_crs or self.surveys.working_crs,
            progress=part(progress, 0.0, 0.2),
        )
        walk = self.network(
            network,
            detour=detour,
            crs=register.crs.to_string(),
            progress=part(progress, 0.2, 0.6),
        )
        progress(0.6, OUTLINING)
        made = _outlined(register, walk, minutes, speed_m_s)
        if output is not None:
            self.formats.write_layer(made.layer, output)
        progress(1.0, OUTLINING)
        return made


def _outlined(
    register: gpd.GeoDataFrame,
    walk: WalkNetwork | StraightLine,
    minutes: Sequence[float],
    speed_m_s: float,
) -> Catchments:
    counted = register[register["status"] != "closed"]
    placed = counted[~(counted.geometry.isna() | counted.geometry.is_empty)]
    points = placed.geometry.get_coordinates().to_numpy()
    outlines = walk.catchments(points, [60.0 * m for m in minutes], speed_m_s=speed_m_s)
    rows = outlines["facility"].to_numpy()
    layer = outlines.assign(
        facility=placed.index.to_numpy()[rows],
        name=placed["name"].to_numpy()[rows],
        kind=placed["kind"].to_numpy()[rows],
        status=placed["status"].to_numpy()[rows],
        cutoff_min=outlines["cutoff_s"] / 60.0,
        speed_m_s=speed_m_s,
        method=walk.method,
        approximate=True,
    ).set_crs(register.crs, allow_override=True)
    far = [str(placed.index[row]) for row in outlines.attrs["far_facilities"]]
    far += [str(name) for name in counted.index.difference(placed.index)]
    notes = [APPROXIMATE, *walk.notes, *_dropped(walk)]
    if far:
        notes.append(
            Text(
                f"{len(far)} 个设施没有坐标或离道路过远，未画范围：{'、'.join(far[:10])}。",
                f"{len(far)} facilities have no place or lie too far from every street; no "
                f"catchment: {', '.join(far[:10])}.",
            )
        )
    return Catchments(layer, walk.method, tuple(far), tuple(notes))


def _dropped(walk: WalkNetwork | StraightLine) -> list[Text]:
    """Say which streets were left out because they hang together with nothing else."""
    parts = getattr(walk, "dropped", None)
    if parts is None or not len(parts):
        return []
    length = parts["length_m"].sum() / 1000
    first = parts.iloc[0]
    return [
        Text(
            f"网络中有 {len(parts)} 个与主体不相连的部分（共 {length:.1f} km）未采用，"
            f"最长的一处在 ({first['x']:.0f}, {first['y']:.0f})。",
            f"{len(parts)} parts of the network that connect with nothing else ({length:.1f} km in "
            f"all) are left out; the longest is at ({first['x']:.0f}, {first['y']:.0f}).",
        )
    ]
