"""A call as a story for the terminal: who said what, how long the caller waited, what went over the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from console.sandbox.edge import SeenRequest
from console.sandbox.record import CallRecord, Moment, MomentKind

LONG_SILENCE = 3.0
"""Seconds after which a caller starts to wonder; printed in red."""

LABELS: Mapping[MomentKind, tuple[str, str]] = {
    "caller_says": ("caller says", "cyan"),
    "caller_hears": ("caller hears", "green"),
    "knows": ("agent is told", "blue"),
    "sent": ("→ webhook", "dim"),
    "command": ("← live command", "blue"),
    "problem": ("problem", "bold red"),
    "note": ("", "dim"),
}


def call_line(record: CallRecord) -> Text:
    """Who calls whom."""
    return Text.assemble(
        ("☎  ", "bold"),
        f"{record.from_} calls {record.to}",
        (f"  ({_dialect(record)}, {record.assistant_name or 'no saved assistant'}, {record.id})", "dim"),
    )


def _dialect(record: CallRecord) -> str:
    return record.generation if record.platform == "flireo" else record.platform


def moment_line(moment: Moment) -> Text:
    """One line of the story."""
    label, style = LABELS[moment.kind]
    line = Text.assemble((f"{moment.at:7.2f}s  ", "dim"), (f"{label:<15}", style))
    if moment.kind in ("caller_says", "caller_hears"):
        line.append(f"“{moment.text}”")
    else:
        line.append(moment.text, style=style)
    line.append_text(_waited(moment.waited))
    if moment.kind == "sent":
        line.append_text(_delivery(moment.data))
    return line


def ending_line(record: CallRecord) -> Text:
    """How it ended, in a few numbers."""
    problems = len(record.problems())
    line = Text(f"{record.status}: {record.end_reason or record.error or 'unknown'}", style="bold")
    line.append(
        f"  {record.duration:.1f} s talking, longest silence {record.longest_silence():.1f} s, ", style="default"
    )
    line.append(f"{problems} problem{'' if problems == 1 else 's'}", style="bold red" if problems else "green")
    return line


def request_line(seen: SeenRequest) -> Text:
    """One API request the sandbox saw."""
    outcome = str(seen.status) if seen.status else "cut"
    line = Text.assemble((f"{outcome:>4} ", _status_style(seen.status)), f"{seen.method} {seen.path}")
    if seen.fault:
        line.append(f"  ({seen.fault} ordered)", style="dim")
    return line


def story(record: CallRecord, requests: Iterable[SeenRequest] = ()) -> RenderableType:
    """The whole call, and the API requests it brought about."""
    lines = [call_line(record), *map(moment_line, record.timeline), ending_line(record)]
    api = [request_line(each) for each in requests]
    return Group(*lines, *([Text("API requests", style="bold"), *api] if api else []))


def _waited(seconds: float | None) -> Text:
    if seconds is None:
        return Text()
    return Text(f"  after {seconds:.1f} s", style="bold red" if seconds >= LONG_SILENCE else "dim")


def _delivery(data: Mapping[str, Any]) -> Text:
    status, copies = int(data.get("status", 0)), int(data.get("copies", 1))
    line = Text(f"  {status or 'no answer'}", style=_status_style(status))
    line.append(f" in {float(data.get('seconds', 0)) * 1000:.0f} ms", style="dim")
    if copies > 1:
        line.append(f", {copies} copies", style="dim")
    return line


def _status_style(status: int) -> str:
    return "green" if 200 <= status < 300 else "bold red"
