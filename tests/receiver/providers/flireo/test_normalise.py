"""A body becomes exactly one event, read off its own generation."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.flireo.normalise import KINDS, normalise
from receiver.providers.samples import expected_events, load_sample, sample_names
from receiver.raw import RawDelivery
from store.event import Event
from tests.tables import over

SAMPLES = [name for name in sample_names() if name.startswith("flireo/")]


def of(payload: Any) -> Event:
    return normalise(RawDelivery(json.dumps(payload).encode()))


@over(SAMPLES)
def test_samples(name: str) -> None:
    event = normalise(load_sample(name)).whole()
    assert [event.model_dump(mode="json", exclude_defaults=True, exclude={"received_at"})] == expected_events(name)


@over(SAMPLES)
def test_the_name_of_a_sample_says_kind_and_generation(name: str) -> None:
    event = normalise(load_sample(name))
    kind, _, rest = name.removeprefix("flireo/").partition("__")
    assert (event.kind, event.generation or "any") == (kind, rest.partition("_")[0])


@over([name for name in SAMPLES if "unreadable" not in name])
def test_raw_is_the_parsed_body(name: str) -> None:
    assert normalise(load_sample(name)).raw == json.loads(load_sample(name).body)


def test_a_named_message_outweighs_a_flat_name() -> None:
    both = of({"eventType": "tool-calls", "message": {"type": "status-update"}})
    assert (both.generation, both.native) == ("g3", "status-update")
    assert of({"eventType": "tool-calls", "message": None}).generation == "g1"
    assert of({"eventType": "tool-calls", "message": {"text": "hi"}}).generation == "g1"


def test_names_that_are_no_text() -> None:
    assert of({"eventType": 7}).kind == "unknown"
    assert of({"message": {"type": ["tool-calls"]}}).kind == "unknown"
    assert of({"message": "tool-calls"}).kind == "unknown"
    assert of({}).generation == ""


def test_an_event_has_no_id_and_takes_the_connection_of_its_delivery() -> None:
    raw = RawDelivery(b"nonsense", connection="front_desk")
    event = normalise(raw)
    assert (event.id, event.connection, event.provider) == ("", "front_desk", "flireo")
    assert event.received_at == raw.received_at


WORDS = st.sampled_from(
    [*KINDS, "", "ended", "in-progress", "inboundPhoneCall", "web_call", "1767000000123", "{}", "[["]
)
NAMES = st.sampled_from(
    [
        "message",
        "eventType",
        "type",
        "call",
        "id",
        "status",
        "timestamp",
        "eventTime",
        "callId",
        "tasksInitiated",
        "taskId",
        "taskPayload",
        "toolCallList",
        "tool_call_list",
        "function",
        "arguments",
        "customer",
        "number",
        "phone_number",
        "assistant",
        "metadata",
        "messages",
        "role",
        "content",
        "error",
        "duration_seconds",
    ]
)
PAYLOADS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=30,
)


@given(PAYLOADS, st.sampled_from([*KINDS]), st.booleans())
def test_any_json_is_one_event_that_can_be_stored(payload: Any, kind: str, flat: bool) -> None:
    members = payload if isinstance(payload, dict) else {"payload": payload}
    named = {**members, "message": None, "eventType": kind} if flat else {"message": {**members, "type": kind}}
    event = of(named)
    assert event.kind == kind
    assert Event.model_validate_json(event.model_dump_json()).dedup_key == event.dedup_key


@given(PAYLOADS)
def test_anything_at_all_is_one_event(payload: Any) -> None:
    assert of(payload).provider == "flireo"
