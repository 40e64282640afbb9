"""The trace of an event, put together from what the store remembers: the same record for JSON, terminal and console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from store.answers import Cell
from store.client import Store
from store.events import StoredEvent
from store.masking import masked


async def trace_record(store: Store, event_id: str, *, numbers: bool = False) -> dict[str, Any] | None:
    """Everything decided about one event; None when there is no such event. Numbers are masked unless asked for."""
    stored = await store.events.get(event_id)
    if stored is None:
        return None
    fields = await store.events.trace(event_id)
    cells = await store.answers.cells(event_id)
    rules = [record for name, record in sorted(fields.items()) if name.startswith("rule:")]
    return {
        "event": event_summary(stored, numbers=numbers),
        "stages": fields.get("stages", []),
        "rules": rules,
        "answers": [answer for cell in cells.values() for answer in _answers(cell, stored, fields)],
    }


def event_summary(stored: StoredEvent, *, numbers: bool = False) -> dict[str, Any]:
    """The head of a trace, and one line of a listing."""
    event = stored.event
    show = (lambda number: number) if numbers else masked
    return {
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
    } | ({"problem": event.problem} if event.problem else {})


def _answers(cell: Cell, stored: StoredEvent, fields: dict[str, Any]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    if cell.said:
        told.append(
            _head(cell) | {
                "by": cell.said.by, "rule": cell.said.rule, "ms": cell.said_at - stored.received_ms,
                "late": False, "sent": cell.said.body, "left": cell.state == "sent",
            }
        )  # fmt: skip
    if cell.late:
        told.append(
            _head(cell) | {
                "by": cell.late.by, "rule": cell.late.rule, "ms": cell.late_at - stored.received_ms,
                "late": True, "sent": cell.late.body,
            }
        )  # fmt: skip
    if f"late:{cell.tool_id}" in fields and cell.answer:
        told.append(
            _head(cell) | {"by": cell.answer.by, "rule": cell.answer.rule, "late": True, "sent": cell.answer.body}
            | {"delivery": fields[f"late:{cell.tool_id}"]}
        )  # fmt: skip
    return told


def _head(cell: Cell) -> dict[str, Any]:
    return {"tool": cell.tool_id} if cell.tool_id else {}


def moment(milliseconds: int) -> str:
    """Unix milliseconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
