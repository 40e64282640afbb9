"""The reply leaves at a bounded time in every state of store and disk: on a clock that only moves when all wait."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.exceptions import ConnectionError as StoreGone

from receiver.answers import LATEST, LEAST
from receiver.app import build_app, webhooks
from receiver.ingest import SPOOL_PATIENCE, Receiver
from receiver.pressure import Pressure
from receiver.room import Room
from receiver.settings import ReceiverSettings
from receiver.waiters import Word
from store.backlog import Backlog
from store.events import Accepted
from store.spool import SpoolError
from tests.receiver.support import SECRET, assistant_request, settings_in, signed, status_update
from tests.receiver.virtual import in_virtual_time

DEADLINE = 4.0
"""The platform's own."""
CONNECTIONS = """
connections:
  desk:
    provider: flireo
    auth: [{scheme: hmac, secret: "${DESK_SECRET}"}]
    fallback: {assistant-request: {config: {name: night}}}
"""
FOR_EVER = 1e6
REFUSES = -1.0
"""What a part does: take so many seconds, or fail at once."""


async def behave(seconds: float, error: Exception) -> None:
    if seconds == REFUSES:
        raise error
    await asyncio.sleep(seconds)


@dataclass
class Fakes:
    """Store and disk as the path sees them, each with a trouble of its own."""

    write: float = 0.0
    look: float = 0.0
    disk: float = 0.0
    spooled: int = 0

    async def accept(self, acceptance: Any) -> Accepted:
        await behave(self.write, StoreGone("away"))
        return Accepted(acceptance.event.id, False, 0)

    async def collect(self, _: str, cells: Any, fallback: Any, *, close: bool) -> Any:
        await behave(self.look, StoreGone("away"))
        return [fallback] * len(cells) if close else None

    async def mark_sent(self, *_: Any) -> None:
        await behave(self.look, StoreGone("away"))

    async def append(self, acceptances: Any) -> None:
        await behave(self.disk, SpoolError("full"))
        self.spooled += len(acceptances)

    def waiting(self, _: str) -> Any:
        return self

    def __enter__(self) -> Word:
        return Word()

    def __exit__(self, *_: object) -> None:
        return None


@dataclass
class Door:
    """What is made once for all states of a test."""

    settings: ReceiverSettings
    app: Any
    receiving: Any


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setenv("DESK_SECRET", SECRET)
    settings = settings_in(tmp_path, CONNECTIONS)
    return Door(settings, build_app(settings, "unix:///nowhere"), webhooks(settings))


def heard(door: Door, fakes: Fakes, payload: Any, body_at: float = 0.0) -> tuple[httpx.Response, float]:
    """The reply, and the seconds from the first byte to it."""
    content = json.dumps(payload).encode()

    async def body() -> AsyncIterator[bytes]:
        yield content[:10]
        await asyncio.sleep(body_at)
        yield content[10:]

    async def asked() -> tuple[httpx.Response, float]:
        parts: Any = fakes
        door.app.state.receiver = Receiver(
            door.receiving, parts, parts, parts, parts,
            Pressure(Backlog(parts), 0, 0), Room(10, 10**6), door.settings,
        )  # fmt: skip
        transport = httpx.ASGITransport(app=door.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            response = await client.post("/hooks/desk", content=body(), headers=signed(content), timeout=None)
            return response, asyncio.get_running_loop().time()

    return in_virtual_time(asked())


STATES = (0.0, 0.3, FOR_EVER, REFUSES)


@pytest.mark.parametrize("body_at", [0.0, 2.0, DEADLINE - 0.05, DEADLINE])
def test_whatever_hangs_a_caller_is_answered_right_after_the_deadline(door: Door, body_at: float) -> None:
    for write, look, disk in itertools.product(STATES, STATES, STATES):
        fakes = Fakes(write, look, disk)
        response, took = heard(door, fakes, assistant_request(), body_at)
        assert took <= 4.2 + 1e-6, fakes
        assert (response.status_code, response.json()["assistant"]) == (200, {"name": "night"}), fakes
        if response.headers.get("x-hookswitch-stored") == "no":
            assert write not in (0.0, 0.3) or body_at > DEADLINE - 0.3, fakes
            assert fakes.spooled == 0
        else:
            assert took >= DEADLINE or fakes.spooled == 1, fakes


def test_a_body_that_came_after_the_deadline_gets_the_least_of_everything(door: Door) -> None:
    for write, look, disk in itertools.product(STATES, STATES, STATES):
        fakes = Fakes(write, look, disk)
        response, took = heard(door, fakes, assistant_request(), 6.0)
        assert response.status_code == 200
        assert took <= 6.0 + 2 * LEAST + 1e-6, fakes


def test_while_disk_and_store_are_silent_the_caller_hears_that_nothing_was_stored(door: Door) -> None:
    response, took = heard(door, Fakes(write=FOR_EVER, disk=FOR_EVER), assistant_request())
    assert response.headers["x-hookswitch-stored"] == "no"
    assert took == pytest.approx(DEADLINE)


def test_a_store_that_hangs_at_the_deadline_costs_what_is_left_after_it(door: Door) -> None:
    _, took = heard(door, Fakes(look=FOR_EVER), assistant_request())
    assert took == pytest.approx(DEADLINE + LATEST)


@pytest.mark.parametrize(("write", "disk"), [(FOR_EVER, 0.0), (FOR_EVER, FOR_EVER), (REFUSES, REFUSES), (0.3, 0.0)])
def test_who_does_not_wait_is_told_within_the_patience_of_store_and_disk(door: Door, write: float, disk: float) -> None:
    response, took = heard(door, Fakes(write=write, disk=disk), status_update())
    assert response.status_code == (200 if disk == 0.0 else 503)
    assert took <= door.settings.store_timeout + SPOOL_PATIENCE + 1e-6
