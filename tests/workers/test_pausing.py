from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from redis.exceptions import ConnectionError as StoreGone

from store.event import Event, ToolCall
from tests.store.builders import an_event
from tests.workers.support import TOOL, Poke, Shop, add_action, busy, says
from workers import pausing as module
from workers.pausing import Pauses, follow

THREE = """
on: status-update
steps:
  - { id: a, action: test.poke, with: { value: 1 } }
  - { id: b, action: test.poke, with: { value: 2 } }
  - { id: c, action: test.poke, with: { value: 3 } }
"""


def pausing_at(shop: Shop, value: int, scope: str) -> Poke:
    """While this value is poked, somebody pauses."""

    async def body(_context: Any, given: Any) -> Any:
        if given == value:
            await shop.pause(scope, "the CRM is down")
        return given

    return Poke(body)


# --- where nobody waits -----------------------------------------------------------------------------------------------


async def test_a_run_stops_between_two_steps_and_goes_on_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", pausing_at(shop, 2, "rule:three"))
    shop.rule("three", THREE)
    event = await shop.post(an_event())
    await shop.work()
    trace = await shop.trace(event, "three")
    assert (poke.seen, await shop.status(event)) == ([1, 2], "waiting")
    assert (trace["outcome"], [step["state"] for step in trace["steps"]]) == ("paused", ["done", "done"])
    told = trace["paused"]
    assert (told["scope"], told["by"], told["why"]) == ("rule:three", "anna", "the CRM is down")
    assert await shop.resume("rule:three") == 1
    await shop.work()
    assert (poke.seen, await shop.status(event)) == ([1, 2, 3], "done")
    assert await shop.outcomes(event) == {"three:": "ran"}


@pytest.mark.parametrize("scope", ["all", "rule:three", "connection:desk"])
async def test_a_new_run_is_held_and_nothing_is_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch, scope: str) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE)
    shop.rule("deaf", THREE + "if: call.id == 'another'\n")
    await shop.pause(scope)
    event = await shop.post(an_event())
    await shop.work()
    deaf = {"deaf:": "not_matched"}
    assert (poke.seen, await shop.outcomes(event)) == ([], {"three:": "paused"} | deaf)
    assert await shop.store.pauses.count() == 1
    assert await shop.resume(scope) == 1
    assert await shop.outcomes(event) == deaf
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == ([1, 2, 3], {"three:": "ran"} | deaf)


async def test_another_worker_stops_and_goes_on_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one worker has put aside another one takes up."""
    poke = add_action(monkeypatch, "test.poke", pausing_at(shop, 1, "all"))
    shop.rule("three", THREE)
    other = Shop(shop.store, shop.folder)
    event = await shop.post(an_event())
    await shop.work()
    await other.pauses.look(shop.store.pauses)
    second = await other.post(an_event())
    await other.work()
    assert poke.seen == [1]
    assert await other.resume("all") == 2
    await other.work()
    assert sorted(poke.seen) == [1, 1, 2, 2, 3, 3]
    assert [await shop.status(each) for each in (event, second)] == ["done", "done"]


async def test_a_run_is_held_once_more_by_a_worker_that_takes_it_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE)
    await shop.pause("all")
    event = await shop.post(an_event())
    for _ in range(2):
        await shop.work()
        await shop.hurry()
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == ([], {"three:": "paused"})
    assert (await shop.store.pauses.count(), await shop.store.queue.open_work()) == (1, 1)


async def test_a_retry_that_comes_due_waits_as_well(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(busy))
    shop.rule("three", THREE)
    event = await shop.post(an_event())
    await shop.work()
    await shop.pause("rule:three")
    await shop.hurry()
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == ([1], {"three:": "paused"})
    poke.body = None
    await shop.resume("rule:three")
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == ([1, 1, 2, 3], {"three:": "ran"})


async def test_a_loop_stops_between_two_items(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", pausing_at(shop, 2, "all"))
    each = "steps: [{ id: s, for_each: '${{ [1, 2, 3] }}', action: test.poke, with: { value: '${{ item }}' } }]\n"
    shop.rule("each", f"on: status-update\n{each}")
    event = await shop.post(an_event())
    await shop.work()
    assert poke.seen == [1, 2]
    await shop.resume("all")
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == ([1, 2, 3], {"each:": "ran"})


async def test_a_held_run_takes_no_place_of_a_limit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE + "limit: { count: 1, per: 1h }\n")
    await shop.pause("all")
    first, second = await shop.post(an_event()), await shop.post(an_event())
    await shop.work()
    assert (await shop.outcomes(first), await shop.outcomes(second)) == ({"three:": "paused"}, {"three:": "paused"})
    await shop.resume("all")
    await shop.work()
    outcomes = [(await shop.outcomes(event))["three:"] for event in (first, second)]
    assert (sorted(outcomes), poke.seen) == (["limited", "ran"], [1, 2, 3])


async def test_a_run_that_had_not_begun_goes_on_as_the_rule_is_by_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pause, mend the file, resume."""
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE)
    await shop.pause("rule:three")
    event = await shop.post(an_event())
    await shop.work()
    shop.rule("three", THREE.replace("value: 1", "value: 10"))
    await shop.resume("rule:three")
    await shop.work()
    assert poke.seen == [10, 2, 3]
    assert (await shop.trace(event, "three"))["version"] == shop.desk.rules.rules[0].version


