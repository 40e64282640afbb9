from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.mapping.plan import SENDABLE, WAITING
from tests.receiver.providers.mapping.support import faults, plan


@pytest.mark.parametrize(
    ("written", "path", "sentence"),
    [
        ({"nativ": "raw.x"}, "nativ", 'did you mean "native"?'),
        ({"call": {"form": "raw.x"}}, "call.form", 'did you mean "from"?'),
        ({"call": "raw.call"}, "call", "a map is needed here"),
        ({"kind": {"a": "assistent-request"}}, "kind.a", 'did you mean "assistant-request"?'),
        ({"kind": {"a": "schedule"}}, "kind.a", "no kind of event that a platform sends"),
        ({"kind": {"a": 3}}, "kind.a", "no kind of event"),
        ({"each": "raw.x", "kind": {"a": "tool-calls"}}, "kind.a", "nobody can wait for tool-calls"),
        ({"each": "raw['x']"}, "each", "write where the list is, such as raw.events"),
        ({"each": 3}, "each", "write where the list is"),
        ({"native": "item.x"}, "native", "exists only where `each` is written"),
        ({"tools": {"nam": "raw.x"}}, "tools.nam", 'did you mean "name"?'),
        ({"tools": []}, "tools", "a map is needed here"),
        ({"tools": {"each": "rw.x", "id": "item.id"}}, "tools.each", 'unknown name "rw.x"'),
        ({"reply": {"done": "raw"}}, "reply.done", "is no key here"),
        ({"reply": {"tool-calls": {"r": "anwers"}}}, "reply.tool-calls.r", 'did you mean "answers"?'),
        ({"reply": "answers"}, "reply", "a map is needed here"),
        ({"report": {"summary": "raw.a +"}}, "report.summary", "ends too early"),
        ({"data": None}, "data", "this expression is empty"),
    ],
)
def test_mistakes_have_their_place(written: dict[str, Any], path: str, sentence: str) -> None:
    found = faults(**written)
    assert [at for at, _ in found] == [path]
    assert sentence in found[0][1]


def test_all_mistakes_are_told_at_once() -> None:
    assert len(faults(native="rw.x", call={"id": "rw.y", "form": "raw.x"}, kind={"a": "b"})) == 4


def test_the_kinds_are_known_where_they_are_written() -> None:
    assert plan(kind={"done": "end-of-call-report"}).kinds == {"done": "end-of-call-report"}
    assert plan(kind="raw.kind").kinds == {}
    assert {"tool-calls", "dial-request"} <= WAITING < SENDABLE


@pytest.mark.parametrize(
    ("reply", "keys"),
    [
        ({"r": "answers.map(a, a.result)"}, {"result"}),
        ({"r": 'answers.map(a, a.?error.orValue(""))'}, {"error"}),
        ({"r": "answer.text"}, {"result", "error", "say"}),
        ({"r": "answers"}, {"result", "error", "say"}),
        ({"r": "to_json(answer)"}, {"result", "error", "say"}),
        ({"r": 'answer["result"]', "s": "answer.say"}, {"result", "say"}),
        ({"r": 1}, set()),
    ],
)
def test_a_reply_has_a_place_for_the_keys_it_names(reply: Any, keys: set[str]) -> None:
    assert plan(reply={"tool-calls": reply}).told("tool-calls") == keys


def test_without_a_reply_everything_can_be_said() -> None:
    assert "transfer" in plan().told("assistant-request")


def test_what_a_mapping_looks_at() -> None:
    made = plan(
        native='headers["X-Kind"]',
        dedup_key="headers.id",
        call={"id": 'raw.xs.map(x, x)[0] + headers[?"Y"].orValue("")'},
    )
    assert made.headers == {"x-kind", "id", "y"}
    assert made.loops == 1
    assert not made.key_is_of_item
    assert plan(each="raw.xs", dedup_key="[raw.id, item.id]").key_is_of_item
    assert not plan(each="raw.xs", dedup_key="raw.id + 'item'").key_is_of_item
    assert plan(each="raw.a.xs").each == ("a", "xs")
