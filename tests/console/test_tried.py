from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from console.tried import Tried, try_delivery
from receiver.auth.signing import signed
from receiver.providers import PROVIDERS
from receiver.raw import RawDelivery
from store.connections import AuthEntry, Connection
from tests.receiver.providers.mapping.support import delivery

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
OLD = AuthEntry(scheme="hmac", header="X-Sig", secret="old")
NEW = AuthEntry(scheme="hmac", header="X-Sig", secret="new")
MAPPING: dict[str, Any] = {
    "native": "raw.e",
    "kind": {"ask": "tool-calls", "end": "call-ended"},
    "call": {"from": "raw.caller"},
    "tools": {"each": "raw.tools", "id": "item.id", "name": "item.fn"},
}


def tried(payload: Any, *auth: AuthEntry, proof: AuthEntry | None = None) -> Tried:
    desk = Connection(name="desk", provider="generic", auth=auth, mapping=MAPPING)
    raw: RawDelivery = delivery(payload)
    return try_delivery(desk, signed(raw, proof, NOW, PROVIDERS["generic"].signing) if proof else raw, NOW)


def test_each_entry_says_whether_it_holds() -> None:
    found = tried({"e": "end"}, OLD, NEW, proof=NEW).record()["auth"]
    assert [(entry["entry"], entry["holds"], entry["reason"]) for entry in found] == [
        (1, False, "the signature does not match"),
        (2, True, ""),
    ]


def test_an_event_is_told_by_the_names_of_rules() -> None:
    found = tried({"e": "end", "caller": "+31612340001"})
    (event,) = found.record()["events"]
    assert (event["kind"], event["native"], event["problem"], event["reply"]) == ("call-ended", "end", "", None)
    assert event["fields"] == {"call.from": "+31612340001"}
    assert found.numbers() == ("+31612340001",)


def test_who_waits_is_shown_the_fallback() -> None:
    (event,) = tried({"e": "ask", "tools": [{"id": "a", "fn": "x"}, {"id": "b", "fn": "y"}]}).record()["events"]
    assert [tool["name"] for tool in event["tools"]] == ["x", "y"]
    assert [each["error"] for each in event["reply"]["results"]] == ["I cannot look that up right now."] * 2


def test_a_failure_is_told() -> None:
    (event,) = tried({"e": "end", "caller": {}, "tools": 3}).record()["events"]
    assert (event["kind"], event["fields"]) == ("call-ended", {})
    (broken,) = tried(b"{").record()["events"]
    assert (broken["kind"], broken["problem"]) == ("unreadable", "the body is not JSON")
