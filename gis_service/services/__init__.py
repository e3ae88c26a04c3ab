"""The use cases, and the one object through which the faces reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gis_service.services.answers import Answers
    from gis_service.services.audit import AuditTrail
    from gis_service.services.boundaries import Boundaries
    from gis_service.services.cases import Cases
    from gis_service.services.commitments import Commitments
    from gis_service.services.coverage import Coverage
    from gis_service.services.documents import Documents
    from gis_service.services.exports import Exports
    from gis_service.services.features import Features
    from gis_service.services.imports import Imports
    from gis_service.services.jobs import Jobs
    from gis_service.services.outlook import Outlooks
    from gis_service.services.overview import OverviewReader
    from gis_service.services.people import People
    from gis_service.services.planning import Planning
    from gis_service.services.planning_layers import PlanningLayers
    from gis_service.services.policies import Policies
    from gis_service.services.ports import Configuration, Database
    from gis_service.services.register import Register
    from gis_service.services.resolutions import Resolutions
    from gis_service.services.scenarios import Scenarios
    from gis_service.services.signing import Signing
    from gis_service.services.snapshots import Snapshots
    from gis_service.services.surveys import Surveys
    from gis_service.services.tiles import Tiles
    from gis_service.services.versions import Versions
    from gis_service.services.walking import Walking


@dataclass(frozen=True, kw_only=True)
class Services:
    """All use cases, wired to their readers and their database by `gis_service.bootstrap`."""

    settings: Configuration
    surveys: Surveys
    boundaries: Boundaries
    register: Register
    coverage: Coverage
    features: Features
    exports: Exports
    tiles: Tiles
    overview: OverviewReader
    resolutions: Resolutions
    cases: Cases
    documents: Documents
    people: People
    signing: Signing
    answers: Answers
    audit: AuditTrail
    database: Database
    jobs: Jobs
    imports: Imports
    versions: Versions
    snapshots: Snapshots
    walking: Walking
    planning: Planning
    planning_layers: PlanningLayers
    outlooks: Outlooks
    scenarios: Scenarios
    policies: Policies
    commitments: Commitments


__all__ = ["Services"]
