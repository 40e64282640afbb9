"""The trace of an event, put together from what the store remembers: the same record for JSON, terminal and console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from console.masking import mask_numbers
from store.answers import Cell, CellAnswer
from store.client import Store
from store.events import StoredEvent
from store.look import Row
from store.masking import masked

STAGES = ("received", "verified", "normalised", "spooled", "stored", "claimed", "matched", "answered", "done")
"""In the order of the path."""


async def trace_record(store: Store, event_id: str, *, numbers: bool = False) -> dict[str, Any] | None:
    """Everything decided about one event; None when there is no such event. Numbers are masked unless asked for.

    The id may be that of a repetition which was acknowledged under an id of its own: the record is the first one's.
    """
    stored = await store.events.get(event_id)
    if stored is None:
        return None
    fields = await store.events.trace(stored.event.id)
    cells = await store.answers.cells(stored.event.id)
    record = {
        "event": event_summary(stored, numbers=numbers),
        "stages": straightened(stages_of(stored, fields.get("stages", {}))),
        "rules": [_rule(name, record, fields) for name, record in sorted(fields.items()) if name.startswith("rule:")],
        "answers": [answer for cell in cells.values() for answer in _answers(cell, stored, fields)],
    }
    if "completion" in fields:
        record["completion"] = fields["completion"]
    if "spooled" in stored.stages:
        record["spooled"] = _spooled(stored)
    call = stored.event.call
    masked_record: dict[str, Any] = record if numbers else mask_numbers(record, (call.from_, call.to))
    return masked_record


def _rule(name: str, record: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """What a rule decided, and who ended its run while it was paused."""
    dropped = fields.get(f"dropped:{name.removeprefix('rule:')}")
    return record | ({"dropped": dropped} if dropped else {})


def stages_of(stored: StoredEvent, worked: dict[str, float] | list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every stage with its moment and the milliseconds since the event came in; `worked` is what its trace tells.

    Workers of earlier versions have told all of them, as a list that is ready to be shown.
    """
    if isinstance(worked, list):
        return worked
    began = stored.stages.get("received", stored.received_ms)
    moments = {**stored.stages, "stored": stored.received_ms, **worked}
    return [{"name": name, "at": moment(int(at)), "ms": round(at - began, 2)} for name, at in moments.items()]


def _spooled(stored: StoredEvent) -> dict[str, Any]:
    """When it really came in, and how long it waited on a receiver's disk for the store."""
    began = stored.stages.get("received", stored.stages["spooled"])
    seconds = max(0.0, (stored.received_ms - stored.stages["spooled"]) / 1000)
    return {"came_in_at": moment(int(began)), "seconds": round(seconds, 1)}


def straightened(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stages in the order of the path, with `ms` that never run backwards.

    The receiver's clock tells the first ones and the store's the rest. Where the second lags behind the first, whatever
    it tells is moved on by as much as it must; `at` stays as the clocks told it.
    """
    behind, before, told = 0.0, 0.0, []
    for stage in sorted(stages, key=_place_on_the_path):
        behind = max(behind, before - stage["ms"])
        before = round(stage["ms"] + behind, 2)
        told.append(stage | {"ms": before})
    return told


def _place_on_the_path(stage: dict[str, Any]) -> int:
    return STAGES.index(stage["name"]) if stage["name"] in STAGES else len(STAGES)


def event_summary(stored: StoredEvent | Row, *, numbers: bool = False) -> dict[str, Any]:
    """The head of a trace, and one line of a listing."""
    event = stored.event
    show = (lambda number: number) if numbers else masked
    summary = {
        "id": event.id,
        "connection": event.connection,
        "provider": event.provider,
        "generation": event.generation,
        "kind": event.kind,
        "native": event.native,
        "received_at": moment(stored.received_ms),
        "call": {"id": event.call.id, "from": show(event.call.from_), "to": show(event.call.to)},
        "tools": [{"id": tool.id, "name": tool.name} for tool in event.tools],
        "status": stored.status,
    } | {name: told for name in ("name", "problem", "replay_of", "recovered") if (told := getattr(event, name))}
    if event.kind == "schedule":
        summary["due_at"] = event.received_at.isoformat(timespec="milliseconds")
    shown: dict[str, Any] = summary if numbers else mask_numbers(summary, (event.call.from_, event.call.to))
    return shown


def _answers(cell: Cell, stored: StoredEvent, fields: dict[str, Any]) -> list[dict[str, Any]]:
    """What was said in time, what came too late, and what became of an answer that was ready and never left."""
    told: list[dict[str, Any]] = []
    if cell.said:
        in_time = {"ms": cell.said_at - stored.received_ms, "late": False, "left": cell.state == "sent"}
        told.append(_answer(cell, cell.said) | in_time)
    if cell.late:
        told.append(_answer(cell, cell.late) | {"ms": cell.late_at - stored.received_ms, "late": True})
    delivery = fields.get(f"late:{cell.tool_id}")
    if delivery and cell.answer:
        told.append(_answer(cell, cell.answer) | {"late": True, "delivery": delivery})
    return told


def _answer(cell: Cell, answer: CellAnswer) -> dict[str, Any]:
    tool = {"tool": cell.tool_id} if cell.tool_id else {}
    return tool | {"by": answer.by, "rule": answer.rule, "sent": answer.body}


def moment(milliseconds: int) -> str:
    """Unix milliseconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
