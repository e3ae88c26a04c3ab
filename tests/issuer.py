"""A small OpenID Connect issuer on localhost: real RSA keys, real HTTP, and faults on demand."""

from __future__ import annotations

import socket
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "gis-service", "a secret, with % and :"


@dataclass
class Issuer:
    """Answers as an issuer does; ``claims`` and ``fault`` say for whom, and what goes wrong."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    other: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    secrets: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """Give the application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/keys", self.keys),
            ]
        )

    async def discovery(self, _request: Request) -> Response:
        """Say where everything is."""
        name = "http://127.0.0.1:1" if self.fault == "issuer name" else self.url
        return JSONResponse(
            {
                "issuer": name,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def authorize(self, request: Request) -> Response:
        """Let the person in at once."""
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        if self.fault == "denied":
            back = {"error": "access_denied", "state": asked["state"]}
        else:
            code = f"code {len(self.codes)}"
            self.codes[code] = asked
            back = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    async def token(self, request: Request) -> Response:
        """Exchange a code, once, for who knows the verifier."""
        if self.fault == "down":
            return Response("<html>", 502)
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        self.secrets.append(request.headers.get("authorization", ""))
        asked = self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest())
        if (
            asked is None
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "id_token": self.signed(asked["nonce"])})

    def signed(self, nonce: str) -> str:
        """Give an id token."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60,
                  "nonce": nonce} | self.claims  # fmt: skip
        header = {"alg": "RS256", "kid": "one"}
        match self.fault:
            case "unsigned":
                head, body, _ = jwt.encode(header, claims, self.key).split(".")
                none = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
                return f"{none}.{body}."
            case "another key":
                return jwt.encode(header, claims, self.other)
            case "public key as secret":
                secret = OctKey.import_key(self.key.as_pem(private=False))
                return jwt.encode({"alg": "HS256", "kid": "one"}, claims, secret)
            case "changed":
                head, body, sign = jwt.encode(header, claims, self.key).split(".")
                other = jwt.encode(header, claims | {"sub": "2"}, self.key).split(".")[1]
                return f"{head}.{other}.{sign}"
        return jwt.encode(header, claims, self.key)

    async def keys(self, _request: Request) -> Response:
        """Give the public key."""
        return JSONResponse(KeySet([self.key]).as_dict(private=False))


@contextmanager
def running() -> Iterator[Issuer]:
    """Serve an issuer on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        issuer = Issuer(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(issuer.app(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield issuer
        finally:
            server.should_exit = True
            thread.join(10)
