from __future__ import annotations

import pytest

from rules.engine.schema.triggers import on_schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import KINDS, VOCABULARY

ON = on_schema(VOCABULARY)
FILTERS = ON["allOf"][0]["properties"]


def test_kinds_are_offered_as_words_and_as_keys() -> None:
    assert set(ON["anyOf"][0]["enum"]) == set(KINDS) - {"schedule"}
    assert set(FILTERS) == set(KINDS) | {"native", "event"}


def test_hover_text_says_what_a_kind_is() -> None:
    doc = FILTERS["tool-calls"]["markdownDescription"]
    assert "The agent runs tools." in doc
    assert "A platform waits for the `answer`." in doc
    assert "`tool.*`" in doc
    assert "`tool.name`" in doc
    assert "no filter" in FILTERS["manual"]["description"]


def test_statuses_are_offered() -> None:
    assert "ended" in FILTERS["status-update"]["anyOf"][0]["enum"]


def test_native_names_are_offered() -> None:
    assert "speech-update" in FILTERS["native"]["anyOf"][0]["enum"]


@pytest.mark.parametrize(
    "text",
    [
        "tool-calls",
        "[tool-calls, status-update]",
        "{ tool-calls: send_invoice }",
        "{ tool-calls: [a, b], status-update: }",
        "{ status-update: [ended, failed] }",
        "{ native: anything }",
        "{ event: order_shipped }",
        '{ schedule: { cron: "0 18 * * *", timezone: Europe/Amsterdam, catch_up: once } }',
        "manual",
        "{ manual: }",
    ],
)
def test_what_is_right(text: str) -> None:
    assert faults_in(ON, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tool-call", "(top)"),
        ("schedule", "(top)"),
        ("[tool-calls, tool-call]", "1"),
        ("[]", "(top)"),
        ("{}", "(top)"),
        ("{ tool-call: x }", "(top)"),
        ("{ status-update: done }", "status-update"),
        ("{ status-update: [done] }", "status-update.0"),
        ("{ manual: x }", "manual"),
        ("{ native: }", "native"),
        ("{ schedule: daily }", "schedule"),
        ("{ schedule: { timezone: UTC } }", "schedule"),
        ('{ schedule: { cron: "* * * * *", every: day } }', "schedule"),
        ('{ schedule: { cron: "* * * * *", catch_up: always } }', "schedule.catch_up"),
        ("3", "(top)"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in faults_in(ON, text)
