"""What the schema of rules accepts is what the engine's structure layer accepts, on rules that are made up and spoilt.

Where they differ on purpose, nothing is made up: numbers as text (editors read an unquoted +31850000001 as a number),
true and false as text, the coercions of parameters, nothing at all for a parameter (`null`, which is CEL as well), and
empty lists of filters.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rules.engine.schema.rule import rule_schema
from tests.rules.engine.vocab import VOCABULARY, load_text

VALIDATOR = Draft7Validator(rule_schema(VOCABULARY))
STRUCTURE = frozenset(
    {
        "bad-literal",
        "bad-name",
        "missing",
        "missing-parameter",
        "no-filter",
        "nobody-waits",
        "pointless",
        "structure",
        "too-many",
        "unknown-action",
        "unknown-key",
        "unknown-kind",
        "unknown-parameter",
        "wrong-type",
        "wrong-value",
    }
)
COMPUTED = "${{ raw.x }}"
CONDITION = 'call.id != ""'

Rule = dict[str, Any]
Path = tuple[str | int, ...]

WITHS: dict[str, list[Rule]] = {
    "http.request": [
        {"url": "https://x.example.com"},
        {
            "url": "https://x.example.com",
            "method": "POST",
            "accept": [404, 409],
            "query": {"a": "b"},
            "body": {"c": [1]},
        },
        {"url": "https://x.example.com", "method": COMPUTED, "accept": COMPUTED},
    ],
    "log": [{"message": "seen"}, {"message": COMPUTED, "level": "warning"}],
    "memory.add": [{"scope": "caller", "key": "calls", "ttl": "7d"}],
    "number.link": [{"number": "+31850000001", "agent": "asst_a"}],
}
ANSWERS: dict[str, list[Rule]] = {
    "assistant-request": [
        {"assistant": "asst_a", "override": {"first_message": "hello"}, "max_duration": "10m"},
        {"config": {"a": 1}, "variables": COMPUTED, "metadata": {"b": "c"}},
        {"default": True, "max_duration": 300},
        {"variables": {"name": COMPUTED}},
        {"reject": "not now"},
        {"transfer": "+31850000001"},
    ],
    "tool-calls": [{"result": {"a": [1]}}, {"result": "text", "say": "a moment"}, {"error": "sorry"}],
    "transfer-request": [
        {"transfer": COMPUTED},
        {"assistant": "Night desk", "say": "One moment."},
        {"error": "Nobody."},
    ],
    "knowledge-request": [{"documents": ["a"]}, {"documents": COMPUTED}, {"say": "nothing"}],
    "dial-request": [{"allow": True}, {"allow": COMPUTED}],
}
STEPS = st.lists(
    st.fixed_dictionaries(
        {"action": st.sampled_from(sorted(WITHS))},
        optional={
            "name": st.just("a step"),
            "if": st.just(CONDITION),
            "connection": st.just("front_desk"),
            "timeout": st.sampled_from(["3s", 3, "1m30s"]),
            "retry": st.just({"tries": 3, "first": "1s", "factor": 1.5, "max_age": "1h"}),
            "on_error": st.sampled_from(["stop", "continue"]),
            "for_each": st.sampled_from([["a", "b"], COMPUTED]),
        },
    ).flatmap(lambda step: st.sampled_from([{**step, "with": with_} for with_ in WITHS[str(step["action"])]])),
    min_size=1,
    max_size=2,
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "owner": st.just("ops"),
    "runbook": st.just("https://wiki.example.com"),
    "tags": st.sampled_from(["night", ["a", "b"], []]),
    "enabled": st.booleans(),
    "mode": st.sampled_from(["live", "shadow"]),
    "connections": st.sampled_from(["front_desk", ["front_desk"]]),
    "if": st.sampled_from([CONDITION, [CONDITION, CONDITION]]),
    "priority": st.sampled_from([5, 0.5]),
    "backstop": st.booleans(),
    "limit": st.sampled_from(
        [{"count": 3, "per": "1h"}, {"count": 1, "per": 60, "key": "call.from", "excess": "skip"}]
    ),
    "concurrency": st.sampled_from([{}, {"key": "call.id", "max": 2, "mode": "skip"}]),
    "once": st.sampled_from([{"key": "call.id"}, {"key": "call.id", "per": "1d"}]),
}
SILENT: list[Any] = [
    "status-update",
    "end-of-call-report",
    ["status-update", "end-of-call-report"],
    {"status-update": "ended"},
    {"status-update": ["ended", "failed"], "end-of-call-report": None},
    {"native": "speech-update"},
    {"event": "look_again"},
    {"schedule": {"cron": "0 18 * * *", "timezone": "Europe/Amsterdam", "catch_up": "once"}},
]


def listening(kind: str) -> list[Any]:
    return [kind, [kind], {kind: None}, *([{kind: ["a", "b"]}, {kind: "a"}] if kind == "tool-calls" else [])]


def silent_rules() -> st.SearchStrategy[Rule]:
    return st.fixed_dictionaries(
        {"description": st.just("made up"), "on": st.sampled_from(SILENT), "steps": STEPS}, optional=COMMON
    )


def answering_rules(kind: str) -> st.SearchStrategy[Rule]:
    plain = st.sampled_from(ANSWERS[kind])
    listed = st.builds(lambda first, last: [{"if": CONDITION, **first}, last], plain, plain)
    return st.fixed_dictionaries(
        {
            "description": st.just("made up"),
            "on": st.sampled_from(listening(kind)),
            "answer": st.one_of(plain, listed),
        },
        optional={
            **COMMON,
            "steps": STEPS,
            "within": st.sampled_from(["2s", 2]),
            "meanwhile": plain,
            "late": st.sampled_from(["inject", "drop"]),
        },
    )


RULES = st.one_of(silent_rules(), st.sampled_from(sorted(ANSWERS)).flatmap(answering_rules))


def places(document: Any, path: Path = ()) -> list[Path]:
    """The place of every value inside."""
    entries = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [place for key, value in entries for place in [(*path, key), *places(value, (*path, key))]]


def holder(document: Any, path: Path) -> Any:
    for key in path[:-1]:
        document = document[key]
    return document


def others(path: Path, value: Any) -> list[Any]:
    """Values that may stand there instead, or may not."""
    wild: list[Any] = [{}, {"a": 1}, [{}]]
    if path[-1] not in ("cron", "timezone"):
        wild += ["word", COMPUTED]
    if not {"with", "if", "key"} & set(path):
        wild.append(None)
    if isinstance(value, int | float) and not isinstance(value, bool) and "with" not in path:
        wild += [0, -1, 0.5, 7]
    if isinstance(value, dict | list) and path[-1] != "if":
        wild += [7, "a word"]
    return wild if value is None else [*wild, []]


@st.composite
def spoilt_rules(draw: st.DrawFn) -> Rule:
    rule = deepcopy(draw(RULES))
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from(places(rule)))
        inside = holder(rule, path)
        what = draw(st.sampled_from(["replace", "remove", "rename"]))
        if what == "replace":
            inside[path[-1]] = deepcopy(draw(st.sampled_from(others(path, inside[path[-1]]))))
        elif what == "rename" and isinstance(inside, dict):
            inside[f"{path[-1]}x"] = inside.pop(path[-1])
        else:
            del inside[path[-1]]
    return rule


def engine_accepts(rule: Rule) -> bool:
    findings = load_text(json.dumps(rule)).findings
    return not any(finding.code in STRUCTURE and finding.severity == "error" for finding in findings)


@given(RULES)
@settings(max_examples=60, deadline=None)
def test_both_accept_rules_that_are_right(rule: Rule) -> None:
    assert VALIDATOR.is_valid(rule)
    assert engine_accepts(rule)


@given(spoilt_rules())
@settings(max_examples=120, deadline=None)
@example({"description": "x", "on": {"dial-request": []}, "answer": {"allow": True}})
@example({"description": "x", "on": "tool-calls", "answer": {"result": 1, "error": "both"}})
@example({"description": "x", "on": ["tool-calls", "status-update"], "answer": {"result": 1}})
@example({"description": "x", "on": "tool-calls", "answer": {"result": 1}, "meanwhile": {"if": CONDITION, "result": 1}})
def test_both_find_what_is_wrong(rule: Rule) -> None:
    told = [finding.text for finding in load_text(json.dumps(rule)).findings]
    assert VALIDATOR.is_valid(rule) == engine_accepts(rule), (rule, told)


def test_the_engine_rejects_for_its_structure() -> None:
    """Guards the comparison against an engine that accepts everything."""
    assert not engine_accepts({"description": "x", "on": "tool-calls"})
    assert not engine_accepts({"on": "tool-calls", "answer": {"result": 1}, "description": "x", "colour": "red"})
