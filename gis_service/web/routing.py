"""A page's address, who answers it, and what one must be allowed to do to see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from gis_service.api.access import guarded


@dataclass(frozen=True)
class Page:
    """One address for people.

    Attributes
    ----------
    path, endpoint, methods
        What is asked and who answers; a plain function runs in a thread.
    action
        A name of `gis_service.services.access.PERMISSIONS`, checked before the endpoint. Who has
        not signed in is asked to; forms (POST) must carry the CSRF token.
    """

    path: str
    endpoint: Callable[..., Any]
    methods: tuple[str, ...] = ("GET",)
    action: str = "read"


def add_page(app: FastAPI, page: Page) -> None:
    """Put a page on the application."""
    app.router.add_route(
        page.path,
        guarded(page.endpoint, action=page.action, form=True),
        methods=list(page.methods),
        include_in_schema=False,
    )
