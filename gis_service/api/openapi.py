"""``/openapi.json``: OpenAPI 3.0.3, made from the operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gis_service.api.errors import PROBLEM, TITLES
from gis_service.api.operations import LANG, Operation
from gis_service.services.access import PERMISSIONS

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "detail_zh", "detail_en", "code", "details"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "detail_zh": {"type": "string"},
        "detail_en": {"type": "string"},
        "code": {"type": "string"},
        "details": {"type": "object"},
    },
}


SECURITY: dict[str, Any] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "API key / 接口密钥: Authorization: Bearer gsk_…",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "The pages' session; unsafe methods also need the header X-CSRF-Token.",
    },
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Name of this request, for example a UUID: sent again within 24 hours, it gets "
    "the same answer and writes nothing / 请求标识，重复发送只写入一次",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def document(operations: Iterable[Operation], *, version: str) -> dict[str, Any]:
    """Describe every operation with its parameters, answers and problems."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _describe(operation)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "gis-service",
            "version": version,
            "description": "社区边界与设施覆盖 / Community boundaries and facility coverage",
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "securitySchemes": SECURITY,
            "schemas": {"Problem": PROBLEM_SCHEMA, **_SCHEMAS},
            "responses": {str(status): _problem(status) for status in TITLES},
        },
    }


def _describe(operation: Operation) -> dict[str, Any]:
    posts = operation.method == "POST" and operation.path.startswith("/api/")
    added = {401, 403} if operation.action != "open" else set()
    added |= {409, 422} if posts else set()
    problems = sorted({*operation.problems, *added, 500, 503})
    shared = (IDEMPOTENCY_KEY, LANG) if posts else (LANG,)
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [dict(parameter) for parameter in (*operation.parameters, *shared)],
        "responses": dict(operation.answers)
        | {str(status): {"$ref": f"#/components/responses/{status}"} for status in problems},
    }
    signed_in: list[dict[str, list[str]]] = [{"key": []}, {"session": []}]
    if operation.action != "open":
        anybody = "anonymous" in PERMISSIONS[operation.action]
        described["security"] = [{}, *signed_in] if anybody else signed_in
    if operation.body is not None:
        described["requestBody"] = dict(operation.body)
    return described


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": f"{TITLES[status].en} / {TITLES[status].zh}",
        "content": {PROBLEM: {"schema": schema}},
    }


_POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}

