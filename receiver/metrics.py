"""The metrics of a receiver: what came in, what was said and how soon, and how much room there is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from receiver.auth.window import in_utc
from receiver.delivery import Delivery
from receiver.observer import Observer
from store.answers import CellAnswer
from store.connections import Connection
from store.event import KINDS, WAITING, Event
from store.events import Accepted
from store.gauges import StoreGauges
from store.metrics import (
    ACK_SECONDS,
    ANSWER_SECONDS,
    OTHER,
    Count,
    Sheet,
    Spread,
    build_sheet,
    refusal,
    registry_of,
)
from store.spool import Spool, SpoolError
from store.standing import Lookout

if TYPE_CHECKING:
    from receiver.ingest import Receiver

REFUSALS: Mapping[int, str] = {
    400: "unreadable", 401: "unproven", 404: "unknown", 405: "method", 408: "slow", 413: "too_large",
}  # fmt: skip
"""HTTP status → why a request is turned away."""
PRESSURES = ("backlog", "memory", "busy")
"""Why events are asked to come later."""
LEVELS = ("error", "warning")
DISK_PATIENCE = 1.0
"""Seconds the disk of the spool gets to tell."""


class ReceiverMetrics(Observer):
    """Counts on the path; looks at the rest when somebody asks."""

    def __init__(self, connections: Mapping[str, Connection], store: StoreGauges) -> None:
        self._names = {name: name for name in connections}
        self._store = store
        self._disk: asyncio.Future[tuple[int, int, int]] | None = None
        self.sheet = sheet = Sheet()
        self.events = sheet.count(
            "hookswitch_events_total", "events: stored, duplicate or spooled",
            "connection", "provider", "kind", "result",
        )  # fmt: skip
        self.lost_events = sheet.count(
            "hookswitch_events_lost_total", "events that could be stored nowhere", "connection"
        )
        self.ack = sheet.spread(
            "hookswitch_ack_seconds", "from the first byte until an event nobody waits for is stored",
            "connection", buckets=ACK_SECONDS,
        )  # fmt: skip
        self.answers = sheet.count(
            "hookswitch_answers_total", "answers to callers, by who gave them: rule, meanwhile, fallback",
            "connection", "kind", "by",
        )  # fmt: skip
        self.answer = sheet.spread(
            "hookswitch_answer_seconds", "from the first byte until a caller's event has its answer",
            "connection", "by", buckets=ANSWER_SECONDS,
        )  # fmt: skip
        self.hangups = sheet.count(
            "hookswitch_hangups_total", "callers' events whose platform hung up before its answer", "connection"
        )
        self.refused_requests = sheet.count(
            "hookswitch_refused_total", "requests turned away: " + ", ".join(REFUSALS.values()), "connection", "reason"
        )
        self.turned_away = sheet.count(
            "hookswitch_turned_away_total", "events asked to come later: backlog, memory, busy", "reason"
        )
        self._levels(sheet)
        self._begin(connections)

    def _begin(self, connections: Iterable[str]) -> None:
        """What alerts look at is there before anything happens."""
        for name in connections:
            self.refused_requests.begin(name, REFUSALS[401])
            self.lost_events.begin(name)
            for kind in sorted(WAITING):
                self.answers.begin(name, kind, "fallback")
                self.answers.begin(name, kind, "rule")

    def _levels(self, sheet: Sheet) -> None:
        level = sheet.level
        self.waiting = level("hookswitch_callers_waiting", "callers' events that wait for an answer in this process")
        self.in_work = level("hookswitch_requests_in_work", "requests in work; does somebody wait: yes or no", "waits")
        self.bodies = level("hookswitch_bodies_held_bytes", "large bodies held in this process")
        self.spooled_now = level("hookswitch_spool_events", "events on this machine's disk that wait for the store")
        self.unreadable = level("hookswitch_spool_unreadable_events", "spooled events that cannot be read")
        self.spool_bytes = level("hookswitch_spool_bytes", "bytes the spool's file takes")
        self.spool_limit = level("hookswitch_spool_limit_bytes", "bytes the spool may take")
        self.on = level("hookswitch_connection_on", "1 for a connection that takes events, else 0", "connection")
        self.until = level(
            "hookswitch_webhook_secret_until_seconds",
            "Unix time at which the last secret that proves this connection's deliveries ends, where it does",
            "connection",
        )
        self.less = level(
            "hookswitch_store_shortcomings", "what the store does less than asked, by how bad it is", "level"
        )

    def refused(self, connection: str, status: int) -> None:
        name = self._names.get(connection, OTHER)
        self.refused_requests.add(name, REFUSALS.get(status, OTHER))

    def stored(self, delivery: Delivery, events: Sequence[Event], accepted: Sequence[Accepted]) -> None:
        waits = False
        for event, each in zip(events, accepted, strict=True):
            self._count(event, "duplicate" if each.duplicate else "stored")
            waits = waits or event.waits
        if not waits:
            self.ack.observe(_since(delivery), delivery.connection.name)

    def spooled(self, delivery: Delivery, events: Sequence[Event]) -> None:
        for event in events:
            self._count(event, "spooled")

    def lost(self, delivery: Delivery, events: Sequence[Event]) -> None:
        self.lost_events.add(delivery.connection.name, by=len(events))

    def answered(self, delivery: Delivery, event: Event, said: Sequence[CellAnswer], *, heard: bool = True) -> None:
        seconds = _since(delivery)
        for answer in said:
            self.answers.add(event.connection, event.kind, answer.by)
            self.answer.observe(seconds, event.connection, answer.by)
        if not heard:
            self.hangups.add(event.connection)

    def _count(self, event: Event, result: str) -> None:
        kind = event.kind if event.kind in KINDS else OTHER
        self.events.add(event.connection, event.provider, kind, result)

    async def look(self, receiver: Receiver, lookout: Lookout) -> None:
        """What is counted elsewhere, and what is so at this moment."""
        for reason in PRESSURES:
            self.turned_away.values[(reason,)] = receiver.pressure.refused[reason]
        self.waiting.set(len(receiver.waiters))
        for waits, count in receiver.room.in_work.items():
            self.in_work.set(count, "yes" if waits else "no")
        self.bodies.set(receiver.room.held)
        self._look_at_connections(receiver.connections.values())
        shortcomings = lookout.seen.shortcomings if lookout.seen else ()
        for level in LEVELS:
            self.less.set(sum(each.level == level for each in shortcomings), level)
        self.spool_limit.set(receiver.settings.spool_limit)
        await asyncio.gather(self._look_at_spool(receiver.spool), self._store.look())

    def _look_at_connections(self, connections: Iterable[Connection]) -> None:
        for connection in connections:
            self.on.set(connection.on, connection.name)
            ends = last_secret_ends(connection)
            if ends is not None:
                self.until.set(ends.timestamp(), connection.name)

    async def _look_at_spool(self, spool: Spool) -> None:
        """A disk that hangs is asked no second time before it has answered; what it does not tell is not shown."""
        levels = (self.spooled_now, self.unreadable, self.spool_bytes)
        for level in levels:
            level.clear()
        if self._disk is None or self._disk.done():
            self._disk = asyncio.ensure_future(asyncio.to_thread(_on_disk, spool))
        try:
            async with asyncio.timeout(DISK_PATIENCE):
                found = await asyncio.shield(self._disk)
        except (SpoolError, OSError):
            return
        for level, value in zip(levels, found, strict=True):
            level.set(value)

    @property
    def tallied(self) -> Mapping[str, Count | Spread]:
        """What people see of it in the console, over all processes."""
        return {"event": self.events, "answer": self.answers, "refused": self.refused_requests}

    @property
    def sheets(self) -> list[Sheet]:
        """Everything a receiver shows."""
        return [build_sheet("receiver"), self.sheet, self._store.sheet]

    @property
    def registry(self) -> CollectorRegistry:
        """A new registry over it."""
        return registry_of(self.sheets)


def last_secret_ends(connection: Connection) -> datetime | None:
    """When nothing proves a connection's deliveries any more; None when something always does."""
    ends = [in_utc(entry.not_after) for entry in connection.auth if entry.not_after]
    return max(ends) if ends and len(ends) == len(connection.auth) else None


def _on_disk(spool: Spool) -> tuple[int, int, int]:
    return spool.count(), spool.unreadable(), spool.path.stat().st_size if spool.path.exists() else 0


def _since(delivery: Delivery) -> float:
    return monotonic() - delivery.began


async def metrics(request: Request) -> Response:
    """`GET /metrics`, for who shows the token; without a token in the settings there is no such page."""
    receiver: Receiver = request.app.state.receiver
    refused = refusal(request.headers.get("authorization", ""), receiver.settings.metrics_token)
    if refused:
        return PlainTextResponse("", *refused)
    counted: ReceiverMetrics = request.app.state.metrics
    await counted.look(receiver, request.app.state.lookout)
    page = generate_latest(request.app.state.registry)
    return Response(page, media_type=CONTENT_TYPE_LATEST)
