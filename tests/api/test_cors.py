"""Pages of other sites read the map services only where the installation says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gis_service.api.app import create_app
from gis_service.errors import ParameterError
from gis_service.settings import load_settings

HERE = "https://maps.example.cn"
ITEMS = "/ogc/collections/communities/items"


def _opened(services: Any, client: Any, origins: str) -> Any:
    settings = services.settings.model_copy(update={"cors_origins": origins})
    return type(client)(create_app(replace(services, settings=settings)))


def test_nobody_else_reads_unless_it_is_set(client: Any) -> None:
    answer = client.get(ITEMS, headers={"Origin": HERE})
    assert "access-control-allow-origin" not in answer.headers


def test_a_named_site_reads_and_sees_the_headers_it_needs(services: Any, client: Any) -> None:
    opened = _opened(services, client, f"https://other.cn {HERE}")
    answer = opened.get(ITEMS, headers={"Origin": HERE})
    assert answer.headers["access-control-allow-origin"] == HERE
    exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {"Content-Crs", "ETag", "Location", "Link"} <= exposed
    assert "access-control-allow-credentials" not in answer.headers
    asked = {"Origin": HERE, "Access-Control-Request-Method": "GET"}
    asked |= {"Access-Control-Request-Headers": "if-none-match"}
    assert opened.request("OPTIONS", ITEMS, headers=asked).status_code == 200
    stranger = opened.get(ITEMS, headers={"Origin": "https://elsewhere.cn"})
    assert "access-control-allow-origin" not in stranger.headers
    page = opened.get("/api/v1/coverage", headers={"Origin": HERE})
    assert "access-control-allow-origin" not in page.headers
    again = opened.get(ITEMS, headers={"Origin": HERE, "If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and again.headers["access-control-allow-origin"] == HERE


def test_all_sites_may_be_let_in(services: Any, client: Any) -> None:
    answer = _opened(services, client, "*").get("/ogc", headers={"Origin": "https://x.cn"})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_site_that_is_no_origin_is_refused() -> None:
    with pytest.raises(ParameterError, match="CORS_ORIGINS"):
        load_settings(cors_origins="maps.example.cn/page")
