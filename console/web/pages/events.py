"""The list of events: live, newest first, with filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.web.book import Pages
from console.web.desk import desk_of
from console.web.filters import going_on, wanted_of, write_down
from console.web.render import page
from console.web.seeing import shown
from store.event import KINDS
from store.look import Row, View, Wanted, look, older
from store.masking import masked

ROWS = 50
MOST = 1_000_000
"""Events looked at for one page."""
QUICK, PATIENT = 0.4, 5.0
"""Seconds spent on the first page, and on one that somebody has asked to go on looking for."""
EASY = 2_000
"""So many are looked at again for every piece of news; a list that takes more does not follow them."""
STATUSES = ("queued", "waiting", "done", "dead")
OUTCOMES = ("ran", "failed", "error", "limited", "paused", "shadow", "disabled")


async def show(request: Request) -> Response:
    """One page of the list."""
    desk, query = desk_of(request), request.query_params
    wanted, problems = wanted_of(query)
    await write_down(request, wanted)
    longest = PATIENT if query.get("cursor") else QUICK
    view = await look(desk.store.redis, wanted, ROWS, query.get("cursor", ""), most=MOST, longest=longest)
    return await page(
        request, "events.html", rows=[line_of(row) for row in view.rows], problems=problems, wanted=wanted,
        choices=_choices(await desk.book.read(), view.rows, wanted), older=going_on(query, view.next), view=view,
        live=not query.get("cursor") and view.looked_at <= EASY, narrowed=wanted != Wanted(),
        told=_told(view), asked=dict(query), kept=await desk.store.events.count(), patient=PATIENT,
        left=await older(desk.store.redis, wanted, view),
    )  # fmt: skip


def line_of(row: Row) -> dict[str, Any]:
    """One event as a list shows it; its numbers are masked."""
    event = row.event
    named = [event.name, *(tool.name for tool in event.tools)]
    line = {
        "id": event.id, "at": row.received_ms, "kind": event.kind, "named": " ".join(filter(None, named)),
        "native": event.native if event.kind == "unknown" else "", "connection": event.connection,
        "from": masked(event.call.from_), "to": masked(event.call.to), "status": row.status,
        "ms": row.ms, "rules": row.rules, "problem": event.problem, "recovered": event.recovered,
        "replay": bool(event.replay_of),
    }  # fmt: skip
    told: dict[str, Any] = shown(line, (event.call.from_, event.call.to), numbers=False)
    return told | {"id": event.id}


def _choices(pages: Pages, rows: Iterable[Row], wanted: Wanted) -> dict[str, list[str]]:
    """What the filters offer: what the files name, what is on the page, and what was asked for."""
    rows = list(rows)
    connections = {*pages.connections, *(row.event.connection for row in rows), wanted.connection} - {""}
    rules = {*(rule.name for rule in pages.rules), *(name for row in rows for name, _ in row.rules), wanted.rule} - {""}
    offered = {"connection": connections, "rule": rules}
    fixed = {"kind": list(KINDS), "status": list(STATUSES), "outcome": list(OUTCOMES)}
    return {name: sorted(values) for name, values in offered.items()} | fixed


def _told(view: View) -> str:
    """Whether it looked at all there is."""
    if not view.next:
        return "all"
    return "full" if len(view.rows) == ROWS else "partly"


ROUTES = (Route("/events", show),)
