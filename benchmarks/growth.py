"""Whether an event costs more as more is stored, as there are more rules, as bodies grow.

Cost is processor time of store, receiver and worker together, from the kernel's books; the client's is not in it.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.client import Order
from benchmarks.contenders import hookswitch
from benchmarks.filled import accepted, copied
from benchmarks.measure import Sample, Scale, Table, alternate, say
from benchmarks.processes import send

SMALL = 600
"""Bytes of a body in the large store: what is asked is whether number matters, not whether it fits into memory."""
RULE = """\
description: Rule {number}.
on: end-of-call-report
if: call.to == "+3186{number:07}"
steps: [{{ action: log, with: {{ message: seen }} }}]
"""


def stored(folder: Path, scale: Scale) -> Table:
    """All stores are there at once, and take turns."""
    with ExitStack() as stack:
        contenders = {}
        for count in scale.stored:
            installation = stack.enter_context(hookswitch.contender(folder / f"at-{count}", "everysec", workers=1))
            _fill(installation, count)
            contenders[f"{count:,} events stored"] = partial(_round, installation, scale.events, SMALL)
        for contender in contenders.values():
            contender(folder / "warm")
        rows = alternate(contenders, "µs", max(5, scale.rounds) if scale.rounds > 1 else 1, folder, scale.patience)
        for row in rows:
            row.others = []  # the installations outlive their rounds, and would count as others
    return Table("stored", "Processor time an event, by events already stored", rows, base=rows[0].name)


def _fill(installation: hookswitch.Installation, count: int) -> None:
    """Rewriting the append file would run beside the measurement at a moment of its own, so it waits."""
    say(f"  storing {count:,} events")
    (event_id,) = asyncio.run(accepted(installation.url, 1, SMALL))
    installation.drain()
    with installation.redis() as redis:
        redis.config_set("auto-aof-rewrite-percentage", 0)
        copied(redis, event_id, count)


def rules(folder: Path, scale: Scale) -> Table:
    """Rules of one condition of their own, all listening to the kind of event that comes; none matches."""
    contenders = {f"{count:,} rules": partial(_with_rules, count, scale.events) for count in scale.rules}
    rows = alternate(contenders, "µs", scale.rounds, folder, scale.patience)
    return Table("rules", "Processor time an event, by rules that are asked", rows, base=rows[0].name)


def _with_rules(count: int, events: int, folder: Path) -> Sample:
    texts = {f"rule_{number}": RULE.format(number=number) for number in range(count)}
    with hookswitch.contender(folder, "everysec", workers=1, rules=texts) as installation:
        return _round(installation, max(20, min(events, 50_000 // count)), 3_500, folder)


def bodies(folder: Path, scale: Scale) -> Table:
    """One rule is asked; larger bodies, fewer events."""
    contenders = {f"{size // 1000:,} kB": partial(_with_bodies, size, scale.events) for size in scale.bodies}
    rows = alternate(contenders, "µs", scale.rounds, folder, scale.patience)
    return Table("bodies", "Processor time an event, by size of its body", rows, base=rows[0].name)


def _with_bodies(size: int, events: int, folder: Path) -> Sample:
    texts = {"rule": RULE.format(number=1)}
    with hookswitch.contender(folder, "everysec", workers=1, rules=texts) as installation:
        return _round(installation, max(20, min(events, 20_000_000 // size)), size, folder)


def _round(installation: hookswitch.Installation, events: int, size: int, folder: Path) -> Sample:
    """Post, and wait until all of them are through."""
    order = Order(installation.port, connections=8, seconds=60, most=events, size=size, prefix=f"g{_numbered(folder)}")
    used = installation.cpu
    outcome = send(order)
    installation.drain()
    return Sample((installation.cpu - used) / events * 1e6, outcome.failed)


def _numbered(folder: Path) -> str:
    """No two rounds send the same ids, or the second would be a duplicate of the first."""
    return f"{abs(hash(folder)) % 10**9}"
