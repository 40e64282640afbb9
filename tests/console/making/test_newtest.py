from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.making.newtest import CannotWrite, NewCase, write_case
from console.past.dryrun import Past
from rules.engine.cases.testfile import read_tests
from rules.engine.cases.testing import run_case
from rules.engine.rule import Rule
from store.event import Event
from tests.console.support import CALLER, FOUND, LOOK_UP, NIGHT, call_comes_in, rules_of, tool_is_run
from workers.desk import event_view
from workers.vocabulary import vocabulary

WORDS = vocabulary({})
LOG = "steps: [{ action: log, with: { message: x } }]\n"


def written(rule: Rule, event: Event, past: Past | None = None) -> tuple[NewCase, dict[str, Any]]:
    case = write_case(rule, event_view(event), past or Past(), "a case", WORDS)
    return case, yaml.safe_load(case.text)[0]


def passes(rule: Rule, case: NewCase) -> bool:
    tests = read_tests(rule.name, "x.test.yaml", f"cases:\n{case.text}", rule, WORDS)
    assert tests.findings == ()
    return run_case(tests.cases[0], rule, WORDS, lambda *_: event_view(call_comes_in()), {}, "x").passed


def looked_up() -> Past:
    record = {"state": "done", "action": "http.request", "output": FOUND}
    return Past(journals={("look_up", "call_1"): {"customer": record}})


def test_a_case_passes_and_holds_no_caller(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, night=NIGHT)
    case, record = written(rule, call_comes_in())
    assert passes(rule, case)
    assert record["at"] == "2026-03-02T19:00:00+00:00"
    assert record["expect"] == {"outcome": "ran", "answer": {"assistant": "night"}}
    assert record["event"]["fields"]["call"]["to"] == "+31850000001"
    assert CALLER not in case.text
    assert (case.outcome, case.original) == ("ran", "ran")


def test_a_miss_says_where_it_stopped(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, night=NIGHT.replace('"NL"', '"DE"'))
    case, record = written(rule, call_comes_in())
    assert passes(rule, case)
    assert record["expect"] == {"outcome": "not_matched", "stopped_at": "if[1]"}


def test_what_steps_gave_becomes_stubs(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, look_up=LOOK_UP)
    case, record = written(rule, tool_is_run("find"), looked_up())
    assert passes(rule, case)
    assert record["stubs"] == {"customer": {"status": 200, "body": {"name": "Person 1"}}}
    assert record["expect"]["answer"] == {"result": "You are Person 1."}
    assert [call["step"] for call in record["expect"]["calls"]] == ["customer", "step-2"]
    assert "Ada" not in case.text


def test_without_a_record_of_a_step_there_is_no_case(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, look_up=LOOK_UP)
    with pytest.raises(CannotWrite, match=r"step customer .* has no stub"):
        written(rule, tool_is_run("find"))


def test_a_rule_that_does_not_listen(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, look_up=LOOK_UP)
    with pytest.raises(CannotWrite, match="does not listen to this tool-calls"):
        written(rule, tool_is_run("other"))


def test_another_decision_about_the_stand_ins_is_told(tmp_path: Path) -> None:
    text = (
        'description: Angry.\non: tool-calls\nif: tool.arguments.reason.contains("angry")\nanswer: { result: sorry }\n'
    )
    (rule,) = rules_of(tmp_path, angry=text)
    event = tool_is_run("complain")
    angry = event.tools[0].model_copy(update={"arguments": {"reason": "I am angry about my bill"}})
    event = event.model_copy(update={"tools": [angry]})
    case, _ = written(rule, event)
    assert (case.outcome, case.original) == ("not_matched", "ran")
    assert passes(rule, case)


def test_memory_is_kept_for_a_rule_that_asks(tmp_path: Path) -> None:
    text = "description: Known.\non: assistant-request\nif: has(memory.caller.vip)\nanswer: { assistant: vip }\n"
    (rule,) = rules_of(tmp_path, vip=text)
    case, record = written(rule, call_comes_in(), Past({"caller": {"vip": True}, "call": {}}))
    assert passes(rule, case)
    assert (record["memory"], record["expect"]["outcome"]) == ({"caller": {"vip": True}}, "ran")


def emitted(name: str, **data: Any) -> Event:
    changes = {"kind": "emitted", "native": "emitted", "name": name, "data": data}
    return call_comes_in().model_copy(update=changes)


def test_an_emitted_event_keeps_its_name(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, again=f"description: x\non: {{ event: look_again }}\n{LOG}")
    case, record = written(rule, emitted("look_again"))
    assert passes(rule, case)
    assert (record["event"]["fields"]["event"], case.outcome) == ({"name": "look_again"}, "ran")


def test_the_platforms_own_name_is_kept(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, odd=f"description: x\non: {{ native: weird.event }}\n{LOG}")
    case, _ = written(rule, call_comes_in().model_copy(update={"kind": "unknown", "native": "weird.event"}))
    assert (case.outcome, passes(rule, case)) == ("ran", True)


def test_when_it_happened_is_kept_for_a_rule_that_asks(tmp_path: Path) -> None:
    text = f'description: x\non: assistant-request\nif: now - event.occurred_at > duration("5m")\n{LOG}'
    (rule,) = rules_of(tmp_path, slow=text)
    case, record = written(rule, call_comes_in(occurred_at=datetime(2026, 3, 2, 18, 50, tzinfo=UTC)))
    assert (case.outcome, passes(rule, case)) == ("ran", True)
    assert record["event"]["set"] == {"event.occurred_at": "2026-03-02T18:50:00+00:00"}


def test_each_item_of_a_list_has_its_stub(tmp_path: Path) -> None:
    with_ = '{ url: "https://x.example", body: "${{ item }}" }'
    steps = f"steps: [{{ id: note, for_each: '${{{{ data.who }}}}', action: http.request, with: {with_} }}]\n"
    (rule,) = rules_of(tmp_path, each=f"description: x\non: {{ event: shop }}\n{steps}")
    records = {
        "note#0": {
            "state": "done",
            "action": "http.request",
            "output": {"status": 200, "body": {"email": "a@jansen.nl"}},
        },
        "note#1": {"state": "failed", "action": "http.request", "error": "refused for a@jansen.nl", "output": {}},
    }
    case, record = written(rule, emitted("shop", who=["x", "y"]), Past(journals={("each", ""): records}))
    assert (case.outcome, passes(rule, case)) == ("failed", True)
    assert record["stubs"] == {
        "note": [
            {"status": 200, "body": {"email": "person1@example.com"}},
            {"error": "refused for person1@example.com"},
        ]
    }


def test_the_same_event_gives_the_same_case(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, look_up=LOOK_UP)
    texts = {written(rule, tool_is_run("find"), looked_up())[0].text for _ in range(3)}
    assert len(texts) == 1
