"""What was measured, for people and for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.bars import Bar
from benchmarks.measure import Row, Table, ratio

WIDTH = 46
DISTURBED = 0.1
"""From which share of the machine on others are mentioned."""
BLOCKS = " ▏▎▍▌▋▊▉█"


def text(tables: Mapping[str, Table], bars: Sequence[Bar]) -> str:
    """The whole report."""
    lines = [line for table in tables.values() for line in _table(table)]
    return "\n".join([*lines, *_bars(bars)])


def to_json(tables: Mapping[str, Table], bars: Sequence[Bar], scale: str) -> dict[str, Any]:
    """The same as data; latencies as percentiles, not one by one."""
    return {
        "scale": scale,
        "tables": {
            name: {"title": table.title, "base": table.base, "rows": [row.to_json() for row in table.rows]}
            for name, table in tables.items()
        },
        "bars": [asdict(bar) | {"met": bar.met} for bar in bars],
    }


def _table(table: Table) -> Iterator[str]:
    yield f"\n{table.title}\n{'─' * min(110, len(table.title))}"
    base = table.row(table.base)
    for row in table.rows:
        yield _row(row, base)
    for name, values in table.latencies.items():
        yield f"\n  {name}"
        yield from histogram(values)


def _row(row: Row, base: Row | None) -> str:
    spread = f"{_number(min(row.values))} to {_number(max(row.values))}" if len(row.values) > 1 else ""
    beside = f"× {ratio(row, base):.2f}" if base and base.median else ""
    more = "  ".join(f"{name} {_number(value)}" for name, value in row.more.items())
    if row.others and max(row.others) >= DISTURBED:
        more += f"  (others took up to {max(row.others):.0%} of the machine)"
    failed = f"  FAILED {row.failed}" if row.failed else ""
    return f"  {row.name:<46}{_number(row.median):>9} {row.unit:<7}{beside:>8}  {spread:<20}{more}{failed}"


def histogram(values: Sequence[float]) -> Iterator[str]:
    """How often what took how long: two lines for each doubling of the time."""
    if not values:
        return
    counts: dict[int, int] = {}
    for value in values:
        bucket = math.floor(math.log2(max(value, 0.01)) * 2)
        counts[bucket] = counts.get(bucket, 0) + 1
    most = max(counts.values())
    for bucket in range(min(counts), max(counts) + 1):
        count = counts.get(bucket, 0)
        yield f"  {2 ** (bucket / 2):>8.2f} ms {_bar(count / most):<{WIDTH}} {count or ''}".rstrip()


def _bar(part: float) -> str:
    eighths = max(1, round(part * WIDTH * 8)) if part else 0
    return "█" * (eighths // 8) + (BLOCKS[eighths % 8] if eighths % 8 else "")


def _bars(bars: Sequence[Bar]) -> Iterator[str]:
    yield "\nThe bars\n────────"
    for bar in bars:
        yield f"  {'met    ' if bar.met else 'NOT MET'}  {bar.text:<66}{bar.measured:>9.2f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
