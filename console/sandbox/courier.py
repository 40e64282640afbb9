"""Posts events to the webhook: the very bytes that were signed, a deadline, and copies when asked for."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import httpx

from console.sandbox.script import Generation
from console.sandbox.signing import event_headers


@dataclass(frozen=True)
class Outgoing:
    """One request as it leaves."""

    url: str
    headers: Mapping[str, str]
    content: bytes
    method: str = "POST"


@dataclass(frozen=True)
class Target:
    """A webhook: where a generation's events go, and the secret they are signed with."""

    generation: Generation
    url: str
    secret: str = ""

    def headers(self, event: str, body: bytes, timestamp: int) -> dict[str, str]:
        """The headers of one delivery; `timestamp` in seconds."""
        return event_headers(self.generation, event, body, self.secret, timestamp)

    def outgoing(self, event: str, body: bytes, timestamp: int, tool: str = "") -> Outgoing:
        """Everything is posted to the one URL."""
        return Outgoing(self.url, self.headers(event, body, timestamp), body)


class Webhook(Protocol):
    """Where a platform's events go, and how it proves itself there."""

    def outgoing(self, event: str, body: bytes, timestamp: int, tool: str = "") -> Outgoing:
        """One delivery; `timestamp` in seconds, `tool` the name of the only tool where each has a URL."""


@runtime_checkable
class Persistent(Protocol):
    """A webhook whose platform tries again what was not taken."""

    def again(self, event: str) -> Sequence[float]:
        """Seconds before each further try."""


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
    """Delivers each event once, unless its platform is known to try again."""

    def __init__(self, client: httpx.AsyncClient, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._now = now

    async def deliver(
        self, target: Webhook, event: str, body: bytes, deadline: float, copies: int = 1, tool: str = ""
    ) -> Reply:
        """Send the event, `copies` times at once, and give the first copy's reply, or that of the last try."""
        reply = await self._try(target, event, body, deadline, copies, tool)
        for pause in target.again(event) if isinstance(target, Persistent) else ():
            if 200 <= reply.status < 300:
                break
            await asyncio.sleep(pause)
            reply = await self._try(target, event, body, deadline, 1, tool)
        return reply

    async def _try(self, target: Webhook, event: str, body: bytes, deadline: float, copies: int, tool: str) -> Reply:
        outgoing = target.outgoing(event, body, int(self._now()), tool)
        replies = await asyncio.gather(*(self.send(outgoing, deadline) for _ in range(copies)))
        return _with_copies(replies)

    async def send(self, outgoing: Outgoing, deadline: float) -> Reply:
        """Send a request and wait at most `deadline` seconds."""
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(deadline):
                response = await self._client.request(
                    outgoing.method, outgoing.url, headers=dict(outgoing.headers), content=outgoing.content
                )
        except TimeoutError:
            return Reply(0, seconds=clock() - started, error=f"no answer within {deadline:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Reply(0, seconds=clock() - started, error=f"{type(error).__name__}: {error}")
        return Reply(response.status_code, response.content, clock() - started)


def _with_copies(replies: list[Reply]) -> Reply:
    first = replies[0]
    agree = all((each.status, each.body) == (first.status, first.body) for each in replies)
    return Reply(first.status, first.body, first.seconds, first.error, len(replies), agree)
