"""Makes the event of a test case: from a sample, a payload or fields, with what the case sets on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from rules.engine.cases.testfile import Case
from rules.engine.cel.plain import EMPTY, of_type
from rules.engine.findings import did_you_mean
from rules.engine.playing.events import EventView, ToolView
from rules.engine.rule import BY_NAME, Rule
from rules.engine.vocabulary import Vocabulary

Sampler = Callable[[str | Mapping[str, Any], str], EventView]
"""A sample's name, or a platform's own payload, and a connection ("" for any that fits) → the normalised event."""

_MOMENTS = ("now", "event.received_at", "event.occurred_at")
_TOOL = "tool."
_FITS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "bool": (bool,),
    "map": (dict,),
    "list": (list,),
    "number": (int, float),
}


class CaseError(Exception):
    """A case whose event cannot be made."""


def view_of(case: Case, rule: Rule, vocabulary: Vocabulary, sampler: Sampler) -> EventView:
    """The event; raises CaseError with a sentence."""
    view = _begin(case, rule, vocabulary, sampler)
    moments = {name: case.at for name in _MOMENTS if name in view.values}
    view = replace(view, values={**view.values, **moments})
    for name, value in (case.event.get("set") or {}).items():
        view = with_value(view, str(name), value, vocabulary)
    return view


def _begin(case: Case, rule: Rule, vocabulary: Vocabulary, sampler: Sampler) -> EventView:
    event = case.event
    connection = str(event.get("connection") or (rule.connections[0] if rule.connections else ""))
    if "sample" not in event and "payload" not in event:
        return _from_fields(event, connection, rule, vocabulary)
    try:
        return sampler(str(event["sample"]) if "sample" in event else event.get("payload") or {}, connection)
    except (LookupError, ValueError, OSError) as error:
        raise CaseError(f"the event cannot be made: {error}") from error


def _from_fields(event: Mapping[str, Any], connection: str, rule: Rule, vocabulary: Vocabulary) -> EventView:
    kind = str(event.get("kind") or _kind(event, rule))
    name = rule.name if kind in BY_NAME else ""
    if name and not event.get("connection") and len(rule.connections) > 1:
        connection = ""
    words = vocabulary.kinds[kind].names
    has_tool = any(name.startswith(_TOOL) for name in words)
    values = {name: EMPTY[word] for name, word in words.items() if not name.startswith(_TOOL)}
    tool = {name: EMPTY[word] for name, word in words.items() if name.startswith(_TOOL)}
    found = vocabulary.connections.get(connection)
    provider = found.provider if found else ""
    told = {"event.id": "evt_test", "event.kind": kind, "event.native": kind, "event.connection": connection,
            "event.provider": provider, "event.name": name}  # fmt: skip
    values |= {name: value for name, value in told.items() if name in words}
    tools = (ToolView("tool_1", "", {**tool, "tool.id": "tool_1"}),) if has_tool else ()
    view = EventView("evt_test", kind, kind, connection, provider, "", name, values, tools)
    given = {"data": event["data"]} if "data" in event else event.get("fields") or {}
    for path, value in given.items():
        for field, inner in _flat(str(path), value, words):
            view = with_value(view, field, inner, vocabulary)
    return view


def _kind(event: Mapping[str, Any], rule: Rule) -> str:
    """The rule's own, and without any fields the one by which it runs without a platform."""
    if "fields" in event:
        return _only_kind(rule)
    wanted = ("manual",) if "data" in event else ("schedule", "manual")
    return next((kind for kind in wanted if kind in rule.kinds), "") or _only_kind(rule)


def _only_kind(rule: Rule) -> str:
    kinds = sorted(rule.kinds)
    if len(kinds) != 1:
        raise CaseError("the rule listens to several kinds; write which one this is, as in `kind: status-update`")
    return kinds[0]


def _flat(path: str, value: Any, words: Mapping[str, str]) -> list[tuple[str, Any]]:
    """`call: {to: ...}` is `call.to: ...`, down to the declared names."""
    if path in words or not isinstance(value, Mapping):
        return [(path, value)]
    return [pair for key, inner in value.items() for pair in _flat(f"{path}.{key}", inner, words)]


def with_value(view: EventView, path: str, value: Any, vocabulary: Vocabulary) -> EventView:
    """The event with one name, or one field inside a map, set; raises CaseError for a name its kind does not have."""
    words = vocabulary.kinds[view.kind].names if view.kind in vocabulary.kinds else {}
    name, fields = _declared(path, words)
    if not name:
        hint = did_you_mean(path, words)
        raise CaseError(f'a {view.kind} event has no "{path}"{hint}')
    if name.startswith(_TOOL):
        tools = view.tools or (ToolView("tool_1", "", {}),)
        return replace(view, tools=(_set_in_tool(tools[0], name, fields, value, words), *tools[1:]))
    changed = replace(view, values=_set(view.values, name, fields, value, words))
    return _mirrored(changed, name)


def _declared(path: str, words: Mapping[str, str]) -> tuple[str, list[str]]:
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in words and (length == len(parts) or words[name] in ("map", "dyn")):
            return name, parts[length:]
    return "", []


def _set(
    values: Mapping[str, Any], name: str, fields: list[str], value: Any, words: Mapping[str, str]
) -> dict[str, Any]:
    if not fields:
        return {**values, name: _typed(name, value, words[name])}
    return {**values, name: _set_inside(values.get(name), fields, value)}


def _set_inside(container: Any, fields: list[str], value: Any) -> Any:
    """The map with one field set. A null takes the field away, as nulls are removed before rules see data."""
    inside = dict(container) if isinstance(container, Mapping) else {}
    if len(fields) > 1:
        inside[fields[0]] = _set_inside(inside.get(fields[0]), fields[1:], value)
    elif value is None:
        inside.pop(fields[0], None)
    else:
        inside[fields[0]] = value
    return inside


def _typed(name: str, value: Any, word: str) -> Any:
    if value is not None and not isinstance(value, _FITS.get(word, (object,))):
        raise CaseError(f"{name} must be a {word}, this is {value!r}")
    try:
        typed = of_type(value, word)
    except ValueError as error:
        raise CaseError(f"{name}: {value!r} is not a moment") from error
    if word == "timestamp" and not isinstance(typed, datetime):
        raise CaseError(f"{name} must be a moment, this is {value!r}")
    if isinstance(typed, datetime) and typed.tzinfo is None:
        raise CaseError(f"{name} needs an offset, as in 2026-03-02T19:00:00+01:00")
    return typed


def _set_in_tool(tool: ToolView, name: str, fields: list[str], value: Any, words: Mapping[str, str]) -> ToolView:
    values = _set(tool.values, name, fields, value, words)
    return ToolView(str(values.get("tool.id", tool.id)), str(values.get("tool.name", tool.name)), values)


def _mirrored(view: EventView, name: str) -> EventView:
    """Some names are attributes of the event as well."""
    attribute = name.removeprefix("event.")
    if not name.startswith("event.") or attribute not in ("id", "native", "connection", "provider", "name"):
        return view
    told: dict[str, Any] = {attribute: str(view.values[name])}
    return replace(view, **told)
