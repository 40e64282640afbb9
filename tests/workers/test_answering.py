from __future__ import annotations

import asyncio
from typing import Any

import pytest

from store.answers import CellAnswer
from store.event import ToolCall
from tests.store.builders import an_event
from tests.workers.support import TOOL, Poke, Shop, add_action, fails, says
from workers.answering import _Hold
from workers.clients.errors import Unavailable


async def test_the_first_answer_wins_and_later_rules_are_overtaken(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("b_first", says("One.", "priority: 1\n"))
    shop.rule("a_second", says("Two.", "steps: [{ action: test.poke }]\n"))
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert await shop.said(event) == {"result": "One."}
    assert await shop.outcomes(event) == {"b_first:t1": "ran", "a_second:t1": "overtaken"}
    assert poke.seen == []
    assert await shop.status(event) == "done"


async def test_a_rule_that_errors_or_fails_or_fits_nothing_passes_its_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_action(monkeypatch, "test.poke", Poke(fails))
    shop.rule("a_error", says("No.", "if: double(string(tool.arguments.x)) / 0.0 > 1.0 && tool.arguments.nope == 1\n"))
    shop.rule("b_failed", says("No.", "steps: [{ action: test.poke }]\n"))
    shop.rule("c_unfit", f"{TOOL}answer: [{{ if: tool.name == 'other', result: No. }}]\n")
    shop.rule("d_answers", says("Yes."))
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert await shop.said(event) == {"result": "Yes."}
    outcomes = await shop.outcomes(event)
    assert [outcomes[f"{name}:t1"] for name in ("a_error", "b_failed", "c_unfit", "d_answers")] == [
        "error", "failed", "ran", "ran",
    ]  # fmt: skip
    assert (await shop.letters())[0].rule == "b_failed"
    assert await shop.status(event) == "dead"


async def test_without_a_rule_the_fallback_is_settled_at_once(shop: Shop) -> None:
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    cell = (await shop.store.answers.cells(event.id))["t1"]
    assert cell.answer is not None
    assert (cell.state, cell.answer.by, cell.answer.body) == ("claimed", "fallback", {"result": "Later."})


async def test_each_tool_call_is_answered_by_its_own_rule(shop: Shop) -> None:
    shop.rule("look_up", f"{TOOL}answer:\n  result: Found ${{{{ tool.arguments.x }}}}.\n")
    shop.rule("book", "on: { tool-calls: book }\nanswer: { result: Booked. }\n")
    names = {"t1": "look_up", "t2": "book", "t3": "look_up", "t4": "unknown"}
    tools = [ToolCall(id=id_, name=name, arguments={"x": id_}) for id_, name in names.items()]
    event = await shop.post(an_event("tool-calls", tools=tools))
    await shop.work()
    said = {cell: (await shop.said(event, cell))["result"] for cell in names}
    assert said == {"t1": "Found t1.", "t2": "Booked.", "t3": "Found t3.", "t4": "Later."}


async def test_after_the_deadline_a_run_parks_and_the_rules_behind_it_keep_their_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: Any) -> Any:
        raise Unavailable("busy")

    poke = add_action(monkeypatch, "test.poke", Poke(busy))
    shop.rule(
        "a", f"{TOOL}steps: [{{ id: s, action: test.poke }}]\nanswer: [{{ if: 1 > 2, result: No. }}]\nlate: drop\n"
    )
    shop.rule("b", says("Yes.", "late: drop\n"))
    shop.rule("c", says("Never."))
    event = await shop.post(an_event("tool-calls"), deadline_in=0.001)
    await asyncio.sleep(0.003)
    await shop.work()
    assert await shop.said(event) == {"result": "Later."}
    assert await shop.outcomes(event) == {}
    poke.body = None
    await shop.hurry()
    await shop.work()
    assert await shop.outcomes(event) == {"a:t1": "ran", "b:t1": "ran", "c:t1": "overtaken"}
    assert await shop.status(event) == "done"


# --- what the caller hears while a rule works -------------------------------------------------------------------------


FALLBACK = CellAnswer("fallback", {"result": "Later."})
SLOW = TOOL + "steps: [{ id: s, action: test.poke }]\nanswer: { result: Done. }\nlate: drop\n"


