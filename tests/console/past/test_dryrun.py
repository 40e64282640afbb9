from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from console.past.dryrun import Past, rehearse_event
from rules.engine.rule import Rule
from store.event import Event
from tests.console.support import CALLER, FOUND, LOOK_UP, NIGHT, call_comes_in, rules_of, tool_is_run
from workers.desk import event_view
from workers.rehearsal import DryRun

ANYBODY = "description: Everybody.\non: assistant-request\npriority: 200\nanswer: { assistant: day }\n"
NOTE = "description: Note it.\non: assistant-request\nsteps:\n  - action: log\n    with: { message: hello }\n"


def rehearsed(rules: tuple[Rule, ...], event: Event, past: Past | None = None) -> dict[str, DryRun]:
    return {run.played.rule.name: run for run in rehearse_event(rules, event_view(event), past or Past())}


def recorded(output: dict[str, Any], action: str = "http.request") -> Past:
    return Past(journals={("look_up", "call_1"): {"customer": {"state": "done", "action": action, "output": output}}})


def test_turns_end_with_the_first_answer(tmp_path: Path) -> None:
    runs = rehearsed(rules_of(tmp_path, night=NIGHT, anybody=ANYBODY, note=NOTE), call_comes_in())
    assert {name: run.outcome for name, run in runs.items()} == {"night": "ran", "anybody": "overtaken", "note": "ran"}
    assert runs["night"].played.answer == {"assistant": "night"}


def test_a_rule_that_does_not_match_passes_the_turn(tmp_path: Path) -> None:
    event = call_comes_in()
    event.call = event.call.model_copy(update={"from_": "+4930123456"})
    runs = rehearsed(rules_of(tmp_path, night=NIGHT, anybody=ANYBODY), event)
    assert {name: run.outcome for name, run in runs.items()} == {"night": "not_matched", "anybody": "ran"}
    assert runs["night"].played.stopped_at == "if[1]"


def test_a_play_ends_where_a_result_is_not_known(tmp_path: Path) -> None:
    run = rehearsed(rules_of(tmp_path, look_up=LOOK_UP), tool_is_run("find"))["look_up"]
    assert (run.outcome, run.needs, run.ends_turns) == ("undecided", "customer", True)
    assert [(step.key, step.source) for step in run.steps] == [("customer", "unknown"), ("step-2", "hanging")]
    assert run.steps[0].with_ is not None
    assert run.steps[0].with_["query"] == {"phone": CALLER}


def test_the_journal_tells_what_steps_gave(tmp_path: Path) -> None:
    run = rehearsed(rules_of(tmp_path, look_up=LOOK_UP), tool_is_run("find"), recorded(FOUND))["look_up"]
    assert [(step.key, step.source) for step in run.steps] == [("customer", "recorded"), ("step-2", "assumed")]
    assert run.steps[1].with_ == {"message": "status 200"}
    assert run.played.answer == {"result": "You are Ada Jansen."}
    assert run.needs == ""


def test_a_record_of_another_action_tells_nothing(tmp_path: Path) -> None:
    past = recorded(FOUND, action="number.get")
    assert rehearsed(rules_of(tmp_path, look_up=LOOK_UP), tool_is_run("find"), past)["look_up"].needs == "customer"


def test_a_record_of_another_tool_call_tells_nothing(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, look_up=LOOK_UP)
    runs = rehearse_event(rules, event_view(tool_is_run("find", "find")), recorded(FOUND))
    assert [(run.played.tool_id, run.needs) for run in runs] == [("call_1", ""), ("call_2", "customer")]


def test_a_step_whose_parameters_do_not_fit_fails(tmp_path: Path) -> None:
    text = (
        "description: Wrong at run time.\non: assistant-request\nsteps:\n  - action: log\n"
        '    with: { message: hello, level: "${{ call.id }}" }\nanswer: { default: true }\n'
    )
    run = rehearsed(rules_of(tmp_path, wrong=text), call_comes_in())["wrong"]
    assert (run.outcome, run.steps[0].source) == ("failed", "refused")
    assert run.played.error.startswith("with.level: ")


def test_secrets_are_never_rendered(tmp_path: Path) -> None:
    text = LOOK_UP.replace("accept: [404]", 'headers: { authorization: "Bearer ${{ secrets.crm }}" }')
    run = rehearsed(rules_of(tmp_path, look_up=text), tool_is_run("find"))["look_up"]
    assert run.steps[0].with_ is not None
    assert run.steps[0].with_["headers"] == {"authorization": "Bearer <secrets.crm>"}


@pytest.mark.parametrize(
    ("line", "outcome"), [("mode: shadow", "shadow"), ("enabled: false", "disabled"), ("owner: me", "ran")]
)
def test_rules_that_only_look_on(tmp_path: Path, line: str, outcome: str) -> None:
    rules = rules_of(tmp_path, night=f"{line}\n{NIGHT}", anybody=ANYBODY)
    runs = rehearsed(rules, call_comes_in())
    assert runs["night"].outcome == outcome
    assert (runs["anybody"].outcome == "overtaken") == (outcome == "ran")


BACKSTOP = """
description: Nobody else.
on: {on}
backstop: true
priority: 1
steps: [{{ action: log, with: {{ message: x }} }}]
"""


@pytest.mark.parametrize(
    ("line", "outcome"),
    [("owner: me", "overtaken"), ("if: 1 > 2", "ran"), ("mode: shadow", "ran"), ("enabled: false", "ran")],
)
def test_a_backstop_that_nobody_waits_for_runs_if_no_other_rule_did(tmp_path: Path, line: str, outcome: str) -> None:
    rules = rules_of(tmp_path, note=f"{NOTE}{line}\n", last=BACKSTOP.format(on="assistant-request"))
    assert rehearsed(rules, call_comes_in())["last"].outcome == outcome


def test_of_two_backstops_one_runs_and_each_tool_call_has_its_own(tmp_path: Path) -> None:
    last = BACKSTOP.format(on="tool-calls")
    rules = rules_of(tmp_path, look_up=LOOK_UP, last=last, least=last)
    runs = rehearse_event(rules, event_view(tool_is_run("find", "other")), Past())
    outcomes = {(run.played.rule.name, run.played.tool_id): run.outcome for run in runs}
    assert outcomes == {
        ("look_up", "call_1"): "undecided", ("last", "call_1"): "overtaken", ("least", "call_1"): "overtaken",
        ("last", "call_2"): "ran", ("least", "call_2"): "overtaken",
    }  # fmt: skip


def test_memory_is_what_the_past_says(tmp_path: Path) -> None:
    text = "description: Known.\non: assistant-request\nif: has(memory.caller.vip)\nanswer: { assistant: vip }\n"
    rules = rules_of(tmp_path, vip=text)
    assert rehearsed(rules, call_comes_in(), Past({"caller": {"vip": True}}))["vip"].outcome == "ran"
    assert rehearsed(rules, call_comes_in())["vip"].outcome == "not_matched"
