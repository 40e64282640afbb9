from __future__ import annotations

import pytest

from receiver.providers.opencx.identity import data_key, delivery_id, event_key
from receiver.raw import RawDelivery
from store.event import Event

TIMED = Event(kind="action", occurred_at="2026-10-01T10:00:00Z")


def raw(body: bytes = b"{}", /, **headers: str) -> RawDelivery:
    return RawDelivery(body, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("family", ["svix_id", "webhook_id"])
def test_the_id_of_a_delivery_stands_in_either_family_of_headers(family: str) -> None:
    assert delivery_id(raw(**{family: "msg_1"})) == "msg_1"


def test_the_id_tells_by_itself_whatever_is_in_the_body() -> None:
    first, again = raw(b"{}", svix_id="msg_1"), raw(b"{ }", svix_id="msg_1")
    assert event_key(first, Event(), 0) == event_key(again, TIMED, 0)
    assert event_key(first, Event(), 0) != event_key(first, Event(), 1)
    assert event_key(first, Event(), 0) != event_key(raw(b"{}", svix_id="msg_2"), Event(), 0)


def test_without_an_id_the_body_tells_where_it_has_a_time() -> None:
    assert event_key(raw(b"a"), TIMED, 0) == event_key(raw(b"a"), TIMED, 0)
    assert event_key(raw(b"a"), TIMED, 0) != event_key(raw(b"b"), TIMED, 0)
    assert event_key(raw(b"a"), TIMED, 0) != event_key(raw(b"a"), TIMED, 1)
    assert event_key(raw(b"a"), Event(kind="action"), 0) is None


def test_two_equal_messages_are_two_messages() -> None:
    assert event_key(raw(), Event(kind="message", occurred_at="2026-10-01T10:00:00Z"), 0) is None


def test_the_same_answers_of_two_callers_are_two() -> None:
    assert data_key(raw(b'{"email": "a@example.com"}')) is None
    assert data_key(raw(webhook_id="msg_1")) == data_key(raw(b"other", webhook_id="msg_1"))
