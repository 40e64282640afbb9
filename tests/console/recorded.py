"""Events that have been through, put into a real store the way receiver and workers do it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import orjson

from store.answers import CellAnswer
from store.client import Store, open_store
from store.deadletters import DeadLetter
from store.event import Event
from tests.store.builders import accept, an_event, claim_one

Result = TypeVar("Result")

CALLER, CALLED = "+31612340001", "+31850000001"
FALLBACK = CellAnswer("fallback", {"result": "I am still looking."})

RULE: dict[str, Any] = {
    "rule": "find_customer", "tool": "t1", "file": "rules/live/find_customer.yaml", "version": "sha256:0012345678901",
    "outcome": "ran", "stopped_at": None, "answer_at": "rules/live/find_customer.yaml:14",
    "conditions": [
        {"expr": f'call.from == "{CALLER}"', "place": "if[0]", "line": 4, "column": 5, "value": True,
         "seen": {"call.from": CALLER}},
        {"expr": "steps.customer.status == 200", "place": "answer[0].if", "line": 14, "column": 9, "value": True,
         "seen": {"steps.customer.status": 200}},
    ],
    "steps": [
        {"id": "customer", "action": "http.request", "line": 6, "state": "done", "attempts": [
            {"at": "2026-03-02T10:00:00.125+00:00", "ms": 41.2,
             "sent": {"method": "GET", "url": "https://crm.example.com/customers?phone=%2B31612340001"},
             "got": {"status": 200, "body": {"name": "Ada", "mobile": "0612340001"}}},
        ]},
    ],
}  # fmt: skip
"""What a worker writes about a rule that ran, with the caller's number in every place where one can stand."""


def in_store(url: str, work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Run something against the store from a test that is not async, since commands run their own loop."""

    async def run() -> Result:
        store = open_store(url)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


async def answered(store: Store, *, taken: bool = True) -> Event:
    """A tool call that a rule answered; `taken` says whether the answer was sent."""
    event = an_event("tool-calls")
    stages = {"received": 1000.0, "stored": 1000.4, "verified": 1000.5}
    await accept(store, event, stages=stages)
    claim = await claim_one(store)
    answer = CellAnswer("rule", {"result": f"You called from {CALLER}."}, "find_customer")
    await store.answers.settle(claim, event.id, "t1", answer)
    if taken:
        await store.answers.collect(event.id, ["t1"], FALLBACK, close=False)
        await store.answers.mark_sent(event.id, ["t1"])
    told = [
        {"name": "received", "at": "2026-03-02T10:00:00.000+00:00", "ms": 0.0},
        {"name": "stored", "at": "2026-03-02T10:00:00.000+00:00", "ms": 0.4},
        {"name": "verified", "at": "2026-03-02T10:00:00.000+00:00", "ms": 0.5},
    ]
    trace = {"stages": orjson.dumps(told), "rule:find_customer:t1": orjson.dumps(RULE)}
    await store.queue.finish(claim, event.id, trace)
    return event


async def too_late(store: Store) -> Event:
    """A tool call whose fallback was said before the rule came with its answer."""
    event = an_event("tool-calls")
    await accept(store, event)
    claim = await claim_one(store)
    await store.answers.collect(event.id, ["t1"], FALLBACK, close=True)
    await store.answers.mark_sent(event.id, ["t1"])
    answer = CellAnswer("rule", {"result": "Here it is."}, "find_customer")
    await store.answers.settle(claim, event.id, "t1", answer)
    late = RULE | {"late": {"policy": "inject", "outcome": "done"}}
    await store.queue.finish(claim, event.id, {"rule:find_customer:t1": orjson.dumps(late)})
    return event


async def given_up(store: Store, reason: str = "500 (after 5 tries)") -> DeadLetter:
    """A dead letter."""
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    letter = DeadLetter(event.id, event.id, "tell", "post", reason, 5, "desk", "status-update")
    await store.dead.bury(claim, letter)
    await store.queue.finish(claim, event.id, {}, outcome="dead")
    return letter
