"""The platforms: send every delivery in time, behind a balancer that knows both receivers, and read what comes back.

Answers are read as strictly as the platform reads them. The sender watches its own clock: time in which it stood still
is noted with each answer, and not blamed on anybody else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from console.sandbox.caller import read_pickup, read_tool_results
from console.sandbox.courier import Reply
from receiver.providers.flireo.signature import signed_headers
from store.tasks import end
from tests.chaos.ledger import Heard, Said, Sent
from tests.chaos.scene import FALLBACK, SECRET, TOKEN
from tests.chaos.traffic import CONNECTION, Copy, Delivery, body_of

TICK = 0.01
"""Seconds between two looks at the sender's own clock."""
BEYOND = 3.0
"""Seconds a sender listens longer than it would, to tell late from never."""
AGAIN = (1.0, 3.0, 6.0)
"""Seconds before each further try of a delivery that nobody waits for and nobody acknowledged."""
HANG_UP = 0.15
STARVED = 0.05
"""A stall of fewer seconds is the ordinary grain of the clock."""


@dataclass
class Clock:
    """How much of the time since the first delivery this process stood still."""

    began: float = field(default_factory=time.monotonic)
    stalled: float = 0.0
    worst: float = 0.0

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            over = time.monotonic() - before - TICK
            if over > STARVED:
                self.stalled += over
                self.worst = max(self.worst, over)


@dataclass
class Platforms:
    """Sends the stream of one run."""

    ports: Sequence[int]
    names: Sequence[str]
    started_at: float
    """Unix time of the first delivery."""
    clock: Clock
    sent: list[Sent] = field(default_factory=list)

    async def send_all(self, deliveries: Iterator[Delivery]) -> None:
        """Every delivery at its moment; returns when the last answer has come."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        watch = asyncio.create_task(self.clock.watch())
        async with httpx.AsyncClient(limits=limits, trust_env=False) as client, asyncio.TaskGroup() as group:
            for delivery in deliveries:
                await asyncio.sleep(max(0.0, delivery.at - self.clock.now))
                sent = Sent(delivery)
                self.sent.append(sent)
                body = body_of(delivery, self.started_at)
                for copy in delivery.copies:
                    group.create_task(self._deliver(client, sent, copy, body))
        await end(watch)

    async def _deliver(self, client: httpx.AsyncClient, sent: Sent, copy: Copy, body: bytes) -> None:
        await asyncio.sleep(copy.after)
        for pause in (*AGAIN, None):
            heard = await self._send(client, sent.delivery, copy.receiver, body)
            sent.heard.append(heard)
            if pause is None or heard.is_acknowledged or sent.delivery.waits:
                return
            await asyncio.sleep(pause)

    async def _send(self, client: httpx.AsyncClient, delivery: Delivery, receiver: int, body: bytes) -> Heard:
        """To the receiver that was chosen, or to the other one where nobody listens."""
        first = await self._post(client, delivery, receiver, body)
        if first.problem != "nobody listens":
            return first
        other = await self._post(client, delivery, 1 - receiver, body)
        return first if other.problem == "nobody listens" else other

    async def _post(self, client: httpx.AsyncClient, delivery: Delivery, receiver: int, body: bytes) -> Heard:
        name, began, stalled = self.names[receiver], self.clock.now, self.clock.stalled
        patience = HANG_UP if delivery.hangs_up else delivery.patience + BEYOND

        def heard(said: Said, problem: str = "", response: httpx.Response | None = None) -> Heard:
            seconds, stood = self.clock.now - began, self.clock.stalled - stalled
            if response is None:
                return Heard(name, began, seconds, stood, said, problem=problem)
            event_id = response.headers.get("x-hookswitch-event", "")
            stored = response.headers.get("x-hookswitch-stored") != "no"
            return Heard(name, began, seconds, stood, said, response.status_code, event_id, stored, problem)

        try:
            async with asyncio.timeout(patience):
                url = f"http://127.0.0.1:{self.ports[receiver]}/hooks/{_path(delivery)}"
                response = await client.post(url, content=body, headers=_headers(delivery, body), timeout=None)
        except TimeoutError:
            return heard("none", "no answer")
        except httpx.ConnectError:
            return heard("none", "nobody listens")
        except httpx.TransportError as error:
            return heard("none", f"the connection broke: {type(error).__name__}")
        said, problem = read(delivery, response)
        return heard(said, problem, response)


def _path(delivery: Delivery) -> str:
    connection = CONNECTION[delivery.generation]
    return f"{connection}/{quote(TOKEN)}" if delivery.generation == "g1" else connection


def _headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    if delivery.generation == "g1":
        return {"content-type": "application/json"}
    return signed_headers(body, SECRET, int(time.time()), delivery.kind)


def read(delivery: Delivery, response: httpx.Response) -> tuple[Said, str]:
    """What the platform makes of an answer, and why it can make nothing of it."""
    if not 200 <= response.status_code < 300:
        return "refused", f"status {response.status_code}"
    if not delivery.waits:
        return "acknowledged", ""
    reply = Reply(response.status_code, response.content)
    if delivery.kind == "tool-calls":
        results = read_tool_results(delivery.generation, reply, [delivery.tool_id])
        return _tool_said(delivery, results.results.get(delivery.tool_id, ""), results.problems)
    pickup = read_pickup(delivery.generation, reply)
    if pickup.problems or pickup.outcome in ("rejected", "lost"):
        return "malformed", f"{pickup.outcome} {'; '.join(pickup.problems)}"
    greeting = str(pickup.config.get("first_message") or pickup.config.get("firstMessage") or "")
    if not greeting.startswith("Hello "):
        return "fallback", ""
    return _of(delivery, greeting, "rule")


def _tool_said(delivery: Delivery, text: str, problems: Sequence[str]) -> tuple[Said, str]:
    if problems:
        return "malformed", "; ".join(problems)
    if text == FALLBACK:
        return "fallback", ""
    return _of(delivery, text, "rule" if text.startswith("Found ") else "meanwhile")


def _of(delivery: Delivery, text: str, said: Said) -> tuple[Said, str]:
    """An answer is this caller's or it is no answer."""
    return (said, "") if delivery.marker in text else ("malformed", f"it is not this caller's: {text}")
