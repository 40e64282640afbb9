"""Posts events to the webhook: the very bytes that were signed, a deadline, and copies when asked for."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from console.sandbox.script import Generation
from console.sandbox.signing import event_headers


@dataclass(frozen=True)
class Target:
    """A webhook: where a generation's events go, and the secret they are signed with."""

    generation: Generation
    url: str
    secret: str = ""

    def headers(self, event: str, body: bytes, timestamp: int) -> dict[str, str]:
        """The headers of one delivery; `timestamp` in seconds."""
        return event_headers(self.generation, event, body, self.secret, timestamp)


class Webhook(Protocol):
    """Where a platform's events go, and how it proves itself there."""

    @property
    def url(self) -> str: ...

    def headers(self, event: str, body: bytes, timestamp: int) -> dict[str, str]: ...


@dataclass(frozen=True)
class Reply:
    """What came back. `status` is 0 when nothing did; `error` then says why."""

    status: int
    body: bytes = b""
    seconds: float = 0.0
    error: str = ""
    copies: int = 1
    copies_agree: bool = True

    @property
    def in_time(self) -> bool:
        return self.status != 0

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def encode(payload: Mapping[str, Any]) -> bytes:
    """A payload as it travels: compact JSON, UTF-8 unescaped."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


class Courier:
    """Delivers each event once, as the platform does: no retry is documented for it."""

    def __init__(self, client: httpx.AsyncClient, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._now = now

    async def deliver(self, target: Webhook, event: str, body: bytes, deadline: float, copies: int = 1) -> Reply:
        """Post the event, `copies` times at once, and give the first copy's reply."""
        headers = target.headers(event, body, int(self._now()))
        replies = await asyncio.gather(*(self.post(target.url, headers, body, deadline) for _ in range(copies)))
        return _with_copies(replies)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Reply:
        """Post bytes with these headers and wait at most `deadline` seconds."""
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(deadline):
                response = await self._client.post(url, headers=dict(headers), content=body)
        except TimeoutError:
            return Reply(0, seconds=clock() - started, error=f"no answer within {deadline:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Reply(0, seconds=clock() - started, error=f"{type(error).__name__}: {error}")
        return Reply(response.status_code, response.content, clock() - started)


def _with_copies(replies: list[Reply]) -> Reply:
    first = replies[0]
    agree = all((each.status, each.body) == (first.status, first.body) for each in replies)
    return Reply(first.status, first.body, first.seconds, first.error, len(replies), agree)
