"""Where the wires meet: readers, database and use cases become one `Services`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gis_service.model.progress import Progress
from gis_service.model.scenarios import LayerKind
from gis_service.on_files import formats_for, utc_now
from gis_service.services import Services
from gis_service.services.answers import Answers
from gis_service.services.audit import AuditTrail
from gis_service.services.boundaries import Boundaries
from gis_service.services.cases import CaseFollower, Cases, Desk
from gis_service.services.commitments import Commitments
from gis_service.services.coverage import Coverage
from gis_service.services.documents import Documents
from gis_service.services.exports import Exports
from gis_service.services.features import Features
from gis_service.services.imports import Imports, Task
from gis_service.services.jobs import Jobs
from gis_service.services.outlook import Outlooks
from gis_service.services.overview import OverviewReader
from gis_service.services.people import People
from gis_service.services.planning import Planning, ReadPlaces
from gis_service.services.planning_layers import PlanningLayers
from gis_service.services.policies import Policies
from gis_service.services.ports import Clock, Database, NoDatabase
from gis_service.services.ports.networks import ReadNetwork
from gis_service.services.ports.planning import PlanningFormats
from gis_service.services.previews import Previews
from gis_service.services.register import Register
from gis_service.services.resolutions import Resolutions
from gis_service.services.scenarios import Scenarios
from gis_service.services.scenes import Scenes
from gis_service.services.signing import Signing
from gis_service.services.snapshots import Snapshots
from gis_service.services.surveys import Surveys
from gis_service.services.tiles import Tiles
from gis_service.services.versions import Versions
from gis_service.services.walking import Walking
from gis_service.services.workers import Apart, run_apart

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from fastapi import FastAPI

    from gis_service.core.network import WalkNetwork
    from gis_service.settings import Settings

__all__ = ["Services", "build", "build_app", "load_sample", "utc_now"]

SAMPLE_USER = "sample"
SAMPLE_LAYERS: Mapping[LayerKind, str] = {
    "blocks": "blocks.geojson",
    "candidates": "candidates.csv",
    "network": "walk_nodes.csv",
}
"""Layers of planning → their files among the demonstration data."""


def build(settings: Settings, *, database: bool = True, clock: Clock = utc_now) -> Services:
    """Wire the use cases.

    Parameters
    ----------
    settings
        Where the database is, the working CRS, and so on.
    database
        False: only the use cases on files work; no database is opened or made.
    clock
        What time it is.

    Raises
    ------
    StorageError
        When the database can't be opened or brought to this release's form.
    """
    formats = formats_for(settings.working_crs)
    kept: Database = NoDatabase()
    if database:
        from gis_service.storage import connect

        kept = connect(settings.sqlalchemy_url(), clock=clock)
    snapshots = Snapshots(kept, clock=clock, working_crs=settings.working_crs)
    surveys = Surveys(formats=formats, database=kept, clock=clock)
    boundaries = Boundaries(
        formats=formats,
        database=kept,
        clock=clock,
        surveys=surveys,
        snapshots=snapshots,
        followers=(CaseFollower(clock=clock, pattern=settings.case_number),),
    )
    jobs = Jobs(kept, clock=clock)
    apart = _apart(settings) if clock is utc_now else None
    walking = Walking(
        formats=formats, surveys=surveys, read_network=_network_reader(settings.working_crs)
    )
    layers = _planning_layers(settings, kept, clock)
    scenes = Scenes(snapshots=snapshots, layers=layers)
    cases = _cases(settings, Desk(database=kept, clock=clock, snapshots=snapshots), boundaries)
    features = Features(snapshots)
    outlooks = Outlooks(scenes=scenes)
    scenarios = Scenarios(scenes=scenes, jobs=jobs, database=kept, clock=clock)
    return Services(
        settings=settings,
        surveys=surveys,
        boundaries=boundaries,
        cases=cases,
        documents=Documents(
            formats=formats,
            surveys=surveys,
            snapshots=snapshots,
            cases=cases,
            lines=settings.named_lines,
        ),
        register=Register(
            formats=formats,
            database=kept,
            clock=clock,
            snapshots=snapshots,
        ),
        coverage=Coverage(formats=formats, surveys=surveys, snapshots=snapshots),
        features=features,
        exports=Exports(features, write_layer=formats.write_layer),
        tiles=Tiles(features),
        overview=OverviewReader(snapshots),
        walking=walking,
        planning=Planning(
            formats=formats,
            surveys=surveys,
            snapshots=snapshots,
            walking=walking,
            read_places=_places_reader(settings.working_crs),
            layers=layers,
        ),
        planning_layers=layers,
        outlooks=outlooks,
        policies=Policies(database=kept, clock=clock, snapshots=snapshots, outlooks=outlooks),
        scenarios=scenarios,
        commitments=Commitments(
            scenarios=scenarios, database=kept, clock=clock, snapshots=snapshots
        ),
        resolutions=Resolutions(formats=formats, surveys=surveys),
        people=People(database=kept, clock=clock),
        answers=Answers(database=kept, clock=clock),
        audit=AuditTrail(kept),
        signing=Signing(
            database=kept,
            clock=clock,
            hours=settings.session_hours,
            idle_min=settings.session_idle_min,
        ),
        database=kept,
        jobs=jobs,
        imports=Imports(
            database=kept,
            clock=clock,
            boundaries=boundaries,
            previews=Previews(database=kept, surveys=surveys, fingerprint=formats.fingerprint),
            snapshots=snapshots,
            jobs=jobs,
            folder=settings.data_dir / "drafts",
            apart=apart,
        ),
        snapshots=snapshots,
        versions=Versions(kept, boundaries=boundaries, snapshots=snapshots, jobs=jobs, apart=apart),
    )


def do_task(
    *, settings: Settings, task: str, arguments: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Do one task of the use cases: what a worker process of `gis_service.services.workers` runs.

    Parameters
    ----------
    task
        ``read_draft`` or ``store_draft`` of the imports, ``restore`` of the versions.
    """
    services = build(settings)
    tasks: dict[str, Task] = {
        "read_draft": services.imports.read_draft,
        "store_draft": services.imports.store_draft,
        "restore": services.versions.restore,
    }
    try:
        return tasks[task](**arguments, progress=progress)
    finally:
        services.database.close()


