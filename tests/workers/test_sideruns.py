from __future__ import annotations

import asyncio
from typing import Any

import pytest

from store.event import ToolCall
from store.runs import Claim, RunId
from tests.store.builders import an_event
from tests.workers.support import TOOL, Poke, Shop, add_action, busy, fails, says
from workers.clients.errors import Invalid, Unavailable
from workers.tracing import MOST_TOLD

SIDE = "on: tool-calls\n"


async def test_side_rules_of_a_live_event_work_in_the_background(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lanes: list[str] = []
    add_action(monkeypatch, "test.poke", Poke())
    shop.rule("answers", says("Yes."))
    shop.rule("side", SIDE + "steps: [{ action: test.poke }]\n")
    event = await shop.post(an_event("tool-calls"))
    job, lease = await shop.take()
    lanes.append(job.claim.lane)
    await shop.perform(job, lease)
    assert await shop.said(event) == {"result": "Yes."}
    assert await shop.outcomes(event) == {"answers:t1": "ran"}
    assert await shop.status(event) == "waiting"
    job, lease = await shop.take()
    lanes.append(job.claim.lane)
    await shop.perform(job, lease)
    assert lanes == ["live", "background"]
    assert (await shop.outcomes(event))["side:t1"] == "ran"
    assert await shop.status(event) == "done"


async def test_one_failing_rule_does_not_break_into_the_steps_of_another(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = asyncio.Event()
    over = asyncio.Event()

    async def slow(*_: Any) -> str:
        began.set()
        await over.wait()
        return "done"

    poke = add_action(monkeypatch, "test.poke", Poke(slow), in_doubt="skip")
    shop.rule("a", "on: status-update\nsteps: [{ id: s, action: test.poke }]\n")
    shop.rule("b", "on: status-update\nsteps: [{ id: s, action: log, with: { message: hello } }]\n")
    event = await shop.post(an_event())
    job, lease = await shop.take()
    load, write = shop.store.runs.load, shop.store.runs.write

    async def broken(claim: Claim, run_id: RunId, *arguments: Any) -> None:
        if run_id.rule == "b":
            await began.wait()
            over.set()
            raise KeyError("a bug of ours")
        await write(claim, run_id, *arguments)

    monkeypatch.setattr(shop.store.runs, "write", broken)
    with pytest.raises(ExceptionGroup) as caught:
        await shop.perform(job, lease)
    assert [type(error) for error in caught.value.exceptions] == [KeyError]
    assert (await load(RunId(event.id, "a"))).steps["s"]["state"] == "done"
    monkeypatch.undo()
    monkeypatch.setattr(poke, "body", None)
    add_action(monkeypatch, "test.poke", poke, in_doubt="skip")
    await shop.lose(lease)
    await shop.work()
    assert await shop.outcomes(event) == {"a:": "ran", "b:": "ran"}
    assert len(poke.seen) == 1


async def test_a_run_with_a_job_of_its_own_is_left_alone_by_the_event(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event's worker dies after parking a run: the run must not be taken up twice."""
    poke = add_action(monkeypatch, "test.poke", Poke(), in_doubt="repeat")

    async def unavailable(*_: Any) -> Any:
        raise Unavailable("busy")

    poke.body = unavailable
    shop.rule("retries", "on: status-update\nsteps: [{ action: test.poke, retry: { first: 60s } }]\n")
    event = await shop.post(an_event())
    job, lease = await shop.take()
    finish = shop.store.queue.finish
    monkeypatch.setattr(shop.store.queue, "finish", fails)
    with pytest.raises(Invalid):
        await shop.perform(job, lease)
    monkeypatch.setattr(shop.store.queue, "finish", finish)
    await shop.lose(lease)
    await shop.work()
    assert len(poke.seen) == 1
    assert await shop.status(event) == "waiting"
    poke.body = None
    await shop.hurry()
    await shop.work()
    assert len(poke.seen) == 2
    assert await shop.status(event) == "done"


# --- backstops --------------------------------------------------------------------------------------------------------

LAST = "backstop: true\nsteps: [{ action: test.poke, with: { value: last } }]\n"
OTHER = "steps: [{ action: test.poke, with: { value: other } }]\n"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("", "overtaken"),
        ("if: call.id == 'another'\n", "ran"),
        ("if: raw.nobody == 1\n", "ran"),
        ("enabled: false\n", "ran"),
        ("mode: shadow\n", "ran"),
        ("priority: 1000\n", "overtaken"),
        ("limit: { count: 1, per: 1h }\n", "overtaken"),
    ],
)
async def test_a_backstop_runs_only_if_no_other_rule_did(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, more: str, outcome: str
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("last", f"on: status-update\npriority: 1\n{LAST}")
    shop.rule("other", f"on: status-update\n{OTHER}{more}")
    event = await shop.post(an_event())
    await shop.work()
    assert (await shop.outcomes(event))["last:"] == outcome
    assert poke.seen == ["last" if outcome == "ran" else "other"]


async def test_a_rule_that_was_limited_has_not_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("last", f"on: status-update\n{LAST}")
    shop.rule("other", f"on: status-update\n{OTHER}limit: {{ count: 1, per: 1h }}\n")
    for _ in range(2):
        event = await shop.post(an_event())
        await shop.work()
    assert await shop.outcomes(event) == {"other:": "limited", "last:": "ran"}
    assert poke.seen == ["other", "last"]


async def test_a_rule_that_is_paused_has_not_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("last", f"on: status-update\n{LAST}")
    shop.rule("other", f"on: status-update\n{OTHER}")
    await shop.pause("rule:other")
    event = await shop.post(an_event())
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == (["last"], {"other:": "paused", "last:": "ran"})


async def test_a_rule_that_failed_has_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke(fails))
    shop.rule("last", f"on: status-update\n{LAST}")
    shop.rule("other", f"on: status-update\n{OTHER}")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.outcomes(event) == {"other:": "failed", "last:": "overtaken"}


async def test_a_run_that_waits_for_its_next_try_has_run_whatever_becomes_of_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(busy))
    shop.rule("last", f"on: status-update\n{LAST}")
    shop.rule("other", f"on: status-update\n{OTHER.replace(' }]', ', retry: { tries: 2 } }]')}")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.outcomes(event) == {"last:": "overtaken"}
    await shop.hurry()
    await shop.work()
    assert await shop.outcomes(event) == {"other:": "failed", "last:": "overtaken"}
    assert poke.seen == ["other", "other"]


