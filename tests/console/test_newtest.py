from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from console.dryrun import Past
from console.newtest import CannotWrite, NewCase, write_case
from rules.engine.rule import Rule
from rules.engine.testfile import read_tests
from rules.engine.testing import run_case
from store.event import Event
from tests.console.support import CALLER, FOUND, LOOK_UP, NIGHT, call_comes_in, rules_of, tool_is_run
from workers.desk import event_view
from workers.vocabulary import vocabulary

WORDS = vocabulary({})


def written(rule: Rule, event: Event, past: Past | None = None) -> tuple[NewCase, dict[str, Any]]:
    case = write_case(rule, event_view(event), past or Past(), "a case", WORDS)
    return case, yaml.safe_load(case.text)[0]


def passes(rule: Rule, case: NewCase) -> bool:
    tests = read_tests(rule.name, "x.test.yaml", f"cases:\n{case.text}", rule, WORDS)
    assert tests.findings == ()
    return run_case(tests.cases[0], rule, WORDS, lambda *_: event_view(call_comes_in()), {}, "x").passed


def looked_up(output: dict[str, Any] = FOUND) -> Past:
    record = {"state": "done", "action": "http.request", "output": output}
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
    event.tools[0].arguments = {"reason": "I am angry about my bill"}
    case, _ = written(rule, event)
    assert (case.outcome, case.original) == ("not_matched", "ran")
    assert passes(rule, case)


def test_memory_is_kept_for_a_rule_that_asks(tmp_path: Path) -> None:
    text = "description: Known.\non: assistant-request\nif: has(memory.caller.vip)\nanswer: { assistant: vip }\n"
    (rule,) = rules_of(tmp_path, vip=text)
    case, record = written(rule, call_comes_in(), Past({"caller": {"vip": True}, "call": {}}))
    assert passes(rule, case)
    assert (record["memory"], record["expect"]["outcome"]) == ({"caller": {"vip": True}}, "ran")
