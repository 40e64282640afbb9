from __future__ import annotations

import asyncio

import orjson
import pytest

from store.event import ToolCall
from store.runs import Claim
from tests.store.builders import an_event
from tests.workers.support import Shop
from workers.desk import MissingRuleError, Work, event_view, lay_out
from workers.lease import Lease

ROUNDED = 0.002
"""Seconds: the store counts whole milliseconds."""
RULE = "on: { tool-calls: look_up }\nanswer: { result: Yes. }\n"


async def a_work(shop: Shop) -> Work:
    event = await shop.post(an_event("tool-calls"), deadline_in=4.0)
    return await work_on(shop, event.id)


async def work_on(shop: Shop, event_id: str) -> Work:
    stored = await shop.store.events.get(event_id)
    assert stored
    lease = Lease(Claim(event_id, "live", "1"), stored.received_ms, asyncio.get_running_loop().time())
    return lay_out(shop.desk, stored, lease)


async def test_the_deadline_is_told_in_loop_time_and_only_while_somebody_waits(shop: Shop) -> None:
    work = await a_work(shop)
    assert work.deadline == pytest.approx(work.lease.claimed_at + 4, abs=ROUNDED)
    work.lease.claimed_ms += 5000
    assert work.deadline is None


async def test_patience_is_the_rules_own_or_the_platforms(shop: Shop) -> None:
    shop.rule("answers", RULE)
    shop.rule("hasty", RULE + "within: 500ms\n")
    shop.rule("side", "on: tool-calls\nsteps: [{ action: log, with: { message: x } }]\n")
    work = await a_work(shop)
    rules = {rule.name: rule for rule in shop.desk.rules.rules}
    claimed = work.lease.claimed_at
    assert work.patience(rules["answers"]) == pytest.approx(claimed + 4, abs=ROUNDED)
    assert work.patience(rules["hasty"]) == pytest.approx(claimed + 0.5, abs=ROUNDED)
    assert work.patience(rules["side"]) is None
    work.lease.claimed_ms += 5000
    assert work.patience(rules["answers"]) is None


async def test_the_fallback_is_the_connections_own_or_nothing(shop: Shop) -> None:
    work = await a_work(shop)
    assert work.fallback().body == {"result": "Later."}
    work.event.connection = "gone"
    assert (work.fallback().by, work.fallback().body) == ("fallback", {})


async def test_a_rule_is_found_in_force_or_as_it_was(shop: Shop) -> None:
    shop.rule("rule", RULE)
    old, work = shop.desk.rules.rules[0], await a_work(shop)
    run_id = work.run_id("rule", None)
    assert (await work.rule_of(run_id)).version == old.version
    await shop.store.runs.keep_version(old.version, old.document)
    await shop.mark(f"hs:event:{work.event.id}", "run:rule", "")
    await shop.mark(f"hs:run:{run_id}", "version", old.version)
    shop.rule("rule", RULE.replace("Yes.", "No."))
    assert (await (await work_on(shop, work.event.id)).rule_of(run_id)).version == old.version
    assert (await shop.desk.in_version("rule", "")).version != old.version


@pytest.mark.parametrize("version", ["", "sha256:gone"])
async def test_a_rule_nobody_knows_is_missing(shop: Shop, version: str) -> None:
    with pytest.raises(MissingRuleError):
        await shop.desk.in_version("rule", version)


async def test_memory_is_kept_once_a_rule_may_have_changed_it(shop: Shop) -> None:
    await shop.store.memory.set("caller:+31612340001", "name", "Ann", None, "op")
    work = await a_work(shop)
    assert work.memory is None
    assert await work.recall() == {"call": {}, "caller": {"name": "Ann"}}
    assert orjson.loads(await work.kept_memory()) == work.memory
    await shop.mark(f"hs:event:{work.event.id}", "memory", b'{"call":{},"caller":{}}')
    stored = await shop.store.events.get(work.event.id)
    assert stored
    again = lay_out(shop.desk, stored, work.lease)
    assert (await again.recall(), await again.kept_memory()) == ({"call": {}, "caller": {}}, b"")


def test_an_event_is_seen_as_flat_names_and_each_tool_by_itself() -> None:
    tools = [ToolCall(id="t1", name="a", arguments={"x": 1}), ToolCall(id="t2", name="b")]
    view = event_view(an_event("tool-calls", tools=tools))
    assert view.values["call.from"] == "+31612340001"
    assert view.values["tool.id"] == ""
    assert [(tool.id, tool.values["tool.name"], tool.values["tool.arguments"]) for tool in view.tools] == [
        ("t1", "a", {"x": 1}), ("t2", "b", {}),
    ]  # fmt: skip
    assert set(view.tools[0].values) == {"tool.id", "tool.name", "tool.arguments"}
