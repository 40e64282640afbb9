from __future__ import annotations

from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone

from store.event import ToolCall
from store.runs import LeaseLostError
from tests.store.builders import an_event
from tests.workers.support import TOOL, Shop, says

SIDE = "on: tool-calls\n"


async def test_a_shadow_rule_tells_what_it_would_do_only_of_its_own_tool(shop: Shop) -> None:
    shop.rule("shy", says("No.", "mode: shadow\n"))
    shop.rule("off", says("No.", "enabled: false\n"))
    tools = [ToolCall(id="t1", name="look_up"), ToolCall(id="t2", name="book")]
    event = await shop.post(an_event("tool-calls", tools=tools))
    await shop.work()
    assert await shop.outcomes(event) == {"shy:t1": "shadow", "off:": "disabled"}
    assert await shop.said(event, "t1") == {"result": "Later."}


async def test_conditions_see_memory_as_it_was_before_the_event(shop: Shop) -> None:
    remember = "steps: [{ id: n, action: memory.add, with: { scope: caller, key: calls } }]\n"
    shop.rule("counts", f"{TOOL}{remember}answer: {{ result: Counted. }}\n")
    shop.rule("side", SIDE + f"if: '!has(memory.caller.calls)'\n{remember}")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert (await shop.outcomes(event))["side:t1"] == "ran"
    assert await shop.store.memory.recall("caller:+31612340001") == {"calls": 2}


async def test_an_event_handled_again_decides_by_the_same_memory(shop: Shop) -> None:
    known = f"{TOOL}priority: 1\nif: has(memory.caller.calls)\nanswer: {{ result: Again. }}\n"
    shop.rule("known", known)
    add = "steps: [{ action: memory.add, with: { scope: caller, key: calls } }]\n"
    shop.rule("new", f"{TOOL}{add}answer: {{ result: Welcome. }}\n")
    event = await shop.post(an_event("tool-calls"))
    job, lease = await shop.take()
    await shop.perform(job, lease)
    await shop.mark("hs:event:" + event.id, "status", "queued")
    await shop.store.redis.zadd("hs:queue:live", {event.id: 1})
    await shop.work()
    assert await shop.said(event) == {"result": "Welcome."}
    assert await shop.outcomes(event) == {"known:t1": "not_matched", "new:t1": "ran"}


@pytest.mark.parametrize("error", [LeaseLostError("x"), StoreGone("away")])
async def test_what_went_wrong_inside_a_rule_can_be_told_from_a_bug(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    shop.rule("a", says("Yes."))
    shop.rule("b", "on: tool-calls\nsteps: [{ action: log, with: { message: hello } }]\n")
    await shop.post(an_event("tool-calls"))
    job, lease = await shop.take()

    async def broken(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(shop.store.answers, "settle", broken)
    with pytest.raises(ExceptionGroup) as caught:
        await shop.perform(job, lease)
    assert caught.value.exceptions == (error,)


async def test_an_event_that_is_gone_is_finished(shop: Shop) -> None:
    event = await shop.post(an_event())
    await shop.store.redis.delete(f"hs:event:{event.id}")
    await shop.work()
    assert await shop.store.queue.open_work() == 0
    assert await shop.store.queue.depth() == {"live": 0, "background": 0, "bulk": 0}
