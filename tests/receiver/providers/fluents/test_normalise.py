"""What stands in a delivery becomes the event, at whichever door it came in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.fluents.normalise import EVENTS, KINDS, normalise
from receiver.raw import RawDelivery
from store.event import Event
from store.request import Request, payload_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def at(door: str, payload: Any, tool: str = "", **request: Any) -> Event:
    return normalise(RawDelivery(orjson.dumps(payload), request=Request(door=door, tool=tool, **request)))


@pytest.mark.parametrize(("native", "kind"), EVENTS.items())
def test_each_subscription(native: str, kind: str) -> None:
    event = at("", {"type": native, "call_id": "c", "payload": {}})
    assert (event.kind, event.native, event.call.id) == (kind, native, "c")


@pytest.mark.parametrize("native", sorted(KINDS.keys() - EVENTS.keys()))
def test_nobody_is_made_to_wait_by_a_name(native: str) -> None:
    assert at("", {"type": native, "call_id": "c"}).kind == "unknown"


def test_an_event_in_a_query() -> None:
    query = {"event": "event_phone_call_did_not_connect", "call_id": "c", "payload": '{"telephony_status": "busy"}'}
    event = normalise(RawDelivery(b"", request=Request("GET", query=query)))
    assert (event.kind, event.call.status, event.call.ended_reason) == ("call-ended", "failed", "busy")
    assert event.raw == query


def test_a_tool_is_named_by_its_url() -> None:
    event = at("tools", {"payload": {"name": "other", "x": 1}, "call_id": "c"}, "look_up")
    assert [tool.model_dump() for tool in event.tools] == [
        {"id": "look_up", "name": "look_up", "arguments": {"name": "other", "x": 1}}
    ]
    assert (event.call.id, event.dedup_key) == ("c", None)


def test_bare_arguments_say_nothing_of_the_call() -> None:
    event = at("tools", {"call_id": "made up", "x": 1}, "look_up")
    assert event.tools[0].arguments == {"call_id": "made up", "x": 1}
    assert event.call.id == ""


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "context", query={"phone_number": "15555555555"}),
        Request("GET", "context", query={"phone_number": " 15555555555"}),
        Request("POST", "context", query={"phone_number": "+15555555555"}),
    ],
)
def test_who_calls_stands_in_the_query(request_: Request) -> None:
    event = normalise(RawDelivery(b"", request=request_))
    assert (event.kind, event.call.from_, event.dedup_key) == ("assistant-request", "+15555555555", None)


def test_or_in_the_body_which_counts_more() -> None:
    query = {"phone_number": "19999999999"}
    assert at("context", {"phone_number": "15555555555"}, query=query).call.from_ == "+15555555555"
    assert at("context", {"payload": {"phone_number": "15555555555"}}).call.from_ == "+15555555555"
    assert at("context", {}, query=query).call.from_ == "+19999999999"


def test_a_question_about_nobody_is_still_a_question() -> None:
    event = normalise(RawDelivery(b"", request=Request("GET", "context")))
    assert (event.kind, event.call.from_) == ("assistant-request", "")


@given(st.sampled_from(["", "tools", "context"]), JSON)
def test_any_json_at_any_door_is_one_event(door: str, payload: Any) -> None:
    event = at(door, payload, "look_up" if door == "tools" else "")
    assert (event.kind == "unreadable") == (not isinstance(payload, dict))
    assert [tool.id for tool in event.tools] == (["look_up"] if event.kind == "tool-calls" else [])
    assert Event.model_validate_json(event.model_dump_json()).kind == event.kind


@given(st.dictionaries(st.sampled_from(["type", "call_id", "payload", "phone_number", "x"]), st.text(max_size=20)))
def test_rules_see_the_query(query: dict[str, str]) -> None:
    request = Request("GET", "context", query=query)
    event = normalise(RawDelivery(b"", request=request))
    assert event.kind == "assistant-request"
    assert event.raw == payload_of(b"", {}, request)
