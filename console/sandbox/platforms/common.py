"""What all the REST APIs share: refusing, reading bodies and numbers, API keys and rate limits."""

from __future__ import annotations

import hmac
import json
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.sandbox.settings import Options

WINDOW = 60.0
"""Seconds over which requests are counted."""


class PlatformError(Exception):
    """A refusal in the words of one platform; each platform says how it is written."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def body(self, options: Options) -> dict[str, Any]:
        """The JSON this platform answers with."""
        return {"error": self.code, "message": self.message}


async def refuse(request: Request, error: Exception) -> JSONResponse:
    """The exception handler of every PlatformError."""
    if not isinstance(error, PlatformError):
        raise error
    return JSONResponse(error.body(request.app.state.sandbox.options), error.status, error.headers)


async def body_object(request: Request, invalid: Callable[[str], PlatformError]) -> dict[str, Any]:
    """The request's JSON object; raises what `invalid` makes of the reason."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise invalid("The body is not JSON") from error
    if not isinstance(body, dict):
        raise invalid("The body is not an object")
    return body


def whole_number(
    query: Mapping[str, str], name: str, default: int, bounds: tuple[int, int], invalid: Callable[[str], PlatformError]
) -> int:
    """A number from the query within its bounds; raises what `invalid` makes of the reason."""
    text = query.get(name, str(default))
    low, high = bounds
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise invalid(f"{name} must be a number from {low} to {high}")
    return int(text)


class RateLimiter:
    """Counts over a sliding minute, each key by itself."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str, limit: int) -> Allowance:
        """Take one place if there is one, and tell what is left."""
        now, taken = self._now(), self._taken[key]
        while taken and taken[0] <= now - WINDOW:
            taken.popleft()
        allowed = len(taken) < limit
        if allowed:
            taken.append(now)
        wait = taken[0] + WINDOW - now if taken else WINDOW
        return Allowance(allowed, limit, limit - len(taken), max(1, math.ceil(wait)))

    def clear(self) -> None:
        self._taken.clear()


@dataclass(frozen=True)
class Allowance:
    """What the limiter said; `reset_in` counts seconds until a place comes free."""

    allowed: bool
    limit: int
    remaining: int
    reset_in: int

    def headers(self) -> dict[str, str]:
        """The X-RateLimit headers; the reset is Unix time in seconds."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(int(time.time()) + self.reset_in),
        }


@dataclass(frozen=True)
class Gate:
    """Who may come in, and how often. `refusal(status, code, message, headers)` words the platform's no."""

    name: str
    key: str
    refusal: Callable[[int, str, str, Mapping[str, str]], PlatformError]
    per_minute: int | None = None
    show_limits: bool = False


class Guard:
    """ASGI middleware in front of one platform: the API key first, then the rate limit."""

    def __init__(self, app: ASGIApp, gate: Gate, limiter: RateLimiter) -> None:
        self._app = app
        self._gate = gate
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._check_key(Headers(scope=scope).get("authorization", ""))
        await self._app(scope, receive, _with_headers(self._check_rate(), send))

    def _check_key(self, authorization: str) -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self._gate.key}".encode()):
            raise self._gate.refusal(401, "unauthorized", "Invalid or missing API key", {})

    def _check_rate(self) -> dict[str, str]:
        if self._gate.per_minute is None:
            return {}
        allowance = self._limiter.take(self._gate.name, self._gate.per_minute)
        headers = allowance.headers() if self._gate.show_limits else {}
        if not allowance.allowed:
            headers |= {"Retry-After": str(allowance.reset_in)}
            raise self._gate.refusal(429, "rate_limit_exceeded", "Too many requests", headers)
        return headers


def _with_headers(headers: Mapping[str, str], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sending
