"""THE path: one delivery, from its bytes to its answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response

from receiver.answers import Wait
from receiver.delivery import Delivery, cells_of
from receiver.doors import Way, methods_at, way_of
from receiver.hangup import hangup_of
from receiver.incoming import Refused, read_delivery
from receiver.pressure import Pressure
from receiver.providers import provider_named
from receiver.providers.base import BadSignature, Provider, Reply
from receiver.responses import come_again, come_later, refused, replied
from receiver.room import NoRoom, Room
from receiver.settings import ReceiverSettings
from receiver.waiters import Waiters
from store.answers import Answers, CellAnswer
from store.commit import GroupCommit
from store.connections import Connection
from store.event import Event, new_event_id
from store.events import Acceptance, Accepted
from store.spool import Spool, SpoolError

logger = logging.getLogger(__name__)

KEPT_HEADERS = frozenset({"content-type", "user-agent"})
"""Headers remembered with the event; signatures and tokens are not."""

LEAST_STORE_TIME = 0.1
"""Seconds the store gets for a write even when the caller's deadline is nearer."""

SPOOL_TIME = 0.5
"""Seconds the disk gets even when the caller's deadline is nearer; platforms leave us about a second."""

SPOOL_PATIENCE = 5.0
"""Seconds the disk gets when nobody waits."""

RETRY_AFTER = 5
"""Seconds after which a sender may try again when the store was away."""


@dataclass(frozen=True)
class Receiver:
    """What the path needs; one for each process."""

    connections: Mapping[str, Connection]
    commit: GroupCommit
    answers: Answers
    waiters: Waiters
    spool: Spool
    pressure: Pressure
    room: Room
    settings: ReceiverSettings


async def ingest(request: Request, receiver: Receiver) -> Response:
    """Raw → verified → normalised → stored and queued → answered."""
    try:
        with receiver.room.body() as grown:
            delivery = await _receive(request, receiver, grown)
            _verify(delivery)
            return await _take(request, receiver, delivery, _normalise(delivery))
    except Refused as error:
        return refused(error.status, error.text, error.headers)
    except NoRoom:
        return come_again(receiver.pressure.refuse("busy"))


async def _take(request: Request, receiver: Receiver, delivery: Delivery, events: Sequence[Event]) -> Response:
    """Stored and answered. Events that nobody waits for are asked to come later when there is too much to do.

    Without a place for it a caller's event is stored all the same, and the caller hears the fallback at once.
    """
    waits = any(event.waits for event in events)
    if not waits and (reason := receiver.pressure.reason):
        return come_later(receiver.pressure.refuse(reason))
    with receiver.room.place(waits=waits) as has_place:
        if not waits and not has_place:
            raise NoRoom
        try:
            accepted = await _store(receiver, delivery, events, heard=has_place)
        except (RedisError, OSError) as error:
            return await _spool(receiver, delivery, events, error)
        for event, stored in zip(events, accepted, strict=True):
            if event.waits and has_place:
                return await _answer(request, receiver, delivery, event, stored.event_id)
            if event.waits:
                return _fallback(delivery, event, stored.event_id)
        return _acknowledge(events, accepted)


async def _receive(request: Request, receiver: Receiver, grown: Callable[[int], None]) -> Delivery:
    began, received_at = asyncio.get_running_loop().time(), datetime.now(UTC)
    connection = receiver.connections.get(request.path_params["connection"])
    way = way_of(request.path_params.get("rest"))
    if connection is None or not connection.on or way is None:
        raise Refused(404, "not found")
    provider = provider_named(connection.provider)
    _check_door(provider, way, request.method)
    limits = receiver.settings
    raw = await read_delivery(
        request, connection.name, received_at, way=way,
        max_body=limits.max_body, read_timeout=limits.read_timeout, grown=grown,
    )  # fmt: skip
    return Delivery(connection, provider, raw, began)


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


def _normalise(delivery: Delivery) -> list[Event]:
    ours = {
        "connection": delivery.connection.name,
        "provider": delivery.provider.name,
        "received_at": delivery.raw.received_at,
    }
    events = delivery.provider.normalise(delivery.raw)
    named = [event.model_copy(update={"id": new_event_id(), **ours}) for event in events]
    delivery.passed("normalised")
    return named


