from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from console.past.tracebook import trace_record
from console.past.tracetree import trace_tree
from store.client import Store
from tests.console.recorded import answered, too_late


def shown(record: dict[str, Any], width: int = 200) -> str:
    page = io.StringIO()
    Console(file=page, width=width, highlight=False).print(trace_tree(record))
    return page.getvalue()


def a_record(**parts: Any) -> dict[str, Any]:
    event = {
        "id": "evt_1", "connection": "desk", "provider": "flireo", "generation": "g3", "kind": "tool-calls",
        "received_at": "2026-03-02T10:00:00.000+00:00", "call": {"id": "c1", "from": "", "to": "+318•••••01"},
        "tools": [{"id": "t1", "name": "look_up"}], "status": "done",
    }  # fmt: skip
    return {"event": event | parts.pop("event", {}), "stages": [], "rules": [], "answers": []} | parts


def a_rule(**parts: Any) -> dict[str, Any]:
    return {"rule": "tell", "file": "rules/live/tell.yaml", "outcome": "ran", "conditions": [], "steps": []} | parts


def a_step(**parts: Any) -> dict[str, Any]:
    return {"id": "post", "action": "http.request", "line": 7, "state": "done", "attempts": []} | parts


def an_attempt(**parts: Any) -> dict[str, Any]:
    return {"at": "2026-03-02T10:00:00.125+00:00"} | parts


async def test_a_recorded_event_tells_its_whole_story(store: Store) -> None:
    record = await trace_record(store, (await answered(store)).id)
    assert record is not None
    story = shown(record)
    head, who, when, *lines = story.splitlines()
    assert head == "tool-calls look_up  done"
    assert who.startswith("+316•••••01 → +318•••••01 · desk (flireo g3)")
    assert record["event"]["id"] in when
    for told in (
        "received → verified 0.5 ms → stored 0.5 ms",
        "✓ find_customer for look_up ran  rules/live/find_customer.yaml",
        '✓ if call.from == "+316•••••01"  find_customer.yaml:4',
        'seen call.from = "+316•••••01"',
        "✓ step customer  http.request done 41 ms  find_customer.yaml:6",
        "sent GET https://crm.example.com/customers?phone=%2B316•••••01",
        'got  200 {"name":"Ada","mobile":"0612•••••01"}',
        "✓ answer if steps.customer.status == 200  find_customer.yaml:14",
        "answers at find_customer.yaml:14",
        "✓ answer to look_up by rule find_customer after",
        '{"result":"You called from +316•••••01."}',
    ):
        assert any(told in line for line in lines), told
    assert story.index("step customer") < story.index("answer if")


async def test_a_late_answer_says_what_became_of_it(store: Store) -> None:
    record = await trace_record(store, (await too_late(store)).id)
    assert record is not None
    story = shown(record)
    assert "the answer was late: put into the live call, done" in story
    assert "▲ answer to look_up by fallback" in story
    assert "too late" in story


def test_an_event_that_waited_for_the_store_says_when_it_came_in() -> None:
    spooled = {"came_in_at": "2026-03-02T09:59:10.500+00:00", "seconds": 48.2}
    text = shown(a_record(spooled=spooled))
    assert "it came in at 2026-03-02 09:59:10 UTC, and waited 48.2 s on the receiver's disk: the store was away" in text


def test_nothing_listening_is_said() -> None:
    story = shown(a_record())
    assert "○ no rule listens to this event" in story
    assert "unknown → +318•••••01" in story


def test_an_unreadable_body_says_why() -> None:
    assert "✖ the body is not JSON" in shown(a_record(event={"problem": "the body is not JSON"}))


def test_rules_that_acted_stand_first() -> None:
    rules = [a_rule(rule="a", outcome="not_matched"), a_rule(rule="b", outcome="overtaken"), a_rule(rule="c")]
    story = shown(a_record(rules=rules))
    assert story.index("✓ c ran") < story.index("○ a not matched") < story.index("○ b overtaken")


@pytest.mark.parametrize(("value", "mark"), [(True, "✓ if x"), (False, "✗ if x"), (None, "✖ if x")])
def test_a_condition_shows_its_value(value: bool | None, mark: str) -> None:
    condition = {"expr": "x", "place": "if[0]", "line": 3, "value": value, "seen": {}, "error": "no such key"}
    story = shown(a_record(rules=[a_rule(conditions=[condition], stopped_at="if[0]", error="it broke")]))
    for told in (mark, "tell.yaml:3", "no such key", "stopped at if[0]", "✖ it broke"):
        assert told in story


def test_every_try_is_told() -> None:
    tries = [an_attempt(ms=5000.4, error="timed out"), an_attempt(ms=12, got={"status": 500, "body": "no"})]
    step = a_step(state="failed", attempts=[*tries, an_attempt()], error="500 (after 3 tries)")
    story = shown(a_record(rules=[a_rule(outcome="failed", steps=[step])]))
    for told in (
        "✖ step post  http.request failed after 3 tries  tell.yaml:7",
        "try 1 at 10:00:00.125, 5000 ms",
        "timed out",
        "got  500 no",
        "try 3 at 10:00:00.125, unfinished",
        "500 (after 3 tries)",
    ):
        assert told in story


