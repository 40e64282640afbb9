"""What is counted for Prometheus: plain numbers, put into its words only when somebody asks for them.

Everything of a process happens in one thread, so there is nothing to lock, and an event costs an addition or two.
"""

from __future__ import annotations

import hmac
import platform
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from itertools import accumulate
from typing import ClassVar

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

OTHER = "other"
"""The value of a label where the real one is not of a known set."""

MOST_SERIES = 2000
"""Series of one metric; what comes on top is counted under `other`, so that nobody can fill our memory with names."""

ANSWER_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
"""Buckets for callers: deadlines of platforms lie between 4 and 10 seconds."""
ACK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Buckets for what takes one write."""
WORK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Buckets for what may wait for a worker."""

Key = tuple[str, ...]


class Measure:
    """One metric: its name as Prometheus shows it, what it means, and the names of its labels."""

    kind: ClassVar[str]

    def __init__(self, name: str, doc: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self.doc = doc
        self.labels = tuple(labels)

    def family(self) -> Metric:
        """As prometheus-client wants it."""
        raise NotImplementedError

    def admitted(self, key: Key, known: int) -> Key:
        """The series a new key belongs to when so many are known."""
        return key if known < MOST_SERIES else (OTHER,) * len(key)


class Count(Measure):
    """What only grows."""

    kind = "counter"

    def __init__(self, name: str, doc: str, labels: Sequence[str] = ()) -> None:
        super().__init__(name, doc, labels)
        self.values: dict[Key, float] = {} if labels else {(): 0}

    def add(self, *key: str, by: float = 1) -> None:
        """One more with these labels."""
        values = self.values
        if key not in values:
            key = self.begin(*key)
        values[key] += by

    def begin(self, *key: str) -> Key:
        """Show the series at 0: what first shows at 1 is no growth to who computes rates."""
        key = self.admitted(key, len(self.values))
        self.values.setdefault(key, 0)
        return key

    def family(self) -> Metric:
        family = CounterMetricFamily(self.name, self.doc, labels=self.labels)
        for key, value in self.values.items():
            family.add_metric(key, value)
        return family


class Level(Measure):
    """What goes up and down; it is set when somebody asks."""

    kind = "gauge"

    def __init__(self, name: str, doc: str, labels: Sequence[str] = ()) -> None:
        super().__init__(name, doc, labels)
        self.values: dict[Key, float] = {}

    def set(self, value: float, *key: str) -> None:
        """What it is with these labels."""
        if key not in self.values:
            key = self.admitted(key, len(self.values))
        self.values[key] = value

    def clear(self) -> None:
        """Nothing is known any more."""
        self.values = {}

    def family(self) -> Metric:
        family = GaugeMetricFamily(self.name, self.doc, labels=self.labels)
        for key, value in self.values.items():
            family.add_metric(key, value)
        return family


class Spread(Measure):
    """How long things took, by buckets."""

    kind = "histogram"

    def __init__(self, name: str, doc: str, labels: Sequence[str], buckets: Sequence[float]) -> None:
        super().__init__(name, doc, labels)
        self.buckets = tuple(buckets)
        self.values: dict[Key, tuple[list[int], list[float]]] = {}
        """Labels → how many fell into each bucket, and the sum of all in a list of one."""

    def observe(self, seconds: float, *key: str) -> None:
        """One that took so long."""
        found = self.values.get(key)
        if found is None:
            found = self._begin(self.admitted(key, len(self.values)))
        counts, total = found
        counts[bisect_left(self.buckets, seconds)] += 1
        total[0] += seconds

    def _begin(self, key: Key) -> tuple[list[int], list[float]]:
        return self.values.setdefault(key, ([0] * (len(self.buckets) + 1), [0.0]))

    def family(self) -> Metric:
        family = HistogramMetricFamily(self.name, self.doc, labels=self.labels)
        bounds = [*(f"{bound:g}" for bound in self.buckets), "+Inf"]
        for key, (counts, total) in self.values.items():
            family.add_metric(key, list(zip(bounds, accumulate(counts), strict=True)), total[0])
        return family


class Sheet(Collector):
    """The metrics of one part of a process."""

    def __init__(self) -> None:
        self.measures: list[Measure] = []

    def count(self, name: str, doc: str, *labels: str) -> Count:
        """Add a counter."""
        measure = Count(name, doc, labels)
        self.measures.append(measure)
        return measure

    def level(self, name: str, doc: str, *labels: str) -> Level:
        """Add a gauge."""
        measure = Level(name, doc, labels)
        self.measures.append(measure)
        return measure

    def spread(self, name: str, doc: str, *labels: str, buckets: Sequence[float]) -> Spread:
        """Add a histogram."""
        measure = Spread(name, doc, labels, buckets)
        self.measures.append(measure)
        return measure

    def collect(self) -> Iterator[Metric]:
        """For prometheus-client."""
        return (measure.family() for measure in self.measures)


def build_sheet(process: str) -> Sheet:
    """What runs here."""
    sheet = Sheet()
    build = sheet.level("hookswitch_build_info", "always 1; its labels say what runs", "process", "version", "python")
    build.set(1, process, version("hookswitch"), platform.python_version())
    return sheet


def registry_of(sheets: Iterable[Sheet]) -> CollectorRegistry:
    """A registry of its own for one process, with what the operating system knows of it (`process_...`)."""
    registry = CollectorRegistry(auto_describe=False)
    for sheet in sheets:
        registry.register(sheet)
    ProcessCollector(registry=registry)
    return registry


def shows_token(authorization: str, token: str) -> bool:
    """Whether an `Authorization` header carries the token as a bearer."""
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())


def refusal(authorization: str, token: str, *, open_without: bool = False) -> tuple[int, dict[str, str]] | None:
    """HTTP status and headers for who may not read the metrics; None for who may.

    Without a token to show there is no such page, unless it is `open_without` one.
    """
    if not token:
        return None if open_without else (404, {})
    return None if shows_token(authorization, token) else (401, {"www-authenticate": "Bearer"})
