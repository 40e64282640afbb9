from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from pydantic import ValidationError

from store.event import KINDS, Call, Event, ToolCall, new_event_id, visible_types


def test_ids_are_ordered_by_time_and_never_repeat() -> None:
    assert new_event_id(1) < new_event_id(2) < new_event_id()
    assert len({new_event_id(1) for _ in range(1000)}) == 1000


def test_filters_name_something_visible() -> None:
    assert all(kind.filter in visible_types(kind) for kind in KINDS.values() if kind.filter)


def test_waiting_kinds() -> None:
    waiting = {name for name in KINDS if Event(kind=name).waits}
    assert waiting == {"assistant-request", "tool-calls", "transfer-request", "knowledge-request", "dial-request"}


def test_an_event_survives_json() -> None:
    event = Event(kind="tool-calls", call=Call(from_="+31", metadata={"a": 1}), tools=[ToolCall(id="t", name="x")])
    text = event.model_dump_json(exclude_defaults=True)
    assert '"from":"+31"' in text
    assert Event.model_validate_json(text) == event


def test_what_is_written_is_what_was_told() -> None:
    event = Event(kind="status-update", call=Call(from_="+31612340001"), data={"at": timedelta(seconds=5)})
    event.id, event.raw, event.part = "evt_1", {"a": 1}, b"{}"
    written = orjson.loads(event.to_json())
    assert written.pop("received_at") == event.received_at.isoformat().replace("+00:00", "Z")
    assert written == {
        "id": "evt_1", "kind": "status-update", "call": {"from": "+31612340001"}, "data": {"at": "PT5S"},
    }  # fmt: skip


def test_what_is_empty_cannot_be_filled_in_for_others() -> None:
    with pytest.raises(ValidationError):
        Event().call.from_ = "+31612340001"  # type: ignore[misc]
    assert Event().report is Event().report
