"""The shelf of routes: each file lists its operations, each with its description."""

from gis_service.api.routes import audit, coverage, documentation, health, ogc, surveys

OPERATIONS = (
    *ogc.OPERATIONS,
    *surveys.OPERATIONS,
    *coverage.OPERATIONS,
    *audit.OPERATIONS,
    *health.OPERATIONS,
    *documentation.OPERATIONS,
)

__all__ = ["OPERATIONS"]