async def in_work(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Set when the step is under way; to be set when it may end."""
    began, over = asyncio.Event(), asyncio.Event()

    async def slow(*_: Any) -> str:
        began.set()
        await over.wait()
        return "done"

    add_action(monkeypatch, "test.poke", Poke(slow))
    return began, over


def held_back(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The moments at which a `within` has passed come when this is set."""
    come, original = asyncio.Event(), _Hold._for_good_at

    async def when_told(hold: _Hold, _moment: float) -> None:
        await come.wait()
        await original(hold, 0.0)

    monkeypatch.setattr(_Hold, "_for_good_at", when_told)
    return come


async def cell_state(shop: Shop, event_id: str) -> tuple[str, Any]:
    cell = (await shop.store.answers.cells(event_id)).get("t1")
    return (cell.state, cell.answer.body if cell.answer else None) if cell else ("", None)


async def until_ready(shop: Shop, event_id: str) -> tuple[str, Any]:
    async with asyncio.timeout(30):
        while (await cell_state(shop, event_id))[0] != "ready":  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    return await cell_state(shop, event_id)


async def test_a_meanwhile_is_provisional_until_within_has_passed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = held_back(monkeypatch)
    began, over = await in_work(shop, monkeypatch)
    shop.rule("slow", SLOW + "within: 800ms\nmeanwhile: { result: One moment. }\n")
    event = await shop.post(an_event("tool-calls"))
    working = asyncio.create_task(shop.work())
    await began.wait()
    assert await cell_state(shop, event.id) == ("provisional", {"result": "One moment."})
    passed.set()
    assert await until_ready(shop, event.id) == ("ready", {"result": "One moment."})
    said = await shop.store.answers.collect(event.id, ["t1"], FALLBACK, close=False)
    assert said is not None
    assert said[0].by == "meanwhile"
    over.set()
    await working
    late = (await shop.store.answers.cells(event.id))["t1"].late
    assert late is not None
    assert late.body == {"result": "Done."}
    assert (await shop.trace(event, "slow", "t1"))["late"] == {"policy": "drop"}


async def test_without_a_meanwhile_within_gives_the_fallback(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    began, over = await in_work(shop, monkeypatch)
    shop.rule("slow", SLOW + "within: 20ms\n")
    event = await shop.post(an_event("tool-calls"))
    working = asyncio.create_task(shop.work())
    await began.wait()
    assert await until_ready(shop, event.id) == ("ready", {"result": "Later."})
    over.set()
    await working


async def test_taken_up_after_within_the_caller_still_hears_the_meanwhile(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, over = await in_work(shop, monkeypatch)
    shop.rule("slow", SLOW + "within: 1ms\nmeanwhile: { result: One moment. }\n")
    event = await shop.post(an_event("tool-calls"))
    await asyncio.sleep(0.003)
    working = asyncio.create_task(shop.work())
    await began.wait()
    assert await until_ready(shop, event.id) == ("ready", {"result": "One moment."})
    over.set()
    await working


async def test_a_rule_that_does_not_match_says_nothing_when_its_within_passes(shop: Shop) -> None:
    shop.rule("a", SLOW.replace("test.poke }", "log, with: { message: x } }") + "if: 1 > 2\nwithin: 1ms\n")
    shop.rule("b", says("Yes."))
    event = await shop.post(an_event("tool-calls"))
    await asyncio.sleep(0.003)
    await shop.work()
    assert await shop.said(event) == {"result": "Yes."}


async def test_a_meanwhile_that_cannot_be_rendered_harms_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    shop.rule("slow", SLOW + "within: 1s\nmeanwhile: { result: '${{ tool.arguments.nobody }}' }\n")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert await shop.said(event) == {"result": "Done."}
    assert "line" in (await shop.trace(event, "slow", "t1"))["meanwhile"]["error"]


async def test_a_run_that_waits_again_and_again_is_one_job(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: Any) -> Any:
        raise Unavailable("busy")

    poke = add_action(monkeypatch, "test.poke", Poke(busy))
    shop.rule("slow", SLOW)
    event = await shop.post(an_event("tool-calls"), deadline_in=0.001)
    await asyncio.sleep(0.003)
    for tries in range(1, 4):
        await shop.hurry()
        await shop.work()
        assert (len(poke.seen), await shop.status(event)) == (tries, "waiting")
        assert await shop.store.queue.open_work() == 1
    poke.body = None
    await shop.hurry()
    await shop.work()
    assert await shop.status(event) == "done"


async def test_the_deadline_of_a_rule_that_is_through_is_nobody_elses(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = held_back(monkeypatch)
    began, over = await in_work(shop, monkeypatch)
    add_action(monkeypatch, "test.fails", Poke(fails))
    shop.rule("a", SLOW.replace("test.poke", "test.fails") + "within: 500ms\n")
    shop.rule("b", SLOW)
    event = await shop.post(an_event("tool-calls"))
    working = asyncio.create_task(shop.work())
    await began.wait()
    passed.set()
    for _ in range(5):
        assert await cell_state(shop, event.id) == ("", None)
    over.set()
    await working
    assert await shop.said(event) == {"result": "Done."}


async def test_with_nothing_else_to_do_the_answer_leaves_with_the_last_write(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settles(*_: Any) -> Any:
        raise AssertionError("a write of its own")

    monkeypatch.setattr(shop.store.answers, "settle", settles)
    shop.rule("a", says("One."))
    event, unheard = await shop.post(an_event("tool-calls")), an_event("transfer-request")
    await shop.work()
    assert await shop.said(event) == {"result": "One."}
    await shop.post(unheard)
    await shop.work()
    assert (await shop.store.answers.cells(unheard.id))[""].answer == CellAnswer("fallback", {})


@pytest.mark.parametrize("beside", ["", "mode: shadow\n", "backstop: true\n"])
async def test_an_answer_does_not_wait_for_what_is_still_to_do(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    settle, settled = shop.store.answers.settle, []

    async def settles(*arguments: Any) -> Any:
        settled.append(arguments[-1].body)
        return await settle(*arguments)

    monkeypatch.setattr(shop.store.answers, "settle", settles)
    shop.rule("a", says("One."))
    shop.rule("b", f"{TOOL}steps: [{{ action: log, with: {{ message: x }} }}]\n{beside}")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    assert settled == [{"result": "One."}]
    assert await shop.said(event) == {"result": "One."}
