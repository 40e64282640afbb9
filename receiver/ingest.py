"""THE path: one delivery, from its bytes to its answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime

from redis.exceptions import RedisError

from receiver.answers import LEAST, Wait
from receiver.delivery import Delivery, cells_of
from receiver.doors import Way, methods_at, way_of
from receiver.hangup import has_hung_up, keep_listening
from receiver.incoming import Receive, Refused, Scope, read_delivery
from receiver.limits import Limit
from receiver.observer import Observer
from receiver.pressure import Pressure
from receiver.providers import provider_for
from receiver.providers.base import BadSignature, Provider, Reply
from receiver.raw import RawDelivery
from receiver.responses import Response, come_again, come_later, refused, replied
from receiver.room import NoRoom, Room
from receiver.settings import ReceiverSettings
from receiver.waiters import Waiters, Word
from store.about import now_about
from store.answers import Answers, CellAnswer
from store.connections import Connection
from store.event import Event, new_event_id
from store.events import Acceptance, Accepted, Events
from store.spans import note_subject
from store.spool import Spool, SpoolError

logger = logging.getLogger(__name__)

HOOKS = "/hooks/"
"""What the path of every delivery begins with."""

KEPT_HEADERS = ("content-type", "user-agent")
"""Headers remembered with the event, beside those its provider names; signatures and tokens are not."""

SPOOL_PATIENCE = 5.0
"""Seconds the disk gets when nobody waits."""

RETRY_AFTER = 5
"""Seconds after which a sender may try again when the store was away."""


@dataclass(frozen=True)
class Receiver:
    """What the path needs; one for each process."""

    connections: Mapping[str, Connection]
    events: Events
    answers: Answers
    waiters: Waiters
    spool: Spool
    pressure: Pressure
    room: Room
    settings: ReceiverSettings
    observer: Observer = field(default_factory=Observer)


async def ingest(scope: Scope, receive: Receive, receiver: Receiver) -> Response:
    """Raw → verified → normalised → stored and queued → answered."""
    try:
        with receiver.room.body() as grown:
            delivery = await _receive(scope, receive, receiver, grown)
            _verify(delivery)
            return await _taken(receive, receiver, delivery, _normalise(delivery))
    except Refused as error:
        receiver.observer.refused(connection_in(scope), error.status)
        return refused(error.status, error.text, error.headers)
    except NoRoom:
        return come_again(receiver.pressure.refuse("busy"))


def _taken(receive: Receive, receiver: Receiver, delivery: Delivery, events: Sequence[Event]) -> Awaitable[Response]:
    """Stored and answered."""
    for event in events:
        if event.waits:
            return _take_call(receive, receiver, delivery, events, event)
    return _take_news(receiver, delivery, events)


async def _take_news(receiver: Receiver, delivery: Delivery, events: Sequence[Event]) -> Response:
    """What nobody waits for is asked to come later when there is too much to do."""
    if reason := receiver.pressure.reason:
        return come_later(receiver.pressure.refuse(reason))
    with receiver.room.place(waits=False) as has_place:
        if not has_place:
            raise NoRoom
        try:
            accepted = await _store(receiver, delivery, events, receiver.settings.store_timeout)
        except (RedisError, OSError) as error:
            return await _spool(receiver, delivery, events, error)
    return _acknowledge(events, accepted)


async def _take_call(
    receive: Receive, receiver: Receiver, delivery: Delivery, events: Sequence[Event], event: Event
) -> Response:
    """Without a place for it a caller's event is stored all the same, and the caller hears the fallback at once.

    It is listened for the answer before the event is stored: then none can be missed, and none is looked for.
    """
    with receiver.room.place(waits=True) as has_place, receiver.waiters.waiting(event.id) as woken:
        try:
            accepted = await _store(receiver, delivery, events, _patience(receiver, delivery, events), heard=has_place)
        except (RedisError, OSError) as error:
            return await _spool(receiver, delivery, events, error)
        stored = next(each for own, each in zip(events, accepted, strict=True) if own is event)
        if has_place:
            return await _answer(receive, receiver, delivery, event, stored, woken)
        return _fallback(receiver, delivery, event, stored.event_id)


async def _receive(scope: Scope, receive: Receive, receiver: Receiver, grown: Callable[[int], None]) -> Delivery:
    began, received_at = asyncio.get_running_loop().time(), datetime.now(UTC)
    name, slash, rest = scope["path"].removeprefix(HOOKS).partition("/")
    connection, way = receiver.connections.get(name), way_of(rest if slash else None)
    if connection is None or not connection.on or way is None:
        raise Refused(404, "not found")
    provider = provider_for(connection)
    _check_door(provider, way, scope["method"])
    limits = receiver.settings
    raw = await read_delivery(
        scope, receive, connection.name, received_at, way=way,
        max_body=limits.max_body, read_timeout=limits.read_timeout, grown=grown,
    )  # fmt: skip
    return Delivery(connection, provider, raw, began)


def connection_in(scope: Scope) -> str:
    """The name the URL gives; there may be no such connection."""
    return str(scope["path"]).removeprefix(HOOKS).partition("/")[0]


def _check_door(provider: Provider, way: Way, method: str) -> None:
    methods = methods_at(provider.doors, way)
    if not methods:
        raise Refused(404, "not found")
    if method not in methods:
        raise Refused(405, "method not allowed", {"allow": ", ".join(sorted(methods))})


def _verify(delivery: Delivery) -> None:
    connection, raw = delivery.connection, delivery.raw
    try:
        if raw.path_token and not any(entry.scheme == "path_token" for entry in connection.auth):
            raise BadSignature("a token in the path, where the connection has none")
        delivery.provider.verify(raw, connection.auth, raw.received_at)
    except BadSignature as error:
        logger.warning("delivery refused", extra={"connection": connection.name, "reason": error.reason})
        raise Refused(401, "the delivery did not prove who sent it") from None
    delivery.passed("verified")


def _normalise(delivery: Delivery) -> Sequence[Event]:
    events = delivery.provider.normalise(delivery.raw)
    for event in events:
        event.id = new_event_id()
    now_about(events[0])
    note_subject()
    delivery.passed("normalised")
    return events


async def _store(
    receiver: Receiver, delivery: Delivery, events: Sequence[Event], patience: float, *, heard: bool = True
) -> list[Accepted]:
    """A write that is silent for so many seconds counts as unknown."""
    writes = [receiver.events.accept(_acceptance(delivery, event, heard=heard)) for event in events]
    with Limit(patience):
        accepted = await asyncio.gather(*writes) if len(writes) > 1 else [await writes[0]]
    receiver.pressure.added(sum(not event.waits for event in events))
    receiver.observer.stored(delivery, events, accepted)
    return accepted


def _acceptance(delivery: Delivery, event: Event, *, heard: bool = True) -> Acceptance:
    """`heard` says whether somebody is there for its answer until the deadline."""
    raw = delivery.raw
    acceptance = Acceptance(event, event.part or raw.body, _kept(raw, delivery.provider), delivery.stages, raw.request)
    if event.waits:
        left = delivery.deadline(event) - asyncio.get_running_loop().time() if heard else 0.0
        acceptance.lane, acceptance.deadline_in = "live" if heard else "background", max(0.001, left)
    return acceptance


def _kept(raw: RawDelivery, provider: Provider) -> dict[str, str]:
    return {name: raw.headers[name] for name in (*KEPT_HEADERS, *provider.kept_headers) if name in raw.headers}


def _patience(receiver: Receiver, delivery: Delivery, events: Sequence[Event]) -> float:
    """Seconds until a silent write is given up; no caller is kept past the deadline for it."""
    now = asyncio.get_running_loop().time()
    deadlines = [max(LEAST, delivery.deadline(event) - now) for event in events if event.waits]
    return min([receiver.settings.store_timeout, *deadlines])


async def _spool(receiver: Receiver, delivery: Delivery, events: Sequence[Event], error: Exception) -> Response:
    """The store is away: the events wait on disk under the ids they have, and a caller hears the fallback at once."""
    waiting = next((event for event in events if event.waits), None)
    try:
        with Limit(_disk_patience(delivery, waiting)):
            await receiver.spool.append([_acceptance(delivery, event) for event in events])
    except (SpoolError, TimeoutError) as full:
        logger.critical("nothing can be spooled", extra={"error": str(full) or "the disk is silent"})
        return _not_stored(receiver, delivery, events, error)
    receiver.observer.spooled(delivery, events)
    logger.error("the store is away, spooled", extra={"event_id": events[0].id, "error": repr(error)})
    if waiting is None:
        return _acknowledge(events, [Accepted(event.id, False, 0) for event in events])
    return _fallback(receiver, delivery, waiting, waiting.id)


def _disk_patience(delivery: Delivery, waiting: Event | None) -> float:
    """Seconds until a silent disk counts as none."""
    if waiting is None:
        return SPOOL_PATIENCE
    return max(LEAST, delivery.deadline(waiting) - asyncio.get_running_loop().time())


def _not_stored(receiver: Receiver, delivery: Delivery, events: Sequence[Event], error: Exception) -> Response:
    """Nothing can be stored anywhere. A caller is answered all the same; others are asked to come again."""
    receiver.observer.lost(delivery, events)
    event = next((event for event in events if event.waits), events[0])
    logger.critical(
        "event not stored", extra={"event_id": event.id, "connection": event.connection, "error": repr(error)}
    )
    if not event.waits:
        return come_again(RETRY_AFTER)
    return _fallback(receiver, delivery, event, event.id, stored=False)


def _fallback(receiver: Receiver, delivery: Delivery, event: Event, event_id: str, *, stored: bool = True) -> Response:
    """What a caller hears when nobody can be waited for."""
    said = [delivery.fallback(event)] * len(cells_of(event))
    receiver.observer.answered(delivery, event, said)
    return replied(_reply(delivery, event, event_id, said), event_id, stored=stored)


async def _answer(
    receive: Receive, receiver: Receiver, delivery: Delivery, event: Event, stored: Accepted, woken: Word
) -> Response:
    """A repeated delivery waits for the answer to the first one, which may be there already."""
    event_id, fallback = stored.event_id, delivery.fallback(event)
    wait = Wait(receiver.answers, event_id, cells_of(event), fallback, delivery.deadline(event), not stored.duplicate)
    first = receiver.waiters.waiting(event_id, woken) if stored.duplicate else nullcontext()
    keep_listening(receive)
    with first:
        said = await wait.until_said(woken)
    heard = not has_hung_up(receive)
    reply = _reply(delivery, event, event_id, said.answers)
    receiver.observer.answered(delivery, event, said.answers, heard=heard)
    if not heard:
        logger.warning(
            "the platform hung up before its answer",
            extra={"event_id": event_id, "connection": event.connection},
        )
    return replied(reply, event_id, after=wait.mark_sent if heard and said.on_record else None)


def _reply(delivery: Delivery, event: Event, event_id: str, said: Sequence[CellAnswer]) -> Reply:
    reply = delivery.reply(event, said)
    if reply.problems:
        logger.warning(
            "an answer could not be said as it was meant",
            extra={"event_id": event_id, "connection": event.connection, "problems": reply.problems},
        )
    return reply


def _acknowledge(events: Sequence[Event], accepted: Sequence[Accepted]) -> Response:
    status = 400 if events[0].kind == "unreadable" else 200
    event_id = accepted[0].event_id
    return replied(Reply({"event_id": event_id}, status), event_id)
