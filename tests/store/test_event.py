from __future__ import annotations

from datetime import UTC, datetime

import pytest

from store.event import KINDS, Call, Event, ToolCall, new_event_id, visible, visible_types, without_nulls


def test_ids_are_ordered_by_time_and_never_repeat() -> None:
    assert new_event_id(1) < new_event_id(2) < new_event_id()
    assert len({new_event_id(1) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("kind", KINDS)
def test_every_declared_name_has_a_value_of_its_type(kind: str) -> None:
    python_types = {
        "string": str, "number": float, "bool": bool, "timestamp": datetime, "map": dict, "list": list,
    }  # fmt: skip
    types = visible_types(KINDS[kind])
    values = visible(Event(kind=kind), ToolCall())
    assert set(values) == set(types)
    assert {name: isinstance(values[name], python_types[word]) for name, word in types.items()} == dict.fromkeys(
        types, True
    )


def test_filters_name_something_visible() -> None:
    assert all(kind.filter in visible_types(kind) for kind in KINDS.values() if kind.filter)


def test_waiting_kinds() -> None:
    waiting = {name for name in KINDS if Event(kind=name).waits}
    assert waiting == {"assistant-request", "tool-calls", "transfer-request", "knowledge-request"}


def test_an_event_survives_json() -> None:
    event = Event(kind="tool-calls", call=Call(from_="+31", metadata={"a": 1}), tools=[ToolCall(id="t", name="x")])
    text = event.model_dump_json(exclude_defaults=True)
    assert '"from":"+31"' in text
    assert Event.model_validate_json(text) == event


def test_nulls_are_removed_but_not_from_lists() -> None:
    assert without_nulls({"a": None, "b": [None, {"c": None}], "d": {"e": None}}) == {"b": [None, {}], "d": {}}


def test_now_is_when_the_event_was_received() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    values = visible(Event(received_at=moment))
    assert values["now"] == values["event.occurred_at"] == moment
