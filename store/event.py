"""The one normalised event: what every platform's delivery becomes, and what rules may see of each kind.

An `Event` says who posted it, which kind of thing happened and what is known about the call. Everything a
platform may leave out has an empty value of its own type, so a rule never meets a missing name.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, get_args, get_origin

import orjson
from pydantic import BaseModel, ConfigDict, Field, SkipValidation
from pydantic_core import to_jsonable_python

from store.conversation import Places

Lane = Literal["live", "background", "bulk"]

EVENT_ID_PREFIX = "evt_"


def new_event_id(now_ms: int | None = None) -> str:
    """A time-ordered, unguessable id: 48 bits of milliseconds, then 80 random bits, in hex."""
    stamp = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    return f"{EVENT_ID_PREFIX}{stamp:012x}{os.urandom(10).hex()}"


class Section(BaseModel):
    """A group of names that rules see as `section.name`. It does not change, so what is empty is there only once."""

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, serialize_by_alias=True, hide_input_in_errors=True, frozen=True
    )


class Call(Section):
    """The phone call an event belongs to; every field is empty when the platform did not say."""

    id: str = Field("", description="the platform's id of the call")
    from_: str = Field(
        "", alias="from", description="who called, E.164 where the platform sends it; empty when anonymous"
    )
    to: str = Field("", description="the number that was called")
    direction: str = Field("", description="inbound, outbound or web")
    status: str = Field("", description="ringing, in-progress, forwarding, ended or failed")
    ended_reason: str = Field("", description="why it ended, in the platform's own words")
    metadata: dict[str, Any] = Field(default_factory=dict, description="what we attached to the call and get back")


class ToolCall(Section):
    """One tool the agent asks us to run while the caller waits."""

    id: str = Field("", description="the platform's id of this tool call")
    name: str = Field("", description="the tool's name")
    arguments: dict[str, Any] = Field(default_factory=dict, description="what the agent filled in")


class Report(Section):
    """What is known once a call has ended."""

    summary: str = Field("", description="the platform's summary of the call")
    transcript: str = Field("", description="the whole conversation as text")
    recording_url: str = Field("", description="where the recording can be fetched")
    duration: float = Field(0.0, description="length of the call in seconds")
    cost: float = Field(0.0, description="what the platform charged")
    analysis: dict[str, Any] = Field(default_factory=dict, description="structured findings of the platform")
    messages: SkipValidation[list[dict[str, Any]]] = Field(
        default_factory=list, description="the conversation, one map a turn"
    )


class Message(Section):
    """One message of a conversation."""

    text: str = Field("", description="what was said or written")
    role: str = Field("", description="user, assistant or system; agent for a person at the desk")


class Transcript(Section):
    """A transcript, of one utterance or of the whole call."""

    text: str = Field("", description="the text")
    role: str = Field("", description="user or assistant; empty for a whole call")
    final: bool = Field(True, description="false while the platform may still change it")


class Recording(Section):
    """A recording that has become available."""

    url: str = Field("", description="where it can be fetched")


class Detection(Section):
    """Who picked up: a person or a machine."""

    result: str = Field("", description="human or machine")


class ActionTaken(Section):
    """Something the platform's agent did by itself."""

    name: str = Field("", description="the action's name")
    input: dict[str, Any] = Field(default_factory=dict, description="what it was given")
    output: dict[str, Any] = Field(default_factory=dict, description="what came out")


class ErrorReport(Section):
    """A failure the platform tells us about."""

    message: str = Field("", description="the platform's words")


def _empty(section: type[Section]) -> Any:
    """A field that holds the one empty section unless it is told something."""
    empty = section()
    return Field(default_factory=lambda: empty)


