from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.fluents.envelope import Told, event_in, read, said, wrapped
from receiver.providers.payload import Unreadable
from receiver.raw import RawDelivery
from store.request import Request

RESULT = {"result": "human"}


@pytest.mark.parametrize("type_", ["type", "event", "event_type"])
@pytest.mark.parametrize("call", ["call_id", "conversation_id", "id"])
def test_names_of_the_envelope(type_: str, call: str) -> None:
    told = {type_: "event_human_detection", call: "c"}
    assert event_in({**told, "payload": RESULT, "x": 1}) == Told("event_human_detection", "c", RESULT, {"x": 1})
    assert event_in({**told, **RESULT}) == Told("event_human_detection", "c", RESULT, RESULT)


def test_the_hosted_names_come_first() -> None:
    told = event_in({"id": "evt", "call_id": "c", "event": "b", "type": "a", "payload": None})
    assert (told.native, told.call_id, told.payload) == ("a", "c", {})


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (RESULT, RESULT),
        ('{"result": "human"}', RESULT),
        ("BOT: Good day.", {"text": "BOT: Good day."}),
        ("[1]", {"text": "[1]"}),
        ("\ud800", {"text": "\ud800"}),
        ("", {}),
        ([1], {}),
        (3, {}),
    ],
)
def test_what_is_said(payload: Any, expected: dict[str, Any]) -> None:
    assert said(payload) == expected


def test_a_body_counts_before_a_query() -> None:
    query = {"type": "a"}
    assert read(RawDelivery(b'{"type": "b"}', request=Request("GET", query=query))) == {"type": "b"}
    assert read(RawDelivery(b"", request=Request("GET", query=query))) == query
    with pytest.raises(Unreadable):
        read(RawDelivery(b"x", request=Request(query=query)))
    with pytest.raises(Unreadable):
        read(RawDelivery(b""))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"payload": {}, "call_id": "c"}, True),
        ({"payload": {}}, True),
        ({"payload": {}, "call_id": None, "agent_id": "a"}, True),
        ({"payload": {}, "weight": 12}, False),
        ({"payload": "x", "call_id": "c"}, False),
        ({"call_id": "c"}, False),
        ({}, False),
    ],
)
def test_arguments_in_an_envelope_and_bare_ones(told: dict[str, Any], expected: bool) -> None:
    assert wrapped(told) == expected
