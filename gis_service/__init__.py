"""Community boundaries and facility coverage: the public Python API.

>>> import gis_service as gis
>>> sorted(gis.__all__)[:4]
['CoverageReport', 'GisServiceError', 'Policy', 'Siting']

::

    layer    = gis.read_survey("communities.gpkg")
    findings = gis.check(layer)
    proposal = gis.resolve(layer, "overlap:A+B:1", by="median")
    decided  = gis.apply(layer, proposal)
    report   = gis.coverage(layer, gis.read_facilities("stations.csv"),
                            gis.read_population("residents.csv"))
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis_service.deciding import apply, clean, invert, resolve
from gis_service.errors import GisServiceError
from gis_service.model.coverage import CoverageReport
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.siting import Siting
from gis_service.model.survey import Survey

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from gis_service.core.networks.straight import StraightLine
    from gis_service.formats.networks import WalkNetwork

__version__ = "0.1.0"

__all__ = [
    "CoverageReport",
    "GisServiceError",
    "Policy",
    "Siting",
    "Survey",
    "WalkNetwork",
    "apply",
    "capacitated_mclp",
    "check",
    "clean",
    "coverage",
    "invert",
    "lscp",
    "mclp",
    "p_center",
    "p_median",
    "read_facilities",
    "read_network",
    "read_policy",
    "read_population",
    "read_survey",
    "resolve",
    "sample",
    "straight_line",
    "two_step_fca",
]


def read_survey(
    path: str | Path,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    *,
    layer: str | None = None,
    working_crs: str | None = None,
) -> gpd.GeoDataFrame:
    """Read one file of community boundaries.

    Parameters
    ----------
    path
        Shapefile (loose or zipped), GeoPackage, GeoJSON, FlatGeobuf, KML, DXF, File Geodatabase.
    crs
        CRS of the file when it does not declare one, or to overrule what it declares:
        ``EPSG:4547``, ``EPSG:4547/NE`` (columns hold north first), ``GCJ02``, ``BD09``.
    mapping
        Field → column for ``code``, ``name`` and ``street`` where the names are not known ones.
    layer
        Layer within a file of several.
    working_crs
        Metric CRS of the result; by default EPSG:4547 where the layer lies in its area of use,
        otherwise the layer's UTM zone.

    Returns
    -------
    GeoDataFrame
        Index ``code`` (text; row numbers when the file has no codes), columns ``name``,
        ``street``, ``row``, the file's other attributes and ``geometry`` in the working CRS.
        ``attrs["survey"]`` is the `Survey`: what was recognised, repaired or unusable.

    Raises
    ------
    UnreadableFileError, CrsError, FieldMappingError
        Each says in Chinese and English what to do.
    """
    from gis_service.formats import read_boundaries

    return read_boundaries(
        Path(path), crs=crs, mapping=mapping, layer=layer, working_crs=working_crs
    )


def check(
    layer: gpd.GeoDataFrame,
    outline: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    *,
    streets: gpd.GeoDataFrame | None = None,
    allowed: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Find the faults of a boundary layer.

    Parameters
    ----------
    layer
        As `read_survey` returns it: index of codes, a metric CRS.
    outline
        The district's outline in the same CRS; without it gaps are holes of the union only.
    policy
        Thresholds (``sliver_width_m``, ``min_area_m2``); by default the default policy.
    streets
        Outlines of the streets (column street or name) in the same CRS.
    allowed
        What is allowed (water, exclaves, land held jointly): columns ``check``, ``communities``,
        ``reason``, ``until`` and, in the layer's CRS, ``geometry``, any of them optional. What an
        entry that holds today allows is a note. See `gis_service.core.checks.allowing`.

    Returns
    -------
    GeoDataFrame
        One row per finding: ``key``, ``check``, ``severity``, ``communities`` (tuple of codes),
        ``area_m2``, ``width_m``, ``point``, ``text_zh``, ``text_en``, ``geometry``; the most
        severe and largest first; empty when nothing was found.

    Raises
    ------
    CrsError
        When the layer has no metric CRS or the outline has another one.
    """
    from datetime import date

    from gis_service.core.checks import CHECKS, findings_frame, run_checks
    from gis_service.core.checks.allowing import allow, in_force

    findings = run_checks(layer, outline=outline, streets=streets, policy=policy or DEFAULT_POLICY)
    if allowed is not None:
        listed = in_force(allowed, date.today().isoformat())
        findings = allow(findings, listed, crs=layer.crs, checks=CHECKS)
    return findings_frame(findings, layer.crs)


def coverage(
    communities: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    population: pd.DataFrame,
    policy: Policy | None = None,
) -> CoverageReport:
    """Say which ageing communities have a counted facility inside.

    Parameters
    ----------
    communities, facilities, population
        As `read_survey`, `read_facilities` and `read_population` return them, geometries in one
        metric CRS.
    policy
        When a community is ageing, what covers it, the target; by default the default policy.
    """
    from gis_service.core.metrics.presence import presence

    return presence(communities, facilities, population, policy=policy or DEFAULT_POLICY)


def read_facilities(
    path: str | Path,
    crs: str | None = None,
    mapping: Mapping[str, str] | None = None,
    *,
    default_kind: str | None = None,
    working_crs: str | None = None,
) -> gpd.GeoDataFrame:
    """Read a facility register (CSV, XLSX or any vector format) into the working CRS.

    The index is ``id``; the columns are `gis_service.model.facilities.FACILITY_COLUMNS`.
    Raises as `read_survey` does, and `RowError` for rows with an unknown kind or state.
    """
    from gis_service.formats import read_facilities as read

    return read(
        Path(path), crs=crs, mapping=mapping, default_kind=default_kind, working_crs=working_crs
    )


