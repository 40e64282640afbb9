"""What each kind of event tells beside its call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from receiver.providers.opencx import words
from receiver.providers.payload import first, mapping, mappings, text
from store.event import ActionTaken, ErrorReport, Message, Transcript

_SAID = ("response", "first_message", "message", "text", "content")
_ROLES: Mapping[str, str] = {"contact": "user", "ai": "assistant", "human_agent": "agent"}

Data = dict[str, Any]


def sections(kind: str, native: str, data: Data) -> dict[str, Any]:
    """The sections of an event of this kind, by the name of their field."""
    reader = _READERS.get(kind)
    return reader(native, data) if reader else {}


def _message(native: str, data: Data) -> dict[str, Any]:
    found = first(data, *_SAID)
    said = text(found) or text(first(mapping(found), "text", "content"))
    return {"message": Message(text=said, role=words.SPEAKERS.get(native, ""))}


def _action(native: str, data: Data) -> dict[str, Any]:
    """A handoff or a transfer; everything that is told of it."""
    name = "handoff" if native == "conversation.handoff_to_human" else native.replace(".", "-")
    return {"action": ActionTaken(name=name, input={key: value for key, value in data.items() if value is not None})}


def _error(native: str, data: Data) -> dict[str, Any]:
    told = first(data, "error", "message", "reason")
    return {"error": ErrorReport(message=text(told) or text(mapping(told).get("message")) or native)}


def _transcript(_: str, data: Data) -> dict[str, Any]:
    told = data.get("transcript")
    lines = [_line(turn) for turn in mappings(told)]
    return {"transcript": Transcript(text=text(told) or text(data.get("text")) or "\n".join(filter(None, lines)))}


def _line(turn: Data) -> str:
    who = text(first(turn, "role", "speaker"))
    said = text(first(turn, "text", "content", "message"))
    return f"{_ROLES.get(who, who)}: {said}" if who and said else said


_READERS: Mapping[str, Callable[[str, Data], dict[str, Any]]] = {
    "message": _message,
    "action": _action,
    "error": _error,
    "transcript": _transcript,
}
