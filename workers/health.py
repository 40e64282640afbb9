"""What a worker shows over HTTP when it is given a port: /livez, /readyz and /metrics."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from store.metrics import refusal
from store.standing import reach
from workers.metrics import WorkerMetrics
from workers.rulebook import RuleBook
from workers.worker import LeasedWorker

logger = logging.getLogger(__name__)


@dataclass
class Health:
    """One worker, as it is asked how it is."""

    worker: LeasedWorker
    book: RuleBook
    metrics: WorkerMetrics
    token: str = ""
    """Who shows it may read /metrics; empty: everybody who reaches the port."""
    shows_metrics: bool = True
    """Whether there is such a page where no token is set."""
    _registry: CollectorRegistry = field(init=False)

    def __post_init__(self) -> None:
        self._registry = self.metrics.registry

    async def live(self, _: Request) -> Response:
        """The process takes part."""
        return JSONResponse({"live": True})

    async def ready(self, _: Request) -> Response:
        """It could do a job now."""
        store = await reach(self.worker.store.redis)
        body = {
            "store": store,
            "rules": {
                "in_force": len(self.book.rules),
                "held_out": sorted(self.book.bad_files),
                "followed": self.book.followed,
            },
        }
        return JSONResponse(body, 200 if store == "ok" else 503)

    async def page(self, request: Request) -> Response:
        """The metrics."""
        refused = refusal(request.headers.get("authorization", ""), self.token, open_without=self.shows_metrics)
        if refused:
            return PlainTextResponse("", *refused)
        await self.metrics.look(self.worker, self.book)
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

    @property
    def app(self) -> Starlette:
        """The three pages."""
        return Starlette(
            routes=[Route("/livez", self.live), Route("/readyz", self.ready), Route("/metrics", self.page)]
        )


class _Server(uvicorn.Server):
    """Signals are the worker's own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def show(health: Health, host: str, port: int) -> None:
    """Answer on the port until cancelled; 0 is none. A port that is taken is told, and no reason not to work."""
    if not port:
        return
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        logger.error("nobody can ask how this worker is", extra={"host": host, "port": port, "why": error.strerror})
        return
    config = uvicorn.Config(
        health.app, log_config=None, access_log=False, server_header=False, proxy_headers=False, lifespan="off",
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    with closing(listening):
        await _Server(config).serve(sockets=[listening])
