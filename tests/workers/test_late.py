from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import JSONResponse

from rules.engine.playing.events import ToolView
from store.answers import CellAnswer
from store.event import Call, Event, ToolCall
from tests.store.builders import an_event
from tests.workers.support import Poke, Shop, add_action, front_desk
from workers.late import deliver_late, spoken

CONTROL = "POST /calls/call_1/control"
FALLBACK = CellAnswer("fallback", {"result": "Later."})
LATE = "on: { tool-calls: look_up }\nanswer: { result: It ships today. }\n"
SENTENCE = "The result of look_up is here now: It ships today."


async def too_late(shop: Shop, **fields: Any) -> Event:
    """A caller has heard the fallback, and the rule's answer comes after it."""
    event = await shop.post(an_event("tool-calls", **fields))
    await shop.store.answers.collect(event.id, ["t1"], FALLBACK, close=True)
    await shop.work()
    return event


def injected(shop: Shop) -> list[Any]:
    return [seen.body for seen in shop.platform.seen]


async def test_a_late_answer_is_put_into_the_live_call(shop: Shop) -> None:
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", LATE)
    event = await too_late(shop)
    assert injected(shop) == [{"type": "inject-context", "content": SENTENCE, "trigger_response": True}]
    assert shop.platform.seen[0].headers["authorization"] == "Bearer key-of-the-desk"
    assert (await shop.trace(event, "rule", "t1"))["late"] == {"policy": "inject", "outcome": "done"}
    assert (await shop.steps(event, "rule", "t1"))["late"]["state"] == "done"
    assert await shop.status(event) == "done"


