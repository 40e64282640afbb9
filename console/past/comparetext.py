"""Decisions that would change, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from rich.cells import cell_len, set_cell_size

from console.past.compare import Change, Comparison, Group
from console.past.replaytext import shortened
from console.past.tracebook import moment

_CELL = 60

Record = dict[str, Any]


def group_rows(found: Comparison) -> list[dict[str, str]]:
    """One row for each sort of change, the most frequent first, with what it is at one event."""
    return [
        {
            "changes": f"{group.count:,}",
            "kind": group.example.kind,
            "what": group.example.about,
            "now": _decision(group.example.before),
            "then": _decision(group.example.after),
            "such as": group.example.event,
        }
        for group in _most_first(found)
    ]


def stacked(rows: Iterable[dict[str, str]], width: int) -> Iterator[str]:
    """The rows where a table is too wide: four lines each, none wider than a terminal of that width."""
    for row in rows:
        yield _cut(f"{row['changes']} × {row['kind']}: {row['what']}", width)
        for name in ("now", "then", "such as"):
            yield _cut(f"  {name:<7}  {row[name]}", width)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def comparison_record(found: Comparison, seconds: float) -> Record:
    """The same for programs."""
    groups = [{"count": group.count, "example": change_record(group.example)} for group in _most_first(found)]
    numbers = {"events": found.events, "changed_events": found.changed_events, "changes": found.changes}
    return {**numbers, "seconds": round(seconds, 3), "groups": groups}


def change_record(change: Change) -> Record:
    """One change for programs."""
    return asdict(change)


def change_line(change: Change) -> str:
    """One change in a line."""
    received = moment(change.received_ms)[:19].replace("T", " ")
    tool = f" for {change.tool}" if change.tool else ""
    decisions = f"{_decision(change.before)} → {_decision(change.after)}"
    return f"{received}  {change.event}  {change.kind}  {change.about}{tool}: {decisions}"


def summary(found: Comparison, seconds: float) -> str:
    """How many events, how many of them otherwise, how fast."""
    rate = f"{found.events / seconds:,.0f} a second" if seconds else ""
    changed = f"{found.changed_events:,} of them would be decided otherwise"
    return f"{found.events:,} events, {changed} ({seconds:.1f} s, {rate})"


def _most_first(found: Comparison) -> Iterable[Group]:
    return sorted(found.groups.values(), key=lambda group: -group.count)


def _decision(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value.replace("_", " ")
    if "by" not in value:
        return f"{value['action']} {'…' if value['with'] is None else shortened(value['with'], _CELL)}"
    if value["by"] == "fallback":
        return "fallback"
    return f"{value['rule']}: {shortened(value['answer'], _CELL) if value['answer'] else 'undecided'}"
