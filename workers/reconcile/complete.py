"""Completing a call: a platform that sends no report is asked for the call, until nothing more will become known of it.

It is work of its own that belongs to the event which began it, holds no slot while it waits, and ends with one event.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from store.connections import Connection
from store.events import Accepted
from workers.actions.base import ActionContext
from workers.clients.errors import ApiError, AuthFailed, Invalid, RateLimited, Unsupported
from workers.desk import Work, on_the_desk
from workers.reconcile.asking import call_list, context_of
from workers.reconcile.lists import completing
from workers.reconcile.record import CallRecord, report_of, subject_of

logger = logging.getLogger(__name__)

AGES = (5.0, 20.0, 65.0, 200.0, 500.0, 900.0)
"""Seconds after the event at which the call is asked for; at the last of them it is taken as it is."""
SOON = 1.0
"""Seconds after a recording is said to be there."""
JITTER = 0.1
_HOPELESS = (AuthFailed, Invalid, Unsupported)


@dataclass
class Completion:
    """What came of one try."""

    state: str
    """waiting, done or failed."""
    why: str = ""
    delay: float = 0.0
    record: CallRecord | None = None
    told: dict[str, Any] = field(default_factory=dict)


async def begin_completion(work: Work) -> None:
    """After an event that says a call is over: let it be fetched, unless that is under way."""
    event = work.event
    if event.kind not in completing(event.provider) or event.replay_of:
        return
    connection, subject = work.desk.connections.get(event.connection), subject_of(event)
    if connection is None or not _has_key(connection) or not subject:
        return
    due_in = SOON if event.kind == "recording" else AGES[0]
    await work.desk.store.calls.complete_later(event, subject, due_in)


def _has_key(connection: Connection) -> bool:
    return connection.on and connection.api is not None and bool(connection.api.key)


async def complete_call(ctx: Mapping[str, Any], event_id: str) -> None:
    """The job: ask once, and end with the report or come back later."""
    work = await on_the_desk(ctx, event_id)
    if work is None:
        return
    found = await _ask(work)
    if found.record:
        accepted = await work.desk.store.events.accept(report_of(found.record, work.event, "background"))
        found.told["report"] = accepted.event_id
        _say(work, accepted)
    trace = {"completion": orjson.dumps({"state": found.state, "why": found.why, **found.told})}
    store = work.desk.store
    if found.state == "waiting":
        await store.calls.note(event_id, trace)
        await store.queue.release(work.lease.claim, found.delay)
    else:
        await store.queue.finish(work.lease.claim, event_id, trace)


async def _ask(work: Work) -> Completion:
    age = (work.now_ms() - work.stored.received_ms) / 1000
    connection = work.desk.connections.get(work.event.connection)
    if connection is None or not _has_key(connection):
        return Completion("failed", "the connection has no API key any more")
    context = context_of(
        work.desk, connection, work.event, f"{work.event.id}/complete", work.lease.ensure, patient=False
    )
    context.generation = work.toolbox.generation(connection)
    try:
        found = _judged(await call_list(context).call(subject_of(work.event)), age)
    except ApiError as error:
        found = _failed(error, age)
    return _with_exchanges(found, context)


def _judged(record: CallRecord, age: float) -> Completion:
    if record.final or (record.over and age >= AGES[-1]):
        return Completion("done", "" if record.final else "nothing more became known in time", record=record)
    if age >= AGES[-1]:
        return Completion("failed", "the platform says that the call is not over")
    return Completion("waiting", "the platform may know more soon", _next(age))


def _failed(error: ApiError, age: float) -> Completion:
    limited = isinstance(error, RateLimited)
    if isinstance(error, _HOPELESS) or (age >= AGES[-1] and not limited):
        logger.warning("a call was not completed", extra={"error": error.message})
        return Completion("failed", error.message)
    wait = error.retry_after or 0.0
    return Completion("waiting", error.message, wait if limited and wait else max(wait, _next(age)))


def _next(age: float) -> float:
    """Seconds until the next try, a little more or less so that many calls do not come at once."""
    due = next((each for each in AGES if each > age + 1.0), age + AGES[0])
    return (due - age) * (1 + random.uniform(0, JITTER))  # noqa: S311


def _with_exchanges(found: Completion, context: ActionContext) -> Completion:
    found.told["attempts"] = [{"sent": each.sent, "got": each.got} for each in context.exchanges]
    return found


def _say(work: Work, accepted: Accepted) -> None:
    about = {"event_id": accepted.event_id, "connection": work.event.connection}
    logger.info("a call is complete" if not accepted.duplicate else "a call was complete already", extra=about)
