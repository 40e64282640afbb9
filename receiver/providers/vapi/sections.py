"""What each kind of event tells beside its call: a report, a message, a transcript, an action, an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from receiver.providers.payload import first, mapping, mappings, moment, number, text
from receiver.providers.vapi import words
from store.conversation import Places
from store.event import ActionTaken, ErrorReport, Message, Report, Transcript

FINAL = 'transcript[transcriptType="final"]'
"""How the type of a final transcript may literally be written."""

_SPOKEN = frozenset({"user", "assistant"})
_PLACES = Places(
    turns=("message.artifact.messages", "message.messages"),
    transcript=("message.artifact.transcript", "message.transcript"),
)

Message_ = dict[str, Any]


def sections(kind: str, native: str, message: Message_) -> dict[str, Any]:
    """The sections of an event of this kind, by the name of their field."""
    reader = _READERS.get(kind)
    return reader(native, message) if reader else {}


def _report(_: str, message: Message_) -> dict[str, Any]:
    """`artifact` and `analysis` first; older payloads have the same at the top."""
    artifact, analysis = mapping(message.get("artifact")), mapping(message.get("analysis"))
    report = Report(
        summary=text(analysis.get("summary")) or text(message.get("summary")),
        recording_url=_recording(artifact) or text(message.get("recordingUrl")),
        duration=_duration(message),
        cost=number(first(message, "cost")) or number(mapping(message.get("call")).get("cost")),
        analysis=analysis,
    )
    return {"report": report, "conversation": _PLACES}


def _recording(artifact: Message_) -> str:
    recording = mapping(artifact.get("recording"))
    found = (
        artifact.get("recordingUrl"),
        mapping(recording.get("mono")).get("combinedUrl"),
        artifact.get("stereoRecordingUrl"),
        recording.get("stereoUrl"),
    )
    return next(filter(None, map(text, found)), "")


def _duration(message: Message_) -> float:
    stated = number(message.get("durationSeconds"))
    call = mapping(message.get("call"))
    began, ended = (moment(message.get(name)) or moment(call.get(name)) for name in ("startedAt", "endedAt"))
    if stated or not (began and ended):
        return max(stated, 0.0)
    return max((ended - began).total_seconds(), 0.0)


def _message(_: str, message: Message_) -> dict[str, Any]:
    """The last thing that was said, since the platform sends the whole conversation each time."""
    turns = mappings(message.get("messages")) or mappings(message.get("messagesOpenAIFormatted"))
    for turn in reversed(turns):
        role = words.role(turn.get("role"))
        said = text(first(turn, "message", "content"))
        if role in _SPOKEN and said:
            return {"message": Message(text=said, role=role)}
    return {}


def _transcript(native: str, message: Message_) -> dict[str, Any]:
    if native == "assistant.speechStarted":
        return {"transcript": Transcript(text=text(message.get("text")), role="assistant", final=False)}
    final = text(message.get("transcriptType")) == "final" or message.get("type") == FINAL
    return {
        "transcript": Transcript(
            text=text(message.get("transcript")), role=words.role(message.get("role")), final=final
        )
    }


def _action(native: str, message: Message_) -> dict[str, Any]:
    """A transfer, or what the platform leaves to us (`forward`, `hang-up`); assistants by name, not whole."""
    name = text(message.get("request")) if native == "phone-call-control" else "transfer"
    told: dict[str, Any] = {"destination": mapping(message.get("destination"))}
    told |= {key: mapping(message.get(f"{key}Assistant")).get("name") for key in ("from", "to")}
    return {"action": ActionTaken(name=name, input={key: value for key, value in told.items() if value})}


def _error(native: str, message: Message_) -> dict[str, Any]:
    told = message.get("error")
    said = text(told) or text(mapping(told).get("message"))
    return {"error": ErrorReport(message=said or native)}


def _dial(_: str, message: Message_) -> dict[str, Any]:
    return {"data": {"campaign": text(message.get("campaignId")), "contact": mapping(message.get("contact"))}}


_READERS: Mapping[str, Callable[[str, Message_], dict[str, Any]]] = {
    "end-of-call-report": _report,
    "message": _message,
    "knowledge-request": _message,
    "transcript": _transcript,
    "action": _action,
    "error": _error,
    "dial-request": _dial,
}
