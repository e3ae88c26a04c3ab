"""What the service keeps: numbered versions, stored surveys and the audit trail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

RegisterKind = Literal["facilities", "population", "policy"]


@dataclass(frozen=True, kw_only=True)
class BoundaryVersion:
    """An immutable, numbered state of all communities.

    Attributes
    ----------
    number
        Counts from 1; a number is never used twice.
    created_at
        ISO 8601 in UTC.
    author, reason
        Who imported it, and why.
    communities, findings
        How many rows it holds.
    crs
        Working CRS of its geometries, for example ``EPSG:4547``.
    is_sample
        Whether it is demonstration data.
    digest
        SHA-256 over its rows: the same rows give the same digest.
    outline_version
        The version that brought the district outline that holds here; None without an outline.
    document
        Number of the document behind it (approval, agreement); empty without one.
    case
        Number of the case whose decision it carries out; empty for an import or a rollback.
    """

    number: int
    created_at: str
    author: str
    reason: str
    communities: int
    findings: int
    crs: str = "EPSG:4547"
    is_sample: bool = False
    digest: str = ""
    outline_version: int | None = None
    document: str = ""
    case: str = ""


@dataclass(frozen=True, kw_only=True)
class RegisterVersion:
    """An immutable, numbered state of one register: facilities, population or policy."""

    number: int
    created_at: str
    author: str
    kind: RegisterKind
    rows: int
    crs: str = ""
    is_sample: bool = False
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class StoredSurvey:
    """An uploaded file's result, kept as it was answered.

    ``report`` has the shape of ``gis-service check --json``; the two GeoJSON documents are empty
    in lists of surveys.
    """

    id: int
    created_at: str
    user: str
    report: dict[str, Any] = field(default_factory=dict)
    findings_geojson: bytes = b""
    communities_geojson: bytes = b""


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """Who did what when, chained: ``hash`` covers every other field and ``previous``.

    ``before`` and ``after`` are the digests of what was changed ("" where there was nothing).
    """

    number: int
    at: str
    user: str
    action: str
    subject: str
    before: str
    after: str
    previous: str
    hash: str
