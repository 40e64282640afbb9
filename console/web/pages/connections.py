"""Connections: what came in on each, what was refused, what callers heard, and how to set its webhook."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.checkup.ceilings import costs_of
from console.checkup.refused import refusals
from console.missed import is_a_finding, sentences
from console.web.desk import Desk, desk_of
from console.web.howto import steps_for, url_of
from console.web.pages.events import EASY, line_of
from console.web.render import page
from console.web.seeing import shown
from console.web.standing import DAYS
from receiver.metrics import last_secret_ends
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
    records = [await _record(desk, each) for each in pages.connections.values()]
    return await page(
        request, "connections.html", connections=records, problem=pages.problem, file=pages.connections_file, days=DAYS
    )


async def show(request: Request) -> Response:
    """One connection."""
    desk, name = desk_of(request), request.path_params["connection"]
    connection = (await desk.book.read()).connections.get(name)
    if connection is None:
        raise HTTPException(404)
    steps, manual = steps_for(connection, desk.settings.public_url)
    latest = await look(desk.store.redis, Wanted(connection=name), LATEST, most=EASY)
    return await page(
        request, "connection.html", record=await _record(desk, connection), connection=connection, steps=steps,
        manual=manual, days=DAYS, latest=[line_of(row) for row in latest.rows],
        ceilings=await _ceilings(desk.store, connection),
    )  # fmt: skip


async def _record(desk: Desk, connection: Connection) -> dict[str, Any]:
    """What is known of it, over all processes."""
    store, counts = desk.store, Counter[Key]()
    for _, day in await store.tallies.days(DAYS):
        counts.update(day)
    last, name = await store.tallies.last(), connection.name
    delivered = [at for key, at in last.items() if key[:2] == ("event", name)]
    return {
        "name": name, "provider": connection.provider, "generation": connection.generation,
        "url": url_of(connection, desk.settings.public_url),
        "schemes": [entry.scheme for entry in connection.auth], "api": connection.api is not None,
        "ended": _ended(connection), "open": any(entry.scheme == "none" for entry in connection.auth),
        "pause": (await store.pauses.all()).get(f"connection:{name}"),
        "last": max(delivered, default=0), "deliveries": _sum(counts, "event", name, _CAME),
        "duplicates": _sum(counts, "event", name, ("duplicate",)), "lost": _sum(counts, "event", name, ("lost",)),
        "unproven": counts[("refused", name, "unproven")], "unproven_last": last.get(("refused", name, "unproven"), 0),
        "answers": _sum(counts, "answer", name, ("rule", "meanwhile", "fallback")),
        "fallbacks": _sum(counts, "answer", name, ("fallback",)),
        "key": refusals(counts, last).get(name), "compared": _compared((await store.reconciles.last()).get(name)),
    }  # fmt: skip


def _compared(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the last comparison with the platform's own list found, in the words of `hookswitch reconcile`."""
    if found is None:
        return None
    told: dict[str, Any] = shown(found | {"sentences": sentences(found)}, (), numbers=False)
    return told | {"finding": is_a_finding(found), "calls": [each for each in told["calls"] if not each["event"]]}


def _ended(connection: Connection) -> datetime | None:
    """When the last secret that proved its deliveries was over; None while one holds."""
    ends = last_secret_ends(connection)
    return ends if ends and ends < datetime.now(UTC) else None


def _sum(counts: Counter[Key], what: str, connection: str, ends: tuple[str, ...]) -> int:
    return sum(count for key, count in counts.items() if key[:2] == (what, connection) and key[-1] in ends)


async def _ceilings(store: Store, connection: Connection) -> list[tuple[str, int, str]]:
    """What costs money: how much of it was used, of how much."""
    told: list[tuple[str, int, str]] = []
    for cost in costs_of(connection):
        ceiling = connection.ceiling_of(cost)
        told.append((cost, await store.spending.used(connection.name, cost, ceiling), str(ceiling)))
    return told


ROUTES = (
    Route("/connections", show_all),
    Route("/connections/{connection}", show),
)
