"""Signing in by OpenID Connect: authorization code with PKCE, state and nonce.

OpenID Connect Core 1.0 §3.1, RFC 7636. What the browser must bring back stands in a short-lived
cookie of its own; nothing is kept on the server meanwhile. Only signatures by a key of the issuer
with RS256, PS256 or ES256 are taken.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gis_service.api.access import cookie_name, set_cookie
from gis_service.errors import ForbiddenError, GisServiceError, NotFoundError, UnauthenticatedError
from gis_service.model.people import ROLES
from gis_service.settings import Settings
from gis_service.web.rendering import services_of
from gis_service.web.signing import began, safe_next, sign_in_page

if TYPE_CHECKING:
    import httpx

FLOW = "oidc"
FLOW_S = 600
TIMEOUT_S = 10.0
LEEWAY_S = 60
ALGORITHMS = ("RS256", "PS256", "ES256")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What one signing in must bring back."""

    state: str
    nonce: str
    verifier: str
    goal: str

    def cookie(self) -> str:
        """Write it for the cookie."""
        return ".".join((self.state, self.nonce, self.verifier, quote(self.goal, safe="")))


async def start(request: Request) -> Response:
    """Lead the browser to the issuer."""
    settings = _settings(request)
    goal = safe_next(request.query_params.get("next"))
    try:
        async with _client() as client:
            provider = await _discovered(client, settings)
    except GisServiceError as error:
        return await sign_in_page(request, goal=goal, error=error)
    flow = Flow(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        goal=goal,
    )
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": _callback_address(request, settings),
        "scope": "openid profile",
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": _challenge(flow.verifier),
        "code_challenge_method": "S256",
    }
    endpoint = provider["authorization_endpoint"]
    sign = "&" if "?" in endpoint else "?"
    response = RedirectResponse(f"{endpoint}{sign}{urlencode(asked)}", 303)
    set_cookie(request, response, FLOW, flow.cookie(), max_age_s=FLOW_S)
    return response


async def callback(request: Request) -> Response:
    """Take the browser back: exchange the code, judge the id token, begin a session."""
    settings = _settings(request)
    flow = _flow_of(request)
    goal = flow.goal if flow else "/"
    try:
        code = _code_of(request, flow)
        assert flow is not None  # noqa: S101 -- _code_of refuses without one
        async with _client() as client:
            provider = await _discovered(client, settings)
            token = await _exchanged(
                client, settings, provider, code=code, verifier=flow.verifier,
                redirect_uri=_callback_address(request, settings),
            )  # fmt: skip
            keys = await _answered(client.get(str(provider["jwks_uri"])))
        claims = _judged(token, keys, settings=settings, nonce=flow.nonce)
        signed_in = await run_in_threadpool(
            lambda: services_of(request).signing.sign_in_external(
                f"{settings.oidc_issuer}#{claims['sub']}",
                login=_login_of(claims),
                name=str(claims.get("name") or ""),
                role=_role_of(claims, settings),
                street=str(claims.get(settings.oidc_street_claim) or "") or None,
            )
        )
        response = began(request, signed_in, goal=goal)
    except GisServiceError as error:
        structlog.get_logger("gis_service").warning("sign-in failed", by="oidc", reason=error.en)
        response = await sign_in_page(request, goal=goal, error=error)
    set_cookie(request, response, FLOW, "")
    return response


def _settings(request: Request) -> Settings:
    settings = services_of(request).settings
    if not isinstance(settings, Settings) or not settings.oidc_issuer:
        raise NotFoundError(
            "本服务没有设置统一账号登录（GIS_SERVICE_OIDC_ISSUER）。",
            "Signing in by OpenID Connect is not set up (GIS_SERVICE_OIDC_ISSUER).",
        )
    return settings


def _client() -> httpx.AsyncClient:
    try:
        import httpx
    except ModuleNotFoundError as error:
        raise NotFoundError(
            "统一账号登录需要附加组件。请安装：pip install 'gis-service[oidc]'。",
            "OpenID Connect needs an extra. Install: pip install 'gis-service[oidc]'.",
        ) from error
    return httpx.AsyncClient(timeout=TIMEOUT_S)


