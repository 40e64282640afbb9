"""A platform in a few lines, and what an action is given, for tests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store.connections import Api, Connection
from store.event import Call, Event
from workers.actions.base import ActionContext
from workers.clients.base import Session
from workers.clients.exchange import Deadline

SAMPLES = Path(__file__).parent / "samples"
KEY = "fl_live_key-of-the-tests"


def sample(name: str) -> Any:
    """The parsed body of one sample file."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


@dataclass(frozen=True)
class Seen:
    """One request as the platform saw it."""

    method: str
    path: str
    """As sent, still percent-encoded."""
    query: str
    body: Any
    headers: Mapping[str, str]


Handler = Callable[[Seen], Any]


@dataclass
class Platform:
    """A small ASGI app: `"GET /v1/things"` → a body, a Response, or a function of the request."""

    routes: dict[str, Any]
    seen: list[Seen] = field(default_factory=list)

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"]
        return Starlette(routes=[Route("/{rest:path}", self._answer, methods=methods)])

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        seen = Seen(
            request.method,
            request.scope["raw_path"].decode(),
            request.url.query,
            json.loads(content) if content[:1] in (b"{", b"[") else content.decode() or None,
            dict(request.headers),
        )
        self.seen.append(seen)
        answer = self.routes.get(f"{seen.method} {seen.path}", JSONResponse({"message": "no route"}, 404))
        answer = answer(seen) if callable(answer) and not isinstance(answer, Response) else answer
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app()))

    def said(self) -> list[str]:
        """Method and path of every request, in order."""
        return [f"{seen.method} {seen.path}" for seen in self.seen]


def refused(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(body, status, headers=dict(headers or {}))


@dataclass
class Limits:
    """A limiter that lets everybody pass, or nobody."""

    wait: float = 0.0
    only: str = ""
    asked: list[tuple[str, int, float]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Who asked, each time; empty when somebody waits."""
    rests: dict[str, float] = field(default_factory=dict)

    async def wait_for(self, key: str, limit: int, window: float, who: str = "") -> float:
        self.asked.append((key, limit, window))
        self.names.append(who)
        return self.wait if key.startswith(self.only) else 0.0

    async def rest(self, key: str, seconds: float) -> None:
        self.rests[key] = seconds


@dataclass
class Remembering:
    """A memory that counts an operation once."""

    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    ttls: dict[tuple[str, str], float | None] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    async def set(self, scope: str, key: str, value: Any, ttl: float | None, operation: str) -> Any:
        self.values[scope, key] = value
        self.ttls.setdefault((scope, key), ttl)
        return value

    async def add(self, scope: str, key: str, amount: float, ttl: float | None, operation: str) -> Any:
        if operation not in self.done:
            self.values[scope, key] = self.values.get((scope, key), 0) + amount
        self.done.add(operation)
        self.ttls.setdefault((scope, key), ttl)
        return self.values[scope, key]

    async def forget(self, scope: str, key: str, operation: str) -> Any:
        return self.values.pop((scope, key), None)


@dataclass
class Emitting:
    """Remembers what was emitted."""

    emitted: list[tuple[str, dict[str, Any], str | None, str]] = field(default_factory=list)

    async def emit(self, name: str, data: Mapping[str, Any], at: str | None, operation: str) -> str:
        self.emitted.append((name, dict(data), at, operation))
        return f"evt_{operation}"


BASES = {
    "flireo": "https://flireo.test",
    "fluents": "https://fluents.test",
    "opencx": "https://opencx.test",
    "vapi": "https://vapi.test",
}


def connection(provider: str = "flireo", **api: Any) -> Connection:
    return Connection(name="front_desk", provider=provider, api=Api(**{"base_url": BASES[provider], "key": KEY} | api))


def context(
    http: httpx.AsyncClient,
    provider: str = "flireo",
    generation: str = "",
    *,
    event: Event | None = None,
    timeout: float = 5.0,
    limiter: Limits | None = None,
    to: Connection | None = None,
    secrets: frozenset[str] = frozenset(),
) -> ActionContext:
    """What the worker would hand an action."""
    return ActionContext(
        event=event or Event(id="evt_1", kind="tool-calls", call=Call(id="call-_+31600000001_AbC")),
        operation="evt_1/rule/step",
        timeout=timeout,
        http=http,
        limiter=limiter or Limits(),
        memory=Remembering(),
        emitter=Emitting(),
        connection=to or connection(provider),
        generation=generation,
        secrets=secrets,
    )


def session(platform: Platform, base_url: str = "https://api.test", recorder: ActionContext | None = None) -> Session:
    """A client's session with this platform."""
    http = platform.client()
    return Session(http, base_url, KEY, recorder or context(http), Deadline(5.0))


def said_by(http_context: ActionContext) -> str:
    """Everything an action recorded, as one text."""
    return json.dumps([[each.sent, each.got] for each in http_context.exchanges])


Connected = Callable[[Any, Any], Awaitable[None]]


@asynccontextmanager
async def tcp_server(handle: Connected) -> AsyncIterator[int]:
    """A bare TCP server on loopback; gives its port."""
    import asyncio

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


_JUNK: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5) | st.builds(list) | st.builds(dict)
)


def _paths(body: Any) -> list[tuple[Any, ...]]:
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [path for key, value in members for path in [(key,), *((key, *rest) for rest in _paths(value))]]


@st.composite
def damaged(draw: st.DrawFn, body: Any) -> Any:
    """The body with some members removed, nulled or replaced by something else."""
    damaged_body = json.loads(json.dumps(body))
    for path in draw(st.lists(st.sampled_from(_paths(body)), min_size=1, max_size=4)):
        _damage(damaged_body, path, draw(st.sampled_from(["remove", "null", "junk"])), draw(_JUNK))
    return json.loads(json.dumps(damaged_body))


def _damage(body: Any, path: tuple[Any, ...], how: str, junk: Any) -> None:
    try:
        for key in path[:-1]:
            body = body[key]
        if how == "remove":
            del body[path[-1]]
        else:
            body[path[-1]] = None if how == "null" else junk
    except (KeyError, IndexError, TypeError):
        return


def round_trip(model: Any, body: Any) -> Any:
    """What is left of a body after it was read."""
    return model.model_validate(body).model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
