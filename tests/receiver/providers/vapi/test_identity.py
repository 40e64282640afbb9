"""Repeated deliveries share a key; genuine events never do."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.vapi.identity import dedup_key, delivery_key
from receiver.providers.vapi.normalise import KINDS
from receiver.raw import RawDelivery
from store.event import Call, ToolCall

T = 1790848855000
CALL = Call(id="c")
TOOL = ToolCall(id="t", name="n", arguments={"a": 1})
CONTACT = {"id": "x", "campaignId": "y"}
MESSAGE: dict[str, Any] = {"timestamp": T, "status": "ended", "endedAt": "2026-10-01T10:00:00Z", "contact": CONTACT}
KEYED = {
    "assistant-request", "transfer-destination-request", "handoff-destination-request", "status-update", "tool-calls",
    "end-of-call-report", "campaign.predial",
}  # fmt: skip


def key(native: str, **changes: Any) -> str | None:
    return dedup_key(native, MESSAGE | changes, CALL, [TOOL])


@pytest.mark.parametrize("native", KINDS)
def test_only_kinds_with_a_recipe_have_a_key(native: str) -> None:
    assert (key(native) is not None) == (native in KEYED)
    assert key(native) == key(native, artifact={"presignedUrl": "new"})


@pytest.mark.parametrize("native", sorted(KEYED - {"end-of-call-report"}))
def test_another_moment_is_another_event(native: str) -> None:
    assert key(native) != key(native, timestamp=T + 1)
    assert key(native, timestamp=None) is None


@pytest.mark.parametrize("native", sorted(KEYED - {"campaign.predial"}))
def test_another_call_is_another_event_and_no_call_is_no_key(native: str) -> None:
    assert dedup_key(native, MESSAGE, Call(id="d"), [TOOL]) != key(native)
    assert dedup_key(native, MESSAGE, Call(), [TOOL]) is None


def test_a_report_is_the_same_however_late_it_is_sent_again() -> None:
    assert key("end-of-call-report") == key("end-of-call-report", timestamp=T + 60_000)
    assert key("end-of-call-report") != key("end-of-call-report", endedAt="2026-10-01T10:00:01Z")


def test_a_status_counts_and_so_do_tools() -> None:
    assert key("status-update") != key("status-update", status="forwarding")
    other = ToolCall(id="t", name="n", arguments={"a": 2})
    assert dedup_key("tool-calls", MESSAGE, CALL, [other]) != key("tool-calls")
    assert dedup_key("tool-calls", MESSAGE, CALL, []) is None


@pytest.mark.parametrize("lacking", ["id", "campaignId"])
def test_a_contact_must_be_told(lacking: str) -> None:
    contact = {name: value for name, value in CONTACT.items() if name != lacking}
    assert key("campaign.predial", contact=contact) is None


def test_a_delivery_that_names_itself() -> None:
    one = delivery_key(RawDelivery(b"{}", {"svix-id": "msg_1"}))
    assert one == delivery_key(RawDelivery(b'{"a": 1}', {"webhook-id": "msg_1"}))
    assert one != delivery_key(RawDelivery(b"{}", {"svix-id": "msg_2"}))
    assert delivery_key(RawDelivery(b"{}")) is None
