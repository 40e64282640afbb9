"""What browsers and machines ask for, and no person reads: news, signs of life, metrics."""

from __future__ import annotations

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from console.web.desk import desk_of
from console.web.live import Crowded, Live
from store.metrics import refusal

COME_BACK = 30
"""Seconds after which a page that found no place asks again."""


async def live(request: Request) -> Response:
    """News for an open page, for as long as it is open."""
    try:
        return _News(desk_of(request).live)
    except Crowded:
        told = "as many pages are watching as this console serves; this one stays as it is"
        return PlainTextResponse(told, 503, {"retry-after": str(COME_BACK)})


class _News(StreamingResponse):
    """Has its place before the first byte, and gives it back whether or not a byte could be sent; raises Crowded."""

    def __init__(self, live: Live) -> None:
        self._live, self._watcher = live, live.join()
        super().__init__(live.news(self._watcher), media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.leave(self._watcher)


async def alive(_: Request) -> Response:
    """The process takes part."""
    return JSONResponse({"live": True})


async def metrics(request: Request) -> Response:
    """For who shows the token; without a token in the settings there is no such page."""
    desk = desk_of(request)
    refused = refusal(request.headers.get("authorization", ""), desk.settings.metrics_token)
    if refused:
        return PlainTextResponse("", *refused)
    desk.metrics.look(desk.live)
    return Response(generate_latest(desk.metrics.registry), media_type=CONTENT_TYPE_LATEST)


ROUTES = (
    Route("/live", live),
    Route("/livez", alive),
    Route("/metrics", metrics),
)
