from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.mapping.events import events_of
from receiver.providers.mapping.limits import LARGEST_BODY, MOST_EVENTS, MOST_TOOLS
from receiver.raw import RawDelivery
from store.event import KINDS, Event
from store.request import Request, payload_of
from tests.receiver.providers.mapping.support import delivery, event, events, plan

DONE: dict[str, Any] = {
    "event": "done",
    "id": "d1",
    "at": "2026-03-02T18:00:00Z",
    "call": {"ref": 7, "caller": "+31612340001", "state": "OVER", "tags": {"vip": True}, "seconds": "94"},
    "result": {"summary": "Asked for the hours."},
}
MAPPING: dict[str, Any] = {
    "native": "raw.event",
    "kind": {"done": "end-of-call-report", "ask": "tool-calls", "ring": "assistant-request", "form": "data-collected"},
    "dedup_key": "raw.id",
    "occurred_at": "raw.at",
    "call": {
        "id": "raw.call.ref",
        "from": "raw.call.caller",
        "to": "raw.call.line",
        "direction": '"inbound"',
        "status": '{"OVER": "ended"}[raw.call.state]',
        "metadata": "raw.call.tags",
    },
    "report": {"summary": "raw.result.summary", "duration": "raw.call.seconds"},
    "tools": {"each": "raw.tools", "id": "item.id", "name": "item.fn", "arguments": "item.with"},
    "data": {"plan": "raw.form.plan", "source": "'bot'"},
}


def test_a_delivery_becomes_the_event_that_is_written() -> None:
    found = event(DONE, **MAPPING)
    assert (found.kind, found.native, found.problem) == ("end-of-call-report", "done", "")
    assert found.call.model_dump() == {
        "id": "7", "from": "+31612340001", "to": "", "direction": "inbound", "status": "ended", "ended_reason": "",
        "metadata": {"vip": True},
    }  # fmt: skip
    assert (found.report.summary, found.report.duration) == ("Asked for the hours.", 94.0)
    assert found.occurred_at is not None
    assert found.occurred_at.isoformat() == "2026-03-02T18:00:00+00:00"
    assert found.raw == DONE
    assert found.part == b""


def test_tools_come_from_a_list_or_from_the_url() -> None:
    asked = {"event": "ask", "tools": [{"id": "a", "fn": "find", "with": '{"n": 1}'}, {"fn": "book"}]}
    assert [(tool.id, tool.name, tool.arguments) for tool in event(asked, **MAPPING).tools] == [
        ("a", "find", {"n": 1}),
        ("unnamed", "book", {}),
    ]
    one = event({"n": 1}, Request(door="tools", tool="find"), tools={"arguments": "raw"})
    assert (one.kind, one.native, one.tools[0].name, one.tools[0].arguments) == (
        "tool-calls",
        "tools",
        "find",
        {"n": 1},
    )
    assert event({"n": 1}, Request(door="tools", tool="find")).tools[0].arguments == {"n": 1}


def test_data_may_be_put_together() -> None:
    assert event({"event": "form", "form": {"plan": "gold"}}, **MAPPING).data == {"plan": "gold", "source": "bot"}


def test_an_unknown_name_is_unknown_with_its_call() -> None:
    found = event({**DONE, "event": "other"}, **MAPPING)
    assert (found.kind, found.native, found.call.id, found.report.summary) == ("unknown", "other", "7", "")


def test_a_kind_may_be_reckoned() -> None:
    kind = 'raw.event == "done" ? "call-ended" : raw.event'
    assert event(DONE, kind=kind).kind == "call-ended"
    assert event({"event": "action"}, kind=kind).kind == "action"
    odd = event({"event": "emitted"}, kind=kind)
    assert (odd.kind, odd.problem) == ("unknown", "kind: it gives a word that is no kind of event")
    assert event({}, kind=kind).kind == "unknown"
    assert (
        event({}, Request(door="data"), kind='door == "data" ? "data-collected" : "unknown"').kind == "data-collected"
    )


def test_repeated_deliveries_have_the_same_key_and_others_do_not() -> None:
    key = event(DONE, **MAPPING).dedup_key
    assert key is not None
    assert key == event({**DONE, "call": {}}, **MAPPING).dedup_key
    assert key != event({**DONE, "id": "d2"}, **MAPPING).dedup_key
    assert key != event({**DONE, "event": "ring"}, **MAPPING).dedup_key
    assert event({"event": "done"}, **MAPPING).dedup_key is None
    assert event({"event": "done", "id": ""}, **MAPPING).dedup_key is None


def test_a_delivery_that_names_itself_needs_no_recipe() -> None:
    first, again, other = (events({}, {}, webhook_id=id_)[0].dedup_key for id_ in ("a", "a", "b"))
    assert first == again != other
    assert events({}, {"dedup_key": "raw.id"}, webhook_id="a")[0].dedup_key is None


def test_nulls_count_as_missing() -> None:
    found = event({"event": "done", "call": {"ref": None}, "result": None}, **MAPPING)
    assert (found.kind, found.call.id, found.problem) == ("end-of-call-report", "", "")


@pytest.mark.parametrize(
    ("raw", "payload"),
    [
        (delivery([{"a": 1}]), {"value": [{"a": 1}]}),
        (delivery(b"a=1&b=2", content_type="application/x-www-form-urlencoded"), {"a": "1", "b": "2"}),
        (RawDelivery(b"", {}, Request("GET", query={"a": "1"})), {"a": "1"}),
        (delivery(b'"text"'), {"value": "text"}),
    ],
)
def test_every_readable_body_is_a_payload_as_rules_see_it(raw: RawDelivery, payload: dict[str, Any]) -> None:
    (found,) = events_of(raw, plan(native='raw.?a.orValue("none")'), "generic")
    assert found.raw == payload == payload_of(raw.body, raw.headers, raw.request)
    assert found.problem == ""


