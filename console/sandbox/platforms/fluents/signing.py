"""Where Fluents' deliveries go and what proves them: a token in the URL for all, and a signature for tools.

A tool is signed with HMAC-SHA256 over the body as it is sent, base64, with a base64 secret; event webhooks and the
context endpoint carry nothing. Bodies are written as Python writes JSON, with spaces and everything but ASCII escaped.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode

from console.sandbox.courier import Outgoing

Method = Literal["GET", "POST"]
HEADER = "x-vocode-signature"


@dataclass(frozen=True)
class FluentsTarget:
    """The URL of a connection, with its token; the doors stand behind it."""

    url: str
    secret: str = field(default="", repr=False)
    events: Method = "POST"
    context: Method = "GET"

    def outgoing(self, event: str, body: bytes, timestamp: int, tool: str = "") -> Outgoing:
        """One delivery; there is no time in it."""
        payload = json.loads(body)
        if event == "tool-calls":
            return self._tool(f"{self.url}/tools/{quote(tool, safe='')}", payload)
        if event == "assistant-request":
            return _sent(self.context, f"{self.url}/context", payload)
        return _sent(self.events, self.url, payload)

    def _tool(self, url: str, payload: Mapping[str, Any]) -> Outgoing:
        outgoing = _sent("POST", url, payload)
        if not self.secret:
            return outgoing
        headers = {**outgoing.headers, "Accept": "application/json", HEADER: signature(outgoing.content, self.secret)}
        return Outgoing(url, headers, outgoing.content)


def signature(body: bytes, secret: str) -> str:
    """The value of the header."""
    return base64.b64encode(hmac.digest(base64.b64decode(secret), body, "sha256")).decode()


def _sent(method: Method, url: str, payload: Mapping[str, Any]) -> Outgoing:
    if method == "POST":
        return Outgoing(url, {"Content-Type": "application/json"}, json.dumps(payload).encode())
    query = {key: value if isinstance(value, str) else json.dumps(value) for key, value in payload.items()}
    return Outgoing(f"{url}?{urlencode(query)}", {}, b"", "GET")
