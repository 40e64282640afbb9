from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.store.builders import an_event
from tests.workers.support import Poke, Shop, add_action
from workers.clients.errors import Invalid
from workers.tracing import MOST_PLANNED

ASK = """
on: { tool-calls: look_up }
if: [tool.arguments.x == 1, call.from != ""]
steps:
  - { id: crm, action: test.poke, with: { value: hello } }
answer: { result: Yes. }
"""


async def test_the_trace_of_a_rule_has_the_agreed_shape(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def exchange(context: Any, value: Any) -> Any:
        context.record({"body": value}, {"status": 200})
        return value

    add_action(monkeypatch, "test.poke", Poke(exchange))
    shop.rule("ask", ASK)
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    rule = shop.desk.rules.rules[0]
    trace = await shop.trace(event, "ask", "t1")
    attempt = trace["steps"][0].pop("attempts")[0]
    assert trace == {
        "rule": "ask",
        "tool": "t1",
        "file": rule.path,
        "version": rule.version,
        "outcome": "ran",
        "stopped_at": None,
        "conditions": [
            {"expr": "tool.arguments.x == 1", "place": "if[0]", "line": 4, "column": 6, "value": True,
             "seen": {"tool.arguments.x": 1}},
            {"expr": 'call.from != ""', "place": "if[1]", "line": 4, "column": 29, "value": True,
             "seen": {"call.from": "+31612340001"}},
        ],
        "steps": [{"id": "crm", "action": "test.poke", "line": 6, "state": "done"}],
        "answer_at": f"{rule.path}:7",
    }  # fmt: skip
    assert set(attempt) == {"at", "ms", "sent", "got"}
    assert (attempt["sent"], attempt["got"]) == ({"body": "hello"}, {"status": 200})


async def test_every_stage_of_a_worker_is_there_in_order(shop: Shop) -> None:
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    stages = (await shop.store.events.trace(event.id))["stages"]
    assert list(stages) == ["claimed", "matched", "answered", "done"]
    assert list(stages.values()) == sorted(stages.values())


@pytest.mark.parametrize(
    ("condition", "outcome", "stopped_at", "value"),
    [
        ("tool.arguments.x == 2", "not_matched", "if[0]", False),
        ("tool.arguments.nobody == 2", "error", "if[0]", None),
    ],
)
async def test_a_rule_that_did_not_act_says_where_it_stopped(
    shop: Shop, condition: str, outcome: str, stopped_at: str, value: bool | None
) -> None:
    shop.rule("ask", f"on: tool-calls\nif: [{condition}, 1 == 1]\nanswer: {{ result: Yes. }}\n")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    trace = await shop.trace(event, "ask", "t1")
    assert (trace["outcome"], trace["stopped_at"]) == (outcome, stopped_at)
    assert [each["value"] for each in trace["conditions"]] == [value]
    assert ("error" in trace) == (outcome == "error")


async def test_a_shadow_says_what_it_would_do_and_others_that_they_were_not_asked(shop: Shop) -> None:
    shop.rule("a", "on: tool-calls\nanswer: { result: One. }\n")
    shop.rule("b", "on: tool-calls\nanswer: { result: Two. }\n")
    shop.rule("c", "on: tool-calls\nmode: shadow\nif: tool.name == 'look_up'\nanswer: { result: Three. }\n")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    overtaken, shadow = await shop.trace(event, "b", "t1"), await shop.trace(event, "c", "t1")
    assert (overtaken["outcome"], overtaken["conditions"], overtaken["stopped_at"]) == ("overtaken", [], None)
    assert (shadow["outcome"], shadow["steps"], len(shadow["conditions"])) == ("shadow", [], 1)


async def test_a_shadow_shows_what_it_would_do_and_say(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    shop.secrets["crm"] = "s3cret-value"
    shop.rule(
        "shy",
        """on: tool-calls
mode: shadow
limit: { count: 1, per: 1h }
steps:
  - { id: asked, action: test.poke, with: { value: { token: 'Bearer ${{ secrets.crm }}', api_key: written-out } } }
  - { action: log, with: { message: 'it gave ${{ to_json(steps.asked.value) }}' } }
  - { action: log, with: { message: 'tool ${{ tool.name }}' } }
answer: { result: 'Yes, ${{ call.from }}.' }
""",
    )
    for _ in range(2):
        event = await shop.post(an_event("tool-calls"))
        await shop.work()
    trace = await shop.trace(event, "shy", "t1")
    assert (poke.seen, await shop.said(event), trace["outcome"]) == ([], {"result": "Later."}, "shadow")
    assert [(step["state"], step["with"], step["attempts"]) for step in trace["steps"]] == [
        ("unknown", {"value": {"token": "Bearer <secrets.crm>", "api_key": "[redacted]"}}, []),
        ("hanging", None, []),
        ("assumed", {"message": "tool look_up"}, []),
    ]
    assert (trace["needs"], trace["answer"]) == ("asked", {"result": "Yes, +31612340001."})
    assert (await shop.steps(event, "shy", "t1"), await shop.store.redis.keys("hs:hold:*")) == ({}, [])


async def test_a_shadow_whose_answer_hangs_says_on_what(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    steps = "steps: [{ id: asked, action: test.poke }]\nanswer: { result: '${{ to_json(steps.asked.value) }}' }\n"
    shop.rule("shy", f"on: tool-calls\nmode: shadow\n{steps}")
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    trace = await shop.trace(event, "shy", "t1")
    assert (trace["needs"], trace["answer_hangs"], "answer" in trace) == ("asked", True, False)


async def test_a_long_plan_is_cut(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    items = ", ".join(map(str, range(MOST_PLANNED + 3)))
    each = f"steps: [{{ for_each: '${{{{ [{items}] }}}}', action: log, with: {{ message: x }} }}]\n"
    shop.rule("shy", f"on: status-update\nmode: shadow\n{each}")
    event = await shop.post(an_event())
    await shop.work()
    trace = await shop.trace(event, "shy")
    assert (len(trace["steps"]), trace["steps_left_out"]) == (MOST_PLANNED, 3)


async def test_a_failed_step_tells_its_attempts_and_its_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no(*_: Any) -> Any:
        raise Invalid("the far side said no")

    add_action(monkeypatch, "test.poke", Poke(no))
    shop.rule("ask", ASK)
    event = await shop.post(an_event("tool-calls"))
    await shop.work()
    trace = await shop.trace(event, "ask", "t1")
    assert (trace["outcome"], trace["stopped_at"], trace["error"]) == ("failed", "steps[0]", "the far side said no")
    step = trace["steps"][0]
    assert (step["state"], step["error"]) == ("failed", "the far side said no")
    assert [attempt["error"] for attempt in step["attempts"]] == ["the far side said no"]
    assert "answer_at" not in trace


async def test_items_are_told_in_order(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    items = ", ".join(map(str, range(12)))
    shop.rule("each", f"on: status-update\nsteps: [{{ id: s, for_each: '${{{{ [{items}] }}}}', action: test.poke }}]\n")
    event = await shop.post(an_event())
    await shop.work()
    step = (await shop.trace(event, "each"))["steps"][0]
    assert [attempt["item"] for attempt in step["attempts"]] == list(range(12))


async def test_those_who_watch_see_which_rule_was_run_by_hand(shop: Shop) -> None:
    shop.rule("tidy", "on: manual\nsteps: [{ action: log, with: { message: x } }]\n")
    async with shop.store.redis.pubsub() as subscription:
        await subscription.subscribe("hs:feed")
        await subscription.get_message(timeout=1)
        await shop.post(an_event("manual", name="tidy"))
        await shop.work()
        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1)
    assert message
    line = orjson.loads(message["data"])
    assert (line["name"], line["rules"]) == ("tidy", {"tidy": "ran"})


async def test_those_who_watch_see_a_line_without_numbers(shop: Shop) -> None:
    shop.rule("a", "on: tool-calls\nanswer: { result: One. }\n")
    async with shop.store.redis.pubsub() as subscription:
        await subscription.subscribe("hs:feed")
        await subscription.get_message(timeout=1)
        event = await shop.post(an_event("tool-calls"))
        await shop.work()
        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1)
    assert message
    line = orjson.loads(message["data"])
    assert (line["event"], line["kind"], line["tools"], line["rules"]) == (
        event.id, "tool-calls", ["look_up"], {"a": "ran"},
    )  # fmt: skip
    assert "612340001" not in message["data"].decode()