def _callback_address(request: Request, settings: Settings) -> str:
    base = settings.public_url or str(request.base_url).rstrip("/")
    return f"{base}/sign-in/oidc/callback"


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _flow_of(request: Request) -> Flow | None:
    parts = request.cookies.get(cookie_name(request, FLOW), "").split(".", 3)
    if len(parts) != 4 or not all(parts):
        return None
    state, nonce, verifier, goal = parts
    return Flow(state=state, nonce=nonce, verifier=verifier, goal=safe_next(unquote(goal)))


def _code_of(request: Request, flow: Flow | None) -> str:
    query = request.query_params
    if flow is None or not hmac.compare_digest(
        query.get("state", "").encode(), flow.state.encode()
    ):
        raise _refused(
            "state", "登录已过期或不是从本页面开始的", "it has expired or began elsewhere"
        )
    if "error" in query or not query.get("code"):
        said = re.sub(r"[^a-z_]", "", query.get("error", ""))[:40] or "no code"
        raise _refused("provider", f"对方答复 {said}", f"the issuer answered {said}")
    return query["code"]


async def _discovered(client: httpx.AsyncClient, settings: Settings) -> Mapping[str, Any]:
    issuer = str(settings.oidc_issuer)
    _check_address(issuer)
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    provider = await _answered(client.get(address))
    if provider.get("issuer") != issuer:
        raise _refused("issuer", "签发方名称不符", "the issuer names itself otherwise")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _check_address(str(provider.get(name, "")))
    return provider


async def _exchanged(
    client: httpx.AsyncClient,
    settings: Settings,
    provider: Mapping[str, Any],
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
) -> str:
    import httpx

    secret = settings.oidc_client_secret.get_secret_value()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": settings.oidc_client_id,
    }
    name = quote(settings.oidc_client_id, safe="")
    by_name = httpx.BasicAuth(name, quote(secret, safe="")) if secret else httpx.Auth()
    asking = client.post(str(provider["token_endpoint"]), data=form, auth=by_name)
    answer = await _answered(asking)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise _refused("token", "对方没有给出身份令牌", "the issuer gave no id token")
    return token


async def _answered(asking: Any) -> dict[str, Any]:
    """Wait for an answer that is a JSON object."""
    import httpx

    try:
        answer: httpx.Response = await asking
        answer.raise_for_status()
        content = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise _refused(
            "unreachable", "无法从统一账号服务器取得答复", "the issuer gave no usable answer"
        ) from error
    if not isinstance(content, dict):
        raise _refused("unreachable", "统一账号服务器的答复不可用", "the answer is no object")
    return content


def _judged(
    token: str, keys: Mapping[str, Any], *, settings: Settings, nonce: str
) -> dict[str, Any]:
    """Give the claims of an id token that is genuine, for us, fresh, and of this signing in."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    wanted = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": str(settings.oidc_issuer)},
        aud={"essential": True, "value": settings.oidc_client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        decoded = jwt.decode(
            token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=list(ALGORITHMS)
        )
        wanted.validate(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused("token", "身份令牌不可信", "the id token can't be trusted") from error
    claims = dict(decoded.claims)
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != settings.oidc_client_id:
        raise _refused("token", "身份令牌是给别的程序的", "the id token is for another program")
    return claims


def _login_of(claims: Mapping[str, Any]) -> str:
    wanted = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    return re.sub(r"[^\w.@-]", "-", wanted).lstrip(".@-")[:64]


def _role_of(claims: Mapping[str, Any], settings: Settings) -> str:
    held = claims.get(settings.oidc_role_claim)
    values = [held] if isinstance(held, str) else held if isinstance(held, list) else []
    roles = {settings.oidc_roles.get(str(value)) for value in values}
    found = [role for role in ROLES if role in roles]
    if not found:
        raise ForbiddenError(
            "您的统一账号没有本服务的角色。请联系管理员（设置 GIS_SERVICE_OIDC_ROLES）。",
            "Your office account has no role here. Ask an administrator (the setting "
            "GIS_SERVICE_OIDC_ROLES).",
        )
    return found[-1]


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    raise _refused("issuer", "统一账号服务器必须使用 https", "the issuer must use https")


def _refused(reason: str, zh: str, en: str) -> UnauthenticatedError:
    return UnauthenticatedError(
        f"统一账号登录未成功：{zh}。请再试一次，或联系管理员。",
        f"Signing in with the office's account failed: {en}. Try again or ask an administrator.",
        reason=reason,
    )
