"""Answers to requests that may come twice: the second gets the first one's, and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import orjson

from gis_service.errors import ConflictError
from gis_service.model.people import Actor
from gis_service.services.moments import seconds
from gis_service.services.ports import Clock, Database
from gis_service.services.ports.people import StoredAnswer

KEPT_S = 24 * 3600.0


class Answers:
    """The answers of the last 24 hours to requests with an ``Idempotency-Key``."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def claim(
        self, key: str, *, actor: Actor, address: str, body_hash: str
    ) -> tuple[StoredAnswer, bool]:
        """Begin a request, or find that it has been answered.

        Parameters
        ----------
        key
            What the client calls the request.
        actor, address
            Who asks, and for what (method, path, query); another's key is another request.
        body_hash
            SHA-256 of the body.

        Returns
        -------
        tuple
            The answer, and whether it is one from before. A new one has no status yet; hand it
            to `finish` or to `release`.

        Raises
        ------
        ConflictError
            ``details["reason"]`` is ``body`` when the key came with another body before, and
            ``running`` when the first request has not ended, or ended without our knowing how.
        """
        name = sha256(orjson.dumps([key, actor.name, address])).hexdigest()
        now = seconds(self._clock())
        new = StoredAnswer(
            id=name, body_hash=body_hash, created_at=now, status=None, headers={}, body=b""
        )
        with self._database.keeping() as unit:
            known = unit.answers.claim(new, expired_before=now - KEPT_S)
        if known is None:
            return new, False
        if known.body_hash != body_hash:
            raise ConflictError(
                "此 Idempotency-Key 已用于内容不同的请求。请为新的请求使用新的键。",
                "This Idempotency-Key was used with another body. Use a new key for a new request.",
                reason="body",
            )
        if known.status is None:
            raise ConflictError(
                "相同 Idempotency-Key 的请求仍在处理，或中断而结果未知。请稍后重试；若仍如此，"
                "请先查看其结果是否已写入，再使用新的键。",
                "The request with this Idempotency-Key is still running, or broke off. Try again "
                "in a moment; if this stays, look whether it was written, then use a new key.",
                reason="running",
            )
        return known, True

    def finish(
        self, answer: StoredAnswer, *, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Keep the answer of a claimed request."""
        with self._database.keeping() as unit:
            unit.answers.finish(replace(answer, status=status, headers=headers, body=body))

    def release(self, answer: StoredAnswer) -> None:
        """Forget a claim whose request wrote nothing, so that it may be tried again."""
        with self._database.keeping() as unit:
            unit.answers.release(answer.id)
