"""The System page: the store and what it promises, the lanes, the workers."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from console.web.desk import desk_of
from console.web.render import page
from store.client import Store
from store.standing import standing


async def show(request: Request) -> Response:
    """What an operator looks at first."""
    desk = desk_of(request)
    seen = await standing(desk.store.redis, desk.settings.durability)
    return page(request, "system.html", server=seen, durability=desk.settings.durability, **await _figures(desk.store))


async def _figures(store: Store) -> dict[str, Any]:
    return {
        "lanes": await store.queue.depth(),
        "open_work": await store.queue.open_work(),
        "load": await store.backlog.look(),
        "refused": await store.backlog.refusals(),
        "workers": await store.roster.all(),
        "pauses": list((await store.pauses.all()).values()),
        "events": await store.events.count(),
        "dead": await store.dead.count(),
    }
