"""``/api/v1/cases/{number}/documents``: the agreement pack; and each community's fact sheet."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gis_service.api import parameters
from gis_service.api.access import actor_of
from gis_service.api.answers import JSON, base_url, encoded, tagged
from gis_service.api.errors import default_language
from gis_service.api.operations import Operation, in_path, query
from gis_service.api.routes.ogc import services_of
from gis_service.documents import DOCUMENTS, archive, fact_sheet
from gis_service.errors import ParameterError
from gis_service.model.packs import AgreementPack

ZIP = "application/zip"
PDF = "application/pdf"


async def documents(request: Request) -> Response:
    """Answer which documents a case has, and where they are."""
    return await run_in_threadpool(_documents, request)


def _documents(request: Request) -> Response:
    parameters.only(request, "proposal")
    pack = _pack(request)
    here = f"{base_url(request)}/api/v1/cases/{quote(pack.facts.number, safe='')}/documents"
    asked = "" if "proposal" not in request.query_params else f"?proposal={_proposal(request)}"
    rows = [
        {
            "name": document.name,
            "title": document.title._asdict(),
            "media_type": document.media_type,
            "href": f"{here}/{document.name}{asked}",
        }
        for document in DOCUMENTS.values()
    ]
    body = {"case": pack.facts.number, "documents": rows, "all": f"{here}.zip{asked}"}
    return tagged(request, encoded(body))


async def document(request: Request) -> Response:
    """Answer one document of a case's agreement pack."""
    return await run_in_threadpool(_document, request)


def _document(request: Request) -> Response:
    parameters.only(request, "proposal")
    chosen = DOCUMENTS.find(str(request.path_params["name"]))
    pack = _pack(request)
    return _file(
        request,
        chosen.make(pack, document_language(request)),
        name=f"{pack.facts.number}-{chosen.file_name}",
        media_type=chosen.media_type,
    )


async def all_documents(request: Request) -> Response:
    """Answer a zip of all documents of a case."""
    return await run_in_threadpool(_all_documents, request)


def _all_documents(request: Request) -> Response:
    parameters.only(request, "proposal")
    pack = _pack(request)
    return _file(
        request,
        archive(pack, document_language(request)),
        name=f"{pack.facts.number}.zip",
        media_type=ZIP,
    )


async def community_fact_sheet(request: Request) -> Response:
    """Answer the fact sheet of a community."""
    return await run_in_threadpool(_community_fact_sheet, request)


def _community_fact_sheet(request: Request) -> Response:
    parameters.only(request, "as_of")
    sheet = services_of(request).documents.fact_sheet(
        actor_of(request),
        str(request.path_params["code"]),
        as_of=request.query_params.get("as_of"),
    )
    body = fact_sheet(sheet, document_language(request))
    return _file(request, body, name=f"{sheet.code}-fact-sheet.pdf", media_type=PDF)


def document_language(request: Request) -> str:
    """Give the language of a document: ``?lang=``, else the installation's.

    What a browser prefers does not count: an agreement is in the office's language.
    """
    asked = request.query_params.get("lang")
    return asked if asked in ("zh", "en") else default_language(request)


def _pack(request: Request) -> AgreementPack:
    return services_of(request).documents.pack(
        actor_of(request), str(request.path_params["number"]), proposal=_proposal(request)
    )


def _proposal(request: Request) -> int | None:
    given = request.query_params.get("proposal")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and int(given[:9]) >= 1 and len(given) < 9):
        raise ParameterError(
            f"参数 proposal 的值“{given}”不可用；应为案件中方案的序号，从 1 开始。",
            f"proposal is {given!r}; give the number of a proposal of the case, from 1.",
            parameter="proposal",
        )
    return int(given)


def _file(request: Request, body: bytes, *, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
    }
    return tagged(request, body, media_type=media_type, headers=headers)


_NUMBER = in_path("number", "Number of the case / 案件编号", {"type": "string"})
_PROPOSAL = query(
    "proposal",
    "Number of the proposal; by default the chosen, else the newest / 方案序号",
    {"type": "integer", "minimum": 1},
)
_BINARY = {"type": "string", "format": "binary"}
_UNCHANGED = {"304": {"description": "Not modified / 未变化"}}


def _binary(description: str, *media_types: str) -> dict[str, Any]:
    content = {media_type: {"schema": _BINARY} for media_type in media_types}
    return {"200": {"description": description, "content": content}} | _UNCHANGED


OPERATIONS = (
    Operation(
        path="/api/v1/cases/{number}/documents",
        endpoint=documents,
        name="case_documents",
        summary="Documents of a case / 案件的协议文件",
        tag="Documents",
        parameters=(_NUMBER, _PROPOSAL),
        answers={
            "200": {
                "description": "Names, titles and addresses",
                "content": {JSON: {"schema": {"type": "object"}}},
            }
        }
        | _UNCHANGED,
        problems=(400, 404, 409),
        action="read.cases",
    ),
    Operation(
        path="/api/v1/cases/{number}/documents.zip",
        endpoint=all_documents,
        name="case_documents_zip",
        summary="All documents of a case / 全部协议文件",
        tag="Documents",
        parameters=(_NUMBER, _PROPOSAL),
        answers=_binary("A zip", ZIP),
        problems=(400, 404, 409, 422),
        action="read.cases",
    ),
    Operation(
        path="/api/v1/cases/{number}/documents/{name}",
        endpoint=document,
        name="case_document",
        summary="One document of a case / 协议书、附图、边界点成果表",
        tag="Documents",
        parameters=(
            _NUMBER,
            in_path("name", "Which document", {"type": "string", "enum": list(DOCUMENTS)}),
            _PROPOSAL,
        ),
        answers=_binary("The file", *dict.fromkeys(d.media_type for d in DOCUMENTS.values())),
        problems=(400, 404, 409, 422),
        action="read.cases",
    ),
    Operation(
        path="/api/v1/communities/{code}/fact-sheet.pdf",
        endpoint=community_fact_sheet,
        name="community_fact_sheet",
        summary="Fact sheet of a community / 社区基本情况表",
        tag="Documents",
        parameters=(
            in_path("code", "Code of the community / 社区代码", {"type": "string"}),
            query("as_of", "Version or date / 版本号或日期", {"type": "string"}),
        ),
        answers=_binary("The PDF", PDF),
        problems=(400, 404),
        action="read.cases",
    ),
)
