"""The HTTP answers of the receiver: small JSON, never a stack trace, never text that a platform might read aloud.

A refusal says why under a name that no platform reads (`error` is spoken to the caller by some); a 5xx has no body.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import orjson
from starlette.background import BackgroundTask
from starlette.responses import Response

from receiver.providers.base import Reply

JSON = "application/json"


def refused(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal with one sentence for the person who set up the platform."""
    return Response(orjson.dumps({"refused": text}), status, headers, JSON)


def come_again(seconds: int) -> Response:
    """Nothing was stored through no fault of the sender's: 503, to be sent again."""
    return Response(status_code=503, headers={"retry-after": str(seconds)})


def come_later(seconds: int) -> Response:
    """There is too much to do already: 429, to be sent again later."""
    return refused(429, "too much is waiting here, send it again later", {"retry-after": str(seconds)})


def replied(
    reply: Reply, event_id: str, *, stored: bool = True, after: Callable[[], Awaitable[None]] | None = None
) -> Response:
    """The platform's reply, with the event's id for people; `after` runs once it has left."""
    headers = {"x-hookswitch-event": event_id}
    if not stored:
        headers["x-hookswitch-stored"] = "no"
    return Response(orjson.dumps(reply.body), reply.status, headers, JSON, BackgroundTask(after) if after else None)