async def test_a_run_that_a_pause_stops_in_the_middle_has_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(_context: Any, value: Any) -> Any:
        await shop.pause("rule:other")
        return value

    poke = add_action(monkeypatch, "test.poke", Poke(body))
    shop.rule("last", f"on: status-update\n{LAST}")
    shop.rule("other", f"on: status-update\n{OTHER.rstrip()[:-1]}, {{ action: test.poke }}]\n")
    event = await shop.post(an_event())
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == (["other"], {"other:": "paused", "last:": "overtaken"})


async def test_a_backstop_that_waits_for_its_next_try_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke(busy))
    shop.rule("last", f"on: status-update\n{LAST}")
    event = await shop.post(an_event())
    await shop.work()
    shop.rule("other", f"on: status-update\n{OTHER}")
    poke.body = None
    await shop.hurry()
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == (["last", "last"], {"last:": "ran"})


async def test_each_tool_call_has_a_backstop_of_its_own(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a live event the others are parked before they begin, and still count."""
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("last", SIDE + LAST)
    shop.rule("other", f"{TOOL}{OTHER}")
    shop.rule("answers", "on: { tool-calls: book }\nanswer: { result: Booked. }\n")
    tools = [ToolCall(id=name, name=name) for name in ("look_up", "book", "unheard")]
    event = await shop.post(an_event("tool-calls", tools=tools))
    await shop.work()
    outcomes = await shop.outcomes(event)
    told = {name.partition(":")[2]: outcome for name, outcome in outcomes.items() if name.startswith("last")}
    assert told == {"look_up": "overtaken", "book": "overtaken", "unheard": "ran"}
    assert sorted(poke.seen) == ["last", "other"]


async def test_of_two_backstops_one_runs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.rule("last", f"on: status-update\n{LAST}priority: 5\n")
    shop.rule("least", f"on: status-update\n{LAST}")
    event = await shop.post(an_event())
    await shop.work()
    assert (poke.seen, await shop.outcomes(event)) == (["last"], {"last:": "ran", "least:": "overtaken"})
    assert "the backstop" in (await shop.trace(event, "least"))["error"]


async def test_a_backstop_whose_answer_nobody_waits_for_is_asked_like_any_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    shop.rule("side", SIDE + OTHER)
    shop.rule("b_last", says("Nobody else.", "backstop: true\npriority: 1\n"))
    shop.rule("a_first", says("Somebody.", "if: tool.id == 't1'\npriority: 9000\n"))
    tools = [ToolCall(id=name, name="look_up") for name in ("t1", "t2")]
    event = await shop.post(an_event("tool-calls", tools=tools))
    await shop.work()
    assert [await shop.said(event, cell) for cell in ("t1", "t2")] == [
        {"result": "Somebody."}, {"result": "Nobody else."},
    ]  # fmt: skip


async def test_rules_of_a_live_event_that_do_not_match_need_no_job(shop: Shop) -> None:
    shop.rule("side", SIDE + "if: tool.name == 'x'\nsteps: [{ action: log, with: { message: x } }]\n")
    event = await shop.post(an_event("tool-calls"))
    await shop.perform(*await shop.take())
    assert (await shop.outcomes(event), await shop.status(event)) == ({"side:t1": "not_matched"}, "done")


async def test_a_fresh_event_looks_for_no_runs_and_for_no_memory(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def looks(*_: Any) -> Any:
        raise AssertionError("nothing is there to be found")

    monkeypatch.setattr(shop.store.runs, "load", looks)
    monkeypatch.setattr(shop.store.memory, "recall", looks)
    shop.rule("a", "on: status-update\nif: call.to == ''\nsteps: [{ action: log, with: { message: x } }]\n")
    shop.rule("b", "on: status-update\nif: call.to == '+1'\nsteps: [{ action: log, with: { message: x } }]\n")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.outcomes(event) == {"a:": "not_matched", "b:": "not_matched"}


async def test_of_many_rules_that_have_nothing_to_do_only_some_are_told_in_full(shop: Shop) -> None:
    for number in range(MOST_TOLD + 5):
        shop.rule(
            f"r{number:03}", "on: status-update\nif: call.to == ''\nsteps: [{ action: log, with: { message: x } }]\n"
        )
    shop.rule("z", "on: status-update\nsteps: [{ action: log, with: { message: x } }]\n")
    event = await shop.post(an_event())
    await shop.work()
    first, last = await shop.trace(event, "r000"), await shop.trace(event, f"r{MOST_TOLD + 4:03}")
    assert first["conditions"][0]["seen"] == {"call.to": "+31850000001"}
    assert (last["outcome"], last["stopped_at"], last["conditions"]) == ("not_matched", "if", [])
    assert (await shop.trace(event, "z"))["outcome"] == "ran"
    assert len(await shop.outcomes(event)) == MOST_TOLD + 6
    fields = await shop.store.redis.hlen(f"hs:trace:{event.id}")  # type: ignore[misc]
    assert fields == 3
