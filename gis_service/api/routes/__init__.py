"""The shelf of routes: each file lists its operations, each with its description."""

from gis_service.api.routes import (
    audit,
    case_moves,
    cases,
    coverage,
    deciding,
    documentation,
    documents,
    evidence,
    health,
    imports,
    jobs,
    ogc,
    ogc_schemas,
    ogc_tiles,
    outlook,
    plans,
    proposals,
    surveys,
    versions,
)

OPERATIONS = (
    *ogc.OPERATIONS,
    *ogc_schemas.OPERATIONS,
    *ogc_tiles.OPERATIONS,
    *surveys.OPERATIONS,
    *imports.OPERATIONS,
    *jobs.OPERATIONS,
    *versions.OPERATIONS,
    *cases.OPERATIONS,
    *case_moves.OPERATIONS,
    *proposals.OPERATIONS,
    *evidence.OPERATIONS,
    *documents.OPERATIONS,
    *coverage.OPERATIONS,
    *deciding.OPERATIONS,
    *outlook.OPERATIONS,
    *plans.OPERATIONS,
    *audit.OPERATIONS,
    *health.OPERATIONS,
    *documentation.OPERATIONS,
)

__all__ = ["OPERATIONS"]
