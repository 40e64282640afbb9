"""Flireo's calls, second and third generation. The first documents no list of calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from receiver.providers.flireo import words
from receiver.providers.flireo.identity import dedup_key
from receiver.providers.payload import mapping, mappings
from store.event import Call, Report
from workers.actions.ports.flireo_calls import phone_call
from workers.clients.base import Session, text
from workers.clients.flireo import models
from workers.clients.flireo.later import FlireoLater
from workers.clients.times import moment
from workers.reconcile.lists.base import CallList, Found, made_between
from workers.reconcile.record import REPORT, CallRecord

_GOING_ON = frozenset({"ringing", "in-progress", "forwarding"})


class FlireoCalls(CallList):
    """`GET /calls`, which shows calls whole, and `GET /calls/{id}`."""

    expects = frozenset({"status-update", REPORT})

    def __init__(self, session: Session, generation: str) -> None:
        super().__init__(session, generation)
        self._client = FlireoLater(session, "g2" if generation == "g2" else "g3")

    async def calls_between(self, begin: datetime, end: datetime) -> Found:
        listing = await self._client.calls_since(begin)
        return Found(made_between(map(record_of, listing.items), begin, end), listing.complete)

    async def call(self, call_id: str) -> CallRecord:
        return record_of(await self._client.call(call_id))


def record_of(call: models.Call) -> CallRecord:
    """A call in our words; a status that was never documented says nothing, and the end counts."""
    seen, extra = phone_call(call), call.model_extra or {}
    status, ended = words.status(seen.status, ""), moment(call.ended_at)
    over = bool(ended) or status in ("ended", "failed")
    return CallRecord(
        id=seen.id,
        native=REPORT,
        call=Call(
            id=seen.id,
            from_=words.party(seen.from_),
            to=words.party(seen.to),
            direction=seen.direction,
            status=status if status not in _GOING_ON or not over else "ended",
            ended_reason=words.ended_reason(seen.status, text(call.end_reason), text(call.error)),
        ),
        report=_report(call, extra, seen.summary, seen.transcript, seen.recording_url, seen.duration),
        began=moment(call.created_at) or moment(call.started_at),
        ended=ended or (moment(call.updated_at) if over else None),
        over=over,
        answered=bool(moment(call.started_at)),
        final=over,
        partial=not isinstance(call.messages, list),
        dedup_key=dedup_key(REPORT, seen.id, None, "", ()) or "",
        raw=seen.raw,
    )


def _report(
    call: models.Call, extra: Mapping[str, Any], summary: str, transcript: str, recording: str, duration: float
) -> Report:
    seconds = call.duration_seconds
    return Report(
        summary=summary,
        transcript=transcript,
        recording_url=recording,
        duration=float(seconds) if isinstance(seconds, int | float) else duration,
        analysis=mapping(extra.get("analysis_result")),
        messages=mappings(call.messages),
    )
