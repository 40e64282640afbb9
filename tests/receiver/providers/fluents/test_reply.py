"""The reply to an event, whatever the answers are."""

from __future__ import annotations

import pytest

from receiver.providers.base import Answer
from receiver.providers.fluents.reply import reply
from store.event import Event, ToolCall


def test_each_question_in_its_own_form() -> None:
    tool = Event(kind="tool-calls", tools=[ToolCall(id="t", name="t")])
    assert reply(tool, [Answer({"result": "x"}, "t")]).body == {"result": {"message": "x"}}
    assert reply(Event(kind="assistant-request"), [Answer({"variables": {"a": 1}})]).body == {"a": "1"}
    assert reply(Event(kind="assistant-request"), []).body == {}


@pytest.mark.parametrize("kind", ["message", "call-ended", "unknown", "unreadable"])
def test_nobody_waits_for_the_rest(kind: str) -> None:
    assert reply(Event(kind=kind), [Answer({"result": "x"})]).body == {}


def test_what_could_not_be_said_is_told() -> None:
    found = reply(Event(kind="assistant-request"), [Answer({"assistant": "a"})])
    assert (found.status, found.body) == (200, {})
    assert found.problems == ("assistant cannot be said to a context endpoint",)