class Event(BaseModel):
    """One thing that happened on a phone-agent platform, in Hookswitch's own words."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True, hide_input_in_errors=True)

    id: str = ""
    connection: str = ""
    provider: str = ""
    generation: str = Field("", description="the platform's dialect where it has several, such as g1")
    kind: str = "unknown"
    native: str = Field("", description="the platform's own name for the kind")
    received_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    occurred_at: datetime | None = None
    call: Call = _empty(Call)
    tools: list[ToolCall] = Field(default_factory=list)
    report: Report = _empty(Report)
    message: Message = _empty(Message)
    transcript: Transcript = _empty(Transcript)
    recording: Recording = _empty(Recording)
    detection: Detection = _empty(Detection)
    action: ActionTaken = _empty(ActionTaken)
    error: ErrorReport = _empty(ErrorReport)
    data: dict[str, Any] = Field(default_factory=dict, description="fields of data-collected and emitted events")
    name: str = Field("", description="the name of an emitted event, or of the rule a schedule belongs to")
    raw: dict[str, Any] = Field(default_factory=dict, exclude=True, description="the platform's own payload, parsed")
    part: bytes = Field(
        b"", exclude=True, repr=False, description="what is kept as its body where one delivery holds several events"
    )
    unread: Callable[[], dict[str, Any]] | None = Field(
        None, exclude=True, repr=False, description="gives `raw` of a stored event, until `payload` has asked for it"
    )
    conversation: Places | None = Field(
        None, exclude=True, description="where in `raw` its report's conversation stands, until `whole` has read it"
    )
    dedup_key: str | None = Field(None, description="the same for repeated deliveries; None is never deduplicated")
    problem: str = Field("", description="why a body is unreadable")
    chain: list[str] = Field(default_factory=list, description="rules whose `emit` led here, oldest first")
    replay_of: str = Field("", description="the id of the event that this one repeats by hand")
    recovered: bool = Field(False, description="whether the platform was asked for it, since it had not sent it")

    def model_post_init(self, _: Any) -> None:
        """A moment that was found out here is as much part of the event as one that was given."""
        self.model_fields_set.add("received_at")

    @property
    def waits(self) -> bool:
        """Whether a platform holds the line until we answer."""
        return self.kind in WAITING

    def to_json(self, *, with_body: bool = False) -> bytes:
        """What was said about it, for `model_validate_json`. Twenty times as fast as pydantic writes it.

        `with_body`: it is kept beside its body, so what `whole` has not read from there is not written a second time.
        """
        told = _told(self if with_body else self.whole())
        if self.conversation:
            told["conversation"] = self.conversation
        return orjson.dumps(told, _told, orjson.OPT_UTC_Z)

    def payload(self) -> dict[str, Any]:
        """`raw`; that of a stored event is parsed when it is first asked for."""
        if self.unread:
            self.raw, self.unread = self.unread(), None
        return self.raw

    def whole(self) -> Event:
        """The event itself, its report with the conversation, which is read from `raw` when first asked for."""
        if self.conversation:
            turns, transcript = self.conversation.read(self.payload())
            self.report = self.report.model_copy(update={"messages": turns, "transcript": transcript})
            self.conversation = None
        return self


@cache
def _names(model: type[BaseModel]) -> Mapping[str, str]:
    """Each field that is written, and by which name; the others are found in the body again."""
    return {name: info.alias or name for name, info in model.model_fields.items() if not info.exclude}


def _told(value: Any) -> Any:
    """The fields that were set, by the names they are written with; of anything but a model, what JSON makes of it."""
    if not isinstance(value, BaseModel):
        return to_jsonable_python(value)
    names, values = _names(type(value)), value.__dict__
    return {names[name]: values[name] for name in value.model_fields_set if name in names}


@dataclass(frozen=True)
class Kind:
    """What Hookswitch calls one kind of event, and what rules may see of it."""

    name: str
    doc: str
    sections: tuple[str, ...] = ()
    waits: bool = False
    filter: str = ""
    """The name a filter in `on:` compares, such as `tool.name` for `tool-calls: NAME`."""


SECTIONS: Mapping[str, type[Section]] = {
    "call": Call,
    "tool": ToolCall,
    "report": Report,
    "message": Message,
    "transcript": Transcript,
    "recording": Recording,
    "detection": Detection,
    "action": ActionTaken,
    "error": ErrorReport,
}

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("assistant-request", "a call comes in: which assistant answers?", ("call",), waits=True),
        Kind(
            "tool-calls",
            "the agent runs tools while the caller waits",
            ("call", "tool"),
            waits=True,
            filter="tool.name",
        ),
        Kind("transfer-request", "the agent wants to hand over: to whom?", ("call",), waits=True),
        Kind("knowledge-request", "the agent asks for documents", ("call", "message"), waits=True),
        Kind("dial-request", "a campaign is about to call somebody: may it?", ("call", "data"), waits=True),
        Kind("status-update", "a call changed its status", ("call",), filter="call.status"),
        Kind("end-of-call-report", "a call ended; here is the report", ("call", "report")),
        Kind("call-started", "a call began", ("call",)),
        Kind("call-ended", "a call ended", ("call",)),
        Kind("message", "one message of a conversation", ("call", "message")),
        Kind("transcript", "a transcript is available", ("call", "transcript")),
        Kind("recording", "a recording is available", ("call", "recording")),
        Kind("human-detection", "a person or a machine picked up", ("call", "detection")),
        Kind("action", "the platform's agent did something by itself", ("call", "action")),
        Kind("error", "the platform reports a failure", ("call", "error")),
        Kind("data-collected", "data was gathered during a call", ("call", "data")),
        Kind("schedule", "a rule's schedule is due", ()),
        Kind("emitted", "a rule emitted an event of its own", ("call", "data"), filter="event.name"),
        Kind("manual", "a person ran a rule by hand", ("data",)),
        Kind("unknown", "a kind there is no word for here; rules name it by its `native`", ("call",)),
        Kind("unreadable", "a verified body that could not be read", ()),
    )
}

WAITING = frozenset(kind.name for kind in KINDS.values() if kind.waits)
"""The kinds for which a platform holds the line."""

_COMMON_TYPES: Mapping[str, str] = {
    "event.id": "string",
    "event.kind": "string",
    "event.native": "string",
    "event.connection": "string",
    "event.provider": "string",
    "event.name": "string",
    "event.received_at": "timestamp",
    "event.occurred_at": "timestamp",
    "event.recovered": "bool",
    "now": "timestamp",
    "raw": "map",
}


def visible_types(kind: Kind) -> dict[str, str]:
    """The names a rule for this kind may use, with their types: string, number, bool, timestamp, map or list."""
    types = dict(_COMMON_TYPES)
    for section in kind.sections:
        if section == "data":
            types["data"] = "map"
        else:
            types.update({f"{section}.{name}": type_ for name, type_, _ in section_fields(section)})
    return types


def section_fields(section: str) -> Iterator[tuple[str, str, str]]:
    """Each field of a section as rules see it: its name, its type and what it means."""
    for name, info in SECTIONS[section].model_fields.items():
        yield info.alias or name, _type_word(info.annotation), info.description or ""


def _type_word(annotation: Any) -> str:
    words = {
        str: "string",
        float: "number",
        int: "number",
        bool: "bool",
        datetime: "timestamp",
        dict: "map",
        list: "list",
    }
    origin = get_origin(annotation)
    if origin is Literal:
        return words[type(get_args(annotation)[0])]
    return words[origin or annotation]
