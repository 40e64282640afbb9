from __future__ import annotations

from typing import Any

import pytest

from store.event import Event
from store.runs import RunId
from tests.store.builders import an_event
from tests.workers.support import Poke, Shop, add_action
from workers.clients.errors import Invalid, Unavailable
from workers.desk import Work, lay_out
from workers.run import run_rule
from workers.stepping import Parked

TWO = """
on: status-update
steps:
  - { id: a, action: test.first, with: { value: 1 } }
  - { id: b, if: steps.a.value == 1, action: test.second }
"""


async def busy(*_: Any) -> Any:
    raise Unavailable("busy")


async def laid_out(shop: Shop) -> tuple[Event, Work]:
    event = await shop.post(an_event())
    _, lease = await shop.take()
    stored = await shop.store.events.get(event.id)
    assert stored
    return event, lay_out(shop.desk, stored, lease)


async def test_a_rule_that_matches_is_announced_once_before_its_first_step(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    async def note(_context: Any, _value: Any) -> Any:
        order.append("step")
        return 1

    async def announce() -> None:
        order.append("matched")

    add_action(monkeypatch, "test.first", Poke(note))
    add_action(monkeypatch, "test.second", Poke(note))
    shop.rule("two", TWO)
    _, work = await laid_out(shop)
    ran = await run_rule(work, shop.desk.rules.rules[0], None, on_match=announce)
    assert order == ["matched", "step", "step"]
    assert (ran.played.outcome, ran.failed_for_good) == ("ran", False)


async def test_a_rule_that_does_not_match_is_not_announced(shop: Shop) -> None:
    async def announce() -> None:
        raise AssertionError("it did not match")

    shop.rule("rule", "on: status-update\nif: call.id == 'never'\nsteps: [{ action: log, with: { message: x } }]\n")
    event, work = await laid_out(shop)
    ran = await run_rule(work, shop.desk.rules.rules[0], None, on_match=announce)
    assert ran.played.outcome == "not_matched"
    assert not (await shop.store.runs.load(RunId(event.id, "rule"))).begun


async def test_a_run_that_waits_is_a_job_in_the_version_it_began_with(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add_action(monkeypatch, "test.first", Poke())
    add_action(monkeypatch, "test.second", Poke(busy))
    shop.rule("two", TWO)
    event, work = await laid_out(shop)
    version = shop.desk.rules.rules[0].version
    with pytest.raises(Parked):
        await run_rule(work, shop.desk.rules.rules[0], None)
    journal = await shop.store.runs.load(RunId(event.id, "two"))
    assert (journal.own, journal.version) == (True, version)
    assert await shop.store.runs.version(version) == shop.desk.rules.rules[0].document
    shop.rule("two", TWO.replace("value: 1", "value: 2"))
    shop.without("two")
    add_action(monkeypatch, "test.second", Poke())
    await shop.store.queue.finish(work.lease.claim, event.id, {})
    await shop.hurry()
    await shop.work()
    assert await shop.status(event) == "done"
    assert first.seen == [1]
    trace = await shop.trace(event, "two")
    assert (trace["version"], [step["state"] for step in trace["steps"]]) == (version, ["done", "done"])
    assert [(each["place"], each["value"], each["seen"]) for each in trace["conditions"]] == [("steps[1].if", True, {})]


async def test_a_side_run_that_has_not_begun_outlives_its_file(shop: Shop) -> None:
    shop.rule("rule", "on: tool-calls\nsteps: [{ action: log, with: { message: x } }]\n")
    event = await shop.post(an_event("tool-calls"))
    job, lease = await shop.take()
    await shop.perform(job, lease)
    shop.without("rule")
    await shop.work()
    assert (await shop.outcomes(event)) == {"rule:t1": "ran"}


async def test_the_dead_letter_names_the_step_that_ended_the_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no(*_: Any) -> Any:
        raise Invalid("no")

    add_action(monkeypatch, "test.first", Poke(no))
    add_action(monkeypatch, "test.second", Poke(no))
    shop.rule(
        "two", TWO.replace("value: 1 }", "value: 1 }, on_error: continue").replace("if: steps.a.value == 1, ", "")
    )
    event = await shop.post(an_event())
    await shop.work()
    letter = (await shop.letters())[0]
    assert (letter.work_id, letter.event_id, letter.rule, letter.step, letter.reason, letter.attempts) == (
        f"run:{event.id}/two", event.id, "two", "b", "no", 1,
    )  # fmt: skip
    assert (letter.connection, letter.kind) == ("desk", "status-update")
