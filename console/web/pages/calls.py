"""Calls: the list of them, and each one as a timeline of events, rules, answers and what went out.

A call is named by any one of its events, since platforms put phone numbers into the ids of calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.past.tracebook import trace_record
from console.web.desk import desk_of, visitor_of
from console.web.going import to
from console.web.render import page
from console.web.seeing import call_key, reveal, shown
from store.calls import SeenCall, thread_of
from store.client import Store
from store.event import Event
from store.events import StoredEvent
from store.look import Row, rows_of
from store.masking import masked

ROWS = 40
MOST_EVENTS = 150
"""Events of one call that its page tells of; the first and the last ones."""
_SILENT = ("not_matched", "overtaken", "disabled")

Record = dict[str, Any]


async def show_all(request: Request) -> Response:
    """The list, newest first."""
    store, before = desk_of(request).store, request.query_params.get("before", "")
    found = await store.calls.newest(ROWS, int(before) if before.isdigit() and len(before) < 16 else None)
    events = await asyncio.gather(*(store.calls.events_of(each.connection, each.id) for each in found))
    lines = await asyncio.gather(*(_line(store, call, ids) for call, ids in zip(found, events, strict=True)))
    older = found[-1].last_ms if len(found) == ROWS else 0
    return await page(request, "calls.html", lines=[line for line in lines if line], older=older, newest=not before)


async def _line(store: Store, call: SeenCall, ids: Sequence[str]) -> Record:
    """One call as the list shows it; nothing when its events are gone."""
    rows = await rows_of(store.redis, list(dict.fromkeys([*ids[:5], *ids[-5:]])))
    if not rows:
        return {}
    first = next((row.event for row in rows if row.event.call.from_ or row.event.call.to), rows[0].event)
    reason = next((row.event.call.ended_reason for row in reversed(rows) if row.event.call.ended_reason), "")
    line = {
        "connection": call.connection, "at": rows[0].received_ms, "lasted": rows[-1].received_ms - rows[0].received_ms,
        "from": masked(first.call.from_), "to": masked(first.call.to), "direction": first.call.direction,
        "events": len(ids), "reason": reason, "status": _worst(rows),
    }  # fmt: skip
    told: Record = shown(line, (first.call.from_, first.call.to), numbers=False)
    return told | {"event": rows[0].id}


def _worst(rows: Sequence[Row]) -> str:
    found = {row.status for row in rows}
    return next((status for status in ("dead", "waiting", "queued") if status in found), "done")


async def show(request: Request) -> Response:
    """One call from its first event to its last."""
    store, stored = desk_of(request).store, await _found(request)
    name = _name(stored.event)
    ids = await store.calls.events_of(stored.event.connection, name) or [stored.event.id]
    told = ids if len(ids) <= MOST_EVENTS else [*ids[: MOST_EVENTS // 2], *ids[-MOST_EVENTS // 2 :]]
    moments = [each for each in await asyncio.gather(*(_moment(store, id_) for id_ in told)) if each]
    known = {number for _, event in moments for number in (event.call.from_, event.call.to)}
    numbers = visitor_of(request).sees_numbers_of(call_key(stored.event.connection, name))
    record = shown(_record(name, moments), known - {""}, numbers=numbers)
    return await page(
        request, "call.html", call=record, event=stored.event.id, numbers=numbers, has_numbers=bool(known - {""}),
        left_out=len(ids) - len(told), connection=stored.event.connection, provider=stored.event.provider,
    )  # fmt: skip


async def show_numbers(request: Request) -> Response:
    """Somebody asks for the phone numbers; that is written down."""
    event = (await _found(request)).event
    await reveal(request, call_key(event.connection, _name(event)), f"see the numbers of the call of event {event.id}")
    return await to(request, f"/calls/{event.id}")


async def _found(request: Request) -> StoredEvent:
    stored = await desk_of(request).store.events.get(request.path_params["event"])
    if stored is None or not _name(stored.event):
        raise HTTPException(404)
    return stored


def _name(event: Event) -> str:
    return event.call.id or thread_of(event)


async def _moment(store: Store, event_id: str) -> tuple[Record, Event] | None:
    """One event of the call, with all that became of it."""
    stored, trace = await store.events.get(event_id), await trace_record(store, event_id, numbers=True)
    if stored is None or trace is None:
        return None
    event = stored.event
    waits = max(0, stored.deadline_ms - stored.received_ms) if stored.deadline_ms else 0
    moment = trace["event"] | {
        "at": stored.received_ms, "waits": waits, "said": _said(event), "recovered": event.recovered,
        "rules": [rule for rule in trace["rules"] if rule["outcome"] not in _SILENT], "answers": trace["answers"],
        "sent": list(_sent(trace["rules"])), "replay": bool(event.replay_of), "reason": event.call.ended_reason,
    }  # fmt: skip
    return moment, event


def _said(event: Event) -> Record:
    """The words it is about: of somebody on the line, or of the report."""
    for words in (event.message, event.transcript):
        if words.text:
            return {"by": words.role or "transcript", "text": words.text}
    return {"by": "summary", "text": event.report.summary} if event.report.summary else {}


def _sent(rules: Sequence[Record]) -> Iterator[Record]:
    """What went out for it: every try of every step."""
    for rule in rules:
        for step in rule["steps"]:
            for attempt in step["attempts"]:
                yield {"rule": rule["rule"], "action": step["action"], "state": step["state"], **attempt}


def _record(name: str, moments: Sequence[tuple[Record, Event]]) -> Record:
    first, last = moments[0][0]["at"], moments[-1][0]["at"]
    about = next((event.call for _, event in moments if event.call.from_ or event.call.to), moments[0][1].call)
    told = [moment | {"offset": moment["at"] - first} for moment, _ in moments]
    waited = [answer["ms"] for moment in told for answer in moment["answers"] if "ms" in answer and not answer["late"]]
    return {
        "id": name, "from": about.from_, "to": about.to, "direction": about.direction, "began": first,
        "lasted": last - first, "moments": told, "waits": len(waited), "longest": max(waited, default=0),
    }  # fmt: skip


ROUTES = (
    Route("/calls", show_all),
    Route("/calls/{event}", show),
    Route("/calls/{event}/numbers", show_numbers, methods=["POST"]),
)
