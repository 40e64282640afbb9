"""A flood of events that nobody waits for slows no caller, and what is too much is turned away politely."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from receiver.providers.flireo.signature import signed_headers
from tests.journeys.stage import Stage, staged
from tests.journeys.test_bad_days import folder, status_update, tool_call

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

SLOW = """
description: Something slow for everybody who calls.
on: status-update
steps:
  - action: http.request
    with: { url: '${{ vars.sandbox_url }}/crm/slow', query: { seconds: 1 } }
    timeout: 20s
"""
QUICK = "description: At once.\non: { tool-calls: book }\nanswer: { result: Booked. }\n"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    rules = folder(tmp_path / "rules", slow=SLOW, quick=QUICK)
    data = tmp_path / "data"
    data.mkdir()
    with staged(data, rules) as stage:
        yield stage


def test_two_hundred_events_before_one_caller(stage: Stage) -> None:
    assert flood(stage, 200) == {200}
    assert left_to_do(stage) > 150
    waits = []
    for number in range(5):
        began = time.monotonic()
        reply = stage.post(tool_call("book", f"c{number}"))
        waits.append(time.monotonic() - began)
        assert "Booked." in reply.text
    assert max(waits) < 0.9, waits
    assert left_to_do(stage) > 50


def flood(stage: Stage, count: int) -> set[int]:
    """So many events that nobody waits for, of different calls; the status codes that came back."""
    secret = stage.environ()["FRONT_DESK_WEBHOOK_SECRET"]
    with httpx.Client(base_url=stage.url, trust_env=False) as client:
        return {deliver(client, secret, number) for number in range(count)}


def deliver(client: httpx.Client, secret: str, number: int) -> int:
    event = json.loads(status_update(number % 60))
    event["message"]["call"]["id"] = f"flood-{number}"
    body = json.dumps(event).encode()
    headers = signed_headers(body, secret, int(time.time()), "status-update")
    return client.post("/hooks/front_desk", content=body, headers=headers).status_code


def left_to_do(stage: Stage) -> int:
    """Background jobs that are not done."""
    assert stage.store
    with Redis.from_url(stage.store.url) as client:
        return int(client.zcard("hs:queue:background"))
