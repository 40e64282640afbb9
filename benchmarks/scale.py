"""`python -m benchmarks.scale`: how large an installation has to be for so many calls a day, from what was measured.

The measured numbers are those of docs/performance.md; arithmetic is the rest. A day has a busy hour, and within it
events come by chance: for each size the busiest second of a year of busy hours is drawn, with a seed.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

EVENTS_A_CALL = 8
"""A pickup, five changes of status or tools, an end, a report."""
BUSY_HOUR = 0.15
"""Share of a day's calls in its busiest hour."""
RECEIVER = 3_200
"""Acknowledged a second by one receiver process, `always`."""
WORKER = 6_200
"""Events a second that one worker process reads, matches, traces and closes, without waiting for others' APIs."""
STORE_US = 135.0
"""Processor time of the store for an event from its acceptance to its end, in microseconds."""
MEMORY_KB, DISK_KB = 6.0, 6.6
"""For a body of 3.4 kB: in the store's memory, and written to its file."""
AT_MOST = 0.5
"""The share of a process that is planned with; the other half is for what nobody has planned."""
KEPT_DAYS = (7, 1)
ROOM = 0.7
"""The share of the store's memory above which the oldest events go early."""
DAYS = 365
CALLS = (1_000, 10_000, 50_000, 200_000, 1_000_000)


@dataclass(frozen=True)
class Size:
    """An installation for so many calls a day."""

    calls: int
    average: float
    busiest: int
    receivers: int
    workers: int
    store: float
    memory_gb: tuple[float, ...]
    """For each of KEPT_DAYS."""
    disk_gb: float


def size(calls: int, seed: int = 1) -> Size:
    """What it takes, with the busiest second planned for."""
    events = calls * EVENTS_A_CALL
    second = busiest_second(events * BUSY_HOUR / 3600, seed)
    return Size(
        calls=calls, average=events / 86_400, busiest=second,
        receivers=max(2, math.ceil(second / RECEIVER / AT_MOST)), workers=max(2, math.ceil(second / WORKER / AT_MOST)),
        store=second * STORE_US / 1e6, memory_gb=tuple(events * days * MEMORY_KB / 1e6 / ROOM for days in KEPT_DAYS),
        disk_gb=events * DISK_KB / 1e6,
    )  # fmt: skip


def busiest_second(mean: float, seed: int) -> int:
    """The largest of as many draws as a year of busy hours has seconds, each about Poisson with this mean."""
    chance = random.Random(seed)  # noqa: S311 - an estimate
    draws = DAYS * 3600
    quantile = chance.random() ** (1 / draws)
    return _poisson_quantile(mean, quantile)


def _poisson_quantile(mean: float, quantile: float) -> int:
    """The smallest count that is not exceeded with this probability; in logarithms, since means grow large."""
    count = max(0, int(mean))
    while _log_above(mean, count) > math.log1p(-quantile):
        count += 1
    return count


def _log_above(mean: float, count: int) -> float:
    """The logarithm of the chance to exceed a count at or above the mean, from the terms that are nearly all of it."""
    first = (count + 1) * math.log(mean) - mean - math.lgamma(count + 2)
    ratio, terms, term = mean / (count + 2), 0.0, 1.0
    for step in range(200):
        terms += term
        term *= mean / (count + 3 + step)
    return first + math.log(terms) if ratio < 1 else 0.0


def table() -> Iterator[str]:
    """The table of docs/scale.md."""
    kept = " | ".join(f"memory, {days} d kept" for days in KEPT_DAYS)
    yield f"| calls a day | events/s | busiest second | receivers | workers | core of the store | {kept} | disk a day |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for each in map(size, CALLS):
        memory = " | ".join(f"{gigabytes:,.1f} GB" for gigabytes in each.memory_gb)
        yield (
            f"| {each.calls:,} | {each.average:,.1f} | {each.busiest:,} | {each.receivers} | {each.workers} "
            f"| {each.store:.1%} | {memory} | {each.disk_gb:,.1f} GB |"
        )


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