def read_population(
    path: str | Path,
    mapping: Mapping[str, str] | None = None,
    *,
    population: str | None = None,
) -> pd.DataFrame:
    """Read residents by age band into `gis_service.model.population.POPULATION_COLUMNS`.

    ``population`` (``registered`` or ``resident``) says what a file counts that does not say so.
    """
    from gis_service.formats import read_population as read

    return read(Path(path), mapping=mapping, population=population)


def read_policy(path: str | Path) -> Policy:
    """Read a policy file (TOML); raises `PolicyError` for anything impossible in it."""
    from gis_service.formats import read_policy as read

    return read(Path(path))


def __getattr__(name: str) -> object:
    """Load `WalkNetwork` when it is asked for: it compiles, which most calls don't need."""
    if name == "WalkNetwork":
        from gis_service.formats.networks import WalkNetwork

        return WalkNetwork
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def read_network(
    path: str | Path,
    crs: str | None = None,
    *,
    layer: str | None = None,
    working_crs: str | None = None,
) -> WalkNetwork:
    """Read a walking network; ``notes`` and ``dropped`` say what was done and left out.

    Parameters
    ----------
    path
        OpenStreetMap (PBF, XML), a layer of lines (GeoPackage, GeoJSON and so on), the folder of
        ``walk_nodes.csv`` and ``walk_edges.csv``, or what ``WalkNetwork.save`` wrote (.npz).
    crs, layer, working_crs
        As in `read_survey`, for lines and tables.

    Raises
    ------
    UnreadableFileError, CrsError, FieldMappingError
        Each says in Chinese and English what to do.
    """
    from gis_service.formats.networks import WalkNetwork

    return WalkNetwork.from_file(path, crs=crs, layer=layer, working_crs=working_crs)


def straight_line(detour: float = 1.3, *, crs: str | None = None) -> StraightLine:
    """Stand in for a walking network where there is none: the straight line times ``detour``.

    Has `WalkNetwork`'s ``nearest``, ``cost_table`` and ``catchments``; results are labelled by
    ``attrs["method"] == "straight_line"``. It is an estimate, no walking time.
    """
    from gis_service.core.networks.straight import straight_line as stand_in

    return stand_in(detour, crs=crs)


def sample(directory: str | Path) -> list[Path]:
    """Write the demonstration data (not surveyed) to ``directory``, byte for byte the same."""
    from gis_service.samples import write_sample

    return write_sample(Path(directory))


def two_step_fca(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    supply: pd.Series[Any],
    cutoff_s: float,
    weights: Callable[[np.ndarray], np.ndarray] | Sequence[tuple[float, float]] | None = None,
) -> pd.Series[Any]:
    """Say how many places one elder at each origin can count on, rivals considered.

    Parameters
    ----------
    cost_table
        Columns origin, facility, seconds.
    demand, supply
        Elders by origin; places by facility.
    cutoff_s
        Longest time that counts, in seconds.
    weights
        Decay with time (E2SFCA): a function of seconds, or steps ``(until_s, weight)``.

    Returns
    -------
    Series
        Places per elder, index as ``demand``; Σ(score × demand) = Σ supply where each facility
        has demand in reach.
    """
    from gis_service.core.metrics.floating import two_step_fca as compute

    return compute(cost_table, demand, supply, cutoff_s, weights=weights)


def mclp(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    p: int,
    cutoff_s: float,
    *,
    fixed: Iterable[Hashable] = (),
    **options: Any,
) -> Siting:
    """Choose the p new sites that bring most elders within the time, with the proof.

    ``p`` counts new sites only; ``fixed`` are existing and committed ones. Options, here and for
    the other models: ``candidates``, ``limits`` (`gis_service.core.siting.limits.Limits`),
    ``time_limit_s``, ``progress``. See `gis_service.core.siting.mclp`.
    """
    from gis_service.core.siting import mclp as choose

    return choose(cost_table, demand, p=p, cutoff_s=cutoff_s, fixed=fixed, **options)


def lscp(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    cutoff_s: float,
    *,
    target: float = 1.0,
    fixed: Iterable[Hashable] = (),
    **options: Any,
) -> Siting:
    """Choose the fewest new sites that bring a share of all elders within the time.

    See `gis_service.core.siting.lscp`; options as of `mclp`.
    """
    from gis_service.core.siting import lscp as choose

    return choose(cost_table, demand, cutoff_s=cutoff_s, target=target, fixed=fixed, **options)


def p_median(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    p: int,
    cutoff_s: float | None = None,
    *,
    fixed: Iterable[Hashable] = (),
    **options: Any,
) -> Siting:
    """Choose the p new sites with the least elders × seconds; see `core.siting.p_median`."""
    from gis_service.core.siting import p_median as choose

    return choose(cost_table, demand, p=p, cutoff_s=cutoff_s, fixed=fixed, **options)


def p_center(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    p: int,
    cutoff_s: float | None = None,
    *,
    fixed: Iterable[Hashable] = (),
    **options: Any,
) -> Siting:
    """Choose the p new sites with the least longest time; see `core.siting.p_center`."""
    from gis_service.core.siting import p_center as choose

    return choose(cost_table, demand, p=p, cutoff_s=cutoff_s, fixed=fixed, **options)


def capacitated_mclp(
    cost_table: pd.DataFrame,
    demand: pd.Series[Any],
    p: int,
    cutoff_s: float,
    *,
    capacity: pd.Series[Any],
    fixed: Iterable[Hashable] = (),
    **options: Any,
) -> Siting:
    """Choose the p new sites with which most elders get a place; see `core.siting.capacitated`."""
    from gis_service.core.siting import capacitated_mclp as choose

    return choose(
        cost_table, demand, p=p, cutoff_s=cutoff_s, capacity=capacity, fixed=fixed, **options
    )
