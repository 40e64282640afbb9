"""One event: what came in, what every rule decided about it and why, what went out and what was answered."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.making.newtest import CannotWrite, write_case
from console.past.explain import explanation, why
from console.past.pastbook import past_of
from console.past.replay import rehearsal, replay_live
from console.past.tracebook import trace_record
from console.past.tracetree import spooled_words
from console.web.book import Pages
from console.web.desk import desk_of, note
from console.web.frames import frame, texts_of
from console.web.going import to
from console.web.render import page
from console.web.seeing import reveal, sees_numbers, shown
from receiver.providers.mapping.plan import BadMapping
from store.client import Store
from store.events import StoredEvent
from workers.desk import event_view

Record = dict[str, Any]
_ACTED = ("ran", "failed", "error", "limited", "paused", "shadow", "parked", "undecided")
_RESULTS = {
    "recorded": "its result is taken from the original run", "assumed": "taken to succeed", "refused": "refused",
    "unknown": "what it gives is not known", "hanging": "it hangs on what an earlier step gives",
}  # fmt: skip


async def show(request: Request) -> Response:
    """Everything about it."""
    desk, stored = desk_of(request), await _found(request)
    pages, numbers = await desk.book.read(), sees_numbers(request, stored.event)
    trace = await trace_record(desk.store, stored.event.id, numbers=True) or {}
    told = await explanation(desk.store, stored.event.id, pages.rules, numbers=True) or {"rules": []}
    frames = await _frames(desk.store, told["rules"], pages)
    known = (stored.event.call.from_, stored.event.call.to)
    record = shown({"trace": trace, "told": told, **_came_in(stored)}, known, numbers=numbers)
    rules = sorted(record["told"]["rules"], key=_rank)
    return await page(
        request, "event.html", stored=stored, numbers=numbers, rules=rules, frames=frames, acted=_ACTED,
        has_numbers=any(known), spooled=spooled_words(trace["spooled"]) if "spooled" in trace else "",
        tools={tool["id"]: tool["name"] for tool in record["trace"]["event"]["tools"]},
        **record,
    )  # fmt: skip


async def _found(request: Request) -> StoredEvent:
    """The event of the address; raises 404."""
    stored = await desk_of(request).store.events.get(request.path_params["event"])
    if stored is None:
        raise HTTPException(404)
    return stored


def _came_in(stored: StoredEvent) -> Record:
    """As it was posted, and as rules see it."""
    return {
        "raw": stored.event.raw or stored.body.decode("utf-8", "replace"), "headers": dict(stored.headers),
        "normalised": stored.event.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "came": {"method": stored.request.method, "door": stored.request.door, "query": stored.request.query},
    }  # fmt: skip


def _rank(rule: Record) -> tuple[int, str]:
    """Those that did something first."""
    return (0 if rule["outcome"] in _ACTED else 1, rule["rule"])


async def _frames(store: Store, rules: list[Record], pages: Pages) -> Record:
    """Version, line and column → the lines of the file around it, as they were when they decided."""
    texts = await texts_of(store, rules, pages.loaded)
    return {
        f"{rule['version']}:{each['line']}:{each.get('column', 0)}": frame(text, each["line"], each.get("column", 0))
        for rule in rules
        if (text := texts.get(rule["version"]))
        for each in rule["conditions"]
    }


async def show_numbers(request: Request) -> Response:
    """Somebody asks for the phone numbers; that is written down."""
    stored = await _found(request)
    await reveal(request, stored.event.id, f"see the numbers of event {stored.event.id}")
    return await to(request, f"/events/{stored.event.id}")


async def rehearse(request: Request) -> Response:
    """What the rules as they are now would do about it, without any effect."""
    desk, stored = desk_of(request), await _found(request)
    pages, numbers = await desk.book.read(), sees_numbers(request, stored.event)
    told = await rehearsal(desk.store, stored, pages.rules)
    for rule in told["rules"]:
        rule["why"] = why(rule)
    record = shown(told, (stored.event.call.from_, stored.event.call.to), numbers=numbers)
    return await page(request, "rehearsal.html", told=record, results=_RESULTS, stored=stored)


async def replay(request: Request) -> Response:
    """Handle it once more, for real; workers do it."""
    desk, stored = desk_of(request), await _found(request)
    try:
        fresh = await replay_live(desk.store, stored, (await desk.book.read()).connections)
    except BadMapping as error:
        return await to(request, f"/events/{stored.event.id}", f"nothing was done: {error}")
    await note(request, f"replay event {stored.event.id}", events=len(fresh), as_=", ".join(fresh[:5]))
    return await to(request, f"/events/{fresh[0]}", "enqueued in the bulk lane; this is the new event")


async def copy_as_test(request: Request) -> Response:
    """A test case made of it, for each rule that listens: stand-ins take the place of names and numbers of people."""
    desk, stored = desk_of(request), await _found(request)
    pages, view = await desk.book.read(), event_view(stored.event)
    listening = [rule for rule in pages.rules if rule.listens(view)]
    chosen = request.query_params.get("rule", "")
    rule = next((each for each in listening if each.name == chosen), None)
    case, problem = "", ""
    if rule:
        title = f"{stored.event.kind} of {stored.event.received_at:%Y-%m-%d %H:%M:%S}"
        past = await past_of(desk.store, stored, view, [rule])
        try:
            case = write_case(rule, view, past, title, pages.words).text
        except CannotWrite as error:
            problem = str(error)
    names = [each.name for each in listening]
    return await page(request, "newtest.html", stored=stored, rules=names, chosen=rule, case=case, problem=problem)


ROUTES = (
    Route("/events/{event}", show),
    Route("/events/{event}/rehearsal", rehearse),
    Route("/events/{event}/test", copy_as_test),
    Route("/events/{event}/numbers", show_numbers, methods=["POST"]),
    Route("/events/{event}/replay", replay, methods=["POST"]),
)
