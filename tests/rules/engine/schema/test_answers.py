from __future__ import annotations

from dataclasses import replace

import pytest

from rules.engine.schema.answers import DOCS, definitions, dependent, keys_for, waiting
from rules.engine.schema.words import Schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import KINDS, VOCABULARY

SILENT = [kind.name for kind in VOCABULARY.kinds.values() if not kind.answer_keys]
SCHEMA: Schema = {
    "allOf": dependent(VOCABULARY, [*SILENT, "native", "event"]),
    "definitions": definitions(VOCABULARY),
}


def test_every_key_has_its_words() -> None:
    assert {key for kind in KINDS.values() for key in kind.answer_keys} == set(DOCS)


def test_only_kinds_that_are_answered() -> None:
    assert [kind.name for kind in waiting(VOCABULARY)] == [
        "assistant-request",
        "tool-calls",
        "transfer-request",
        "knowledge-request",
        "dial-request",
    ]


def test_hover_text_says_what_a_key_is_for() -> None:
    answers = {"flireo": {"tool-calls": {"g1": frozenset({"result"}), "g2": frozenset({"result", "say"})}}}
    keys = keys_for([KINDS["tool-calls"]], replace(VOCABULARY, answers=answers))
    assert "For tool-calls. Platforms: flireo (g1, g2)." in keys["result"]["description"]
    assert (
        "For tool-calls, transfer-request or knowledge-request. Platforms: flireo (g2)." in keys["say"]["description"]
    )
    assert "Platforms: none yet." in keys["error"]["description"]


@pytest.mark.parametrize(
    "text",
    [
        "{ on: tool-calls, answer: { result: { any: [json] } } }",
        "{ on: [tool-calls], answer: { error: sorry, say: sorry } }",
        "{ on: { tool-calls: a }, answer: [ { if: a, result: 1 }, { result: } ], meanwhile: { say: wait, result: x } }",
        "{ on: assistant-request, answer: { assistant: a, override: { a: b }, max_duration: 10m } }",
        "{ on: assistant-request, answer: { assistant: a, variables: '${{ vars.v }}', max_duration: '${{ 3 }}' } }",
        "{ on: assistant-request, answer: { default: true } }",
        "{ on: assistant-request, answer: { variables: { a: b } } }",
        "{ on: assistant-request, answer: { config: assistants/night.json } }",
        "{ on: assistant-request, answer: { transfer: +31850000001 } }",
        "{ on: transfer-request, answer: { transfer: 'sip:a@example.com' } }",
        "{ on: knowledge-request, answer: { documents: [] } }",
        "{ on: [transfer-request, assistant-request], answer: { transfer: '${{ vars.n }}' } }",
        "{ answer: { result: x } }",
    ],
)
def test_what_is_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{ on: tool-calls, answer: { assistant: a, result: x } }", "answer"),
        ("{ on: tool-calls, answer: { say: x } }", "answer"),
        ("{ on: tool-calls, answer: { result: x, error: y } }", "answer"),
        ("{ on: tool-calls, answer: [ { result: x }, { say: y } ] }", "answer.1"),
        ("{ on: tool-calls, answer: [] }", "answer"),
        ("{ on: tool-calls, answer: text }", "answer"),
        ("{ on: tool-calls, answer: { result: x }, meanwhile: { if: a, result: x } }", "meanwhile"),
        ("{ on: tool-calls, answer: { result: x, error: 3 } }", "answer"),
        ("{ on: assistant-request, answer: { reject: no, override: {} } }", "answer"),
        ("{ on: assistant-request, answer: { metadata: {} } }", "answer"),
        ("{ on: assistant-request, answer: { default: false } }", "answer.default"),
        ("{ on: assistant-request, answer: { transfer: nobody } }", "answer.transfer"),
        ("{ on: assistant-request, answer: { assistant: a, override: text } }", "answer.override"),
        ("{ on: status-update, answer: { result: x } }", "(top)"),
        ("{ on: [tool-calls, status-update], answer: { result: x } }", "(top)"),
        ("{ on: { native: x }, answer: { result: x } }", "(top)"),
        ("{ on: [tool-calls, knowledge-request], answer: { result: x } }", "answer"),
        ("{ on: [tool-calls, knowledge-request], answer: { result: x, say: y, color: red } }", "answer"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in faults_in(SCHEMA, text)


def test_without_kinds_that_wait_nothing_is_said() -> None:
    quiet = replace(VOCABULARY, kinds={name: KINDS[name] for name in SILENT})
    assert dependent(quiet, SILENT) == []