async def test_a_run_under_way_goes_on_as_it_began(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", pausing_at(shop, 1, "rule:three"))
    shop.rule("three", THREE)
    await shop.post(an_event())
    await shop.work()
    shop.rule("three", THREE.replace("value: 2", "value: 20"))
    await shop.resume("rule:three")
    await shop.work()
    assert poke.seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [("enabled: false\n", "disabled"), ("mode: shadow\n", "shadow"), ("if: call.id == 'another'\n", "not_matched")],
)
async def test_a_run_that_had_not_begun_does_nothing_when_its_rule_may_not_any_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, change: str, outcome: str
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE)
    await shop.pause("rule:three")
    event = await shop.post(an_event())
    await shop.work()
    shop.rule("three", THREE + change)
    await shop.resume("rule:three")
    await shop.work()
    assert (poke.seen, await shop.outcomes(event), await shop.status(event)) == ([], {"three:": outcome}, "done")


async def test_a_rule_that_listens_to_something_else_by_then_does_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE)
    await shop.pause("rule:three")
    event = await shop.post(an_event())
    await shop.work()
    shop.rule("three", THREE.replace("status-update", "end-of-call-report"))
    await shop.resume("rule:three")
    await shop.work()
    trace = await shop.trace(event, "three")
    assert (poke.seen, trace["outcome"], trace["stopped_at"]) == ([], "not_matched", "on")


async def test_a_run_that_had_not_begun_outlives_its_file(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE)
    await shop.pause("rule:three")
    await shop.post(an_event())
    await shop.work()
    shop.without("three")
    await shop.resume("rule:three")
    await shop.work()
    assert poke.seen == [1, 2, 3]


# --- where somebody waits ---------------------------------------------------------------------------------------------


async def test_a_paused_rule_passes_its_turn(shop: Shop) -> None:
    shop.rule("a", says("One.", "priority: 1\n"))
    shop.rule("b", says("Two."))
    await shop.pause("rule:a", "wrong answers")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert await shop.said(event) == {"result": "Two."}
    assert await shop.outcomes(event) == {"a:t1": "paused", "b:t1": "ran"}
    assert (await shop.trace(event, "a", "t1"))["paused"]["why"] == "wrong answers"
    assert await shop.status(event) == "done"


@pytest.mark.parametrize("scope", ["all", "connection:desk"])
async def test_while_all_is_paused_the_caller_hears_the_fallback(shop: Shop, scope: str) -> None:
    shop.rule("a", says("One."))
    shop.rule("deaf", says("Two.", "if: call.id == 'another'\n"))
    await shop.pause(scope)
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert await shop.said(event) == {"result": "Later."}
    assert await shop.outcomes(event) == {"a:t1": "paused", "deaf:t1": "not_matched"}
    await shop.resume(scope)
    await shop.work()
    assert await shop.outcomes(event) == {"a:t1": "paused", "deaf:t1": "not_matched"}


async def test_in_the_middle_the_turn_is_passed_and_what_is_done_stays_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", pausing_at(shop, 1, "rule:a"))
    steps = "steps:\n  - { id: a, action: test.poke, with: { value: 1 } }\n  - { action: test.poke }\n"
    shop.rule("a", f"{TOOL}priority: 1\n{steps}answer: {{ result: One. }}\n")
    shop.rule("b", says("Two."))
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    trace = await shop.trace(event, "a", "t1")
    assert (await shop.said(event), poke.seen) == ({"result": "Two."}, [1])
    assert (trace["outcome"], [(step["id"], step["state"]) for step in trace["steps"]]) == ("paused", [("a", "done")])
    assert (await shop.outcomes(event))["b:t1"] == "ran"


