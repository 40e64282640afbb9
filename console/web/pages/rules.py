"""Rules: all of them with how they stand and how they did, each with its file and findings, and the pause buttons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.pausing import UnknownTarget, scope_of
from console.web.book import Pages
from console.web.desk import desk_of, note, visitor_of
from console.web.frames import Line, frame, whole
from console.web.going import to
from console.web.pages.events import EASY, line_of
from console.web.render import page
from console.web.standing import DAYS, Record, State, Tally, states
from rules.engine.findings import Finding
from rules.engine.rule import Rule
from store.look import Wanted, look
from store.pauses import EVERYTHING

LATEST = 10
LONGEST_WHY = 200


async def show_all(request: Request) -> Response:
    """The list."""
    desk = desk_of(request)
    pages, tally = await desk.book.read(), await Tally.read(desk.store)
    listed = states(pages, tally)
    loose = [finding for finding in pages.findings if finding.path not in {state.path for state in listed}]
    everything = tally.pauses.get(EVERYTHING)
    return await page(
        request, "rules.html", states=listed, days=DAYS, folder=pages.folder, problem=pages.problem,
        everything=everything, workers=len(tally.notes), loose=[_framed(finding, "") for finding in loose],
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One rule."""
    desk, name = desk_of(request), request.path_params["rule"]
    pages, tally = await desk.book.read(), await Tally.read(desk.store)
    state = next((each for each in states(pages, tally) if each.name == name), None)
    if state is None:
        raise HTTPException(404)
    text = _text(pages, state)
    latest = await look(desk.store.redis, Wanted(rule=name), LATEST, most=EASY)
    return await page(
        request, "rule.html", state=state, rule=state.rule, lines=whole(text), days=await _days(request, name),
        findings=[_framed(finding, text) for finding in state.findings], listens=_listens(state.rule),
        latest=[line_of(row) for row in latest.rows], held=await _held(request, state), back=latest.back_to_ms,
        more=bool(latest.next),
    )  # fmt: skip


def _text(pages: Pages, state: State) -> str:
    """The file as it is; the folder's own files are read and no other."""
    if state.rule:
        return state.rule.source.text
    try:
        return (pages.folder / state.path.rpartition("/")[2]).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _framed(finding: Finding, text: str) -> dict[str, Any]:
    lines: list[Line] = frame(text, finding.line, finding.column)
    return {"finding": finding, "lines": lines}


def _listens(rule: Rule | None) -> list[str]:
    if rule is None:
        return []
    return [" ".join([trigger.kind or "native", *sorted(trigger.values)]) for trigger in rule.triggers]


async def _days(request: Request, name: str) -> list[tuple[str, Record]]:
    counted: Iterable[Any] = await desk_of(request).store.tallies.days(DAYS)
    return [(day, Record.of(name, counts)) for day, counts in counted]


async def _held(request: Request, state: State) -> int:
    if state.pause is None:
        return 0
    return (await desk_of(request).store.pauses.held([state.pause]))[state.pause.scope]


async def pause(request: Request) -> Response:
    """Stop a rule, a connection or everything between two steps."""
    desk, scope = desk_of(request), await _scope(request)
    why = " ".join(request.scope["form"].get("why", "").split())[:LONGEST_WHY]
    await desk.store.pauses.begin(scope, visitor_of(request).user, why)
    await note(request, f"pause {scope}", why=why)
    return await to(
        request, _place(scope), f"{_named(scope)} is paused: within a second no worker begins another step of it"
    )


async def resume(request: Request) -> Response:
    """Let it go on."""
    desk, scope = desk_of(request), await _scope(request)
    lifted = await desk.store.pauses.resume(scope)
    if not lifted.found:
        return await to(request, _place(scope), f"{_named(scope)} was not paused")
    await note(request, f"resume {scope}", runs=lifted.runs)
    return await to(request, _place(scope), f"{_named(scope)} goes on; runs that waited: {lifted.runs}")


async def _scope(request: Request) -> str:
    """What a form means; raises 404 for what is nothing to pause."""
    desk = desk_of(request)
    pages, asked = await desk.book.read(), request.scope["form"].get("scope", "")
    rules = {file.name for file in pages.loaded.files} | await desk.store.last_good.names()
    named = {f"rule:{name}" for name in rules} | {f"connection:{name}" for name in pages.connections}
    paused = await desk.store.pauses.all()
    try:
        return scope_of(asked, named | {EVERYTHING} | paused.keys())
    except UnknownTarget as error:
        raise HTTPException(404) from error


def _place(scope: str) -> str:
    kind, _, name = scope.partition(":")
    return {"rule": f"/rules/{name}", "connection": f"/connections/{name}"}.get(kind, "/rules")


def _named(scope: str) -> str:
    return "everything" if scope == EVERYTHING else scope.replace(":", " ")


ROUTES = (
    Route("/rules", show_all),
    Route("/rules/{rule}", show),
    Route("/pause", pause, methods=["POST"]),
    Route("/resume", resume, methods=["POST"]),
)
