from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.opencx.normalise import MOST_EVENTS, normalise
from receiver.raw import RawDelivery
from store.event import KINDS, Event
from store.request import Request, payload_of

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
TOOL = Request("POST", "tools", "book", {"day": "mon"})


def posted(payload: Any) -> list[Event]:
    return list(normalise(RawDelivery(json.dumps(payload).encode())))


def test_each_entry_of_a_list_is_an_event_with_a_payload_of_its_own() -> None:
    entries = [{"conversation_id": "a", "timestamp": 1790848855}, "nonsense", {"conversation_id": "b"}]
    first, second = posted({"event": "conversation.closed", "organization_id": "o", "data": entries})
    assert [each.call.metadata["session_id"] for each in (first, second)] == ["a", "b"]
    assert first.raw == payload_of(first.part, JSON)
    assert first.raw == {"event": "conversation.closed", "organization_id": "o", "data": entries[0]}
    again = normalise(RawDelivery(first.part))
    assert [each.native for each in again] == ["conversation.closed"]


def test_two_equal_entries_are_two_events() -> None:
    entry = {"conversation_id": "a", "timestamp": 1790848855}
    keys = [each.dedup_key for each in posted({"event": "conversation.closed", "data": [entry, entry]})]
    assert all(keys)
    assert len(set(keys)) == 2


def test_a_single_event_is_kept_as_it_came() -> None:
    (event,) = posted({"event": "conversation.closed", "data": {}})
    assert event.part == b""


@pytest.mark.parametrize("data", [[], [3], None, "text"])
def test_an_event_without_any_entry_is_one_event(data: Any) -> None:
    (event,) = posted({"event": "csat.requested", "data": data})
    assert (event.kind, event.native) == ("unknown", "csat.requested")


def test_there_is_an_end_to_lists() -> None:
    assert len(posted({"event": "x", "data": [{}] * MOST_EVENTS})) == MOST_EVENTS
    (event,) = posted({"event": "x", "data": [{}] * (MOST_EVENTS + 1)})
    assert event.kind == "unreadable"


@pytest.mark.parametrize("name", ["action", "data_collection"])
def test_our_own_names_mean_nothing_in_a_webhook(name: str) -> None:
    assert posted({"event": name, "data": {}})[0].kind == "unknown"


@pytest.mark.parametrize(
    ("body", "headers", "arguments"),
    [
        (b"", {}, {"day": "mon"}),
        (b'{"day": "tue", "n": 3}', JSON, {"day": "tue", "n": 3}),
        (b"n=3", FORM, {"day": "mon", "n": "3"}),
        (b'"text"', JSON, {"day": "mon", "value": "text"}),
        (b"null", JSON, {"day": "mon", "value": None}),
    ],
)
def test_arguments_come_from_the_body_and_the_query(
    body: bytes, headers: dict[str, str], arguments: dict[str, Any]
) -> None:
    (event,) = normalise(RawDelivery(body, headers, TOOL))
    assert (event.kind, event.dedup_key) == ("tool-calls", None)
    assert [(tool.name, tool.arguments) for tool in event.tools] == [("book", arguments)]


def test_a_body_that_cannot_be_read_is_no_action() -> None:
    (event,) = normalise(RawDelivery(b"{", JSON, TOOL))
    assert (event.kind, event.waits) == ("unreadable", False)


def test_collected_data_is_what_came() -> None:
    (event,) = normalise(RawDelivery(b'{"email": "a@example.com"}', JSON, Request("POST", "data")))
    assert (event.kind, event.data) == ("data-collected", {"email": "a@example.com"})


@given(
    st.sampled_from(["", "tools", "data"]),
    st.sampled_from([JSON, FORM, {"content-type": "multipart/form-data; boundary=b"}, {}]),
    st.binary(max_size=120)
    | st.builds(lambda value: json.dumps(value).encode(), st.dictionaries(st.text(), st.integers())),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)
def test_whatever_comes_to_whichever_door_is_an_event(
    door: str, headers: dict[str, str], body: bytes, query: dict[str, str]
) -> None:
    for event in normalise(RawDelivery(body, headers, Request("POST", door, "t", query))):
        assert event.kind in KINDS
        assert Event.model_validate_json(event.model_dump_json()).kind == event.kind
