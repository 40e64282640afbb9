from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from console.past.explain import explanation, why, why_deaf
from rules.engine.playing.played import Played
from rules.engine.rule import Rule
from store.client import Store
from store.event import Event
from store.runs import RunId
from tests.console.support import CALLER, LOOK_UP, NIGHT, call_comes_in, keep, rules_of, tool_is_run
from workers.desk import event_view
from workers.tracing import decided_record

LATER = 'description: Added later.\non: assistant-request\nif: call.from == "+31612340001"\nanswer: { assistant: x }\n'


async def traced(store: Store, event: Event, *records: dict[str, Any]) -> None:
    claim = await keep(store, event)
    trace = {f"rule:{each['rule']}:{each.get('tool', '')}": orjson.dumps(each) for each in records}
    await store.queue.finish(claim, event.id, trace)


def missed(rule: Rule) -> dict[str, Any]:
    """What a worker writes about a rule whose first condition, where it has one, was false."""
    if not rule.conditions:
        return decided_record(Played(rule, outcome="not_matched")) | {"steps": []}
    condition = {
        "expr": rule.conditions[0].expression.text, "place": "if[0]", "line": rule.conditions[0].expression.line,
        "column": 5, "value": False, "seen": {"call.to": "+31850000002"},
    }  # fmt: skip
    return {
        "rule": rule.name, "file": rule.path, "version": rule.version, "outcome": "not_matched",
        "conditions": [condition], "stopped_at": "if[0]", "steps": [],
    }  # fmt: skip


async def told(store: Store, rules: tuple[Rule, ...], **options: Any) -> dict[str, Any]:
    found = await explanation(store, "evt_1", rules, **options)
    assert found is not None
    return found


PAUSE = {"scope": "rule:tell", "by": "anna", "why": "a bad night", "since_ms": 1_000}


async def test_the_trace_is_what_counts(store: Store, tmp_path: Path) -> None:
    (night,) = rules = rules_of(tmp_path, night=NIGHT)
    await traced(store, call_comes_in(), missed(night))
    (rule,) = (await told(store, rules))["rules"]
    assert (rule["source"], rule["in_force"]) == ("trace", True)
    assert rule["why"] == 'line 5 was false: call.to == "+318•••••01"'
    assert [each["place"] for each in rule["unreached"]] == ["if[1]"]


async def test_a_rule_that_changed_since_is_told_as_it_was(store: Store, tmp_path: Path) -> None:
    (night,) = rules_of(tmp_path, night=NIGHT)
    await traced(store, call_comes_in(), missed(night))
    (rule,) = (await told(store, rules_of(tmp_path, night=NIGHT + "owner: me\n")))["rules"]
    assert (rule["source"], rule["in_force"], rule["unreached"]) == ("trace", False, [])


async def test_a_rule_without_a_record_is_played_again(store: Store, tmp_path: Path) -> None:
    (night,) = rules_of(tmp_path / "before", night=NIGHT)
    await traced(store, call_comes_in(), missed(night))
    rules = rules_of(tmp_path / "now", night=NIGHT, later=LATER)
    found = {rule["rule"]: rule for rule in (await told(store, rules, numbers=True))["rules"]}
    assert (found["later"]["source"], found["later"]["outcome"]) == ("rehearsal", "ran")
    assert found["later"]["conditions"][0]["seen"] == {"call.from": CALLER}
    assert found["later"]["conditions"][0]["line"] == 3


async def test_numbers_are_masked_unless_asked_for(store: Store, tmp_path: Path) -> None:
    await traced(store, call_comes_in())
    rules = rules_of(tmp_path, later=LATER)
    assert CALLER not in orjson.dumps(await told(store, rules)).decode()
    assert CALLER in orjson.dumps(await told(store, rules, numbers=True)).decode()


async def test_one_rule_alone(store: Store, tmp_path: Path) -> None:
    (night,) = rules_of(tmp_path / "before", night=NIGHT)
    await traced(store, call_comes_in(), missed(night))
    rules = rules_of(tmp_path / "now", night=NIGHT, later=LATER)
    assert [rule["rule"] for rule in (await told(store, rules, only="night"))["rules"]] == ["night"]
    nothing = await told(store, rules, only="nobody")
    assert (nothing["rules"], nothing["not_listening"]) == ([], [])


async def test_rules_that_do_not_listen_say_why(store: Store, tmp_path: Path) -> None:
    await traced(store, tool_is_run("other"))
    found = await told(store, rules_of(tmp_path, look_up=LOOK_UP))
    assert found["rules"] == []
    assert found["not_listening"][0]["why"] == "it listens to tool-calls find, and this is tool-calls other"


async def test_no_event(store: Store) -> None:
    assert await explanation(store, "evt_none", []) is None


