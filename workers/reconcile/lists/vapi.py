"""Vapi's calls. Lists bring them whole, artifacts included, but for our own number, of which they have the id."""

from __future__ import annotations

from datetime import datetime

from receiver.providers.payload import mapping, mappings, number
from receiver.providers.vapi import words
from receiver.providers.vapi.identity import dedup_key
from store.event import Call, Report
from workers.actions.neutral import PhoneCall
from workers.actions.ports.vapi import phone_call
from workers.clients.base import Session, part, text
from workers.clients.errors import NotFound
from workers.clients.times import moment
from workers.clients.vapi import models
from workers.clients.vapi.client import VapiApi
from workers.reconcile.lists.base import CallList, Found, made_between
from workers.reconcile.record import REPORT, CallRecord


class VapiCalls(CallList):
    """`GET /call` and `GET /call/{id}`."""

    expects = frozenset({"status-update", REPORT})

    def __init__(self, session: Session, generation: str) -> None:
        super().__init__(session, generation)
        self._client = VapiApi(session)
        self._lines: dict[str, str] = {}

    async def calls_between(self, begin: datetime, end: datetime) -> Found:
        listing = await self._client.calls_since(begin)
        return Found(made_between(map(record_of, listing.items), begin, end), listing.complete)

    async def call(self, call_id: str) -> CallRecord:
        call = await self._client.call(call_id)
        return record_of(call, await self._line(text(call.phone_number_id)))

    async def _line(self, number_id: str) -> str:
        """Our number, which a call only names by its id; empty when it is not there any more."""
        if number_id and number_id not in self._lines:
            try:
                self._lines[number_id] = text((await self._client.number(number_id)).number)
            except NotFound:
                self._lines[number_id] = ""
        return self._lines.get(number_id, "")


def record_of(call: models.Call, line: str = "") -> CallRecord:
    """A call in our words; `line` is our own number where the call does not tell it."""
    seen, ended = phone_call(call), moment(call.ended_at)
    ours = {"from_" if seen.direction == "outbound" else "to": line}
    seen = seen.model_copy(update={name: number for name, number in ours.items() if not getattr(seen, name)})
    over = bool(ended) or seen.status == "ended"
    told = Call(
        id=seen.id,
        from_=words.party(seen.from_),
        to=words.party(seen.to),
        direction=seen.direction,
        status=words.status("ended" if over else seen.status, "", seen.ended_reason),
        ended_reason=seen.ended_reason,
        metadata=_metadata(call),
    )
    return CallRecord(
        id=seen.id,
        native=REPORT,
        call=told,
        report=_report(call, seen),
        began=moment(call.created_at) or moment(call.started_at),
        ended=ended or (moment(call.updated_at) if over else None),
        over=over,
        answered=bool(moment(call.started_at)),
        final=over,
        partial=bool(text(call.phone_number_id)) and not line,
        dedup_key=dedup_key(REPORT, {"endedAt": call.ended_at}, told, ()) or "",
        raw=seen.raw,
    )


def _report(call: models.Call, seen: PhoneCall) -> Report:
    artifact, analysis = part(call.artifact, models.Artifact), part(call.analysis, models.Analysis)
    return Report(
        summary=seen.summary,
        transcript=seen.transcript,
        recording_url=seen.recording_url,
        duration=seen.duration,
        cost=number(call.cost),
        analysis=analysis.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False),
        messages=mappings(artifact.messages),
    )


def _metadata(call: models.Call) -> dict[str, object]:
    """What was attached for this call, over the assistant's own."""
    extra = call.model_extra or {}
    held = (mapping(extra.get("assistant")), mapping(extra.get("assistantOverrides")))
    return {name: value for holder in held for name, value in mapping(holder.get("metadata")).items() if text(name)}
