"""The shelf of routes: each file lists its operations, each with its description."""

from gis_service.api.routes import (
    audit,
    case_moves,
    cases,
    coverage,
    deciding,
    documentation,
    evidence,
    health,
    ogc,
    proposals,
    surveys,
)

OPERATIONS = (
    *ogc.OPERATIONS,
    *surveys.OPERATIONS,
    *cases.OPERATIONS,
    *case_moves.OPERATIONS,
    *proposals.OPERATIONS,
    *evidence.OPERATIONS,
    *coverage.OPERATIONS,
    *deciding.OPERATIONS,
    *audit.OPERATIONS,
    *health.OPERATIONS,
    *documentation.OPERATIONS,
)

__all__ = ["OPERATIONS"]