async def test_it_is_put_in_once_although_the_worker_dies_afterwards(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", LATE)
    event = await shop.post(an_event("tool-calls"))
    await shop.store.answers.collect(event.id, ["t1"], FALLBACK, close=True)
    job, lease = await shop.take()
    with monkeypatch.context() as patched:
        patched.setattr(shop.store.queue, "finish", None)
        with pytest.raises(TypeError):
            await shop.perform(job, lease)
    await shop.lose(lease)
    await shop.work()
    assert len(injected(shop)) == 1
    assert (await shop.trace(event, "rule", "t1"))["late"] == {"policy": "inject", "outcome": "done"}


async def test_a_worker_that_dies_before_it_is_put_in_is_replaced(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits any more and the look for unsent answers has been by, so that only this job knows of it."""
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", LATE)
    event = await shop.post(an_event("tool-calls"), deadline_in=0.001)
    await asyncio.sleep(0.003)
    await shop.store.redis.zrem("hs:unsent", event.id)
    job, lease = await shop.take()
    with monkeypatch.context() as patched:
        patched.setattr("workers.answering.deliver_late", None)
        with pytest.raises(TypeError):
            await shop.perform(job, lease)
    await shop.lose(lease)
    await shop.work()
    assert len(injected(shop)) == 1


async def test_a_question_repeated_while_its_late_answer_is_put_in_does_not_put_it_in_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's own job is at it; the look for unsent answers must not begin a second one beside it."""
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", LATE)
    event = await shop.post(an_event("tool-calls"), deadline_in=0.001)
    await asyncio.sleep(0.003)
    await shop.store.redis.zrem("hs:unsent", event.id)
    job, lease = await shop.take()

    async def asked_again_meanwhile(*arguments: Any) -> Any:
        await shop.store.redis.zadd("hs:unsent", {event.id: 1})
        assert await shop.store.queue.enqueue_unsent() == 0
        return await deliver_late(*arguments)

    monkeypatch.setattr("workers.answering.deliver_late", asked_again_meanwhile)
    await shop.perform(job, lease)
    await shop.work()
    assert len(injected(shop)) == 1


async def test_of_several_tools_only_those_nobody_sees_to_are_put_in(shop: Shop) -> None:
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", "on: { tool-calls: [a, b] }\nanswer: { result: 'It ships from ${{ tool.name }}.' }\n")
    event = await shop.post(an_event("tool-calls", tools=[ToolCall(id="t1", name="a"), ToolCall(id="t2", name="b")]))
    await shop.store.answers.collect(event.id, ["t1"], FALLBACK, close=True)
    await shop.work()
    assert len(injected(shop)) == 1
    await shop.store.redis.zadd("hs:unsent", {event.id: 1})
    assert await shop.store.queue.enqueue_unsent() == 1
    await shop.work()
    assert len(injected(shop)) == 2
    assert "from b" in injected(shop)[1]["content"]


async def test_a_busy_platform_is_asked_again_while_the_call_lasts(shop: Shop) -> None:
    answers = [JSONResponse({}, 429, headers={"retry-after": "0"}), JSONResponse({"success": True})]
    shop.platform.routes[CONTROL] = lambda _seen: answers.pop(0)
    shop.rule("rule", LATE)

    event = await asyncio.wait_for(too_late(shop), 60)
    assert len(injected(shop)) == 2
    assert (await shop.trace(event, "rule", "t1"))["late"]["outcome"] == "done"


async def test_an_unknown_end_is_not_repeated(shop: Shop) -> None:
    shop.platform.routes[CONTROL] = JSONResponse({"message": "?"}, 500)
    shop.rule("rule", LATE)
    event = await too_late(shop)
    assert len(injected(shop)) == 1
    late = (await shop.trace(event, "rule", "t1"))["late"]
    assert late["outcome"] == "skipped"
    assert "may have happened" in late["error"]
    assert await shop.status(event) == "done"


async def test_a_refused_injection_is_told_and_no_dead_letter(shop: Shop) -> None:
    shop.platform.routes[CONTROL] = JSONResponse({"message": "no such call"}, 404)
    shop.rule("rule", LATE)
    event = await too_late(shop)
    late = (await shop.trace(event, "rule", "t1"))["late"]
    assert (late["policy"], late["outcome"]) == ("inject", "failed")
    assert await shop.letters() == []


async def test_a_rule_may_drop_it(shop: Shop) -> None:
    shop.rule("rule", LATE + "late: drop\n")
    event = await too_late(shop)
    assert injected(shop) == []
    assert (await shop.trace(event, "rule", "t1"))["late"] == {"policy": "drop"}


@pytest.mark.parametrize(
    "fields",
    [
        {"generation": "g1"},
        {"call": Call(id="")},
        {"connection": "gone"},
    ],
)
async def test_where_it_cannot_be_put_in_the_trace_says_so(shop: Shop, fields: dict[str, Any]) -> None:
    shop.rule("rule", LATE)
    event = await too_late(shop, **fields)
    late = (await shop.trace(event, "rule", "t1"))["late"]
    assert (late["policy"], late["why"]) == ("drop", "this platform takes nothing into a live call")


@pytest.mark.parametrize(
    "connection", [front_desk(api=None), front_desk(missing=("KEY",)), front_desk(generation="g1")]
)
async def test_without_a_usable_api_it_cannot_either(shop: Shop, connection: Any) -> None:
    shop.connections["desk"] = connection
    shop.rule("rule", LATE)
    event = await too_late(shop)
    assert (await shop.trace(event, "rule", "t1"))["late"]["policy"] == "drop"


async def test_an_answer_without_words_has_nothing_to_put_in(shop: Shop) -> None:
    shop.rule("rule", "on: assistant-request\nanswer: { reject: No. }\n")
    event = await shop.post(an_event("assistant-request"))
    await shop.store.answers.collect(event.id, [""], FALLBACK, close=True)
    await shop.work()
    assert (await shop.trace(event, "rule"))["late"]["why"] == "there is nothing to say"


# --- answers that were ready and never left ---------------------------------------------------------------------------


async def unsent(shop: Shop) -> Event:
    """The receiver has died with the answer ready."""
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert await shop.store.queue.enqueue_unsent() == 0
    await shop.store.redis.zadd("hs:unsent", {event.id: 1})
    await shop.store.queue.enqueue_unsent()
    return event


async def test_an_answer_that_never_left_is_put_into_the_call(shop: Shop) -> None:
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", LATE)
    event = await unsent(shop)
    assert await shop.status(event) == "done"
    await shop.work()
    assert [body["content"] for body in injected(shop)] == [SENTENCE]
    told = await shop.store.events.trace(event.id)
    assert told["late:t1"] == {"policy": "inject", "outcome": "done"}
    assert await shop.store.queue.open_work() == 0


async def test_it_is_put_in_once_although_that_worker_dies(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", LATE)
    await unsent(shop)
    job, lease = await shop.take()
    with monkeypatch.context() as patched:
        patched.setattr(shop.store.queue, "finish", None)
        with pytest.raises(TypeError):
            await shop.perform(job, lease)
    await shop.lose(lease)
    await shop.work()
    assert len(injected(shop)) == 1


async def test_a_fallback_that_never_left_is_not_put_in(shop: Shop) -> None:
    event = await unsent(shop)
    await shop.work()
    assert injected(shop) == []
    assert "late:t1" not in await shop.store.events.trace(event.id)


async def test_steps_of_the_run_are_not_done_again_for_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.platform.routes[CONTROL] = {"success": True}
    shop.rule("rule", LATE + "steps: [{ action: test.poke }]\n")
    await unsent(shop)
    await shop.work()
    assert (len(poke.seen), len(injected(shop))) == (1, 1)


async def test_unsent_answers_of_an_event_that_is_gone_are_finished(shop: Shop) -> None:
    shop.rule("rule", LATE)
    event = await unsent(shop)
    await shop.store.redis.delete(f"hs:event:{event.id}")
    await shop.work()
    assert await shop.store.queue.open_work() == 0


# --- words ------------------------------------------------------------------------------------------------------------


TOOL = ToolView("t1", "look_up", {})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"result": "Yes."}, "The result of look_up is here now: Yes."),
        ({"result": {"ok": True}}, 'The result of look_up is here now: {"ok":true}'),
        ({"result": 0}, "The result of look_up is here now: 0"),
        ({"result": False}, "The result of look_up is here now: false"),
        ({"say": "Well.", "result": "Yes."}, "The result of look_up is here now: Well."),
        ({"say": "", "error": "No luck."}, "The result of look_up is here now: No luck."),
        ({"result": None}, ""),
        ({}, ""),
    ],
)
def test_an_answer_becomes_a_sentence(body: dict[str, Any], said: str) -> None:
    assert spoken(TOOL, body) == said


def test_without_a_tool_the_words_stand_alone() -> None:
    assert spoken(None, {"say": "One more thing."}) == "One more thing."
