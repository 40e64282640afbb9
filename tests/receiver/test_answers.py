from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from receiver import answers
from receiver.answers import Said, Wait
from receiver.waiters import Word
from store.answers import Answers, CellAnswer
from store.client import Store
from tests.receiver.support import until
from tests.store.builders import accept, an_event

RULE = CellAnswer("rule", {"result": "Yes."}, "look_up")
FALLBACK = CellAnswer("fallback", {"result": "Later."})


class Script(Answers):
    """Answers as they would come from the store, one after the other; the last one stays."""

    def __init__(self, *steps: Any) -> None:
        self.steps = list(steps)
        self.closing: list[bool] = []
        self.marked = 0

    async def collect(self, *_: Any, close: bool) -> list[CellAnswer] | None:
        self.closing.append(close)
        said: list[CellAnswer] | None = await self._next()
        return said

    async def mark_sent(self, *_: Any) -> None:
        await self._next()
        self.marked += 1

    async def _next(self) -> Any:
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if step == "hang":
            await asyncio.Event().wait()
        if isinstance(step, Exception):
            raise step
        return step


def a_wait(script: Script, seconds: float = 5.0) -> Wait:
    return Wait(script, "evt_1", ["t1"], FALLBACK, asyncio.get_running_loop().time() + seconds)


AWAY = RedisConnectionError("away")


async def test_what_is_ready_is_said_at_once() -> None:
    assert await a_wait(Script([RULE])).until_said(Word()) == Said([RULE], on_record=True)


async def test_a_wake_up_makes_it_look_again() -> None:
    script, woken = Script(None, [RULE]), Word()
    waiting = asyncio.create_task(a_wait(script).until_said(woken))
    await until(lambda: bool(script.closing))
    woken.set()
    assert await waiting == Said([RULE], on_record=True)
    assert script.closing == [False, False]


async def test_at_the_deadline_the_store_decides() -> None:
    script = Script(None, [FALLBACK])
    assert await a_wait(script, 0.02).until_said(Word()) == Said([FALLBACK], on_record=True)
    assert script.closing == [False, True]


async def test_a_deadline_that_has_passed_is_no_wait() -> None:
    script = Script([RULE])
    assert await a_wait(script, -1.0).until_said(Word()) == Said([RULE], on_record=True)
    assert script.closing[-1] is True


async def test_a_store_that_cannot_be_read_is_read_again_and_complained_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(answers, "READ_AGAIN", 0.0)
    script = Script(AWAY, AWAY, TimeoutError(), [RULE])
    assert await a_wait(script).until_said(Word()) == Said([RULE], on_record=True)
    assert [record.__dict__["event_id"] for record in caplog.records] == ["evt_1"]


@pytest.mark.parametrize("trouble", [AWAY, OSError("gone"), "hang"])
async def test_a_store_that_is_gone_at_the_deadline_means_the_fallback_off_the_record(
    monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    monkeypatch.setattr(answers, "LATEST", 0.02)
    assert await a_wait(Script(trouble), 0.02).until_said(Word()) == Said([FALLBACK], on_record=False)


class Deaf(Script):
    """A store client that swallows the first cancellation, as asyncio.wait_for may before Python 3.12."""

    async def _next(self) -> Any:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await asyncio.sleep(0.2)


async def test_the_deadline_holds_even_when_cancelling_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LATEST", 0.02)
    async with asyncio.timeout(60):
        said = await a_wait(Deaf(None), 0.02).until_said(Word())
    assert said == Said([FALLBACK], on_record=False)


async def test_marking_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MARK_AGAIN", (0.0, 0.0))
    script = Script(AWAY, AWAY, None)
    await a_wait(script).mark_sent()
    assert script.marked == 1


async def test_marking_is_given_up_in_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(answers, "MARK_AGAIN", (0.0, 0.0))
    script = Script(AWAY)
    await a_wait(script).mark_sent()
    assert script.marked == 0
    assert len(caplog.records) == 3


async def test_closing_wakes_a_repeated_delivery_that_waits_longer(store: Store) -> None:
    """Two receivers, or two requests: the first one's deadline decides for both."""
    async with store.redis.pubsub() as subscription:
        await subscription.subscribe("hs:answered")
        await subscription.get_message(timeout=60)
        event = an_event("tool-calls")
        await accept(store, event)
        said = await store.answers.collect(event.id, ["t1"], FALLBACK, close=True)
        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=60)
    assert message is not None
    assert await store.answers.collect(event.id, ["t1"], RULE, close=False) == said == [FALLBACK]


async def test_what_was_listened_for_from_the_beginning_is_looked_at_only_after_a_word() -> None:
    script, woken = Script([RULE]), Word()
    waiting = asyncio.create_task(replace(a_wait(script), nothing_yet=True).until_said(woken))
    await asyncio.sleep(0.01)
    assert script.closing == []
    woken.set()
    assert await waiting == Said([RULE], on_record=True)


async def test_an_answer_that_a_word_brings_along_is_said_without_a_look() -> None:
    script, woken = Script([FALLBACK]), Word()
    woken.answers["t1"] = RULE.to_json()
    woken.set()
    assert await replace(a_wait(script), nothing_yet=True).until_said(woken) == Said([RULE], on_record=True)
    assert script.closing == []


async def test_an_answer_of_another_cell_is_looked_for() -> None:
    script, woken = Script([FALLBACK]), Word()
    woken.answers["t2"] = RULE.to_json()
    woken.set()
    assert await replace(a_wait(script), nothing_yet=True).until_said(woken) == Said([FALLBACK], on_record=True)


async def test_without_any_word_it_is_looked_at_the_deadline() -> None:
    script = Script([RULE])
    waits = replace(a_wait(script, 0.02), nothing_yet=True)
    assert await waits.until_said(Word()) == Said([RULE], on_record=True)
    assert script.closing == [True]
