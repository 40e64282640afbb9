"""Which metrics with which labels the code exports, and whether an expression keeps to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from store.metrics import Measure
from tests.deploy.promql import Expression

SCRAPED = frozenset({"instance", "job"})
"""Labels that Prometheus adds itself."""
_PROCESS = ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "process_max_fds")


def series(measures: list[Measure]) -> dict[str, frozenset[str]]:
    """Series name → its labels."""
    found: dict[str, frozenset[str]] = dict.fromkeys(_PROCESS, SCRAPED)
    for measure in measures:
        labels = frozenset(measure.labels) | SCRAPED
        if measure.kind == "histogram":
            found |= {f"{measure.name}_bucket": labels | {"le"}}
            found |= {f"{measure.name}_{part}": labels for part in ("count", "sum")}
        else:
            found[measure.name] = labels
    return found


def problems(text: str, known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Names in the expression that nothing exports."""
    expression = Expression(text)
    expression.value()
    for selector in expression.selectors:
        if selector.metric not in known:
            yield f"no metric {selector.metric}"
            continue
        for name, *_ in selector.matchers:
            if name not in known[selector.metric]:
                yield f"{selector.metric} has no label {name}"
    for selector, by in expression.kept:
        missing = set(by) - known.get(selector.metric, frozenset())
        yield from (f"{selector.metric} has no label {name}" for name in sorted(missing))
