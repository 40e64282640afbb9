"""What it costs a worker to ask all conditions of many rules about one event, on one core.

.venv/bin/python benchmarks/match.py

Every rule has two conditions of its own, so that nothing one rule found out answers another. `first` is a fresh event
with all that it takes to lay it out, `again` the same event once more, `CEL` what the library needs by itself for the
same conditions on names that are already laid out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import orjson

from receiver.providers import provider_named
from receiver.providers.samples import load_sample
from receiver.raw import RawDelivery
from rules.engine.loading.load import load_folder
from rules.engine.playing.events import EventView
from rules.engine.playing.play import Surroundings, matches
from rules.engine.rule import Rule
from store.event import Event
from store.request import payload_of
from workers.desk import event_view
from workers.vocabulary import vocabulary

COUNTS = (1, 10, 100, 1000)
SIZES = {"small": 0, "20 kB": 20_000}
RULE = """\
description: Rule {number}.
on: end-of-call-report
if:
  - report.duration > {number}.5
  - {second}
steps:
  - action: log
    with: {{ message: seen }}
"""
SECONDS = {"small": 'call.to == "+3186{number:07}"', "20 kB": 'call.to == "+3186{number:07}"',
           "20 kB, all ask for raw": 'raw.message.type == "none-{number}"'}  # fmt: skip
AGAIN = 20


def rules(count: int, second: str) -> Sequence[Rule]:
    """Rules whose first condition holds and whose second does not."""
    with tempfile.TemporaryDirectory() as name:
        for number in range(count):
            text = RULE.format(number=number, second=second.format(number=number))
            (Path(name) / f"rule_{number}.yaml").write_text(text, encoding="utf-8")
        return load_folder(Path(name), vocabulary({})).rules


def report(size: int) -> Event:
    """A report of a call whose conversation fills the size."""
    sample = orjson.loads(load_sample("flireo/end-of-call-report__g3").body)
    message = sample["message"]
    message["duration_seconds"] = 100_000
    while len(orjson.dumps(sample)) < size:
        message["messages"].append({"role": "user", "content": "I want to move my appointment."})
    raw = RawDelivery(orjson.dumps(sample))
    event = provider_named("flireo").normalise(raw)[0]
    event.raw = payload_of(raw.body, raw.headers)
    return event


def ask(asked: Sequence[Rule], view: EventView, surroundings: Surroundings) -> None:
    """All conditions of all rules."""
    for rule in asked:
        if matches(rule, view, None, surroundings).stopped_at != "if[1]":
            raise RuntimeError(f"{rule.name} was to stop at its second condition")


def timed(work: Callable[[], object]) -> float:
    """Milliseconds, the median of many times."""
    took = []
    for _ in range(AGAIN):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def row(title: str, asked: Sequence[Rule], event: Event) -> str:
    """First on a fresh event, with everything it takes to lay it out; again on the same; the library alone."""
    first = timed(lambda: ask(asked, event_view(event), Surroundings()))
    view, surroundings = event_view(event), Surroundings()
    again = timed(lambda: ask(asked, view, surroundings))
    activation = asked[0].activation({**view.plain, **asked[0].variables})
    programs = [condition.expression.program for rule in asked for condition in rule.conditions]
    alone = timed(lambda: [program.eval(activation).plain_value() for program in programs])
    times = f"{first:>10.3f}{again:>10.3f}{alone:>10.3f}"
    return f"{title:<24}{len(asked):>6}{times}{first / alone:>8.1f}{again / alone:>8.1f}"


def main() -> None:
    """Print the table."""
    print(f"{'report':<24}{'rules':>6}{'first ms':>10}{'again ms':>10}{'CEL ms':>10}{'first/':>8}{'again/':>8}")  # noqa: T201
    for title, second in SECONDS.items():
        event = report(SIZES[title.partition(",")[0]])
        for count in COUNTS:
            print(row(title, rules(count, second), event))  # noqa: T201


if __name__ == "__main__":
    main()
