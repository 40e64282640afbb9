"""Fluents' calls. It sends no report of its own, so a call is completed from here once it has ended.

What a list shows of a call is less than asking for it does. Recordings come some time after the end, and only of agents
that record: two minutes after it a call without one counts as final.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from receiver.providers.dedup import written_key
from receiver.providers.fluents.words import phone
from store.event import Call, Report
from workers.actions.ports.fluents_calls import phone_call
from workers.clients.base import Session, text
from workers.clients.fluents import models
from workers.clients.fluents.client import Fluents
from workers.clients.fluents.transcript import lines
from workers.clients.times import moment
from workers.reconcile.lists.base import CallList, Found, made_between
from workers.reconcile.record import REPORT, CallRecord

RECORDED_WITHIN = timedelta(minutes=2)
_STATUSES: Mapping[str, str] = {"in_progress": "in-progress", "ended": "ended", "error": "failed"}
_NOBODY = frozenset({"human_unanswered", "call_did_not_connect"})
_ROLES: Mapping[str, str] = {"agent": "assistant", "caller": "user"}


class FluentsCalls(CallList):
    """`GET /v1/calls/list` and `GET /v1/calls?id=`."""

    expects = frozenset({"call-started", "call-ended", "transcript"})
    completes = frozenset({"call-ended", "transcript", "recording"})

    def __init__(self, session: Session, generation: str) -> None:
        super().__init__(session, generation)
        self._client = Fluents(session)

    async def calls_between(self, begin: datetime, end: datetime) -> Found:
        listing = await self._client.calls.since(begin)
        records = [self._record(each, partial=True) for each in listing.items]
        return Found(made_between(records, begin, end), listing.complete)

    async def call(self, call_id: str) -> CallRecord:
        return self._record(await self._client.calls.get(call_id))

    def _record(self, call: models.Call, *, partial: bool = False) -> CallRecord:
        url = self._client.calls.recording_url(text(call.id)) if call.recording_available is True and call.id else ""
        return record_of(call, url, datetime.now(UTC), partial=partial)


def record_of(call: models.Call, recording_url: str, now: datetime, *, partial: bool = False) -> CallRecord:
    """A call in our words."""
    seen, ended = phone_call(call, recording_url), moment(call.end_time)
    over = seen.status in ("ended", "error")
    reached = text(call.stage_outcome) not in _NOBODY
    return CallRecord(
        id=seen.id,
        native="call",
        call=Call(
            id=seen.id,
            from_=phone(seen.from_),
            to=phone(seen.to),
            direction=seen.direction,
            status=_STATUSES.get(seen.status, "") if reached else "failed",
            ended_reason=seen.ended_reason,
            metadata=dict(call.context) if isinstance(call.context, dict) else {},
        ),
        report=_report(call, seen.transcript, recording_url, seen.duration),
        began=moment(call.start_time),
        ended=ended,
        over=over,
        answered=reached and seen.status != "error",
        final=over and (not reached or _is_told(call, ended, now)),
        partial=partial,
        dedup_key=written_key(REPORT, seen.id),
        raw=seen.raw,
    )


def _is_told(call: models.Call, ended: datetime | None, now: datetime) -> bool:
    """Whether transcript and recording are there, as far as they will be."""
    if (call.model_extra or {}).get("hipaa_compliant") is True or call.status == "error":
        return True
    recorded = call.recording_available is True or (ended is not None and now - ended > RECORDED_WITHIN)
    return recorded and isinstance(call.transcript, str)


def _report(call: models.Call, transcript: str, recording_url: str, duration: float) -> Report:
    spoken = [(each.speaker, each.text) for each in lines(transcript) if each.speaker in _ROLES]
    found = {
        "human_detection_result": call.human_detection_result,
        "do_not_call_result": call.do_not_call_result,
        "stage": call.stage,
        "stage_outcome": call.stage_outcome,
    }
    return Report(
        transcript=transcript,
        recording_url=recording_url,
        duration=duration,
        analysis={name: value for name, value in found.items() if value is not None},
        messages=[{"role": _ROLES[speaker], "content": said} for speaker, said in spoken],
    )
