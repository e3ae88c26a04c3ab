"""One error shape (RFC 9457 problem details), and one table from error class to status."""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gis_service.errors import (
    CancelledError,
    ConflictError,
    ForbiddenError,
    GisServiceError,
    InputError,
    NotFoundError,
    StaleError,
    StorageError,
    TooLargeError,
    TooManyAttemptsError,
    UnauthenticatedError,
    UnconditionalError,
)
from gis_service.model.text import Text

PROBLEM = "application/problem+json"

STATUSES: tuple[tuple[type[GisServiceError], int], ...] = (
    (TooLargeError, 413),
    (InputError, 400),
    (NotFoundError, 404),
    (UnauthenticatedError, 401),
    (TooManyAttemptsError, 429),
    (ForbiddenError, 403),
    (StaleError, 412),
    (UnconditionalError, 428),
    (ConflictError, 409),
    (CancelledError, 409),
    (StorageError, 503),
)
"""The first class that fits gives the status; 500 when none does."""

TITLES: dict[int, Text] = {
    400: Text("请求不可用", "The request can't be used"),
    401: Text("请先登录", "Sign in first"),
    403: Text("不允许", "Not allowed"),
    404: Text("未找到", "Not found"),
    405: Text("不支持该方法", "Method not allowed"),
    409: Text("与当前状态冲突", "Conflicts with the present state"),
    412: Text("内容已被他人修改", "Changed since it was read"),
    413: Text("内容过大", "Too large"),
    415: Text("不支持的类型", "Media type not supported"),
    422: Text("请求不可用", "The request can't be used"),
    428: Text("缺少 If-Match", "If-Match is missing"),
    429: Text("请求过多", "Too many requests"),
    500: Text("服务内部故障", "Internal fault"),
    503: Text("暂不可用", "Not available now"),
}


def status_of(error: GisServiceError) -> int:
    """Give the HTTP status of an error.

    Examples
    --------
    >>> status_of(NotFoundError("无", "none")), status_of(TooLargeError("大", "large"))
    (404, 413)
    """
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def language_of(request: Request, *, default: str = "zh") -> str:
    """Give ``zh`` or ``en``: by ``?lang=``, else by Accept-Language, else the default."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return asked
    best, language = 0.0, default
    for item in request.headers.get("accept-language", "").split(","):
        tag, _, weight = item.strip().partition(";q=")
        primary = tag.strip().lower().partition("-")[0]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if primary in ("zh", "en") and quality > best:
            best, language = quality, primary
    return language


def problem(
    request: Request,
    status: int,
    text: Text,
    *,
    code: str,
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Give problem details in the request's language, with both languages beside."""
    language = language_of(request, default=default_language(request))
    title = TITLES.get(status, Text("错误", "Error"))
    body = {
        "type": f"urn:gis-service:problem:{code}",
        "title": title.in_language(language),
        "status": status,
        "detail": text.in_language(language),
        "detail_zh": text.zh,
        "detail_en": text.en,
        "code": code,
        "details": details or {},
    }
    extra = {"Content-Language": language, "Vary": "Accept-Language"} | (headers or {})
    content = orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)
    return Response(content, status, extra, PROBLEM)


def default_language(request: Request) -> str:
    """Give the installation's language."""
    services = getattr(request.app.state, "services", None)
    return "zh" if services is None else str(services.settings.language)


def problem_of(request: Request, error: GisServiceError, *, status: int | None = None) -> Response:
    """Give the problem details of a deliberate error, by default with the status of its class."""
    status = status_of(error) if status is None else status
    if status >= 500:
        structlog.get_logger("gis_service").error(
            "storage", path=request.url.path, message=error.en, exc_info=error
        )
    return problem(
        request,
        status,
        Text(error.zh, error.en),
        code=error.code,
        details=error.details,
        headers=headers_of(error, status),
    )


def headers_of(error: GisServiceError, status: int) -> dict[str, str]:
    """Give the headers that belong to a status: how to sign in, when to try again."""
    if status == 401:
        wrong = ', error="invalid_token"' if error.details.get("reason") == "key" else ""
        return {"WWW-Authenticate": f'Bearer realm="gis-service"{wrong}'}
    if status == 503:
        return {"Retry-After": str(error.details.get("retry_after_s", 5))}
    if status == 429:
        return {"Retry-After": str(error.details.get("retry_after_s", 60))}
    return {}


def fault_problem(request: Request, fault_id: str) -> Response:
    """Give the problem details of an unexpected fault: its id and nothing else."""
    text = Text(
        f"服务内部故障，编号 {fault_id}。请把编号告诉管理员。",
        f"Internal fault, id {fault_id}. Give this id to the administrator.",
    )
    return problem(request, 500, text, code="fault", details={"id": fault_id})


async def on_gis_service_error(request: Request, error: Exception) -> Response:
    """Answer a deliberate error."""
    assert isinstance(error, GisServiceError)  # noqa: S101 -- registered for this class alone
    return problem_of(request, error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: an unknown address, a wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class alone
    path = request.url.path
    texts = {
        404: Text(f"没有地址 {path}。", f"There is no address {path}."),
        405: Text(
            f"地址 {path} 不支持 {request.method}。", f"{path} does not take {request.method}."
        ),
    }
    status = error.status_code
    detail = str(error.detail)
    return problem(
        request,
        status,
        texts.get(status, Text(detail, detail)),
        code={404: "not-found", 405: "method-not-allowed"}.get(status, "http"),
        headers=dict(error.headers or {}),
    )
