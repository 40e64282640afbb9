"""What leaves for an OpenCX connection proves itself to our provider, and to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

import pytest
from standardwebhooks.webhooks import Webhook

from console.sandbox.courier import Outgoing, encode
from console.sandbox.platforms.opencx.signing import SCHEDULE, ActionForm, Family, OpenCXTarget
from receiver.doors import way_of
from receiver.providers.base import BadSignature
from receiver.providers.opencx import OpenCX
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.request import Request

SECRET = "d2l0aCB0d2VudHktZm91ciBieXRlcyE="
NOW = datetime(2026, 10, 1, 10, 0, 0, tzinfo=UTC)
URL = "http://receiver/hooks/desk"
TARGET = OpenCXTarget(URL, SECRET, "action-token", f"{URL}/data-token/data")
AUTH = [
    AuthEntry(scheme="standard", secret=SECRET),
    AuthEntry(scheme="bearer", secret="action-token"),
    AuthEntry(scheme="path_token", secret="data-token"),
]
EVENT: dict[str, Any] = {"event": "phone_call.started", "data": {}}
ORDER: dict[str, Any] = {"action": "book", "session": "session-1", "arguments": {"day": "monday"}}


def sent(event: str, payload: dict[str, Any], target: OpenCXTarget = TARGET, tool: str = "") -> Outgoing:
    return target.outgoing(event, encode(payload), int(NOW.timestamp()), tool)


def arrived(outgoing: Outgoing) -> RawDelivery:
    """As our receiver takes it."""
    parts = urlsplit(outgoing.url)
    way = way_of(parts.path.removeprefix("/hooks/desk").removeprefix("/") or None)
    assert way is not None
    headers = {name.lower(): value for name, value in outgoing.headers.items()}
    request = Request(outgoing.method, way.door, way.tool, dict(parse_qsl(parts.query)))
    return RawDelivery(outgoing.content, headers, request, path_token=way.token)


@pytest.mark.parametrize("family", get_args(Family))
def test_webhooks_are_signed_as_the_reference_library_does(family: Family) -> None:
    raw = arrived(sent("phone_call.started", EVENT, OpenCXTarget(URL, SECRET, family=family)))
    OpenCX().verify(raw, AUTH, NOW)
    wanted = Webhook(SECRET).sign(raw.header(f"{family}-id"), NOW, raw.body.decode())
    assert raw.header(f"{family}-signature") == wanted


def test_what_is_sent_again_has_the_same_id() -> None:
    first = sent("phone_call.started", EVENT)
    later = TARGET.outgoing("phone_call.started", encode(EVENT), int(NOW.timestamp()) + 300)
    assert first.headers["svix-id"] == later.headers["svix-id"]
    assert first.headers["svix-signature"] != later.headers["svix-signature"]
    assert first.headers["svix-id"] != sent("phone_call.started", EVENT | {"data": {"x": 1}}).headers["svix-id"]


def test_webhooks_alone_are_tried_again() -> None:
    hasty = OpenCXTarget(URL, haste=0.1)
    assert hasty.again("phone_call.started") == tuple(seconds * 0.1 for seconds in SCHEDULE)
    assert hasty.again("tool-calls") == hasty.again("data_collection") == TARGET.again("phone_call.ended") == ()


@pytest.mark.parametrize("form", get_args(ActionForm))
def test_an_action_is_an_ordinary_request(form: ActionForm) -> None:
    target = OpenCXTarget(URL, SECRET, "action-token", actions=form)
    raw = arrived(sent("tool-calls", ORDER, target, "book"))
    OpenCX().verify(raw, AUTH, NOW)
    (event,) = OpenCX().normalise(raw)
    assert [(tool.name, tool.arguments) for tool in event.tools] == [("book", {"day": "monday"})]
    assert event.call.metadata["session_id"] == "session-1"
    assert raw.header("user-agent") == "OpenCX"


def test_arguments_written_by_hand_are_enough() -> None:
    raw = arrived(sent("tool-calls", {"day": "monday"}, tool="book"))
    (event,) = OpenCX().normalise(raw)
    assert (event.tools[0].arguments, event.call.metadata) == ({"day": "monday"}, {})


def test_collected_data_is_proved_by_its_url() -> None:
    raw = arrived(sent("data_collection", {"email": "a@example.com"}))
    OpenCX().verify(raw, AUTH, NOW)
    assert OpenCX().normalise(raw)[0].data == {"email": "a@example.com"}


@pytest.mark.parametrize(("event", "payload"), [("phone_call.started", EVENT), ("tool-calls", ORDER)])
def test_without_a_secret_nothing_is_proved(event: str, payload: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        OpenCX().verify(arrived(sent(event, payload, OpenCXTarget(URL), "book")), AUTH, NOW)
