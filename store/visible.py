"""What rules see of one event: the values behind `visible_types`, by name, each read when it is asked for.

A payload may be large and nobody ask for it, and of a stored event most fields are never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from store.conversation import Places
from store.event import KINDS, SECTIONS, Event, ToolCall

Payload = Callable[[], dict[str, Any]]
"""Gives the platform's own payload of a stored event."""
_Readers = Mapping[str, Callable[[Any, Any], Any]]
_NO_TOOL = ToolCall()

FROM_BODY = frozenset({"raw", "report.messages", "report.transcript"})
"""The names whose values may stand in a stored event's body alone."""


class Visible(Mapping[str, Any]):
    """The values of one event by name. Nulls are removed from maps."""

    __slots__ = ("_readers", "_source", "_with")

    def __init__(self, readers: _Readers, source: Any, with_: Any) -> None:
        self._readers, self._source, self._with = readers, source, with_

    def __getitem__(self, name: str) -> Any:
        return self._readers[name](self._source, self._with)

    def __contains__(self, name: object) -> bool:
        return name in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)


def visible(event: Event, tool: ToolCall | None = None) -> Visible:
    """What rules see of an event; for tool-calls, of one tool call."""
    return Visible(_of_event(event.kind), event, tool or _NO_TOOL)


def visible_stored(document: Mapping[str, Any], payload: Payload) -> Visible:
    """The same of an event as the store keeps it: JSON without the fields that are at their default."""
    return Visible(_of_document(document.get("kind", "unknown")), document, payload)


@cache
def _of_event(kind: str) -> _Readers:
    readers: dict[str, Callable[[Event, ToolCall], Any]] = {
        "event.id": lambda event, _: event.id,
        "event.kind": lambda event, _: event.kind,
        "event.native": lambda event, _: event.native,
        "event.connection": lambda event, _: event.connection,
        "event.provider": lambda event, _: event.provider,
        "event.name": lambda event, _: event.name,
        "event.received_at": lambda event, _: event.received_at,
        "event.occurred_at": lambda event, _: event.occurred_at or event.received_at,
        "event.recovered": lambda event, _: event.recovered,
        "now": lambda event, _: event.received_at,
        "raw": lambda event, _: without_nulls(event.payload()),
    }
    for section, name, alias in _fields(kind):
        readers[alias] = _field_of_event(section, name)
    return readers


def _field_of_event(section: str, name: str) -> Callable[[Event, ToolCall], Any]:
    if section == "data":
        return lambda event, _: without_nulls(event.data)
    if section == "tool":
        return lambda _, tool: without_nulls(getattr(tool, name))
    if f"{section}.{name}" in FROM_BODY:
        return lambda event, _: without_nulls(getattr(event.whole().report, name))
    return lambda event, _: without_nulls(getattr(getattr(event, section), name))


@cache
def _of_document(kind: str) -> _Readers:
    readers: dict[str, Callable[[Mapping[str, Any], Payload], Any]] = {
        f"event.{name}": _plain_field(name, Event.model_fields[name].default)
        for name in ("id", "kind", "native", "connection", "provider", "name", "recovered")
    }
    readers |= {
        "event.received_at": lambda document, _: _received(document),
        "event.occurred_at": lambda document, _: _moment(document.get("occurred_at")) or _received(document),
        "now": lambda document, _: _received(document),
        "raw": lambda _, payload: without_nulls(payload()),
    }
    for section, name, alias in _fields(kind):
        readers[alias] = _field_of_document(section, name, alias)
    return readers


def _plain_field(name: str, default: Any) -> Callable[[Mapping[str, Any], Payload], Any]:
    return lambda document, _: document.get(name, default)


def _field_of_document(section: str, name: str, alias: str) -> Callable[[Mapping[str, Any], Payload], Any]:
    if section == "data":
        return lambda document, _: without_nulls(document.get("data", {}))
    default = getattr(SECTIONS[section](), name)
    key = alias.partition(".")[2]
    if section == "tool":
        return lambda *_: default
    if alias in FROM_BODY:
        return lambda document, payload: without_nulls(_report(document, payload).get(key, default))
    return lambda document, _: without_nulls(document.get(section, {}).get(key, default))


def _report(document: Mapping[str, Any], payload: Payload) -> dict[str, Any]:
    """A report's fields, with the conversation wherever it is kept."""
    told: dict[str, Any] = document.get("report", {})
    if "conversation" not in document:
        return told
    turns, transcript = Places(**document["conversation"]).read(payload())
    return told | {"messages": turns, "transcript": transcript}


def _received(document: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(document["received_at"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _fields(kind: str) -> Iterator[tuple[str, str, str]]:
    """Section, attribute and the name that rules write."""
    for section in KINDS[kind].sections:
        if section == "data":
            yield "data", "data", "data"
            continue
        for name, info in SECTIONS[section].model_fields.items():
            yield section, name, f"{section}.{info.alias or name}"


def without_nulls(value: Any) -> Any:
    """The same JSON without null members; a null inside a list stays, since removing it would move its neighbours."""
    return _stripped(value) if isinstance(value, dict | list) and _may_hold_nulls(value) else value


def _may_hold_nulls(value: Any) -> bool:
    """Told fast, since most payloads hold none and may be large."""
    try:
        return b"null" in orjson.dumps(value)
    except TypeError:
        return True


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_stripped(item) for item in value]
    return value
