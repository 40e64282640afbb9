"""What leaves for a Fluents connection proves itself to our provider, and to nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.sandbox.courier import Outgoing, encode
from console.sandbox.platforms.fluents.signing import FluentsTarget, signature
from receiver.providers.fluents.signature import signed_headers

SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
URL = "http://receiver/hooks/desk/token"
TARGET = FluentsTarget(URL, SECRET)
TOOL = {"payload": {"order_number": "A-1001"}, "call_id": "11111111-2222-4333-8444-555555555555"}


def sent(event: str, payload: dict[str, Any], target: FluentsTarget = TARGET, tool: str = "") -> Outgoing:
    return target.outgoing(event, encode(payload), 0, tool)


def test_a_tool_has_a_url_and_a_signature() -> None:
    outgoing = sent("tool-calls", TOOL, tool="look up/order")
    assert outgoing.url == f"{URL}/tools/look%20up%2Forder"
    assert (
        outgoing.content
        == b'{"payload": {"order_number": "A-1001"}, "call_id": "11111111-2222-4333-8444-555555555555"}'
    )
    assert outgoing.headers["x-vocode-signature"] == "mHOPpF7Kgto7fQPgXyjXSxMqFGidube+XMZthMaNB5E="
    wanted = signed_headers(outgoing.content, SECRET)
    assert {name.lower(): value for name, value in outgoing.headers.items()} == wanted


def test_everything_but_ascii_is_escaped_before_it_is_signed() -> None:
    outgoing = sent("tool-calls", {"payload": {"name": "één"}}, tool="x")
    assert outgoing.content.isascii()
    assert outgoing.headers["x-vocode-signature"] == signature(outgoing.content, SECRET)


def test_without_a_secret_there_is_no_signature() -> None:
    assert list(sent("tool-calls", TOOL, FluentsTarget(URL), "x").headers) == ["Content-Type"]


def test_events_are_posted_and_the_context_is_asked_for() -> None:
    event = {"type": "event_message", "call_id": "c", "payload": {"text": "Yes"}}
    posted, asked = sent("event_message", event), sent("assistant-request", {"phone_number": "+31612340001"})
    assert (posted.method, posted.url, json.loads(posted.content)) == ("POST", URL, event)
    assert list(posted.headers) == ["Content-Type"]
    assert (asked.method, asked.url, asked.content) == ("GET", f"{URL}/context?phone_number=%2B31612340001", b"")


@pytest.mark.parametrize("event", ["event_message", "assistant-request"])
def test_either_may_come_the_other_way(event: str) -> None:
    turned = FluentsTarget(URL, SECRET, events="GET", context="POST")
    outgoing = sent(event, {"type": "event_message", "payload": {"text": "Yes"}}, turned)
    if event == "event_message":
        assert outgoing.url == f"{URL}?type=event_message&payload=%7B%22text%22%3A+%22Yes%22%7D"
    assert outgoing.method == ("GET" if event == "event_message" else "POST")
