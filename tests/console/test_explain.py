from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from console.explain import explanation, why, why_deaf
from rules.engine.played import Played
from rules.engine.rule import Rule
from store.client import Store
from store.event import Event
from tests.console.support import CALLER, LOOK_UP, NIGHT, call_comes_in, keep, rules_of, tool_is_run
from workers.desk import event_view
from workers.tracing import decided_record

LATER = 'description: Added later.\non: assistant-request\nif: call.from == "+31612340001"\nanswer: { assistant: x }\n'


async def traced(store: Store, event: Event, *records: dict[str, Any]) -> None:
    claim = await keep(store, event)
    trace = {f"rule:{each['rule']}:{each.get('tool', '')}": orjson.dumps(each) for each in records}
    await store.queue.finish(claim, event.id, trace)


def missed(rule: Rule) -> dict[str, Any]:
    """What a worker writes about a rule whose first condition was false."""
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
        ({"outcome": "not_matched", "conditions": [], "stopped_at": "if"}, "it stopped at if"),
        ({"outcome": "undecided", "needs": "customer", "conditions": []},
         "its conditions hold; what follows hangs on what step customer gives"),
        ({"outcome": "brand_new", "conditions": []}, "brand new"),
    ],
)  # fmt: skip
def test_reasons(record: dict[str, Any], reason: str) -> None:
    assert why(record) == reason


def test_a_rehearsal_is_written_like_a_trace(tmp_path: Path) -> None:
    """Guards against two shapes of one record."""
    (night,) = rules_of(tmp_path, night=NIGHT)
    assert missed(night).keys() - {"steps"} == decided_record(Played(night)).keys()
