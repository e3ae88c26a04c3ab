"""People of every role for the tests, signed in by the service's own use cases."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gis_service.model.people import Actor
from gis_service.services.people import People
from gis_service.services.signing import Signing

ADMINISTRATOR = Actor(name="test", role="administrator")
PASSWORD = "three green stones"  # noqa: S105
_KNOWN: dict[tuple[str, str, str | None], Signed] = {}


@dataclass(frozen=True)
class Signed:
    """A person with a session: their login name is the role, or ``street-STREET``."""

    login: str
    role: str
    street: str | None
    token: str

    @property
    def csrf(self) -> str:
        """The token that the pages' forms and scripts carry."""
        return hmac.new(self.token.encode(), b"csrf", sha256).hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        """What a signed-in browser's script sends."""
        return {"cookie": f"session={self.token}", "x-csrf-token": self.csrf}


def signed_in(database: Any, clock: Any, role: str, street: str | None = None) -> Signed:
    """Give the person of a role in a database; make them when the first test asks."""
    if role == "street" and street is None:
        street = "桂园街道"
    wanted = (str(database.engine.url), role, street)
    if wanted not in _KNOWN:
        people = People(database=database, clock=clock)
        signing = Signing(database=database, clock=clock, hours=12, idle_min=120)
        login = f"street-{street}" if role == "street" else role
        known = {person.login for person in people.all()}
        if login in known:
            token = signing.sign_in(login, PASSWORD, address="test").token
        else:
            link = people.add(login, role=role, street=street, by=ADMINISTRATOR)[1]
            token = signing.set_password(link, PASSWORD).token
        _KNOWN[wanted] = Signed(login, role, street, token)
    return _KNOWN[wanted]


class SignedClient:
    """A client (one with ``request``) whose requests are those of a signed-in person."""

    def __init__(self, client: Any, who: Signed) -> None:
        self.client = client
        self.app = client.app
        self.who = who

    def request(self, method: str, url: str, **arguments: Any) -> Any:
        """Ask with the session's cookie and the CSRF token."""
        headers = self.who.headers | dict(arguments.pop("headers", None) or {})
        return self.client.request(method, url, headers=headers, **arguments)

    def get(self, url: str, **arguments: Any) -> Any:
        """Read."""
        return self.request("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> Any:
        """Write."""
        return self.request("POST", url, **arguments)
