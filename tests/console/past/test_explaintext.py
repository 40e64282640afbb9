from __future__ import annotations

from typing import Any

from rich.text import Text

from console.past.explaintext import explanation_lines

EVENT = {
    "id": "evt_1", "kind": "tool-calls", "connection": "desk", "call": {"from": "", "to": "+318•••••01"},
    "tools": [{"id": "call_1", "name": "find"}],
}  # fmt: skip
CONDITION = {"expr": 'call.to == "x"', "place": "if[0]", "line": 7, "value": False, "seen": {"call.to": "[red]"}}
RULE = {
    "rule": "night", "tool": "call_1", "file": "rules/live/night.yaml", "version": "sha256:123456789", "outcome":
    "not_matched", "why": "line 7 was false", "source": "trace", "in_force": True, "conditions": [CONDITION],
    "unreached": [{"expr": "late()", "place": "if[1]", "line": 8}], "steps": [],
}  # fmt: skip


def lines(**changes: Any) -> list[str]:
    rule = {**RULE, **changes}
    told = {"event": EVENT, "rules": [rule], "not_listening": []}
    return [Text.from_markup(line).plain for line in explanation_lines(told)]


def test_what_was_asked_and_what_was_not() -> None:
    assert lines() == [
        "tool-calls find  unknown → +318•••••01  desk evt_1",
        "",
        "night for find not matched: line 7 was false",
        "  rules/live/night.yaml",
        '  ✗   7  call.to == "x"',
        '         call.to = "[red]"',
        "  ·   8  late()  (not reached)",
    ]


def test_where_it_comes_from() -> None:
    assert "left no record" in lines(source="rehearsal")[3]
    assert "earlier version (sha256:12345678)" in lines(in_force=False)[3]


def test_a_condition_of_a_step_or_an_answer_says_so() -> None:
    told = lines(
        conditions=[{**CONDITION, "place": "answer[0].if"}, {**CONDITION, "error": "no such key", "value": None}]
    )
    assert '  ✗   7  call.to == "x"  (answer[0])' in told
    assert '  ✖   7  call.to == "x"' in told
    assert "         no such key" in told


def test_steps() -> None:
    steps = [
        {"id": "customer", "action": "http.request", "line": 9, "state": "unknown"},
        {"id": "step-2", "action": "log", "line": 12, "state": "failed", "error": "refused"},
    ]
    assert lines(steps=steps)[-2:] == [
        "  ▸   9  http.request (customer): would be performed; what it gives is not known",
        "  ▸  12  log (step-2): failed, refused",
    ]


def test_many_rules_that_do_not_listen_are_counted() -> None:
    deaf = [{"rule": f"r{number}", "file": "f", "why": "it listens to message"} for number in range(4)]
    told = {"event": EVENT, "rules": [], "not_listening": deaf}
    assert "4 other rules do not listen" in list(explanation_lines(told))[-1]
    few = list(explanation_lines({**told, "not_listening": deaf[:1]}))
    assert "r0 did not look: it listens to message" in few[-1]


def test_nothing_a_caller_said_steers_the_terminal() -> None:
    told = lines(conditions=[{**CONDITION, "seen": {"call.to": "\x1b[2J"}}])
    assert "\x1b" not in "".join(told)


def test_a_parked_run_needs_no_origin_and_unknown_keys_are_told() -> None:
    told = lines(source="journal", outcome="parked", why="its run is under way", holds=["limit: the key is empty"])
    assert "night for find parked: its run is under way" in told
    assert "  rules/live/night.yaml" in told
    assert "  · limit: the key is empty" in told


def test_conditions_and_steps_stand_in_the_order_of_the_file() -> None:
    steps = [{"id": "calls", "action": "memory.add", "line": 11, "state": "done"}]
    fits = {**CONDITION, "place": "answer[0].if", "line": 15, "seen": {}}
    told = lines(conditions=[fits, {**CONDITION, "seen": {}}], unreached=[], steps=steps)
    assert [line.split()[1] for line in told[4:]] == ["7", "11", "15"]
