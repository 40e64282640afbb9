from __future__ import annotations

import pytest

from rules.engine.cases.testfile import CASE_KEYS, EVENT_KEYS, HOLDS
from rules.engine.schema.cases import DOCS, EVENT_DOCS, SOURCES, cases_schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import VOCABULARY

SCHEMA = cases_schema(VOCABULARY, ["flireo/tool-calls__g3"])
CASE = SCHEMA["definitions"]["case"]["properties"]
EVENT = CASE["event"]["properties"]


def case(text: str) -> str:
    return f"cases: [ {{ name: x, event: {{ sample: a }}, expect: {{ outcome: ran }}, {text} }} ]"


def event(text: str) -> str:
    return f"cases: [ {{ name: x, event: {text}, expect: {{ outcome: ran }} }} ]"


def test_every_key_has_its_words() -> None:
    assert set(DOCS) == set(CASE_KEYS)
    assert set(EVENT_DOCS) == set(EVENT_KEYS)
    assert set(SOURCES) < set(EVENT_KEYS)
    assert set(CASE["holds"]["properties"]) == set(HOLDS)


def test_samples_and_names_are_offered() -> None:
    assert EVENT["sample"]["anyOf"][0]["enum"] == ["flireo/tool-calls__g3"]
    assert {"call.from", "tool.name", "report.duration"} <= set(EVENT["fields"]["properties"])


@pytest.mark.parametrize(
    "text",
    [
        case("at: 2026-03-02T19:00:00+01:00, tags: night, vars: { a: 1 }, memory: { caller: { calls: 2 } }"),
        case("holds: { limit: taken, once: 3s }"),
        event("{ sample: a, set: { call.from: +31612340001, tool.arguments.email: x } }"),
        event("{ fields: { report.duration: 3 }, kind: end-of-call-report, connection: front_desk }"),
        event("{ payload: { any: thing } }"),
        event("{ data: { city: Breda } }"),
        event("{ kind: schedule }"),
        "cases: [ { name: x, expect: { outcome: ran } } ]",
    ],
)
def test_what_is_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{}", "(top)"),
        ("cases: []", "cases"),
        ("cases: { name: x }", "cases"),
        ("cases: [ { name: x } ]", "cases.0"),
        (case("when: now"), "cases.0"),
        (case("at: tomorrow"), "cases.0.at"),
        (case("memory: { world: {} }"), "cases.0.memory"),
        (case("holds: { limit: full }"), "cases.0.holds.limit"),
        (event("{}"), "cases.0.event"),
        (event("{ kind: tool-calls }"), "cases.0.event"),
        (event("{ data: x }"), "cases.0.event.data"),
        (event("{ sample: a, fields: {} }"), "cases.0.event"),
        (event("{ sampel: a }"), "cases.0.event"),
        (event("{ fields: {}, kind: tool-call }"), "cases.0.event.kind"),
        (event("{ fields: { report.duration: long } }"), "cases.0.event.fields.report.duration"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in faults_in(SCHEMA, text)
