"""The reply to an event, whatever the answers are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.base import ANSWER_KEYS, Answer
from receiver.providers.vapi.reply import ANSWERS, reply
from store.event import KINDS, Event, ToolCall

SAYABLE: dict[str, Any] = {
    "assistant": "as-1", "config": {"a": 1}, "default": True, "reject": "Closed.", "transfer": "+31850000099",
    "override": {"b": 1}, "variables": {"c": 1}, "metadata": {"d": 1}, "max_duration": "5m", "result": "x",
    "error": "y", "say": "z", "documents": ["d"], "allow": True,
}  # fmt: skip
BESIDE = frozenset({"override", "variables", "metadata", "max_duration"})


def asking(kind: str, native: str = "") -> Event:
    return Event(kind=kind, native=native, tools=[ToolCall(id="a", name="t")] if kind == "tool-calls" else [])


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.waits])
def test_nobody_waits_for_the_others(kind: str) -> None:
    assert reply(asking(kind), [Answer({"result": 1})]).body == {}


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, keys in ANSWER_KEYS.items() for key in sorted(keys)])
def test_the_table_says_what_is_said_without_a_problem(kind: str, key: str) -> None:
    beside = {"assistant": "as-1"} if key in BESIDE else {"transfer": "+31850000099"} if key == "say" else {}
    needed = beside if kind in ("assistant-request", "transfer-request") else {}
    found = reply(asking(kind), [Answer({key: SAYABLE[key]} | needed)])
    assert (found.problems == ()) == (key in ANSWERS[kind][""])


@pytest.mark.parametrize("kind", ANSWERS)
def test_without_an_answer_there_still_is_a_reply(kind: str) -> None:
    assert reply(asking(kind), []).body


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.builds(object),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from(sorted(SAYABLE)) | st.text(max_size=4), VALUES, max_size=5)


@given(st.sampled_from(sorted(KINDS)), st.sampled_from(["", "function-call", "handoff-destination-request"]), BODIES)
def test_a_reply_is_always_json_with_status_200(kind: str, native: str, body: dict[str, Any]) -> None:
    found = reply(asking(kind, native), [Answer(body)])
    assert found.status == 200
    sent = json.loads(json.dumps(found.body, allow_nan=False))
    for item in sent.get("results", []):
        said = item.get("result", item.get("error"))
        assert isinstance(said, str)
        assert len(said.splitlines()) <= 1
    if kind == "dial-request":
        assert sent["eligible"] in (True, False)
