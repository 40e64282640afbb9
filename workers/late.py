"""Late is not lost: an answer that missed the deadline is put into the live call, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from rules.engine.playing.events import ToolView
from store.answers import Cell, CellAnswer
from workers.actions import ACTIONS
from workers.desk import Work, on_the_desk
from workers.lease import now
from workers.stepping import RunState, Stepper

INJECT = "call.inject"
PATIENCE = 20.0
"""Seconds an injection may be retried; after that the conversation has moved on."""


@dataclass(frozen=True)
class _Retry:
    tries: int = 4
    first: float = 1.0
    factor: float = 2.0
    max_age: float = PATIENCE


@dataclass(frozen=True)
class LateStep:
    """The step that a late answer becomes; journalled like any other."""

    key: str = "late"
    action: str = INJECT
    connection: str = ""
    timeout: float | None = 5.0
    retry: _Retry = field(default_factory=_Retry)


async def deliver_late(work: Work, state: RunState, tool: ToolView | None, answer: CellAnswer) -> dict[str, Any]:
    """Do with a late answer what the rule says; returns what the trace tells about it."""
    told = await _delivered(work, state, tool, answer)
    work.desk.observer.late(told.get("outcome", "dropped"))
    return told


async def _delivered(work: Work, state: RunState, tool: ToolView | None, answer: CellAnswer) -> dict[str, Any]:
    if state.rule.late == "drop":
        return {"policy": "drop"}
    if not _can_inject(work):
        return {"policy": "drop", "why": "this platform takes nothing into a live call"}
    text = spoken(tool, answer.body)
    if not text:
        return {"policy": "drop", "why": "there is nothing to say"}
    state.patience = now() + PATIENCE
    stepper = Stepper(state, work)
    with_ = {"content": text, "respond": True}
    result = await stepper.perform(state.rule, LateStep(), None, with_, (), state.journal.decided)
    return {"policy": "inject", "outcome": result.outcome} | ({"error": result.error} if result.error else {})


def _can_inject(work: Work) -> bool:
    platforms = ACTIONS[INJECT].platforms or {}
    connection = work.desk.connections.get(work.event.connection)
    if connection is None or connection.api is None or not connection.on or not work.event.call.id:
        return False
    return work.toolbox.generation(connection) in platforms.get(connection.provider, ())


def spoken(tool: ToolView | None, body: Mapping[str, Any]) -> str:
    """The late answer as a sentence the agent can go on with."""
    found = (body.get(key) for key in ("say", "result", "error"))
    said = next((each for each in found if each is not None and each != ""), None)
    if said is None:
        return ""
    text = said if isinstance(said, str) else orjson.dumps(said).decode()
    return f"The result of {tool.name} is here now: {text}" if tool else text


async def handle_unsent(ctx: Mapping[str, Any], event_id: str) -> None:
    """The job of answers that were ready and never left: they count as late, and are delivered as such."""
    work = await on_the_desk(ctx, event_id)
    if work is None:
        return
    store = work.desk.store
    trace: dict[str, bytes] = {}
    for cell in (await store.answers.cells(event_id)).values():
        answer = cell.answer if cell.state in ("ready", "claimed") and not cell.late else None
        if answer and answer.by == "rule":
            trace[f"late:{cell.tool_id}"] = orjson.dumps(await _deliver_cell(work, cell, answer))
    await store.queue.finish(work.lease.claim, event_id, trace)


async def _deliver_cell(work: Work, cell: Cell, answer: CellAnswer) -> dict[str, Any]:
    tool = work.tool(cell.tool_id)
    run_id = work.run_id(answer.rule, tool)
    state = RunState(run_id, await work.rule_of(run_id), await work.journal(run_id))
    return await deliver_late(work, state, tool, answer)
