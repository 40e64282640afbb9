"""The HTTP answers of the receiver: small JSON, never a stack trace, never text that a platform might read aloud.

A refusal says why under a name that no platform reads (`error` is spoken to the caller by some); a 5xx has no body.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import orjson

from receiver.providers.base import Reply

Headers = list[tuple[bytes, bytes]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON = (b"content-type", b"application/json")


@dataclass(slots=True)
class Response:
    """What is sent back; `after` runs once it has left."""

    status: int
    headers: Headers
    body: bytes = b""
    after: Callable[[], Awaitable[None]] | None = None

    async def leave(self, send: Send) -> None:
        """Send it as the two messages that ASGI wants."""
        headers = [*self.headers, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
        if self.after:
            await self.after()


def refused(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal with one sentence for the person who set up the platform."""
    more = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Response(status, [_JSON, *more], orjson.dumps({"refused": text}))


def come_again(seconds: int) -> Response:
    """Nothing was stored through no fault of the sender's: 503, to be sent again."""
    return Response(503, [(b"retry-after", b"%d" % seconds)])


def come_later(seconds: int) -> Response:
    """There is too much to do already: 429, to be sent again later."""
    return refused(429, "too much is waiting here, send it again later", {"retry-after": str(seconds)})


def replied(
    reply: Reply, event_id: str, *, stored: bool = True, after: Callable[[], Awaitable[None]] | None = None
) -> Response:
    """The platform's reply, with the event's id for people; `after` runs once it has left."""
    headers = [_JSON, (b"x-hookswitch-event", event_id.encode())]
    if not stored:
        headers.append((b"x-hookswitch-stored", b"no"))
    return Response(reply.status, headers, orjson.dumps(reply.body), after)