async def _store(receiver: Receiver, delivery: Delivery, events: Sequence[Event], *, heard: bool) -> list[Accepted]:
    writes = [receiver.commit.accept(_acceptance(delivery, event, heard=heard)) for event in events]
    async with asyncio.timeout(_patience(receiver, delivery, events)):
        accepted = list(await asyncio.gather(*writes))
    receiver.pressure.added(sum(not event.waits for event in events))
    return accepted


def _acceptance(delivery: Delivery, event: Event, *, heard: bool = True) -> Acceptance:
    """`heard` says whether somebody is there for its answer until the deadline."""
    left = delivery.deadline(event) - asyncio.get_running_loop().time() if heard else 0.0
    return Acceptance(
        event=event,
        body=delivery.raw.body,
        headers={name: value for name, value in delivery.raw.headers.items() if name in KEPT_HEADERS},
        lane="live" if event.waits and heard else "background",
        deadline_in=max(0.001, left) if event.waits else 0.0,
        stages=delivery.stages,
        request=delivery.raw.request,
    )


def _patience(receiver: Receiver, delivery: Delivery, events: Sequence[Event]) -> float:
    """Seconds until a silent write counts as unknown; no caller is kept past the deadline for it."""
    now = asyncio.get_running_loop().time()
    deadlines = [max(LEAST_STORE_TIME, delivery.deadline(event) - now) for event in events if event.waits]
    return min([receiver.settings.store_timeout, *deadlines])


async def _spool(receiver: Receiver, delivery: Delivery, events: Sequence[Event], error: Exception) -> Response:
    """The store is away: the events wait on disk under the ids they have, and a caller hears the fallback at once."""
    waiting = next((event for event in events if event.waits), None)
    try:
        async with asyncio.timeout(_disk_patience(delivery, waiting)):
            await receiver.spool.append([_acceptance(delivery, event) for event in events])
    except (SpoolError, TimeoutError) as full:
        logger.critical("nothing can be spooled", extra={"error": str(full) or "the disk is silent"})
        return _not_stored(delivery, events, error)
    logger.error("the store is away, spooled", extra={"event_id": events[0].id, "error": repr(error)})
    if waiting is None:
        return _acknowledge(events, [Accepted(event.id, False, 0) for event in events])
    return _fallback(delivery, waiting, waiting.id)


def _disk_patience(delivery: Delivery, waiting: Event | None) -> float:
    """Seconds until a silent disk counts as none."""
    if waiting is None:
        return SPOOL_PATIENCE
    return max(SPOOL_TIME, delivery.deadline(waiting) - asyncio.get_running_loop().time())


def _not_stored(delivery: Delivery, events: Sequence[Event], error: Exception) -> Response:
    """Nothing can be stored anywhere. A caller is answered all the same; others are asked to come again."""
    event = next((event for event in events if event.waits), events[0])
    logger.critical(
        "event not stored", extra={"event_id": event.id, "connection": event.connection, "error": repr(error)}
    )
    if not event.waits:
        return come_again(RETRY_AFTER)
    return _fallback(delivery, event, event.id, stored=False)


def _fallback(delivery: Delivery, event: Event, event_id: str, *, stored: bool = True) -> Response:
    """What a caller hears when nobody can be waited for."""
    said = [delivery.fallback(event)] * len(cells_of(event))
    return replied(_reply(delivery, event, event_id, said), event_id, stored=stored)


async def _answer(request: Request, receiver: Receiver, delivery: Delivery, event: Event, event_id: str) -> Response:
    """`event_id` is that of the event in force, which for a repeated delivery is not `event`'s own."""
    wait = Wait(receiver.answers, event_id, cells_of(event), delivery.fallback(event), delivery.deadline(event))
    with receiver.waiters.waiting(event_id) as woken, hangup_of(request) as hung_up:
        said = await wait.until_said(woken)
        heard = not hung_up.done()
    reply = _reply(delivery, event, event_id, said.answers)
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