async def test_a_run_whose_caller_has_gone_is_held_in_the_middle(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", pausing_at(shop, 1, "rule:a"))
    steps = "steps:\n  - { id: a, action: test.poke, with: { value: 1 } }\n  - { action: test.poke }\n"
    shop.rule("a", f"{TOOL}{steps}answer: {{ result: One. }}\nlate: drop\n")
    event = await shop.post(an_event("tool-calls"), deadline_in=0.001)
    await asyncio.sleep(0.003)
    await shop.work()
    assert (await shop.said(event), await shop.outcomes(event)) == ({"result": "Later."}, {"a:t1": "paused"})
    await shop.resume("rule:a")
    await shop.work()
    assert (poke.seen, await shop.outcomes(event), await shop.status(event)) == ([1, None], {"a:t1": "ran"}, "done")


async def test_a_side_rule_of_a_live_event_is_held_and_the_answer_is_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("answers", says("Yes."))
    shop.rule("side", "on: tool-calls\nif: tool.name == 'look_up'\nsteps: [{ action: test.poke }]\n")
    await shop.pause("rule:side")
    event = await shop.post(an_event("tool-calls", tools=[ToolCall(id=n, name=n) for n in ("look_up", "book")]))
    await shop.work()
    outcomes = {"answers:look_up": "ran", "side:look_up": "paused", "side:book": "not_matched"}
    assert (await shop.said(event, "look_up"), await shop.outcomes(event)) == ({"result": "Yes."}, outcomes)
    await shop.resume("rule:side")
    await shop.work()
    assert (len(poke.seen), await shop.outcomes(event)) == (1, outcomes | {"side:look_up": "ran"})


async def test_those_who_watch_see_who_paused_it(shop: Shop) -> None:
    shop.rule("a", says("One."))
    shop.rule("side", "on: tool-calls\nsteps: [{ action: log, with: { message: x } }]\n")
    await shop.pause("all", "a bad night")
    async with shop.store.redis.pubsub() as subscription:
        await subscription.subscribe("hs:feed")
        await subscription.get_message(timeout=1)
        await shop.post(an_event("tool-calls"))
        await shop.work()
        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1)
    line = orjson.loads(message["data"])
    assert line["rules"] == {"a": "paused", "side": "paused"}
    assert (line["paused"]["a"]["by"], line["paused"]["side"]["why"]) == ("anna", "a bad night")


async def test_a_dropped_run_stays_dropped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("three", THREE)
    await shop.pause("all")
    event = await shop.post(an_event())
    await shop.work()
    assert (await shop.store.pauses.drop("all", "ben")).runs == 1
    await shop.pauses.look(shop.store.pauses)
    await shop.hurry()
    await shop.work()
    assert (poke.seen, await shop.outcomes(event), await shop.status(event)) == ([], {"three:": "paused"}, "done")


# --- keeping up -------------------------------------------------------------------------------------------------------


async def test_a_pause_is_known_within_a_second_and_survives_an_absent_store(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.EVERY < 1.0
    monkeypatch.setattr(module, "EVERY", 0.005)
    pauses, looks = Pauses(), 0
    real = shop.store.pauses.all

    async def away() -> Any:
        nonlocal looks
        looks += 1
        raise StoreGone("away")

    following = asyncio.create_task(follow(pauses, shop.store.pauses))
    await shop.store.pauses.begin("all", "anna")
    await until(lambda: pauses.covers("any", "desk"))
    monkeypatch.setattr(shop.store.pauses, "all", away)
    await shop.store.redis.delete("hs:pauses")
    await until(lambda: looks > 2)
    assert pauses.covers("any", "desk")
    monkeypatch.setattr(shop.store.pauses, "all", real)
    await until(lambda: not pauses.covers("any", "desk"))
    following.cancel()


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_only_what_is_covered_stops(shop: Shop) -> None:
    await shop.pause("rule:a")
    event: Event = an_event()
    assert shop.pauses.covers("a", event.connection)
    assert not shop.pauses.covers("b", event.connection)
