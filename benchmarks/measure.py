"""How a number comes about: alternating rounds, the median over them and their spread."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

QUIET = 0.1
"""Share of the machine below which others do not disturb."""
LOOK = 0.4
"""Seconds to look at what others do."""


@dataclass(frozen=True)
class Scale:
    """How long everything is measured."""

    name: str
    rounds: int
    seconds: float
    """Of one throughput round."""
    latency: float
    """Of one latency run."""
    overload: float
    jobs: int
    stored: tuple[int, ...]
    rules: tuple[int, ...]
    bodies: tuple[int, ...] = (1_000, 16_000, 100_000, 1_000_000)
    events: int = 2_000
    """How many events a cost is averaged over."""
    patience: float = 0.0
    """Seconds to wait for a quiet machine before each measurement."""


SCALES = {
    scale.name: scale
    for scale in (
        Scale("full", 3, 2.5, 15.0, 60.0, 8_000, (10_000, 100_000, 1_000_000), (1, 10, 100, 1000), patience=4.0),
        Scale("quick", 1, 1.0, 4.0, 10.0, 2_000, (10_000, 100_000), (1, 10, 100), events=500),
        Scale("smoke", 1, 0.1, 0.5, 1.0, 100, (100, 200), (1, 2), (1_000, 16_000), events=30),
    )
}


@dataclass
class Row:
    """One measured thing."""

    name: str
    unit: str
    values: list[float]
    """One for each round."""
    failed: int = 0
    more: dict[str, float] = field(default_factory=dict)
    others: list[float] = field(default_factory=list)
    """Share of the machine that processes not ours took during each round."""

    @property
    def median(self) -> float:
        """Of the rounds."""
        return median(self.values)

    def to_json(self) -> dict[str, Any]:
        """As the report and the file know it."""
        return asdict(self) | {"median": self.median, "low": min(self.values), "high": max(self.values)}


@dataclass
class Table:
    """Rows that belong together, and latency lists to draw."""

    name: str
    title: str
    rows: list[Row] = field(default_factory=list)
    latencies: dict[str, list[float]] = field(default_factory=dict)
    base: str = ""
    """The row that ratios are given against."""

    def row(self, name: str) -> Row | None:
        """The row with this name."""
        return next((row for row in self.rows if row.name == name), None)


@dataclass
class Sample:
    """One round of one contender."""

    value: float
    failed: int = 0
    more: dict[str, float] = field(default_factory=dict)
    others: float = 0.0


class Neighbours:
    """How much of the machine others take, from now on: everything that was busy less what we and our children used."""

    def __init__(self) -> None:
        self._began, self._busy, self._ours = time.monotonic(), _busy(), _ours()

    def share(self) -> float:
        """Between 0 and 1; right once the children have ended."""
        took = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return max(0.0, (_busy() - self._busy - (_ours() - self._ours)) / took)


def _busy() -> float:
    """Processor seconds that anybody used, or that the host took away."""
    user, nice, system, _, _, irq, softirq, steal, *_ = Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    return sum(map(int, (user, nice, system, irq, softirq, steal))) / os.sysconf("SC_CLK_TCK")


def _ours() -> float:
    return sum(os.times()[:4])


Contender = Callable[[Path], Sample]


def wait_for_quiet(patience: float) -> None:
    """Until others take little of the machine, for `patience` seconds at the most."""
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        neighbours = Neighbours()
        time.sleep(LOOK)
        if neighbours.share() < QUIET:
            return


def alternate(
    contenders: Mapping[str, Contender], unit: str, rounds: int, folder: Path, patience: float = 0.0
) -> list[Row]:
    """A B C A B C ...: each round in a fresh folder, so that a noisy neighbour meets them all."""
    found: dict[str, list[Sample]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, contender in contenders.items():
            place = folder / f"{len(found)}-{number}-{name.replace(' ', '-').replace('/', '-')}"
            place.mkdir(parents=True)
            wait_for_quiet(patience)
            neighbours = Neighbours()
            sample = contender(place)
            sample.others = neighbours.share()
            found[name].append(sample)
            say(f"  {name}, round {number + 1}: {sample.value:,.1f} {unit}, others {sample.others:.0%}")
    return [_row(name, unit, samples) for name, samples in found.items()]


def _row(name: str, unit: str, samples: Sequence[Sample]) -> Row:
    more = {key: median(sample.more[key] for sample in samples) for key in samples[0].more}
    failed, others = sum(sample.failed for sample in samples), [sample.others for sample in samples]
    return Row(name, unit, [sample.value for sample in samples], failed, more, others)


def ratio(row: Row, base: Row) -> float:
    """The median of the ratios round by round: what disturbed a whole round disturbed both."""
    if len(row.values) == len(base.values):
        return median(mine / other for mine, other in zip(row.values, base.values, strict=True) if other)
    return row.median / base.median


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` of them do not exceed; NaN of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def latency_row(name: str, values: Sequence[float], failed: int = 0) -> Row:
    """p99 as the value, p50 and the worst beside it."""
    more = {"p50": percentile(values, 0.5), "p999": percentile(values, 0.999), "max": max(values, default=float("nan"))}
    return Row(name, "ms p99", [percentile(values, 0.99)], failed, more | {"n": len(values)})


def say(text: str) -> None:
    """A word to whoever watches; the report goes to stdout, this does not."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)  # noqa: T201
