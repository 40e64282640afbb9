"""The provider as the receiver meets it: signatures as the reference library makes them, doors, deadlines."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from receiver.providers.base import BadSignature
from receiver.providers.opencx import OpenCX
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event
from store.request import Request

KEY = base64.b64encode(b"twenty-four bytes or so!").decode()
SECRET = f"whsec_{KEY}"
NOW = datetime(2026, 10, 1, 10, 0, 0, tzinfo=UTC)
SIGNED = AuthEntry(scheme="standard", secret=SECRET)
TOOL = Request("POST", "tools", "book")


def signed(body: bytes, family: str = "svix", secret: str = SECRET, at: datetime = NOW) -> RawDelivery:
    signature = Webhook(secret).sign("msg_1", at, body.decode())
    values = {"id": "msg_1", "timestamp": str(int(at.timestamp())), "signature": signature}
    return RawDelivery(body, {f"{family}-{name}": value for name, value in values.items()})


@given(st.text().map(str.encode), st.sampled_from(["svix", "webhook"]), st.sampled_from([SECRET, KEY]))
def test_what_the_reference_library_signs_is_accepted(body: bytes, family: str, written: str) -> None:
    OpenCX().verify(signed(body, family), [AuthEntry(scheme="standard", secret=written)], NOW)


def test_one_of_several_signatures_is_enough() -> None:
    raw = signed(b"{}")
    several = dict(raw.headers) | {"svix-signature": f"v1,bm90IHRoaXM= v2,x {raw.header('svix-signature')}"}
    OpenCX().verify(RawDelivery(b"{}", several), [SIGNED], NOW)


@pytest.mark.parametrize(
    "raw",
    [
        signed(b"{}", secret="whsec_" + base64.b64encode(b"somebody else's key here").decode()),
        RawDelivery(b"{ }", signed(b"{}").headers),
        signed(b"{}", at=NOW - timedelta(minutes=6)),
        RawDelivery(b"{}"),
        RawDelivery(b"{}", {**signed(b"{}").headers, "svix-id": "msg_2"}),
    ],
)
def test_anything_else_is_not(raw: RawDelivery) -> None:
    with pytest.raises(BadSignature):
        OpenCX().verify(raw, [SIGNED], NOW)


def test_actions_prove_themselves_by_a_header_and_data_by_its_path() -> None:
    auth = [SIGNED, AuthEntry(scheme="bearer", secret="b"), AuthEntry(scheme="path_token", secret="p")]
    OpenCX().verify(RawDelivery(b"", {"authorization": "Bearer b"}, TOOL), auth, NOW)
    OpenCX().verify(RawDelivery(b"", {}, Request("POST", "data"), path_token="p"), auth, NOW)
    with pytest.raises(BadSignature):
        OpenCX().verify(RawDelivery(b"", {"authorization": "Bearer c"}, TOOL), auth, NOW)


def test_an_action_may_use_any_method() -> None:
    assert OpenCX().doors["tools"] == {"GET", "POST", "PUT", "PATCH", "DELETE"}


def test_what_is_kept_proves_nothing() -> None:
    assert OpenCX().kept_headers
    assert all(name.startswith("x-opencx-") for name in OpenCX().kept_headers)


def test_the_caller_waits_for_actions_alone() -> None:
    assert OpenCX().deadline(Event(kind="tool-calls")) == 8.0
    assert OpenCX().deadline(Event(kind="call-started")) is None


def test_a_list_is_several_events() -> None:
    assert len(OpenCX().normalise(RawDelivery(b'{"event": "conversation.closed", "data": [{}, {}]}'))) == 2
