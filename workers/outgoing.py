"""Outgoing HTTP as it is counted and traced: a transport around the one that sends."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from store.spans import TRACEPARENT, note, span, traceparent
from workers.observer import Observer


@dataclass(frozen=True)
class Watch:
    """Who is told of outgoing requests, and which hosts are told of our traces."""

    observer: Observer = field(default_factory=Observer)
    trusted: frozenset[str] = frozenset()

    def around(
        self, connection: str = "", provider: str = ""
    ) -> Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]:
        """Puts a watched transport around one that sends for a connection, or (without one) to anywhere."""
        return lambda inner: WatchedTransport(inner, self, connection, provider)


class WatchedTransport(httpx.AsyncBaseTransport):
    """Tells how each request ended. Trusted hosts are told which trace it belongs to; others are not."""

    def __init__(self, inner: httpx.AsyncBaseTransport, watch: Watch, connection: str = "", provider: str = "") -> None:
        self._inner = inner
        self._watch = watch
        self._whose = (connection, provider)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        status, began = None, time.perf_counter()
        about = {"http.request.method": request.method, "server.address": request.url.host}
        try:
            with span(f"HTTP {request.method}", kind="client", attributes=about):
                self._tell_trace(request)
                response = await self._inner.handle_async_request(request)
                status = response.status_code
                note({"http.response.status_code": status}, failed=status >= 400)
                return response
        finally:
            self._watch.observer.called(*self._whose, status, time.perf_counter() - began)

    def _tell_trace(self, request: httpx.Request) -> None:
        if request.url.host in self._watch.trusted and (ours := traceparent()):
            request.headers[TRACEPARENT] = ours

    async def aclose(self) -> None:
        await self._inner.aclose()
