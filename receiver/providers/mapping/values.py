"""What an expression gave, as the field of an event takes it; what does not fit is empty, as with any platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_origin

from receiver.providers.payload import arguments, jsonable, mapping, mappings, number, text
from store.event import SECTIONS, Section

NEUTRAL: Mapping[str, frozenset[str]] = {
    "call.direction": frozenset({"inbound", "outbound", "web"}),
    "call.status": frozenset({"ringing", "in-progress", "forwarding", "ended", "failed"}),
    "detection.result": frozenset({"human", "machine"}),
}
"""Fields that have one of a few words of ours."""

_READERS: Mapping[Any, Callable[[Any], Any]] = {
    str: text,
    float: number,
    bool: lambda value: value is True,
    dict: lambda value: arguments(value),
    list: mappings,
}


def section_of(name: str, given: Mapping[str, Any]) -> Section:
    """The section with these fields, by the names that rules write."""
    return SECTIONS[name].model_validate({key: field_of(name, key, value) for key, value in given.items()})


def field_of(section: str, name: str, value: Any) -> Any:
    """One value in the field's own type."""
    fields = SECTIONS[section].model_fields
    info = next(info for key, info in fields.items() if name == (info.alias or key))
    found = _READERS[get_origin(info.annotation) or info.annotation](value)
    allowed = NEUTRAL.get(f"{section}.{name}")
    return "" if allowed and found not in allowed else found


def data_of(value: Any) -> dict[str, Any]:
    """A map as it is."""
    return mapping(value)


def key_parts(value: Any) -> Any:
    """What makes a dedup key; None when a part of it is not there, since then nothing tells two deliveries apart."""
    parts = value if isinstance(value, list) else [value]
    if not parts or any(part in (None, "", [], {}) for part in parts):
        return None
    return jsonable(value)
