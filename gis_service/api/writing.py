"""What every writing request keeps to: ``If-Match`` on changes, ``Idempotency-Key`` on POST."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from gis_service.api.errors import problem_of
from gis_service.errors import (
    ConflictError,
    GisServiceError,
    ParameterError,
    StaleError,
    TooLargeError,
    UnconditionalError,
)
from gis_service.model.people import Actor
from gis_service.services.answers import Answers
from gis_service.services.ports.people import StoredAnswer

KEY_HEADER = "idempotency-key"
LONGEST_KEY = 200
SLACK_BYTES = 64 * 1024
IN_MEMORY_BYTES = 1_000_000
BLOCK_BYTES = 1 << 20
KEPT_HEADERS = ("content-type", "location", "etag", "cache-control", "content-disposition")


def etag_of(*parts: object) -> str:
    """Give the strong tag of a state: equal parts (JSON types), equal tags.

    Examples
    --------
    >>> etag_of("case", 7, 2) == etag_of("case", 7, 2) != etag_of("case", 7, 3)
    True
    """
    return f'"{sha256(orjson.dumps(parts, default=str)).hexdigest()[:24]}"'


def demand_match(request: Request, etag: str) -> None:
    """Refuse a change that was not made for the present state of the thing.

    Parameters
    ----------
    request
        Its ``If-Match`` names the tags for which the change was made; ``*``: for any.
    etag
        Tag of the present state.

    Raises
    ------
    UnconditionalError
        Without ``If-Match`` (428).
    StaleError
        When it names other tags (412); ``details["etag"]`` is the present one.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise UnconditionalError(
            "缺少 If-Match 头。请先读取该内容，并把其 ETag 放入 If-Match 后再提交。",
            "The header If-Match is missing. Read the thing first and send its ETag in If-Match.",
            header="If-Match",
        )
    tags = [tag.strip() for tag in given.split(",")]
    if "*" not in tags and etag not in tags:
        raise StaleError(
            "内容在您读取之后已被修改，未写入任何内容。请重新读取，核对后再提交；您的输入不会丢失。",
            "It was changed after you read it; nothing was written. Read it again, compare, and "
            "send your change once more; what you typed is not lost.",
            etag=etag,
        )


async def once(
    request: Request, actor: Actor, endpoint: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Answer a POST; with an ``Idempotency-Key``, the repeated one as the first.

    What succeeded is kept for 24 hours by key, who asks, address and body; what was refused wrote
    nothing, is forgotten, and may be tried again. An answer that streams is not kept.

    Raises
    ------
    ParameterError
        When the key is empty, too long or not printable ASCII.
    ConflictError
        While the first request runs (409). With another body it is answered 422.
    """
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return await endpoint(request)
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise ParameterError(
            f"Idempotency-Key 不可用；应为 1 至 {LONGEST_KEY} 个可见 ASCII 字符，例如 UUID。",
            f"The Idempotency-Key can't be used; give 1 to {LONGEST_KEY} printable ASCII "
            "characters, for example a UUID.",
            parameter="Idempotency-Key",
        )
    answers: Answers = request.app.state.services.answers
    address = f"{request.method} {request.url.path}?{request.url.query}"
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body:
        await _spool(request, body)
        hashed = await run_in_threadpool(_hash, body, _boundary(request))
        try:
            answer, known = await run_in_threadpool(
                lambda: answers.claim(key, actor=actor, address=address, body_hash=hashed)
            )
        except ConflictError as error:
            other_body = error.details.get("reason") == "body"
            return problem_of(request, error, status=422 if other_body else None)
        if known:
            return _again(answer)
        return await _first(
            Request(request.scope, _reader(request, body)), answers, answer, endpoint
        )


async def _first(
    request: Request,
    answers: Answers,
    answer: StoredAnswer,
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Response:
    try:
        response = await endpoint(request)
    except GisServiceError:
        await run_in_threadpool(answers.release, answer)
        raise
    body = getattr(response, "body", None)
    if response.status_code >= 400 or not isinstance(body, bytes):
        await run_in_threadpool(answers.release, answer)
        return response
    headers = {k: v for k, v in response.headers.items() if k in KEPT_HEADERS}
    status = response.status_code
    await run_in_threadpool(
        lambda: answers.finish(answer, status=status, headers=headers, body=body)
    )
    return response


def _again(answer: StoredAnswer) -> Response:
    headers = {**answer.headers, "idempotency-replayed": "true"}
    return Response(answer.body, answer.status or 200, headers)


async def _spool(request: Request, target: IO[bytes]) -> None:
    most = request.app.state.services.settings.max_upload_mb * 1_000_000
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most + SLACK_BYTES:
            raise TooLargeError(
                f"请求超过 {most // 1_000_000} MB 的上限。请压缩或拆分。",
                f"The request is larger than {most // 1_000_000} MB. Zip or split it.",
                max_upload_mb=most // 1_000_000,
            )
        await run_in_threadpool(target.write, chunk)


def _reader(request: Request, body: IO[bytes]) -> Callable[[], Awaitable[Message]]:
    body.seek(0)
    ended = False

    async def receive() -> Message:
        nonlocal ended
        if ended:
            return await request.receive()
        block = await run_in_threadpool(body.read, BLOCK_BYTES)
        ended = not block
        return {"type": "http.request", "body": block, "more_body": not ended}

    return receive


def _boundary(request: Request) -> bytes:
    kind, _, rest = request.headers.get("content-type", "").partition("boundary=")
    return rest.split(";")[0].strip().strip('"').encode() if "multipart/" in kind else b""


def _hash(body: IO[bytes], boundary: bytes) -> str:
    """Give the SHA-256 of a body; a form's boundary, new with each sending, does not count."""
    digest, carried, kept = sha256(), b"", max(len(boundary) - 1, 0)
    body.seek(0)
    while block := body.read(BLOCK_BYTES):
        data = carried + block
        if boundary:
            data = data.replace(boundary, b"")
        split = max(len(data) - kept, 0)
        digest.update(data[:split])
        carried = data[split:]
    digest.update(carried)
    return digest.hexdigest()