_SCHEMAS: dict[str, Any] = {
    "Link": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {
            "href": {"type": "string"},
            "rel": {"type": "string"},
            "type": {"type": "string"},
            "title": {"type": "string"},
        },
    },
    "Feature": {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object"},
            "links": _LINKS,
        },
    },
    "FeatureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
            "numberMatched": {"type": "integer"},
            "numberReturned": {"type": "integer"},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": _LINKS,
        },
    },
    "Finding": {
        "type": "object",
        "required": ["key", "check", "severity", "communities", "area_m2", "width_m", "point"],
        "properties": {
            "key": {"type": "string"},
            "check": {"type": "string"},
            "severity": {"type": "string", "enum": ["dispute", "sliver", "error", "note"]},
            "communities": {"type": "array", "items": {"type": "string"}},
            "area_m2": {"type": "number"},
            "width_m": {"type": "number", "nullable": True},
            "point": _POSITION | {"nullable": True},
            "text": {"type": "object"},
        },
    },
    "Job": {
        "type": "object",
        "required": ["id", "kind", "state", "share"],
        "properties": {
            "id": {"type": "string"},
            "kind": {"type": "string"},
            "user": {"type": "string"},
            "state": {
                "type": "string",
                "enum": ["queued", "running", "done", "failed", "cancelled"],
            },
            "share": {"type": "number", "minimum": 0, "maximum": 1},
            "text": {"type": "object", "nullable": True},
            "result": {"type": "object", "nullable": True},
            "problem": {"type": "object", "nullable": True},
            "created_at": {"type": "string"},
            "ended_at": {"type": "string", "nullable": True},
            "links": _LINKS,
        },
    },
    "Draft": {
        "type": "object",
        "required": ["id", "state", "file_name", "links"],
        "properties": {
            "id": {"type": "string"},
            "state": {
                "type": "string",
                "enum": ["reading", "ready", "failed", "confirming", "confirmed", "discarded"],
            },
            "file_name": {"type": "string"},
            "mode": {"type": "string", "enum": ["whole", "partial"], "nullable": True},
            "job": {"type": "string", "nullable": True},
            "version": {"type": "integer", "nullable": True},
            "preview": {"type": "object", "nullable": True},
            "links": _LINKS,
        },
    },
    "Survey": {
        "type": "object",
        "required": ["id", "survey", "counts", "seconds", "links"],
        "properties": {
            "id": {"type": "integer"},
            "created_at": {"type": "string", "format": "date-time"},
            "user": {"type": "string"},
            "survey": {"type": "object"},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
            "seconds": {"type": "number"},
            "links": _LINKS,
        },
    },
    "Case": {
        "type": "object",
        "required": ["number", "kind", "state", "parties", "streets", "area_m2", "version"],
        "properties": {
            "number": {"type": "string"},
            "kind": {"type": "string"},
            "state": {"type": "string"},
            "parties": {"type": "array", "items": {"type": "object"}},
            "streets": {"type": "array", "items": {"type": "string"}},
            "area_m2": {"type": "number"},
            "residents": {"type": "number", "nullable": True},
            "elders": {"type": "number", "nullable": True},
            "facilities": {"type": "array", "items": {"type": "object"}},
            "assignee": {"type": "string"},
            "due": {"type": "string", "format": "date", "nullable": True},
            "overdue": {"type": "boolean"},
            "moves": {"type": "array", "items": {"type": "string"}},
            "events": {"type": "array", "items": {"type": "object"}},
            "proposals": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/StoredProposal"},
            },
            "evidence": {"type": "array", "items": {"$ref": "#/components/schemas/Evidence"}},
            "land": {"type": "object"},
            "version": {"type": "integer"},
            "links": _LINKS,
        },
    },
    "ProposalPreview": {
        "type": "object",
        "required": ["case", "base_version", "resolution", "params", "figures", "proof"],
        "properties": {
            "case": {"type": "string"},
            "base_version": {"type": "integer"},
            "resolution": {"type": "string"},
            "params": {"type": "object"},
            "figures": {"type": "object"},
            "filled_m2": {"type": "number"},
            "balance_m2": {"type": "number"},
            "proof": {"type": "array", "items": {"type": "object"}},
            "findings_after": {"type": "array", "items": {"type": "object"}},
            "before": {"$ref": "#/components/schemas/FeatureCollection"},
            "after": {"$ref": "#/components/schemas/FeatureCollection"},
            "land": {"type": "object", "nullable": True},
        },
    },
    "StoredProposal": {
        "type": "object",
        "required": ["number", "state", "author", "base_version", "resolution", "facts"],
        "properties": {
            "number": {"type": "integer"},
            "state": {
                "type": "string",
                "enum": ["draft", "chosen", "stale", "superseded", "applied"],
            },
            "created_at": {"type": "string", "format": "date-time"},
            "author": {"type": "string"},
            "base_version": {"type": "integer"},
            "resolution": {"type": "string"},
            "params": {"type": "object"},
            "note": {"type": "string"},
            "rebased_from": {"type": "integer", "nullable": True},
            "facts": {"type": "object"},
        },
    },
    "Evidence": {
        "type": "object",
        "required": ["id", "name", "sha256", "size", "media_type"],
        "properties": {
            "id": {"type": "integer"},
            "at": {"type": "string", "format": "date-time"},
            "user": {"type": "string"},
            "name": {"type": "string"},
            "sha256": {"type": "string"},
            "size": {"type": "integer"},
            "media_type": {"type": "string"},
            "note": {"type": "string"},
        },
    },
    "CoverageReport": {
        "type": "object",
        "required": ["policy", "ageing", "covered", "rate", "target", "needed", "range"],
        "properties": {
            "policy": {"type": "object"},
            "ageing": {"type": "integer"},
            "covered": {"type": "integer"},
            "rate": {"type": "number", "nullable": True},
            "target": {"type": "number"},
            "needed": {"type": "integer"},
            "range": _POSITION | {"nullable": True},
            "communities": {"type": "array", "items": {"type": "object"}},
            "streets": {"type": "array", "items": {"type": "object"}},
            "deciding_cases": {"type": "object", "nullable": True},
        },
    },
}
