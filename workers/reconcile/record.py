"""A call as its platform knows it, and the event that is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from store.calls import THREADS, thread_of
from store.event import Call, Event, Lane, Report, new_event_id
from store.events import Acceptance

REPORT = "end-of-call-report"
"""The kind of event that a call ends with, on every platform."""
_HEADERS = {"content-type": "application/json"}


class CallRecord(BaseModel):
    """One call, or one conversation on platforms whose API knows those."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="what its platform's API knows it by")
    native: str = Field(description="the platform's word for what was read")
    call: Call
    report: Report = Report()
    began: datetime | None = Field(None, description="when it was made")
    ended: datetime | None = Field(None, description="when it ended; of a conversation, when something was last said")
    updated: datetime | None = Field(None, description="when the platform last changed it, where that matters")
    over: bool = False
    answered: bool = Field(True, description="whether it ever was a conversation")
    final: bool = Field(False, description="whether nothing more will become known of it")
    partial: bool = Field(False, description="whether it came from a list that tells less than asking for it does")
    dedup_key: str = Field("", description="that of the platform's own report, so that both are one")
    raw: dict[str, Any] = Field(default_factory=dict, description="the platform's own fields, without credentials")

    @property
    def last(self) -> datetime | None:
        """The last moment that is known of it."""
        return self.updated or self.ended or self.began


def subject_of(event: Event) -> str:
    """What the platform's API knows the event's call by; empty when it was not told."""
    return thread_of(event) if event.provider in THREADS else event.call.id


def report_of(record: CallRecord, like: Event, lane: Lane, *, recovered: bool = False) -> Acceptance:
    """The event that a call ends with. `like` says on which connection, and what was heard of the call already."""
    event = Event(
        id=new_event_id(), connection=like.connection, provider=like.provider, generation=like.generation, kind=REPORT,
        native=record.native, received_at=datetime.now(UTC), occurred_at=record.ended,
        call=_told(record.call, like.call), report=record.report, raw=record.raw, dedup_key=record.dedup_key or None,
    )  # fmt: skip
    if recovered:
        event.recovered = True
    return Acceptance(event, orjson.dumps(record.raw), _HEADERS, lane=lane)


def _told(call: Call, heard: Call) -> Call:
    """The call as the platform tells it now; what it leaves out is as it was heard."""
    empty = Call()
    names = [name for name in Call.model_fields if getattr(call, name) == getattr(empty, name)]
    kept = {name: getattr(heard, name) for name in names}
    return call.model_copy(update={**kept, "metadata": {**heard.metadata, **call.metadata}})
