"""Connections: what came in on each, what was refused, what callers heard, and how to set its webhook."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from console.checkup.ceilings import costs_of
from console.web.desk import desk_of
from console.web.howto import steps_for, url_of
from console.web.pages.events import EASY, line_of
from console.web.render import page
from console.web.standing import DAYS
from store.client import Store
from store.connections import Connection
from store.look import Wanted, look
from store.metrics import Key

LATEST = 10
_CAME = ("stored", "spooled")


async def show_all(request: Request) -> Response:
    """The list."""
    desk = desk_of(request)
    pages = await desk.book.read()
    records = [await _record(desk.store, each) for each in pages.connections.values()]
    return page(
        request, "connections.html", connections=records, problem=pages.problem, file=pages.connections_file, days=DAYS
    )


async def show(request: Request) -> Response:
    """One connection."""
    desk, name = desk_of(request), request.path_params["connection"]
    connection = (await desk.book.read()).connections.get(name)
    if connection is None:
        raise HTTPException(404)
    steps, manual = steps_for(connection)
    latest = await look(desk.store.redis, Wanted(connection=name), LATEST, most=EASY)
    return page(
        request, "connection.html", record=await _record(desk.store, connection), connection=connection, steps=steps,
        manual=manual, days=DAYS, latest=[line_of(row) for row in latest.rows],
        ceilings=await _ceilings(desk.store, connection),
    )  # fmt: skip


async def _record(store: Store, connection: Connection) -> dict[str, Any]:
    """What is known of it, over all processes."""
    counts: Counter[Key] = Counter()
    for _, day in await store.tallies.days(DAYS):
        counts.update(day)
    last, name = await store.tallies.last(), connection.name
    delivered = [at for key, at in last.items() if key[:2] == ("event", name)]
    return {
        "name": name, "provider": connection.provider, "generation": connection.generation, "url": url_of(connection),
        "schemes": [entry.scheme for entry in connection.auth], "api": connection.api is not None,
        "open": any(entry.scheme == "none" for entry in connection.auth),
        "pause": (await store.pauses.all()).get(f"connection:{name}"),
        "last": max(delivered, default=0), "deliveries": _sum(counts, "event", name, _CAME),
        "duplicates": _sum(counts, "event", name, ("duplicate",)), "lost": _sum(counts, "event", name, ("lost",)),
        "unproven": counts[("refused", name, "unproven")], "unproven_last": last.get(("refused", name, "unproven"), 0),
        "answers": _sum(counts, "answer", name, ("rule", "meanwhile", "fallback")),
        "fallbacks": _sum(counts, "answer", name, ("fallback",)),
        "reconciled": (await store.reconciles.last()).get(name),
    }  # fmt: skip


def _sum(counts: Counter[Key], what: str, connection: str, ends: tuple[str, ...]) -> int:
    return sum(count for key, count in counts.items() if key[:2] == (what, connection) and key[-1] in ends)


async def _ceilings(store: Store, connection: Connection) -> list[tuple[str, int, str]]:
    """What costs money: how much of it was used, of how much."""
    told: list[tuple[str, int, str]] = []
    for cost in costs_of(connection):
        ceiling = connection.ceiling_of(cost)
        told.append((cost, await store.spending.used(connection.name, cost, ceiling), str(ceiling)))
    return told
