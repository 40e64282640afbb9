"""OpenCX's conversations by telephone. A conversation is not a call: who calls again soon goes on in the same one.

So `call.id` stays empty unless an event named it, the conversation stands in `call.metadata.session_id`, and a
conversation that went on after its last report has something to report again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from receiver.providers.dedup import written_key
from store.event import Call, Report
from workers.actions.ports.base import e164, raw
from workers.actions.ports.opencx import in_order, said, transcript
from workers.clients.base import Session, part, text
from workers.clients.opencx import models
from workers.clients.opencx.client import OpenCx
from workers.clients.times import moment
from workers.reconcile.lists.base import CallList, Found
from workers.reconcile.record import REPORT, CallRecord

QUIET = timedelta(minutes=10)
"""After this long without a change a conversation that was never closed is over, as far as telephones go."""


class OpenCxCalls(CallList):
    """`GET /chat/sessions?channel_type=phone_voice`, and one of them with its history."""

    expects = frozenset({"call-started", "call-ended"})
    completes = frozenset({"call-ended"})
    grows = True

    def __init__(self, session: Session, generation: str) -> None:
        super().__init__(session, generation)
        self._client = OpenCx(session)

    async def calls_between(self, begin: datetime, end: datetime) -> Found:
        filters = {"channel_type": "phone_voice", "updated_after": begin.isoformat()}
        listing = await self._client.sessions(filters)
        now = datetime.now(UTC)
        records = [record_of(each, [], now, partial=True) for each in listing.items]
        return Found([each for each in records if each.id and _is_between(each, begin, end)], listing.complete)

    async def call(self, call_id: str) -> CallRecord:
        session = await self._client.session(call_id)
        history = await self._client.history(call_id)
        return record_of(session, history.items, datetime.now(UTC))


def _is_between(record: CallRecord, begin: datetime, end: datetime) -> bool:
    return record.began is not None and record.last is not None and record.began <= end and record.last >= begin


def record_of(
    session: models.Session, history: list[models.HistoryItem], now: datetime, *, partial: bool = False
) -> CallRecord:
    """A conversation in our words."""
    session_id, status = text(session.id), text(session.status)
    closed = status.startswith("closed")
    began, updated = moment(session.created_at), moment(session.updated_at)
    turns = [item for item in in_order(history) if said(item)[1]]
    spoken = [at for item in turns if (at := moment(item.created_at))]
    last = max(spoken, default=None)
    return CallRecord(
        id=session_id,
        native="session",
        call=Call(
            from_=e164(text(part(session.contact, models.Contact).phone_number)),
            status="ended",
            ended_reason=text(session.ai_closure_type),
            metadata={"session_id": session_id},
        ),
        report=Report(
            summary=text(session.summary),
            transcript=transcript(history),
            recording_url=text(session.ai_phone_call_recording_url),
            messages=[{"role": role, "content": words} for role, words in map(said, turns)],
        ),
        began=began,
        ended=last or updated,
        updated=updated,
        over=closed or (updated is not None and now - updated > QUIET),
        final=closed and bool(turns),
        partial=partial,
        dedup_key=written_key(REPORT, session_id, last.isoformat() if last else ""),
        raw=raw(session) | {"history": [raw(item) for item in history]},
    )
