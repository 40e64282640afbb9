from __future__ import annotations

from dataclasses import replace

import pytest

from rules.engine.vocabulary import Vocabulary
from tests.rules.engine.vocab import FRONT_DESK, OLD_DESK, VOCABULARY, WIDE, found, load_text

CALL = "description: x\non: status-update\nconnections: WHERE\nsteps:\n  - action: call.say\n    with: { text: hi }\n"
ANSWER = "description: x\non: assistant-request\nconnections: WHERE\nanswer: { ANSWER }\n"
NIGHTLY = """\
description: x
on: { schedule: { cron: "0 18 * * *" } }
connections: WHERE
steps:
  - action: number.link
    with: { number: "+31850000001", agent: a }
"""


@pytest.mark.parametrize(
    ("where", "messages"),
    [
        ("front_desk", []),
        ("old_desk", ["5:13 connection old_desk (flireo) cannot do call.say when the event is of generation g1"]),
        ("outbound", ["5:13 connection outbound (opencx) cannot do call.say; flireo (g2, g3) can"]),
        ("[frontdesk]", ['3:15 there is no connection "frontdesk"; did you mean "front_desk"?']),
    ],
)
def test_what_a_platform_can_do(where: str, messages: list[str]) -> None:
    assert found(CALL.replace("WHERE", where), vocabulary=WIDE) == messages


def test_a_rule_for_all_connections_is_warned_and_stays_usable() -> None:
    loaded = load_text(CALL.replace("connections: WHERE\n", ""), vocabulary=WIDE)
    assert loaded.rule is not None
    assert {finding.severity for finding in loaded.findings} == {"warning"}
    assert len(loaded.findings) == 2


def test_a_generation_that_cannot() -> None:
    old = replace(FRONT_DESK, generation="g1")
    said = found(CALL.replace("WHERE", "front_desk"), vocabulary=replace(VOCABULARY, connections={"front_desk": old}))
    assert said == ["5:13 connection front_desk (flireo) cannot do call.say with generation g1; flireo (g2, g3) can"]


def test_a_connection_that_is_never_called_back() -> None:
    deaf = replace(FRONT_DESK, has_api=False)
    said = found(CALL.replace("WHERE", "front_desk"), vocabulary=replace(VOCABULARY, connections={"front_desk": deaf}))
    assert said == ["5:13 connection front_desk (flireo) has no `api` in the connections file"]


def test_a_steps_own_connection_counts() -> None:
    text = CALL.replace("WHERE", "front_desk").replace("call.say", "call.say\n    connection: outbound")
    assert found(text, vocabulary=WIDE) == ["5:13 connection outbound (opencx) cannot do call.say; flireo (g2, g3) can"]
    text = text.replace("connection: outbound", "connection: outbond")
    assert found(text, vocabulary=WIDE) == ['6:17 there is no connection "outbond"; did you mean "outbound"?']


def test_a_call_is_needed() -> None:
    text = 'description: x\non: { schedule: { cron: "0 18 * * *" } }\nconnections: front_desk\n'
    text += "steps:\n  - action: call.say\n    with: { text: hi }\n"
    assert found(text) == ["5:13 call.say needs a live call; schedule has none"]


@pytest.mark.parametrize(
    ("where", "messages"),
    [
        ("[front_desk]", []),
        ("[old_desk]", ["5:13 connection old_desk (flireo) needs its `generation` written in the connections file"]),
        ("[front_desk, old_desk]", ["5:13 number.link needs a `connection` here: schedule does not bring one"]),
    ],
)
def test_schedules_bring_no_connection(where: str, messages: list[str]) -> None:
    said = found(NIGHTLY.replace("WHERE", where), vocabulary=WIDE)
    assert len(said) == len(messages)
    assert all(line.startswith(message) for line, message in zip(said, messages, strict=True)), said


@pytest.mark.parametrize(
    ("where", "answer", "message"),
    [
        ("front_desk", 'transfer: "+31850000099"', ""),
        ("old_desk", "assistant: a", ""),
        (
            "old_desk",
            'transfer: "+31850000099"',
            "4:11 connection old_desk (flireo) cannot express `transfer` in an answer to assistant-request of "
            "generation g1 or g2",
        ),
    ],
)
def test_what_a_platform_can_be_told(where: str, answer: str, message: str) -> None:
    said = found(ANSWER.replace("WHERE", where).replace("ANSWER", answer), vocabulary=WIDE)
    assert said == ([message] if message else [])


def test_variables_alone_need_a_saved_assistant() -> None:
    def said(able: set[str], answer: str) -> list[str]:
        words = replace(FRONT_DESK, answers={"assistant-request": {"": frozenset(able)}}, generation="")
        text = ANSWER.replace("WHERE", "front_desk").replace("ANSWER", answer)
        return found(text, vocabulary=replace(VOCABULARY, connections={"front_desk": words}))

    assert said({"default", "variables"}, "variables: { a: b }") == []
    assert said({"assistant", "variables"}, "variables: { a: b }") == [
        "4:11 connection front_desk (flireo) cannot express `default`, which `variables` by itself means, in an answer "
        "to assistant-request"
    ]
    assert said({"assistant", "variables"}, "assistant: a, variables: { a: b }") == []
    assert said({"default"}, "variables: { a: b }") == [
        "4:11 connection front_desk (flireo) cannot express `variables` in an answer to assistant-request"
    ]


def test_what_no_generation_can_express_is_an_error() -> None:
    silent = {"assistant-request": {"g1": frozenset({"default"})}}
    only = Vocabulary(
        VOCABULARY.kinds,
        VOCABULARY.actions,
        {"old_desk": replace(OLD_DESK, generation="g1", answers=silent)},
    )
    loaded = load_text(ANSWER.replace("WHERE", "old_desk").replace("ANSWER", "assistant: a"), vocabulary=only)
    assert loaded.rule is None
    assert loaded.findings[0].code == "cannot-express"


def test_within_and_late_know_the_platform() -> None:
    text = "description: x\non: assistant-request\nanswer: { default: true }\nwithin: 5s\nlate: inject\n"
    assert found(text) == ["4:9 connection front_desk (flireo) waits 4s for assistant-request, not longer"]
    old = replace(FRONT_DESK, generation="g1")
    said = found(text.replace("5s", "4s"), vocabulary=replace(VOCABULARY, connections={"front_desk": old}))
    assert said == ["5:7 connection front_desk (flireo) cannot put a late answer into a call; write drop"]
    assert found(text.replace("5s", "4s"), vocabulary=replace(VOCABULARY, connections={})) == []
