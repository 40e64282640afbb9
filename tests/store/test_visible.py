from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import visible as visible_module
from store.conversation import Places
from store.event import KINDS, SECTIONS, Event, Report, ToolCall, visible_types
from store.visible import FROM_BODY, visible, visible_stored, without_nulls


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


def test_nulls_are_removed_but_not_from_lists() -> None:
    assert without_nulls({"a": None, "b": [None, {"c": None}], "d": {"e": None}}) == {"b": [None, {}], "d": {}}


def test_now_is_when_the_event_was_received() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    values = visible(Event(received_at=moment))
    assert values["now"] == values["event.occurred_at"] == moment


def test_what_nobody_asks_for_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr(visible_module, "without_nulls", made.append)
    values = visible(Event(kind="end-of-call-report", raw={"large": None}))
    assert (values["event.kind"], made) == ("end-of-call-report", [])
    assert values["raw"] is None
    assert made == [{"large": None}]


def test_tool_names_are_those_of_one_tool_call() -> None:
    event = Event(kind="tool-calls", tools=[ToolCall(id="t1", name="a"), ToolCall(id="t2", name="b")])
    assert [visible(event, tool)["tool.name"] for tool in event.tools] == ["a", "b"]
    assert visible(event)["tool.name"] == ""


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**53), 2**53)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MAPS = st.dictionaries(st.text(), JSON, max_size=3)
OF_TYPE = {
    "string": st.text(), "number": st.floats(allow_nan=False, allow_infinity=False), "bool": st.booleans(), "map": MAPS,
    "list": st.lists(MAPS, max_size=3),
}  # fmt: skip
MOMENTS = st.datetimes(
    datetime(2000, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))]),
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(sorted(KINDS)))
    told: dict[str, Any] = {"kind": kind, "received_at": draw(MOMENTS), "occurred_at": draw(st.none() | MOMENTS)}
    for name, word in visible_types(KINDS[kind]).items():
        section, _, field = name.partition(".")
        if section in SECTIONS and section != "tool" and draw(st.booleans()):
            told.setdefault(section, {})[field] = draw(OF_TYPE[word])
    told |= {
        name: draw(st.text()) for name in ("id", "native", "connection", "provider", "name") if draw(st.booleans())
    }
    return Event(**told, data=draw(MAPS))


@given(event=events(), raw=MAPS)
def test_a_stored_event_is_seen_as_the_event_itself(event: Event, raw: dict[str, Any]) -> None:
    kept = event.model_dump_json(exclude_defaults=True, exclude={"raw"})
    again = Event.model_validate_json(kept)
    again.raw = raw
    seen = visible_stored(orjson.loads(kept), lambda: raw)
    assert {name: repr(seen[name]) for name in seen if not isinstance(seen[name], datetime)} == {
        name: repr(value) for name, value in visible(again).items() if not isinstance(value, datetime)
    }
    assert dict(seen) == dict(visible(again))


@given(value=JSON | st.just({"a": "null"}) | st.just({"big": 2**70, "b": None}) | st.just(["\ud800", {"a": None}]))
def test_nothing_but_null_members_is_removed(value: Any) -> None:
    def slowly(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: slowly(item) for key, item in value.items() if item is not None}
        return [slowly(item) for item in value] if isinstance(value, list) else value

    assert without_nulls(value) == slowly(value)


def test_a_conversation_that_is_kept_in_the_body_alone_is_seen() -> None:
    raw = {"said": [{"role": "user", "content": "Hi", "at": None}]}
    event = Event(kind="end-of-call-report", report=Report(summary="short"), conversation=Places(turns=("said",)))
    seen = visible_stored(orjson.loads(event.to_json(with_body=True)), lambda: raw)
    assert (seen["report.summary"], seen["report.transcript"]) == ("short", "user: Hi")
    assert seen["report.messages"] == [{"role": "user", "content": "Hi"}]
    assert {name for name in seen if name in FROM_BODY} == FROM_BODY
