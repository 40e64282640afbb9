from __future__ import annotations

import pytest

from rules.engine.cases.readexpect import CALL_KEYS, EMITTED_KEYS, EXPECT_KEYS, OUTCOMES
from rules.engine.schema.expected import CALL_DOCS, DOCS, EMITTED_DOCS, expect_schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import VOCABULARY

SCHEMA = expect_schema(VOCABULARY)


def test_every_key_has_its_words() -> None:
    assert set(DOCS) == set(EXPECT_KEYS)
    assert set(CALL_DOCS) == set(CALL_KEYS)
    assert set(EMITTED_DOCS) == set(EMITTED_KEYS)


def test_every_outcome_says_what_it_means() -> None:
    outcome = SCHEMA["properties"]["outcome"]
    assert outcome["enum"] == list(OUTCOMES)
    assert all(outcome["enumDescriptions"])


@pytest.mark.parametrize(
    "text",
    [
        '{ outcome: ran, stopped_at: "if[1]", answer: { any: [thing] }, late: true, meanwhile: , error: x }',
        "{ calls: { step: customer, with: { query: {} } }, steps: { customer: done } }",
        "{ calls: [], no_calls: [ { action: log } ], rules: { other: overtaken }, answered_by: nobody }",
        "{ emitted: [ { event: later, data: { a: 1 }, at: x } ], memory: { caller: { calls: 3 } } }",
    ],
)
def test_what_is_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{}", "(top)"),
        ("{ result: ran }", "(top)"),
        ("{ outcome: matched }", "outcome"),
        ("{ late: maybe }", "late"),
        ("{ calls: [ { name: x } ] }", "calls.0"),
        ("{ calls: customer }", "calls"),
        ("{ calls: { with: x } }", "calls.with"),
        ("{ steps: { customer: ok } }", "steps.customer"),
        ("{ emitted: [ { name: x } ] }", "emitted.0"),
        ("{ memory: { world: {} } }", "memory"),
        ("{ rules: { other: done } }", "rules.other"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in faults_in(SCHEMA, text)