def test_deaf_for_the_connection(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, night=f"connections: [front_desk]\n{NIGHT}")
    assert why_deaf(rule, event_view(call_comes_in())) == "it listens on front_desk, and this came on desk"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"outcome": "error", "stopped_at": "if[0]", "error": "no such key", "conditions": []},
         "it stopped at if[0]: no such key"),
        ({"outcome": "overtaken", "conditions": []}, "another rule had answered before its turn"),
        ({"outcome": "ran", "conditions": []}, "it has no condition"),
        ({"outcome": "ran",
          "conditions": [{"place": "if[0]", "value": True}, {"place": "answer[0].if", "value": False}]},
         "its conditions held; none of its answers fitted, so it passed its turn"),
        ({"outcome": "ran", "conditions": [{"place": "answer[0].if", "value": True}], "answer_at": "a.yaml:3"},
         "it has no condition"),
        ({"outcome": "not_matched", "conditions": [], "stopped_at": "if"}, "it stopped at if"),
        ({"outcome": "undecided", "needs": "customer", "conditions": []},
         "its conditions hold; what follows hangs on what step customer gives"),
        ({"outcome": "overtaken", "conditions": [], "error": "a newer run took over"}, "a newer run took over"),
        ({"outcome": "paused", "paused": PAUSE}, "rule tell was paused by anna at 1970-01-01 00:00 UTC: a bad night"),
        ({"outcome": "paused", "paused": PAUSE | {"scope": "all", "why": ""}, "dropped": {"by": "ben"}},
         "all was paused by anna at 1970-01-01 00:00 UTC; ben ended the run"),
        ({"outcome": "brand_new", "conditions": []}, "brand new"),
    ],
)  # fmt: skip
def test_reasons(record: dict[str, Any], reason: str) -> None:
    assert why(record) == reason


def test_a_rehearsal_is_written_like_a_trace(tmp_path: Path) -> None:
    """Guards against two shapes of one record."""
    (night,) = rules_of(tmp_path, night=NIGHT)
    assert missed(night).keys() - {"steps"} == decided_record(Played(night)).keys()


NOTE = """
description: x
on: { tool-calls: find }
steps:
  - { id: note, action: http.request, with: { url: "https://x.example" } }
"""


async def test_a_held_run_says_what_it_waits_for(store: Store, tmp_path: Path) -> None:
    rules = rules_of(tmp_path, note=NOTE)
    event = tool_is_run("find", "find")
    claim = await keep(store, event)
    held = {"state": "waiting", "action": "http.request", "attempts": [], "held": {"times": 1, "why": "no place"}}
    parked = RunId("evt_1", "note", "call_1")
    await store.runs.write(claim, parked, {"version": b"sha256:1", "step:note": orjson.dumps(held)})
    await store.runs.park(claim, parked, 60.0, "sha256:1", b"{}")
    await store.queue.finish(claim, event.id, {})
    found = {rule["tool"]: rule for rule in (await told(store, rules))["rules"]}
    assert found["call_1"]["why"] == "its run is under way: step note waits for its turn: no place"


async def test_a_parked_run_says_what_it_waits_for(store: Store, tmp_path: Path) -> None:
    rules = rules_of(tmp_path, note=NOTE)
    event = tool_is_run("find", "find")
    claim = await keep(store, event)
    waiting = {
        "state": "waiting",
        "action": "http.request",
        "attempts": [{"error": "down"}, {"error": "x answered 503"}],
    }
    parked, through = RunId("evt_1", "note", "call_1"), {**missed(rules[0]), "tool": "call_2"}
    await store.runs.write(claim, parked, {"version": b"sha256:1", "step:note": orjson.dumps(waiting)})
    await store.runs.park(claim, parked, 60.0, "sha256:1", b"{}")
    await store.queue.finish(claim, event.id, {"rule:note:call_2": orjson.dumps(through)})
    found = {rule["tool"]: rule for rule in (await told(store, rules))["rules"]}
    assert (found["call_1"]["outcome"], found["call_1"]["source"]) == ("parked", "journal")
    assert found["call_1"]["why"] == "its run is under way: step note waits for its next try, after 2: x answered 503"
    assert found["call_2"]["source"] == "trace"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("limit", "its `limit` was reached for this key"),
        ("once", "it had already run for this key, and it may only `once`"),
        ("concurrency", "as many of its runs as `concurrency` allows were under way for this key"),
        ("", "its limit was reached"),
    ],
)
def test_what_held_it_back(kind: str, reason: str) -> None:
    assert why({"outcome": "limited", "stopped_at": kind, "conditions": []}) == reason


def test_a_run_that_has_not_begun_is_under_way_too() -> None:
    assert why({"outcome": "parked", "waiting": "its run is under way, as a job of its own", "conditions": []}) == (
        "its run is under way, as a job of its own"
    )


async def test_an_overtaken_rule_is_told_who_had_answered(store: Store, tmp_path: Path) -> None:
    (night,) = rules = rules_of(tmp_path, night=NIGHT)
    winner = missed(night) | {"rule": "vip", "outcome": "ran", "answer_at": "vip.yaml:3"}
    shadow = winner | {"rule": "a_trial", "outcome": "shadow"}
    await traced(store, call_comes_in(), missed(night) | {"outcome": "overtaken", "conditions": []}, shadow, winner)
    why_of = {rule["rule"]: rule["why"] for rule in (await told(store, rules))["rules"]}
    assert why_of["night"] == "vip had answered before its turn"
