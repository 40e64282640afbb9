"""Comparisons as jobs, asked for by people and by the clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError

from workers.desk import Desk
from workers.lease import Lease
from workers.looking import look_for_ever
from workers.reconcile.accounts import accounts
from workers.reconcile.outcome import Outcome
from workers.reconcile.recover import Comparer, Wanted

logger = logging.getLogger(__name__)

FIRST_AFTER = 60.0
"""Seconds from the start of a worker until it may compare: what waited while it was away comes first."""
LOOK_EVERY = 15.0


async def reconcile(ctx: Mapping[str, Any], comparison_id: str) -> None:
    """The job of one comparison. One that is taken up again begins anew: what it had fed in is there."""
    desk: Desk = ctx["desk"]
    lease: Lease = ctx["lease"]
    store = desk.store
    comparison = await store.reconciles.get(comparison_id)
    if comparison and comparison.report is None:
        wanted = Wanted.of(comparison.request)
        outcomes = await Comparer(desk, ctx["keep"], lease.ensure).compare(wanted)
        if not wanted.dry_run:
            await store.reconciles.keep_last({each.connection: _kept(each) for each in outcomes})
        await store.reconciles.tell(comparison_id, {"connections": [each.record() for each in outcomes]})
        _say(outcomes)
    await store.queue.finish(lease.claim, lease.claim.job_id, {})


def _kept(outcome: Outcome) -> dict[str, Any]:
    return outcome.record() | {"at": datetime.now(UTC).isoformat()}


def _say(outcomes: list[Outcome]) -> None:
    for each in outcomes:
        about = {"connection": each.connection, "known": each.known, "recovered": each.recovered, "why": each.why}
        logger.info("calls compared with the platform's list", extra=about)


async def reconcile_for_ever(desk: Desk, worker: str, every: float) -> None:
    """Ask for a comparison every so often, over all workers; with 0 never. Goes on through any absence of the store."""
    await _make_known(desk)
    if not every:
        return
    await asyncio.sleep(min(FIRST_AFTER, every))

    async def look() -> None:
        if await desk.store.queue.lock("reconcile", worker, every):
            await desk.store.reconciles.ask({"by": "schedule"})

    await look_for_ever(look, min(LOOK_EVERY, every), "comparing")


async def _make_known(desk: Desk) -> None:
    """Calls from before a connection was known here are nobody's business, unless somebody asks for them."""
    names = [name for each in accounts(desk.connections.values()) for name in each.names()]
    while True:
        try:
            await desk.store.reconciles.connected_since(names, round(datetime.now(UTC).timestamp() * 1000))
        except (RedisError, OSError):
            await asyncio.sleep(LOOK_EVERY)
        else:
            return
