"""One delivery and a plan → its events. Total: whatever comes gives at least one event, within a bounded time.

An expression that asks for what is not there leaves its field empty. One that fails says so in the event's `problem`;
the event is then `unknown`, unless somebody waits for it: a caller is answered all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from receiver.providers.dedup import written_key
from receiver.providers.mapping.cel import INCOMING, ITEM, MISSING, Failed, activation
from receiver.providers.mapping.limits import LARGEST_BODY, LARGEST_PARTS, MOST_EVENTS, MOST_TOOLS, check_work
from receiver.providers.mapping.plan import SENDABLE, Plan, Tools
from receiver.providers.mapping.shapes import Path, Shape
from receiver.providers.mapping.values import data_of, key_parts, section_of
from receiver.providers.payload import Unreadable, arguments, moment, read_value, text
from receiver.providers.toolcalls import tool_calls
from receiver.raw import RawDelivery
from store.event import KINDS, Event, ToolCall
from store.request import is_form, payload_of
from store.visible import without_nulls

DELIVERY_HEADERS = ("webhook-id", "svix-id")
"""Headers in which a delivery names itself, by Standard Webhooks."""
TOOLS_DOOR = "tools"


@dataclass
class _Trouble:
    """What failed in one event."""

    said: list[str] = field(default_factory=list)

    def give(self, what: str, shape: Shape | None, values: Any) -> Any:
        """The value, or MISSING when there is none or it could not be evaluated."""
        if shape is None:
            return MISSING
        try:
            return shape.give(values)
        except Failed as failure:
            self.said.append(f"{what}: {failure.message}")
            return MISSING


def events_of(raw: RawDelivery, plan: Plan, provider: str) -> list[Event]:
    """At least one event; never raises."""
    around = {"provider": provider, "connection": raw.connection, "received_at": raw.received_at}
    try:
        payload = read_payload(raw)
    except Unreadable as error:
        return [Event(kind="unreadable", problem=error.problem, **around)]
    try:
        looks = _looks(raw, payload, plan)
        parts = _parts(looks)
    except Failed as failure:
        return [Event(raw=payload, kind="unknown", problem=f"mapping: {failure.message}", **around)]
    return [
        Event(raw=look.payload, part=part, **around, **_event(look)) for look, part in zip(looks, parts, strict=True)
    ]


def _parts(looks: Sequence[_Look]) -> list[bytes]:
    """What is kept as the body of each event where there are several, so that each can be read again by itself."""
    if len(looks) == 1:
        return [b""]
    parts = [orjson.dumps(look.payload) for look in looks]
    if sum(map(len, parts)) > LARGEST_PARTS:
        raise Failed("the events of this delivery are too large to be kept one by one")
    return parts


def read_payload(raw: RawDelivery) -> dict[str, Any]:
    """What the platform said, as `store.request.payload_of` gives it to rules; raises Unreadable."""
    if not raw.body or is_form(raw.header("content-type")):
        return payload_of(raw.body, raw.headers, raw.request)
    found = read_value(raw.body)
    return found if isinstance(found, dict) else {"value": found}


@dataclass
class _Look:
    """One event to be made: what its expressions see."""

    raw: RawDelivery
    payload: dict[str, Any]
    plan: Plan
    values: dict[str, Any]
    activation: Any
    place: int | None = None
    """Which item of the delivery it is."""


def _looks(raw: RawDelivery, payload: dict[str, Any], plan: Plan) -> list[_Look]:
    if len(raw.body) > LARGEST_BODY:
        raise Failed(f"a body of more than {LARGEST_BODY} bytes is not looked into")
    told: dict[str, Any] = {"headers": dict(raw.headers), "query": dict(raw.request.query)}
    told |= {"door": raw.request.door, "tool": raw.request.tool}
    if not plan.each:
        check_work(plan.loops, payload)
        values = {"raw": without_nulls(payload), **told}
        return [_Look(raw, payload, plan, values, activation(INCOMING, values))]
    items = _items("each", _at(payload, plan.each), MOST_EVENTS)
    check_work(plan.loops * len(items), payload)
    return [_look_at(raw, _only(payload, plan.each, item), plan, told, place) for place, item in enumerate(items)]


def _look_at(raw: RawDelivery, payload: dict[str, Any], plan: Plan, told: dict[str, Any], place: int) -> _Look:
    """One of several events, with the payload as it would be if it came alone."""
    seen = without_nulls(payload)
    values = {"raw": seen, **told, "item": _at(seen, plan.each)[0]}
    return _Look(raw, payload, plan, values, activation(ITEM, values), place)


def _at(payload: Any, path: Path) -> Any:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def _only(payload: dict[str, Any], path: Path, item: Any) -> dict[str, Any]:
    """The payload with nothing but this item in the list at the end of the path."""
    first, *rest = path
    return {**payload, first: _only(payload[first], tuple(rest), item) if rest else [item]}


def _items(what: str, found: Any, most: int) -> list[Any]:
    """A list of what is there; at least one item, of at most `most`."""
    if not isinstance(found, list) or not found:
        raise Failed(f"{what} gives no list with anything in it")
    if len(found) > most:
        raise Failed(f"{what} gives more than {most} items")
    return found


def _event(look: _Look) -> dict[str, Any]:
    plan, trouble = look.plan, _Trouble()
    native = text(trouble.give("native", plan.native, look.activation))
    kind = _kind(look, native, trouble)
    made = {
        "native": native or look.raw.request.door,
        "occurred_at": moment(trouble.give("occurred_at", plan.occurred_at, look.activation)),
        "dedup_key": _dedup_key(look, native, trouble),
        "tools": _tools(look, trouble) if kind == "tool-calls" else [],
        **_sections(look, kind, trouble),
    }
    if trouble.said and not KINDS[kind].waits:
        kind = "unknown"
        made = {name: value for name, value in made.items() if name not in KINDS_OF_SECTIONS}
    return {**made, "kind": kind, "problem": "; ".join(trouble.said)}


KINDS_OF_SECTIONS = frozenset(section for kind in KINDS.values() for section in kind.sections) - {"call"}
"""Sections that an event of kind unknown does not have."""


def _kind(look: _Look, native: str, trouble: _Trouble) -> str:
    """Ours: by name, by expression, or by the door it came to."""
    plan = look.plan
    default = "tool-calls" if look.raw.request.door == TOOLS_DOOR and plan.kind is None else "unknown"
    if plan.kind is None:
        return plan.kinds.get(native, default)
    found = text(trouble.give("kind", plan.kind, look.activation)) or default
    if found not in SENDABLE:
        trouble.said.append("kind: it gives a word that is no kind of event")
    elif look.place is not None and KINDS[found].waits:
        trouble.said.append("kind: nobody can wait for one of several events in a delivery")
    else:
        return found
    return "unknown"


def _dedup_key(look: _Look, native: str, trouble: _Trouble) -> str | None:
    """By the mapping, else by the id of the delivery in a header of Standard Webhooks; None where nothing tells."""
    shape, place = look.plan.dedup_key, look.place or 0
    if shape is None:
        found = next(filter(None, map(look.raw.header, DELIVERY_HEADERS)), "")
        return written_key("delivery", found, place) if found else None
    given = trouble.give("dedup_key", shape, look.activation)
    parts = None if given is MISSING else key_parts(given)
    if parts is None:
        return None
    return written_key(native, parts, *([] if look.plan.key_is_of_item else [place]))


def _tools(look: _Look, trouble: _Trouble) -> list[ToolCall]:
    """As the mapping says; else the tool in the URL, with the whole payload as its arguments."""
    tools = look.plan.tools
    if tools is None:
        return tool_calls([("", look.raw.request.tool, without_nulls(look.payload))])
    seen = [look.activation] if tools.each is None else list(_each_tool(look, tools.each, trouble))
    return tool_calls([_asked(look, tools, values, trouble) for values in seen])


def _each_tool(look: _Look, each: Shape, trouble: _Trouble) -> Iterator[Any]:
    found = trouble.give("tools.each", each, look.activation)
    try:
        items = _items("tools.each", found, MOST_TOOLS)
    except Failed as failure:
        trouble.said.append(failure.message)
        return
    for item in items:
        yield activation(ITEM, {**look.values, "item": item})


def _asked(look: _Look, tools: Tools, values: Any, trouble: _Trouble) -> tuple[str, str, dict[str, Any]]:
    given = {name: trouble.give(f"tools.{name}", shape, values) for name, shape in tools.fields.items()}
    name = given.get("name", look.raw.request.tool)
    return text(given.get("id")), text(name), arguments(given.get("arguments"))


def _sections(look: _Look, kind: str, trouble: _Trouble) -> dict[str, Any]:
    """The sections that events of this kind have, as far as the mapping tells them."""
    made: dict[str, Any] = {}
    for section in KINDS[kind].sections:
        if section == "data" and look.plan.data is not None:
            made["data"] = data_of(trouble.give("data", look.plan.data, look.activation))
        elif section in look.plan.sections:
            given = _fields(section, look.plan.sections[section], look.activation, trouble)
            made[section] = section_of(section, given)
    return made


def _fields(section: str, shapes: Mapping[str, Shape], values: Any, trouble: _Trouble) -> dict[str, Any]:
    given = {name: trouble.give(f"{section}.{name}", shape, values) for name, shape in shapes.items()}
    return {name: value for name, value in given.items() if value is not MISSING}
