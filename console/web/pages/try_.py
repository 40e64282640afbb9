"""Tries an expression on a stored event."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.past.pastbook import memories_of
from console.web.desk import desk_of, note
from console.web.render import page
from console.web.seeing import sees_numbers, shown
from console.web.trying import LONGEST, Tried, try_expression
from rules.engine.playing.events import EventView, ToolView
from store.events import StoredEvent
from workers.desk import event_view


async def ask(request: Request) -> Response:
    """The form."""
    return await _page(request, request.query_params.get("event", ""), "", None)


async def answer(request: Request) -> Response:
    """What comes of it; who tried what is written down, since an expression can ask for a masked number."""
    form, desk = request.scope["form"], desk_of(request)
    event_id, text = form.get("event", "").strip(), form.get("expression", "").replace("\r\n", "\n")
    stored = await desk.store.events.get(event_id)
    if stored is None:
        return await _page(request, event_id, text, None)
    view = event_view(stored.event)
    (memory,) = await memories_of(desk.store, [stored], asked="memory." in text)
    tried = await try_expression(text, view, _tool(view, form.get("tool", "")), await desk.book.read(), memory)
    await note(
        request, f"try an expression on event {stored.event.id}", expression=shown(text[:200], (), numbers=False)
    )
    return await _page(request, event_id, text, tried)


def _tool(view: EventView, tool_id: str) -> ToolView | None:
    return next((tool for tool in view.tools if tool.id == tool_id), view.tools[0] if view.tools else None)


async def _page(request: Request, event_id: str, text: str, tried: Tried | None) -> Response:
    stored = await desk_of(request).store.events.get(event_id) if event_id else None
    names = sorted(event_view(stored.event).values) if stored else []
    return await page(
        request, "try.html", event=event_id, stored=stored, expression=text, tried=_told(request, stored, tried),
        longest=LONGEST, names=names, chosen=request.scope.get("form", {}).get("tool", ""),
    )  # fmt: skip


def _told(request: Request, stored: StoredEvent | None, tried: Tried | None) -> dict[str, Any] | None:
    if stored is None or tried is None:
        return None
    known, numbers = (stored.event.call.from_, stored.event.call.to), sees_numbers(request, stored.event)
    record = {"value": tried.value, "seen": dict(tried.seen), "messages": [said.message for said in tried.problems]}
    told: dict[str, Any] = shown(record, known, numbers=numbers)
    return told | {"problems": list(zip(told["messages"], tried.problems, strict=True)), "failed": _failed(tried)}


def _failed(tried: Tried) -> bool:
    """Whether there is no value to show."""
    return tried.value is None and bool(tried.problems)


ROUTES = (
    Route("/try", ask),
    Route("/try", answer, methods=["POST"]),
)