def _apart(settings: Settings) -> Apart:
    def apart(task: str, *, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        given = {"settings": settings, "task": task, "arguments": dict(arguments)}
        return run_apart(do_task, given, progress=progress)

    return apart


def build_app(settings: Settings) -> FastAPI:
    """Make the web application: API and pages, with the sample in an empty database."""
    from gis_service.api.app import create_app
    from gis_service.api.logs import configure_logging
    from gis_service.web import mount

    configure_logging(settings.log_level)
    services = build(settings)
    services.jobs.recover()
    services.imports.recover()
    if settings.load_sample and services.boundaries.current() is None:
        load_sample(services)
    app = create_app(services)
    mount(app, services)
    return app


def load_sample(services: Services) -> None:
    """Import the demonstration data by the path that a user's files take.

    The boundaries come last: a load that was cut short leaves none, and is done again at the next
    start.
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from gis_service.samples import write_sample

    with TemporaryDirectory(prefix="gis-service-sample-") as folder:
        write_sample(Path(folder))
        boundaries, facilities = Path(folder) / "boundaries", Path(folder) / "facilities"
        register = services.register
        register.import_policy(facilities / "policy.toml", user=SAMPLE_USER, is_sample=True)
        register.import_facilities(facilities / "facilities.csv", user=SAMPLE_USER, is_sample=True)
        register.import_population(facilities / "population.csv", user=SAMPLE_USER, is_sample=True)
        layers = services.planning_layers
        for kind, name in SAMPLE_LAYERS.items():
            layers.import_layer(kind, facilities / name, user=SAMPLE_USER, is_sample=True)
        services.boundaries.import_file(
            boundaries / "communities.geojson",
            user=SAMPLE_USER,
            reason="演示数据，非测绘成果 / demonstration data, not surveyed",
            outline=boundaries / "outline.geojson",
            is_sample=True,
        )


def _cases(settings: Settings, desk: Desk, boundaries: Boundaries) -> Cases:
    from gis_service.storage.evidence import EvidenceFolder

    return Cases.of(
        desk,
        pattern=settings.case_number,
        store_layer=boundaries.store_layer,
        files=EvidenceFolder(settings.data_dir.resolve() / "evidence"),
        max_evidence_bytes=settings.max_evidence_mb * 1_000_000,
    )


def _planning_layers(settings: Settings, kept: Database, clock: Clock) -> PlanningLayers:
    return PlanningLayers(
        formats=PlanningFormats(
            read_places=_places_reader(settings.working_crs),
            read_network=_network_reader(settings.working_crs),
            write_network=_write_network,
        ),
        database=kept,
        clock=clock,
        working_crs=settings.working_crs,
    )


def _network_reader(preferred_crs: str) -> ReadNetwork:
    def read(path: Path, **options: Any) -> WalkNetwork:
        from gis_service.formats.networks import read_network

        return read_network(path, preferred_crs=preferred_crs, **options)

    return read


def _write_network(network: WalkNetwork, path: Path) -> None:
    from gis_service.formats.network_files import write_network

    write_network(network, path)


def _places_reader(preferred_crs: str) -> ReadPlaces:
    def read(path: Path, **options: Any) -> gpd.GeoDataFrame:
        from gis_service.formats.places import read_places

        return read_places(path, preferred_crs=preferred_crs, **options)

    return read
