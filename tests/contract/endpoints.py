"""What contract tests of the platforms' APIs share: an endpoint as it is documented, and a sandbox that plays it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from console.sandbox.app import build_sandbox
from console.sandbox.settings import SandboxSettings
from console.sandbox.state import Sandbox
from tests.workers.clients.support import context
from workers.actions.base import ActionContext
from workers.clients.base import Session
from workers.clients.errors import ApiError, InDoubtError, Invalid, NotFound, Unavailable
from workers.clients.exchange import Deadline

Refusal = tuple[tuple[Any, ...], type[ApiError]]
"""Arguments, and the refusal that is documented for them."""


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: who asks it, how the request looks, and how it is made to refuse."""

    asks: str
    method: str
    path: str
    args: tuple[Any, ...] = ()
    refuses: tuple[Refusal, ...] = field(default=(), kw_only=True)
    twice: bool = field(default=True, kw_only=True)
    """Whether a broken answer may be asked for again without looking first."""

    @property
    def broken(self) -> type[ApiError]:
        """What a broken answer of it comes to."""
        return Unavailable if self.twice else InDoubtError


def none(*args: Any) -> Refusal:
    """Not found with these arguments."""
    return args, NotFound


def bad(*args: Any) -> Refusal:
    """Invalid with these arguments."""
    return args, Invalid


def played(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    """Method and path of everything that the sandbox plays."""
    return [
        (method, route.path)
        for route in routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    ]


@asynccontextmanager
async def playing(
    transport: httpx.AsyncBaseTransport | None = None, **options: Any
) -> AsyncIterator[tuple[Sandbox, httpx.AsyncClient]]:
    """A sandbox, and a way to it; what it posts to webhooks goes by the transport."""
    app = build_sandbox(SandboxSettings(**options), transport=transport)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as http:
        yield app.state.sandbox, http
    await app.state.sandbox.close()


def session(http: httpx.AsyncClient, base: str, key: str, recorder: ActionContext | None = None) -> Session:
    """A client's way to the API below `base` of the sandbox."""
    return Session(http, f"http://sandbox{base}", key, recorder or context(http), Deadline(5.0))


def broken_session() -> Session:
    """A client's way to an API that breaks down at every request."""
    return session(httpx.AsyncClient(transport=httpx.ASGITransport(JSONResponse({"message": "busy"}, 503))), "", "k")
