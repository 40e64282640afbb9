"""The bars we set ourselves: said with every run, met or not. Never a test: machines differ, neighbours are noisy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.measure import Row, Table, ratio

Tables = Mapping[str, Table]


@dataclass(frozen=True)
class Bar:
    """One promise about speed, and what was measured."""

    text: str
    wanted: float
    measured: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it was kept in this run."""
        return self.measured >= self.wanted if self.at_least else self.measured <= self.wanted


RATIOS = (
    ("acks everysec ≥ 3 × the recipe's", "acks", "hookswitch everysec", "recipe everysec", 3.0),
    ("acks everysec ≥ 0.5 × bare", "acks", "hookswitch everysec", "bare", 0.5),
    ("acks always ≥ 2.5 × the recipe's", "acks", "hookswitch always", "recipe always", 2.5),
    ("waiting answered ≥ 0.8 × Node-RED in memory", "answers", "hookswitch everysec", "node-red in memory", 0.8),
    ("events, two processes ≥ 2.5 × stock arq's best", "jobs", "hookswitch events 2", "arq", 2.5),
    ("jobs, two processes ≥ 2.5 × stock arq's best", "jobs", "hookswitch 2", "arq", 2.5),
    ("never slower with more processes", "jobs", "hookswitch events 2", "hookswitch events 1", 1.0),
)
LATENCIES = (
    ("acknowledged, everysec", 1.0, 5.0),
    ("acknowledged, always", 2.0, 10.0),
    ("received → first byte of the outgoing call", 10.0, 50.0),
    ("waiting event answered by a rule, everysec", 8.0, 40.0),
    ("pickup when idle", 3.0, 15.0),
    ("pickup when idle, notifications lost", 0.0, 50.0),
)


def bars(tables: Tables) -> list[Bar]:
    """Those about which something was measured."""
    return [*_ratios(tables), *_latencies(tables), *_growth(tables), *_overload(tables)]


def _ratios(tables: Tables) -> Iterator[Bar]:
    for text, table, ours, theirs, wanted in RATIOS:
        mine, other = _best(tables, table, ours), _best(tables, table, theirs)
        if mine and other:
            yield Bar(text, wanted, ratio(mine, other), True)


def _best(tables: Tables, table: str, name: str) -> Row | None:
    """The row with this name; or, round by round, the best of those that begin so, whichever that was."""
    rows = tables[table].rows if table in tables else []
    found = [row for row in rows if row.name == name] or [row for row in rows if row.name.startswith(f"{name} ")]
    if not found:
        return None
    return Row(name, found[0].unit, [max(values) for values in zip(*(row.values for row in found), strict=True)])


def _latencies(tables: Tables) -> Iterator[Bar]:
    table = tables.get("latency")
    for name, p50, p99 in LATENCIES:
        row = table.row(name) if table else None
        if row and p50:
            yield Bar(f"{name}: p50 ≤ {p50:g} ms", p50, row.more["p50"], False)
        if row:
            yield Bar(f"{name}: p99 ≤ {p99:g} ms", p99, row.median, False)


def _growth(tables: Tables) -> Iterator[Bar]:
    if "stored" in tables:
        rows = tables["stored"].rows
        yield Bar(f"{rows[-1].name} ≤ 1.15 × {rows[0].name}", 1.15, ratio(rows[-1], rows[0]), False)


def _overload(tables: Tables) -> Iterator[Bar]:
    row = tables["overload"].row("answered by their rule in time") if "overload" in tables else None
    if row:
        yield Bar("overload: waiting events answered by their rule ≥ 99 %", 99.0, row.median, True)