def test_a_failure_of_a_single_try_is_told_once() -> None:
    step = a_step(state="failed", attempts=[an_attempt(ms=3, error="refused")], error="refused")
    assert shown(a_record(rules=[a_rule(steps=[step])])).count("refused") == 1


def test_what_is_no_http_exchange_is_shown_as_it_is() -> None:
    attempt = an_attempt(ms=3, sent={"number": "n1"}, got=["x"])
    body = an_attempt(ms=3, sent={"method": "POST", "url": "u", "body": {"a": 1}, "headers": {}}, got={"status": 204})
    steps = [a_step(attempts=[attempt]), a_step(id="b", attempts=[body])]
    story = shown(a_record(rules=[a_rule(steps=steps)]))
    for told in ('sent {"number":"n1"}', 'got  ["x"]', 'sent POST u {"body":{"a":1}}', "got  204\n"):
        assert told in story


def test_an_answer_of_unknown_fate_says_so() -> None:
    answers = [
        {"by": "rule", "rule": "tell", "sent": {"result": "x"}, "ms": 5, "late": False, "left": False},
        {"by": "rule", "rule": "tell", "sent": {}, "late": True, "delivery": {"policy": "drop", "why": "no call"}},
    ]
    story = shown(a_record(answers=answers))
    assert "not known to have reached the platform" in story
    assert "late: dropped, no call" in story


def test_what_was_said_on_the_phone_cannot_steer_the_terminal_or_the_markup() -> None:
    story = shown(a_record(event={"tools": [{"id": "t1", "name": "[red]x[/]\x1b[2J"}]}))
    assert "[red]x[/]\\x1b[2J" in story
    assert "\x1b" not in story


def test_long_values_are_cut() -> None:
    step = a_step(attempts=[an_attempt(ms=1, got={"status": 200, "body": "y" * 5000})])
    story = shown(a_record(rules=[a_rule(steps=[step])]), width=10_000)
    assert "y" * 300 + " …" in story


def test_a_narrow_terminal_keeps_the_branches() -> None:
    condition = {"expr": "x" * 100, "place": "if[0]", "line": 3, "value": True, "seen": {}}
    lines = shown(a_record(rules=[a_rule(conditions=[condition])]), width=80).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert sum("x" * 20 in line for line in lines) >= 2


def test_events_that_belong_to_a_rule_say_whose_they_are() -> None:
    due = {
        "kind": "schedule",
        "name": "night",
        "connection": "",
        "tools": [],
        "due_at": "2026-03-02T09:59:00.000+00:00",
    }
    told = shown(a_record(event=due | {"call": {"id": "", "from": "", "to": ""}})).splitlines()
    assert [line.strip() for line in told[:3]] == [
        "schedule  done",
        "rule night",
        "evt_1 · 2026-03-02 10:00:00.000 UTC · was due 2026-03-02 09:59:00 UTC",
    ]
    assert "rule night · desk (flireo g3)" in shown(a_record(event={"kind": "manual", "name": "night"}))


def test_a_shadow_shows_its_plan() -> None:
    steps = [
        a_step(state="unknown", **{"with": {"url": "https://crm.test", "key": "<secrets.crm>"}}),
        a_step(id="told", action="log", state="hanging", **{"with": None}),
        a_step(id="note", action="log", state="refused", error="with.level: no", **{"with": {"message": "x"}}),
    ]
    rule = a_rule(outcome="shadow", steps=steps, needs="post", answer={"result": "Yes."}, steps_left_out=3)
    text = shown(a_record(rules=[rule]))
    for told in ("<secrets.crm>", "hangs on what an earlier step gives", "with.level: no", "and 3 more steps"):
        assert told in text
    assert 'would answer {"result":"Yes."}' in text
    hanging = shown(a_record(rules=[a_rule(outcome="shadow", needs="post", answer_hangs=True)]))
    assert "hangs on what step post gives" in hanging


def test_a_pause_says_who_and_why() -> None:
    pause = {"scope": "connection:desk", "by": "anna", "why": "a bad night", "since_ms": 1_000}
    text = shown(a_record(rules=[a_rule(outcome="paused", paused=pause, dropped={"by": "ben"})]))
    assert "connection desk was paused by anna at 1970-01-01 00:00 UTC: a bad night; ben ended the run" in text


def test_items_of_a_for_each_are_told_apart_from_tries() -> None:
    attempts = [
        an_attempt(item=0, ms=3.0, sent={"a": 1}),
        an_attempt(item=1, ms=4.0, error="busy"),
        an_attempt(item=1, ms=5.0, got={"b": 2}),
    ]
    story = shown(a_record(rules=[a_rule(steps=[a_step(attempts=attempts)])]))
    for told in ("http.request done for 2 items", "item 0, 3.0 ms", '{"a":1}', "item 1 after 2 tries", "try 2 at"):
        assert told in story, told
    assert "after 3 tries" not in story
    assert story.count("busy") == 1
    failed = a_step(state="failed", error="line 9: no such key", attempts=[an_attempt(item=0, ms=3.0)])
    story = shown(a_record(rules=[a_rule(steps=[failed])]))
    assert "failed for 1 item " in story
    assert "line 9: no such key" in story
