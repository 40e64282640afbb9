from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.sandbox.courier import Reply
from console.sandbox.platforms.opencx.replies import read_result
from receiver.providers.base import Answer
from receiver.providers.opencx import OpenCX
from store.event import Event, ToolCall


def said(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("reply", "heard", "problems"),
    [
        (said({"result": "Booked."}), "Booked.", 0),
        (said({"status": "booked", "at": "3 pm"}), "status: booked, at: 3 pm", 0),
        (said({"error": "That day is full."}, 422), "That day is full.", 0),
        (said("Booked."), "Booked.", 0),
        (Reply(200, b"no json"), "no json", 0),
        (Reply(500, b"stack"), "stack", 1),
    ],
)
def test_the_whole_reply_is_put_before_the_model(reply: Reply, heard: str, problems: int) -> None:
    found = read_result(reply, ["t"])
    assert found.results == {"t": heard}
    assert len(found.problems) == problems


@pytest.mark.parametrize("reply", [Reply(0, error="no answer within 60 s"), Reply(200)])
def test_nothing_is_nothing(reply: Reply) -> None:
    assert read_result(reply, ["t"]).results == {}


@given(st.dictionaries(st.sampled_from(["result", "error"]), st.text(min_size=1), max_size=1))
def test_what_our_provider_says_is_read_without_a_complaint(body: dict[str, str]) -> None:
    event = Event(kind="tool-calls", tools=[ToolCall(id="t", name="book")])
    reply = OpenCX().reply(event, [Answer(body, "t")])
    found = read_result(said(dict(reply.body), reply.status), ["t"])
    assert found.problems == ()
    assert found.results["t"] == next(iter(body.values()), found.results["t"])
