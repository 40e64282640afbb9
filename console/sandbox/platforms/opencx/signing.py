"""Where OpenCX's deliveries go and what proves them: Svix's signature for webhooks, a bearer token for actions, a token
in the URL for collected data. A webhook that is not taken is sent again, with the same id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode

from console.sandbox.courier import Outgoing
from console.sandbox.platforms.opencx.events import DATA
from console.sandbox.platforms.opencx.seed import ORG

Family = Literal["svix", "webhook"]
ActionForm = Literal["json", "query", "parts"]
"""How an action's arguments are sent: a JSON body, the query of a GET, or a form in parts."""

SCHEDULE = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)
"""Seconds before each further try of a webhook, as Svix states them."""
AGENT = {"User-Agent": "OpenCX"}
BOUNDARY = "sandbox-boundary"


@dataclass(frozen=True)
class OpenCXTarget:
    """The URL of a connection; the doors stand behind it."""

    url: str
    secret: str = field(default="", repr=False)
    """Base64, with or without `whsec_`."""
    token: str = field(default="", repr=False)
    data_url: str = ""
    family: Family = "svix"
    actions: ActionForm = "json"
    haste: float = 0.0
    """What the schedule is multiplied by; 0 tries nothing again."""

    def outgoing(self, event: str, body: bytes, timestamp: int, tool: str = "") -> Outgoing:
        """One delivery; `timestamp` in seconds."""
        if event == "tool-calls":
            return self._action(json.loads(body), tool)
        if event == DATA:
            return Outgoing(self.data_url or f"{self.url}/data", {**AGENT, "Content-Type": "application/json"}, body)
        return Outgoing(self.url, self._signed(body, timestamp), body)

    def again(self, event: str) -> tuple[float, ...]:
        """Seconds before each further try; actions and collected data are sent once."""
        tried_again = self.haste and event not in ("tool-calls", DATA)
        return tuple(seconds * self.haste for seconds in SCHEDULE) if tried_again else ()

    def _signed(self, body: bytes, timestamp: int) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "Svix-Webhooks/1.40"}
        if not self.secret:
            return headers
        message = f"msg_{hashlib.sha256(body).hexdigest()[:24]}"
        signed = f"{message}.{timestamp}.".encode() + body
        written = base64.b64encode(hmac.digest(_key(self.secret), signed, "sha256")).decode()
        told = {"id": message, "timestamp": str(timestamp), "signature": f"v1,{written}"}
        return headers | {f"{self.family}-{name}": value for name, value in told.items()}

    def _action(self, order: Mapping[str, Any], tool: str) -> Outgoing:
        """The request of an action; an order written by hand may be nothing but its arguments."""
        arguments = order.get("arguments", order)
        headers = AGENT | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        if "session" in order:
            headers |= {"x-opencx-org-id": ORG, "x-opencx-session-id": order["session"]}
        return _SENDERS[self.actions](f"{self.url}/tools/{quote(tool, safe='')}", headers, arguments)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def _json(url: str, headers: Mapping[str, str], arguments: Mapping[str, Any]) -> Outgoing:
    return Outgoing(url, {**headers, "Content-Type": "application/json"}, json.dumps(arguments).encode())


def _query(url: str, headers: Mapping[str, str], arguments: Mapping[str, Any]) -> Outgoing:
    return Outgoing(f"{url}?{urlencode(_texts(arguments))}", headers, b"", "GET")


def _parts(url: str, headers: Mapping[str, str], arguments: Mapping[str, Any]) -> Outgoing:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in _texts(arguments).items()
    ]
    written = {**headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return Outgoing(url, written, "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode())


def _texts(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}


_SENDERS = {"json": _json, "query": _query, "parts": _parts}
