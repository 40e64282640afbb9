"""What each kind of event tells, from the names that are documented and those that may be meant.

Of all payloads only that of human detection is documented. The others are read under the names of the open-source
ancestor of the platform, and under those that its REST API uses for the same fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from receiver.providers.fluents import words
from receiver.providers.payload import first, mapping, text
from store.event import ActionTaken, Detection, ErrorReport, Message, Recording, Section, Transcript

_SPEAKER = ("sender", "role", "speaker")
_LABELS = ("BOT:", "HUMAN:")


def sections(kind: str, payload: dict[str, Any]) -> dict[str, Section]:
    """The section of this kind, by its name; none for kinds that have none."""
    found = _READERS.get(kind)
    return {found[0]: found[1](payload)} if found else {}


def is_whole_transcript(payload: dict[str, Any]) -> bool:
    """Whether this is surely the conversation and not one utterance: nobody is named, and both have their lines."""
    written = text(payload.get("transcript"))
    return first(payload, *_SPEAKER) is None and all(label in written for label in _LABELS)


def first_text(payload: dict[str, Any], *names: str) -> str:
    """The first of these members that holds a text; one that holds an object may have it there."""
    held = (payload.get(name) for name in names)
    return next((found for value in held if (found := _text_in(value))), "")


def _text_in(value: Any) -> str:
    if isinstance(value, dict):
        return text(first(value, "text", "message", "content", "transcript"))
    return text(value)


def _message(payload: dict[str, Any]) -> Message:
    speaker = first(payload, *_SPEAKER) or first(mapping(payload.get("message")), *_SPEAKER)
    return Message(text=first_text(payload, "text", "message", "content", "transcript"), role=words.role(speaker))


def _transcript(payload: dict[str, Any]) -> Transcript:
    written = first_text(payload, "transcript", "text", "message", "content")
    return Transcript(text=written, role=words.role(first(payload, *_SPEAKER)))


def _recording(payload: dict[str, Any]) -> Recording:
    return Recording(url=text(first(payload, "recording_url", "url")))


def _detection(payload: dict[str, Any]) -> Detection:
    return Detection(result=words.DETECTED.get(text(payload.get("result")), ""))


def _action(payload: dict[str, Any]) -> ActionTaken:
    given, came = mapping(payload.get("action_input")), mapping(payload.get("action_output"))
    named = (payload, given, mapping(given.get("action_config")), came)
    names = (text(first(holder, "action_label", "name", "action_type", "type")) for holder in named)
    return ActionTaken(
        name=next(filter(None, names), ""),
        input=mapping(first(payload, "parameters")) or mapping(given.get("params")) or given,
        output=mapping(first(payload, "result")) or mapping(came.get("response")) or came,
    )


def _error(payload: dict[str, Any]) -> ErrorReport:
    return ErrorReport(message=first_text(payload, "message", "error", "error_message", "text"))


_READERS: Mapping[str, tuple[str, Callable[[dict[str, Any]], Section]]] = {
    "message": ("message", _message),
    "transcript": ("transcript", _transcript),
    "recording": ("recording", _recording),
    "human-detection": ("detection", _detection),
    "action": ("action", _action),
    "error": ("error", _error),
}
