from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone

from tests.store.builders import an_event
from tests.workers.killing import ONE, failing, killed_in
from tests.workers.support import Poke, Shop, add_action
from workers import tries
from workers.clients.errors import InDoubtError, Unavailable


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The far side knows at once whether something happened."""
    monkeypatch.setattr(tries, "VERIFY_SETTLES", -60.0)


async def found(*_: Any) -> Any:
    return "found"


async def not_found(*_: Any) -> Any:
    return None


async def test_asking_waits_until_the_far_side_can_know(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(verdict=found), "verify")
    shop.rule("one", ONE % "")
    event = await killed_in(shop, poke)
    await shop.work()
    assert (poke.asked, await shop.status(event)) == (0, "waiting")
    batch = await shop.store.queue.claim("w", {"background": 1})
    assert batch.next_due == pytest.approx(15, abs=1)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(("verdict", "seen"), [(found, [1]), (not_found, [1, 1])])
async def test_what_happened_is_not_done_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, verdict: Any, seen: list[int]
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(verdict=verdict), "verify")
    shop.rule("one", ONE % "")
    event = await killed_in(shop, poke)
    await shop.work()
    assert (poke.asked, poke.seen) == (1, seen)
    step = (await shop.steps(event, "one"))["s"]
    assert (step["state"], step["output"]["value"]) == ("done", "found" if verdict is found else 1)
    assert "doubt" not in step


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("error", [Unavailable("away"), TimeoutError(), KeyError("a bug"), StoreGone("away")])
async def test_asking_that_fails_is_repeated_and_then_left_to_a_person(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(verdict=failing(error)), "verify")
    shop.rule("one", ONE % ", retry: { tries: 2 }")
    event = await killed_in(shop, poke)
    await shop.work()
    assert (poke.asked, await shop.status(event)) == (1, "waiting")
    await shop.hurry()
    await shop.work()
    assert (poke.asked, poke.seen, await shop.status(event)) == (2, [1], "dead")
    letter = (await shop.letters())[0]
    assert letter.reason.startswith("in doubt: the process ended")
    poke.verdict = found
    assert await shop.store.dead.retry(letter)
    await shop.work()
    assert (poke.asked, poke.seen, await shop.status(event)) == (3, [1], "done")


async def test_doubt_on_a_live_event_is_left_to_a_person_who_asks_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(failing(InDoubtError("sent")), verdict=found), "verify")
    live = ONE.replace("status-update", "tool-calls") + "answer: { result: x }\n"
    shop.rule("one", live % "")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert (await shop.letters())[0].reason == "in doubt, and no time to ask: sent"
    assert await shop.said(event) == {"result": "Later."}
    monkeypatch.setattr(tries, "VERIFY_SETTLES", -60.0)
    assert await shop.store.dead.retry((await shop.letters())[0])
    await shop.work()
    assert (poke.asked, poke.seen) == (1, [1])


async def test_a_bug_before_anything_left_is_no_doubt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a bug would silently skip a step that is skipped when in doubt."""
    poke = add_action(monkeypatch, "test.poke", Poke(failing(KeyError("a bug"))), "skip")
    shop.rule("one", ONE % ", retry: { tries: 1 }")
    event = await shop.post(an_event())
    await shop.work()
    assert (len(poke.seen), await shop.status(event)) == (1, "dead")
    assert (await shop.letters())[0].reason == "the action failed: KeyError (after 1 try)"


async def test_a_bug_after_something_left_is_doubt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def half_way(context: Any, _value: Any) -> Any:
        context.record("a request")
        raise KeyError("a bug")

    add_action(monkeypatch, "test.poke", Poke(half_way), "skip")
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    await shop.work()
    assert (await shop.steps(event, "one"))["s"]["state"] == "skipped"


async def test_an_output_that_cannot_be_written_down_is_a_bug_of_the_action(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def strange(*_: Any) -> Any:
        return object()

    add_action(monkeypatch, "test.poke", Poke(strange))
    shop.rule("one", ONE % ", retry: { tries: 1 }")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.status(event) == "dead"


async def test_a_store_that_fails_under_an_action_is_no_bug(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Any] = []
    monkeypatch.setattr("workers.toolbox.sentry_sdk.capture_exception", reported.append)
    add_action(monkeypatch, "test.poke", Poke(failing(StoreGone("away"))))
    shop.rule("one", ONE % "")
    event = await shop.post(an_event())
    await shop.work()
    assert (await shop.status(event), reported) == ("waiting", [])


async def test_a_timeout_is_doubt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: Any) -> Any:
        await asyncio.sleep(5)

    add_action(monkeypatch, "test.poke", Poke(slow), "skip")
    shop.rule("one", ONE % ", timeout: 5ms")
    event = await shop.post(an_event())
    await shop.work()
    step = (await shop.steps(event, "one"))["s"]
    assert step["state"] == "skipped"
    assert "no answer within" in step["error"]
