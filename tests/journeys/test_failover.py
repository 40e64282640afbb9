"""The primary dies under load, at level `replica`: whatever was acknowledged is on the new one and is decided there."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from redis.exceptions import RedisError

from console.dev.ports import SANDBOX_ABOVE, Ports
from receiver.providers.flireo.signature import signed_headers
from store.spool import Spool
from tests.journeys.stage import Stage, until
from tests.journeys.test_bad_days import folder, posts, tool_call
from tests.ports import free_port
from tests.store.servers import Server, replicated, wait_until, watched

pytestmark = pytest.mark.journey

NOTED = """
description: Every event is told.
on: status-update
steps:
  - action: http.request
    with:
      url: ${{ vars.sandbox_url }}/alerts
      body: { event: '${{ event.id }}' }
    retry: { tries: 60, first: 200ms, factor: 1.3, max_age: 1d }
"""
QUICK = "description: At once.\non: { tool-calls: book }\nanswer: { result: Booked. }\n"
PACE = 0.02
"""Seconds between two deliveries."""
ENOUGH = 60
"""Deliveries that are acknowledged before the primary dies, and again once another one has taken its place."""


@dataclass
class Poster:
    """A platform that posts steadily, and remembers what it was promised."""

    stage: Stage
    secret: str
    promised: list[str] = field(default_factory=list)
    callers: list[httpx.Response] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def posting(self) -> Iterator[None]:
        thread = threading.Thread(target=self._post_steadily)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _post_steadily(self) -> None:
        number = 0
        with httpx.Client(base_url=self.stage.url, trust_env=False, timeout=60) as client:
            while not self._over.wait(PACE):
                number += 1
                self._post(client, number)

    def _post(self, client: httpx.Client, number: int) -> None:
        waits = number % 10 == 0
        body = (tool_call("book", f"c{number}") if waits else told(number)).encode()
        headers = signed_headers(body, self.secret, int(time.time()), "tool-calls" if waits else "status-update")
        try:
            response = client.post("/hooks/front_desk", content=body, headers=headers)
        except httpx.TransportError as error:
            self.troubles.append(repr(error))
            return
        if waits:
            self.callers.append(response)
        if response.status_code == 200 and response.headers.get("x-hookswitch-stored") != "no":
            self.promised.append(response.headers["x-hookswitch-event"])


def told(number: int) -> str:
    call = {"id": f"failover-{number}", "type": "inbound_phone_call", "status": "in-progress"}
    message = {"type": "status-update", "timestamp": "2026-01-05T09:30:00.000Z", "call": call}
    return json.dumps({"message": message})


@contextmanager
def servers(path: Path) -> Iterator[tuple[Server, list[Server], Server]]:
    """A primary that takes nothing without a replica, two replicas, and a sentinel that knows all of them."""
    primary, first = replicated(path, **{"min-replicas-to-write": "1", "min-replicas-max-lag": "2"})
    second = Server(path / "second", {"replicaof": f"127.0.0.1 {primary.port}", "min-replicas-to-write": "1"}).start()
    sentinel = watched(path, primary)
    all_of_them = [sentinel, primary, first, second]
    try:
        wait_until(lambda: known_replicas(sentinel) == 2, "the sentinel to know both replicas")
        wait_until(lambda: replicas_of(primary) == 2, "both replicas to be in step")
        yield primary, [first, second], sentinel
    finally:
        for server in all_of_them:
            server.kill()


def known_replicas(sentinel: Server) -> int:
    with sentinel.client() as client:
        found = client.execute_command("SENTINEL", "REPLICAS", "front")
        return len(found) if isinstance(found, list) else 0


def replicas_of(server: Server) -> int:
    with server.client() as client, suppress(RedisError):
        info = client.info("replication")
        return sum(info.get(f"slave{number}", {}).get("state") == "online" for number in range(2))
    return 0


def new_primary(replicas: list[Server]) -> Server | None:
    """The one that has taken over; a server that changes its role drops whoever asks it just then."""
    for server in replicas:
        with server.client() as client, suppress(RedisError):
            if client.info("replication")["role"] == "master":
                return server
    return None


def statuses(server: Server, ids: list[str]) -> list[str]:
    with server.client() as client, client.pipeline(transaction=False) as pipeline:
        for event_id in ids:
            pipeline.hget(f"hs:event:{event_id}", "status")
        return [(found or b"none").decode() for found in pipeline.execute()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    return data


def test_a_failover_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path, data: Path) -> None:
    rules = folder(tmp_path / "rules", noted=NOTED, quick=QUICK)
    with servers(tmp_path / "servers") as (primary, replicas, sentinel):
        settings = {
            "HOOKSWITCH_REDIS_URL": f"redis+sentinel://{sentinel.address}/front", "HOOKSWITCH_DURABILITY": "replica",
        }  # fmt: skip
        stage = Stage(data, rules, Ports(free_port(SANDBOX_ABOVE)), settings)
        try:
            stage.start("sandbox", "receiver", "worker", "worker2")
            poster = Poster(stage, stage.environ()["FRONT_DESK_WEBHOOK_SECRET"])
            with poster.posting():
                until(lambda: len(poster.promised) >= ENOUGH)
                primary.kill()
                successor = until(lambda: new_primary(replicas))
                until(lambda: replicas_of(successor) == 1)
                before = len(poster.promised)
                until(lambda: len(poster.promised) >= before + ENOUGH)
                until(lambda: "Booked." in poster.callers[-1].text)
            until(lambda: Spool(data / "spool", 0).count() == 0)
            ids = poster.promised
            until(lambda: set(statuses(successor, ids)) <= {"done", "dead"})
            assert statuses(successor, ids) == ["done"] * len(ids)
            assert poster.troubles == []
            assert {response.status_code for response in poster.callers} == {200}
            assert "Booked." in poster.callers[0].text
            assert_each_was_told_under_one_key(stage, successor, ids)
        finally:
            stage.stop()


def assert_each_was_told_under_one_key(stage: Stage, store: Server, ids: list[str]) -> None:
    keys: dict[str, set[str]] = {}
    for alert in posts(stage, "/alerts"):
        keys.setdefault(alert["body"]["event"], set()).add(alert["idempotency_key"])
    with store.client() as client:
        noted = [each for each in ids if client.hget(f"hs:event:{each}", "kind") == b"status-update"]
    assert noted
    assert {each: len(keys.get(each, ())) for each in noted} == dict.fromkeys(noted, 1)
