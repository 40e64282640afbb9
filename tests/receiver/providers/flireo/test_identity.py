"""Repeated deliveries share a key; genuine events never do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from receiver.providers.flireo.identity import dedup_key
from store.event import ToolCall

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(milliseconds=1)
ONE = ToolCall(id="a", name="book", arguments={"day": 1, "hour": 2})
TWO = ToolCall(id="b", name="book", arguments={"day": 1, "hour": 2})


def key(
    native: str, call: str = "c1", at: datetime | None = AT, status: str = "ended", tools: tuple[ToolCall, ...] = ()
) -> str | None:
    return dedup_key(native, call, at, status, tools)


@pytest.mark.parametrize("native", ["assistant-request", "tool-calls", "status-update", "end-of-call-report", "other"])
def test_without_a_call_nothing_is_a_duplicate(native: str) -> None:
    assert key(native, call="", tools=(ONE,)) is None


def test_assistant_requests_by_call_and_time() -> None:
    assert key("assistant-request") == key("assistant-request") is not None
    assert len({key("assistant-request"), key("assistant-request", "c2"), key("assistant-request", at=LATER)}) == 3
    assert key("assistant-request", at=None) is None


def test_tool_calls_by_call_and_tools_whatever_the_time_and_order() -> None:
    both = key("tool-calls", tools=(ONE, TWO))
    assert both is not None
    assert both == key("tool-calls", tools=(TWO, ONE), at=LATER)
    reordered = ONE.model_copy(update={"arguments": {"hour": 2, "day": 1}})
    assert key("tool-calls", tools=(ONE,)) == key("tool-calls", tools=(reordered,))


def test_tool_calls_that_differ_anywhere_differ() -> None:
    changed = [
        ONE.model_copy(update={"id": "x"}),
        ONE.model_copy(update={"name": "x"}),
        ONE.model_copy(update={"arguments": {"day": 2, "hour": 2}}),
    ]
    keys = [key("tool-calls", tools=(tool,)) for tool in (ONE, TWO, *changed)]
    keys += [key("tool-calls", tools=(ONE, TWO)), key("tool-calls", "c2", tools=(ONE,))]
    assert len(set(keys)) == len(keys)
    assert key("tool-calls") is None


def test_status_updates_by_call_status_and_time() -> None:
    keys = [
        key("status-update"),
        key("status-update", status="in-progress"),
        key("status-update", at=LATER),
        key("status-update", "c2"),
    ]
    assert len(set(keys)) == 4
    assert None not in keys
    assert key("status-update", at=None) is None


def test_one_report_a_call() -> None:
    assert key("end-of-call-report") == key("end-of-call-report", at=LATER, status="") is not None
    assert key("end-of-call-report") != key("end-of-call-report", "c2")


def test_undocumented_events_are_all_genuine() -> None:
    assert key("transcript") is None


def test_keys_hold_no_phone_number() -> None:
    assert "31612340001" not in str(key("end-of-call-report", "call-_+31612340001_AbC123"))


def test_the_parts_cannot_run_together() -> None:
    assert key("status-update", "a", status="b-c") != key("status-update", "a-b", status="c")
