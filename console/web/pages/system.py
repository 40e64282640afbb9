"""The System page: the store and what it promises, the lanes, the workers."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.checkup import examine_without_secrets
from console.web.desk import desk_of
from console.web.render import page
from receiver.settings import ReceiverSettings
from store.client import Store
from store.standing import standing
from workers.settings import WorkerSettings


async def show(request: Request) -> Response:
    """What an operator looks at first."""
    desk = desk_of(request)
    seen = await standing(desk.store.redis, desk.settings.durability)
    return await page(
        request, "system.html", server=seen, durability=desk.settings.durability, **await _figures(desk.store)
    )


async def examined(request: Request) -> Response:
    """What `hookswitch doctor` finds, as far as it needs no secret."""
    desk = desk_of(request)
    settings = desk.settings
    places: dict[str, Any] = {
        "redis_url": desk.url, "data_dir": settings.data_dir, "durability": settings.durability,
        "rules_dir": settings.rules_dir, "connections": (await desk.book.read()).connections_file,
    }  # fmt: skip
    receiver = ReceiverSettings(**{name: value for name, value in places.items() if name != "rules_dir"})
    findings = await examine_without_secrets(receiver, WorkerSettings(**places))
    return await page(request, "examined.html", findings=findings)


async def _figures(store: Store) -> dict[str, Any]:
    return {
        "lanes": await store.queue.depth(),
        "oldest": await store.queue.oldest_due(),
        "open_work": await store.queue.open_work(),
        "load": await store.backlog.look(),
        "refused": await store.backlog.refusals(),
        "workers": await store.roster.all(),
        "pauses": list((await store.pauses.all()).values()),
        "events": await store.events.count(),
        "dead": await store.dead.count(),
    }


ROUTES = (
    Route("/system", show),
    Route("/system/examined", examined),
)
