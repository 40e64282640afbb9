from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.cel.expressions import EvaluationError
from rules.engine.playing.events import EventView
from rules.engine.playing.play import matches, may_act
from rules.engine.playing.surroundings import Surroundings
from rules.engine.rule import Rule
from tests.rules.engine.vocab import rule_of, tool_event, tool_view

HEAD = "description: x\non: tool-calls\n"
TAIL = "answer: { result: '${{ string(size(raw)) }}' }\n"
CONDITIONS = (
    'call.from == "+31612340001"', "tool.arguments.n > 1.0", "size(raw) == 2", "memory.caller.?vip.orValue(false)",
    "raw.missing == 1", 'event.kind == "tool-calls" || raw.x == 1', '"vip" in memory.caller', "now < now",
    '[1, 2].exists(raw, raw == 2)', 'tool.name + call.to == "x"',
)  # fmt: skip
RULES = [rule_of(f"{HEAD}if:\n  - {one!r}\n{TAIL}") for one in CONDITIONS]
RULES += [rule_of(f"{HEAD}if:\n  - {one!r}\n  - {two!r}\n{TAIL}") for one in CONDITIONS[:4] for two in CONDITIONS[2:6]]


def everything(rule: Rule, view: EventView, tool: Any, memory: Mapping[str, Any]) -> dict[str, Any]:
    named = {f"memory.{scope}": memory.get(scope, {}) for scope in ("call", "caller")}
    return {**rule.scope.empties, **view.plain, **rule.variables, **tool.plain, **named}


def decided_on_everything(rule: Rule, values: Mapping[str, Any]) -> str:
    activation = rule.activation(values)
    try:
        held = all(condition.expression.decide(activation) for condition in rule.conditions)
    except EvaluationError:
        return "error"
    return "ran" if held else "not_matched"


@given(
    order=st.lists(st.sampled_from(RULES), min_size=1, max_size=8),
    caller=st.sampled_from(["+31612340001", ""]),
    n=st.sampled_from([1, 2]),
    raw=st.sampled_from([{}, {"x": 1}, {"x": 2, "y": 3}]),
    vip=st.booleans(),
    foreseen=st.sampled_from([frozenset(), frozenset({"raw"}), frozenset({"call.to", "steps.none"})]),
)
def test_what_is_laid_out_when_asked_decides_as_everything_does(
    order: list[Rule], caller: str, n: int, raw: dict[str, Any], vip: bool, foreseen: frozenset[str]
) -> None:
    plain = tool_event()
    view = replace(plain, values={**plain.values, "call.from": caller, "raw": raw})
    tool, memory = tool_view(n=n), {"caller": {"vip": vip}}
    surroundings = Surroundings(memory, foreseen=foreseen)
    for rule in order:
        expected = decided_on_everything(rule, everything(rule, view, tool, memory))
        assert may_act(rule, view, tool, surroundings) is (expected != "not_matched")
        played = matches(rule, view, tool, surroundings)
        assert played.outcome == expected
        seen = {name for condition in played.conditions for name, _ in condition.expression.paths}
        assert seen <= played.conditions[-1].names.keys()


def test_a_payload_is_laid_out_for_those_who_ask() -> None:
    view, tool, surroundings = tool_event(), tool_view(n=1), Surroundings()
    silent, asking = RULES[0], RULES[2]
    assert matches(silent, view, tool, surroundings).conditions[0].names.keys() == {"call.from"}
    assert matches(asking, view, tool, surroundings).conditions[0].names.keys() == {"call.from", "raw"}
    assert surroundings.base(silent, view, tool) is surroundings.base(asking, view, tool)


def test_a_condition_that_many_write_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    view, tool, surroundings = tool_event(), tool_view(n=1), Surroundings()
    base = surroundings.base(RULES[0], view, tool)
    expression = RULES[0].conditions[0].expression
    decision = base.decide(expression)
    monkeypatch.setattr(type(expression), "decide", lambda *_: not decision)
    assert base.decide(expression) is decision


def test_tool_calls_are_apart() -> None:
    view, surroundings = tool_event(), Surroundings()
    one, other = tool_view(n=1), tool_view(id_="tool_2", n=2)
    assert surroundings.base(RULES[1], view, one) is not surroundings.base(RULES[1], view, other)
    assert [matches(RULES[1], view, tool, surroundings).outcome for tool in (one, other)] == ["not_matched", "ran"]
