"""Commands into a live call, through the URL that the call itself tells.

The URL is all the proof there is: it is cut out of whatever is recorded. And since it comes in an event, it is used
only where it leads to Vapi, or to the very API of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from workers.clients.base import Session
from workers.clients.errors import NotAllowed
from workers.clients.exchange import exchange, json_bytes
from workers.clients.failures import failure

HOME = re.compile(rb"(?:[a-z0-9-]+\.)*vapi\.ai")
"""Where control URLs lie: the platform's domain and whatever is below it, as it goes over the wire."""
ANSWER_LIMIT = 65_536
"""Bytes of one answer; what is in it is not documented."""


def checked_url(written: str, base_url: str) -> httpx.URL:
    """The control URL; raises NotAllowed for one that leads neither to Vapi nor under the connection's `base_url`.

    The vendor's own example writes the URL in angle brackets, so they are taken off.
    """
    try:
        url, base = httpx.URL(written.strip().removeprefix("<").removesuffix(">")), httpx.URL(base_url)
    except (httpx.InvalidURL, UnicodeError):
        raise NotAllowed("the call's control URL is no URL") from None
    if url.userinfo or not (_at_home(url) or _under(url, base)):
        raise NotAllowed("the call's control URL does not lead to Vapi")
    return url


def _at_home(url: httpx.URL) -> bool:
    return url.scheme == "https" and url.port is None and bool(HOME.fullmatch(url.raw_host.lower()))


def _under(url: httpx.URL, base: httpx.URL) -> bool:
    """Whether it lies below the API that the operator configured; a simulated platform has its control URLs there."""
    same = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
    plain = ".." not in url.path and "\\" not in url.path
    return bool(base.host) and same and plain and url.path.startswith(base.path.rstrip("/") + "/")


class VapiControl:
    """One live call. Commands are not idempotent, and any 2xx means that one was taken."""

    def __init__(self, session: Session, url: httpx.URL, key: str = "") -> None:
        self._session = session
        self._url = url
        self._key = key
        """The public key, where the assistant asks for one; the private key is never sent."""

    async def say(self, content: str, end_after: bool) -> None:
        """Speak a sentence as it is, and hang up after it if asked."""
        await self._send({"type": "say", "content": content, "endCallAfterSpoken": end_after})

    async def add_message(self, content: str, respond: bool) -> None:
        """Tell the assistant something, and have it answer at once if asked."""
        await self.put("system", content, respond)

    async def put(self, role: str, content: str, respond: bool) -> None:
        """Put a message into the conversation as if this role had said it."""
        message = {"role": role, "content": content}
        await self._send({"type": "add-message", "message": message, "triggerResponseEnabled": respond})

    async def control(self, word: str) -> None:
        """One of mute-assistant, unmute-assistant, mute-customer, unmute-customer and say-first-message."""
        await self._send({"type": "control", "control": word})

    async def hand_off(self, assistant: str, content: str) -> None:
        """Let another saved assistant go on, after a sentence if there is one."""
        command = {"type": "handoff", "destination": {"type": "assistant", "assistantId": assistant}}
        await self._send(command | ({"content": content} if content else {}))

    async def end(self) -> None:
        """Hang up."""
        await self._send({"type": "end-call"})

    async def transfer(self, destination: Mapping[str, Any], content: str) -> None:
        """Hand the caller over, after a sentence if there is one."""
        command = {"type": "transfer", "destination": dict(destination)}
        await self._send(command | ({"content": content} if content else {}))

    async def _send(self, command: Mapping[str, Any]) -> None:
        session = self._session
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        request = session.http.build_request("POST", self._url, headers=headers, content=json_bytes(dict(command)))
        secrets = session.secrets | {session.key, self._key, self._url.raw_path.decode()}
        received = await exchange(
            session.http, request, session.recorder, session.deadline, limit=ANSWER_LIMIT, secrets=secrets
        )
        if not 200 <= received.status < 300:
            raise failure(received, "POST", who="Vapi's call control", secrets=secrets)