def test_a_body_that_is_nothing_is_unreadable() -> None:
    found = event(b"{", **MAPPING)
    assert (found.kind, found.problem) == ("unreadable", "the body is not JSON")


# --- what fails -------------------------------------------------------------------------------------------------------


def test_an_expression_that_fails_makes_the_event_unknown_and_is_told() -> None:
    found = event({**DONE, "result": "text"}, **MAPPING)
    assert (found.kind, found.native, found.call.id) == ("unknown", "done", "7")
    assert found.problem == "report.summary: a field was asked of something that is no map"
    assert found.raw["result"] == "text"


def test_who_waits_is_answered_all_the_same() -> None:
    found = event(
        {"event": "ring", "call": {"ref": "c", "caller": {}, "tags": 3}}, **{**MAPPING, "occurred_at": "raw.at + 1"}
    )
    assert (found.kind, found.problem) == ("assistant-request", "")
    failing = event({"event": "ring", "call": "text"}, **MAPPING)
    assert (failing.kind, failing.call.id) == ("assistant-request", "")
    assert "call.id: a field was asked" in failing.problem
    asked = event({"event": "ask", "tools": "text"}, **MAPPING)
    assert (asked.kind, asked.tools, asked.problem) == (
        "tool-calls",
        [],
        "tools.each gives no list with anything in it",
    )


def test_a_large_body_is_not_looked_into() -> None:
    found = event({"event": "done", "x": "y" * LARGEST_BODY}, **MAPPING)
    assert (found.kind, found.native) == ("unknown", "")
    assert "is not looked into" in found.problem
    assert found.raw["event"] == "done"


def test_bounded_loops_and_lists() -> None:
    long = event({"xs": [0] * 3000}, call={"metadata": "{'xs': raw.xs.map(x, x)}"})
    assert "lists that are too long" in long.problem
    many = event({"event": "ask", "tools": [{}] * (MOST_TOOLS + 1)}, **MAPPING)
    assert f"more than {MOST_TOOLS} items" in many.problem


# --- several events in one delivery -----------------------------------------------------------------------------------

BATCH: dict[str, Any] = {
    "each": "raw.batch.events",
    "native": "item.type",
    "kind": {"end": "call-ended"},
    "dedup_key": "[raw.batch.id, item.no]",
    "call": {"id": "item.call", "metadata": "raw.shared"},
}


def test_each_item_is_an_event_with_the_payload_it_would_have_alone() -> None:
    items = [{"type": "end", "call": "c1", "no": 1}, {"no": 2}]
    payload = {"shared": {"a": 1}, "batch": {"id": "b", "events": items}}
    first, second = events(payload, BATCH)
    assert (first.kind, first.call.id, first.call.metadata) == ("call-ended", "c1", {"a": 1})
    assert second.kind == "unknown"
    assert first.dedup_key != second.dedup_key
    assert first.raw["batch"] == {"id": "b", "events": items[:1]}
    assert len(items) == 2


def test_a_part_is_read_again_as_the_same_event() -> None:
    payload: dict[str, Any] = {"batch": {"events": [{"type": "end", "call": "c1"}, {"type": "end", "call": "c2"}]}}
    for found in events(payload, BATCH):
        (again,) = events_of(RawDelivery(found.part), plan(**BATCH), "generic")
        assert (again.call, again.raw) == (found.call, found.raw)


def test_items_without_a_key_of_their_own_are_told_apart_by_their_place() -> None:
    keys = {found.dedup_key for found in events({"id": "d", "xs": [{}, {}]}, {"each": "raw.xs", "dedup_key": "raw.id"})}
    assert len(keys) == 2


@pytest.mark.parametrize("xs", [[], "x", None, 3, {}, [{}] * (MOST_EVENTS + 1)])
def test_no_list_of_a_fitting_length_is_one_unknown_event(xs: Any) -> None:
    found = event({"xs": xs}, each="raw.xs")
    assert (found.kind, found.raw) == ("unknown", {"xs": xs})
    assert found.problem.startswith("mapping: each gives ")


def test_the_parts_of_a_delivery_are_bounded_together() -> None:
    found = event({"shared": "x" * 100_000, "xs": [{}] * 60}, each="raw.xs")
    assert "too large to be kept one by one" in found.problem


def test_nobody_waits_for_one_of_several() -> None:
    first, second = events({"xs": [{"k": "tool-calls"}, {"k": "action"}]}, {"each": "raw.xs", "kind": "item.k"})
    assert (first.kind, second.kind) == ("unknown", "action")
    assert "nobody can wait" in first.problem


# --- whatever comes ---------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)
ODD = st.one_of(JSON, st.sampled_from(["done", "ask", "ring", "form", "OVER"]))


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("event", "id", "at", "call", "result", "tools", "form", "xs"), ODD)
    ),
    st.sampled_from([MAPPING, BATCH, {"each": "raw.xs", "kind": "item.k"}, {"kind": "raw.event"}, {}]),
)
def test_whatever_comes_is_events(payload: dict[str, Any], mapping: dict[str, Any]) -> None:
    body = json.dumps(payload).encode()
    found = events_of(RawDelivery(body), plan(**mapping), "generic")
    assert found
    for each in found:
        assert each.kind in KINDS
        assert Event.model_validate_json(each.model_dump_json()).kind == each.kind


@given(st.binary(max_size=200))
def test_any_bytes_are_events(body: bytes) -> None:
    assert events_of(RawDelivery(body), plan(**MAPPING), "generic")[0].kind in KINDS
