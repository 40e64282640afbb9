from __future__ import annotations

import pytest

from rules.engine.schema.mappings import mapping_schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import VOCABULARY
from workers.vocabulary import vocabulary

SCHEMA = mapping_schema(VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{ native: raw.event, kind: { done: end-of-call-report }, dedup_key: [raw.id, raw.seq] }",
        "{ kind: raw.kind, each: raw.events, occurred_at: item.at }",
        "{ call: { id: raw.ref, from: raw.caller, metadata: { a: raw.b, n: 1 } }, report: { duration: raw.s } }",
        "{ tools: { each: raw.calls, id: item.id, name: item.name, arguments: item.with } }",
        "{ reply: { tool-calls: { results: answers } } }",
    ],
)
def test_what_is_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{ nativ: raw.event }", "(top)"),
        ("{ kind: { done: end-of-call } }", "kind.done"),
        ("{ kind: { done: schedule } }", "kind.done"),
        ("{ each: 'raw[0]' }", "each"),
        ("{ call: { form: raw.x } }", "call"),
        ("{ event: { id: raw.x } }", "(top)"),
        ("{ tools: { args: raw.x } }", "tools"),
        ("{ reply: { status-update: raw.x } }", "reply"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in str(faults_in(SCHEMA, text))


def test_fields_say_what_they_mean() -> None:
    told = mapping_schema(vocabulary({}))["properties"]["call"]["properties"]["from"]
    assert told["description"].startswith("Who called")
