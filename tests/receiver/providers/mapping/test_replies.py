from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.base import Answer
from receiver.providers.mapping.limits import LARGEST_REPLY
from receiver.providers.mapping.replies import NO_ANSWER, reply_of
from store.event import Event, ToolCall
from tests.receiver.providers.mapping.support import plan

ASKED = Event(kind="tool-calls", native="ask", tools=[ToolCall(id="a", name="find"), ToolCall(id="b", name="book")])
RINGING = Event(kind="assistant-request", native="ring", raw={"ref": "r1"})
BOTH = [Answer({"error": "Not now."}, "b"), Answer({"result": {"n": 1}}, "a")]


def said(event: Event, answers: list[Answer], **reply: Any) -> tuple[Any, tuple[str, ...]]:
    found = reply_of(event, answers, plan(reply={event.kind: reply["reply"]} if reply else {}))
    assert found.status == 200
    return found.body, found.problems


def test_without_a_reply_of_its_own_answers_are_told_plainly() -> None:
    assert said(ASKED, BOTH) == (
        {
            "results": [
                {"result": {"n": 1}, "id": "a", "name": "find"},
                {"error": "Not now.", "id": "b", "name": "book"},
            ]
        },
        (),
    )
    assert said(RINGING, [Answer({"assistant": "night"})]) == ({"assistant": "night"}, ())
    assert said(RINGING, []) == ({}, ())


def test_a_reply_is_made_of_the_answers() -> None:
    reply = {"values": 'answers.map(a, {"ref": a.id, "fn": a.name, "v": a.text})', "for": "native", "n": 2}
    assert said(ASKED, BOTH, reply=reply) == (
        {"values": [{"ref": "a", "fn": "find", "v": '{"n":1}'}, {"ref": "b", "fn": "book", "v": "Not now."}],
         "for": "ask", "n": 2},
        (),
    )  # fmt: skip


def test_what_an_answer_does_not_say_stays_away() -> None:
    reply = {"agent": "answer.assistant", "speech": "answer.reject", "ref": "raw.ref"}
    assert said(RINGING, [Answer({"reject": "We are closed."})], reply=reply) == (
        {"speech": "We are closed.", "ref": "r1"},
        (),
    )


def test_one_answer_may_be_for_every_tool() -> None:
    body, problems = said(ASKED, [Answer({"result": "ok"})])
    assert ([each["result"] for each in body["results"]], problems) == (["ok", "ok"], ())


def test_a_tool_without_an_answer_hears_a_sentence() -> None:
    body, problems = said(ASKED, [Answer({"result": 1}, "a")], reply={"v": "answers.map(a, a.text)"})
    assert body == {"v": ["1", NO_ANSWER]}
    assert problems == ("tool b has no answer",)


def test_what_a_reply_has_no_place_for_is_told() -> None:
    answer = [Answer({"assistant": "night", "max_duration": "10m"})]
    assert said(RINGING, answer, reply={"agent": "answer.assistant"}) == (
        {"agent": "night"},
        ("the reply to assistant-request has no place for max_duration",),
    )


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ("answer.text", "it gives no map"),
        ("raw.nothing", "it gives no map"),
        ({"x": "answer.assistant + 1"}, "x: these values do not go together"),
        ({"x": "raw.ref.y"}, "x: a field was asked of something that is no map"),
    ],
)
def test_a_reply_that_fails_is_told_plainly_instead(reply: Any, sentence: str) -> None:
    body, problems = said(RINGING, [Answer({"assistant": "night"})], reply=reply)
    assert body == {"assistant": "night"}
    assert any("of the mapping failed" in each and sentence in each for each in problems)


def test_a_reply_has_an_end() -> None:
    long = RINGING.model_copy(update={"raw": {"x": "y" * LARGEST_REPLY}})
    assert "bytes" in said(long, [], reply={"x": "raw.x"})[1][0]
    many = RINGING.model_copy(update={"raw": {"xs": [0] * 3000}})
    assert "too long" in said(many, [], reply={"x": "raw.xs.map(x, x)"})[1][0]


def test_what_is_no_json_is_left_out() -> None:
    body, problems = said(RINGING, [Answer({"assistant": object()})])
    assert (body, problems) == ({}, ("the answer is not JSON",))


def test_nobody_waits_for_anything_else() -> None:
    assert reply_of(Event(kind="call-ended"), [Answer({"result": 1})], plan()).body == {}


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


@given(st.dictionaries(st.sampled_from(["result", "error", "say", "x"]), JSON, max_size=3))
def test_any_answer_is_a_reply(body: dict[str, Any]) -> None:
    reply = {"r": "answers.map(a, a.result)", "e": "answer.error.code", "t": "answer.text"}
    found = reply_of(ASKED, [Answer(body, "a")], plan(reply={"tool-calls": reply}))
    assert json.dumps(dict(found.body), allow_nan=False)
