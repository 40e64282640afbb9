"""`python -m benchmarks`: measure Hookswitch beside the alternatives, all in one run on this machine.

Everything it starts it stops. What it stores lies in a scratch folder below benchmarks/results, on the disk that the
project lies on, since fsync is part of what is measured.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
import orjson

from benchmarks import growth, latency, machine, overload, throughput
from benchmarks import jobs as queue
from benchmarks.bars import bars
from benchmarks.contenders import nodered
from benchmarks.measure import SCALES, Scale, Table, say
from benchmarks.report import text, to_json

RESULTS = Path(__file__).parent / "results"
Experiment = Callable[[Path, Scale], Table]


def experiments(node_red: str = "", backlog_limit: int | None = None) -> Mapping[str, Experiment]:
    """All of them, in the order they are run."""
    return {
        "machine": machine.measure,
        "acks": throughput.acks,
        "answers": lambda folder, scale: throughput.answers(folder, scale, node_red),
        "jobs": queue.jobs,
        "stored": growth.stored,
        "rules": growth.rules,
        "bodies": growth.bodies,
        "latency": latency.latency,
        "overload": lambda folder, scale: overload.overload(folder, scale, backlog_limit),
    }


def measure(
    chosen: Sequence[str], scale: Scale, node_red: str = "", backlog_limit: int | None = None
) -> dict[str, Table]:
    """Run experiments, each in a folder that is gone afterwards."""
    RESULTS.mkdir(exist_ok=True)
    tables = {}
    for name, experiment in experiments(node_red, backlog_limit).items():
        if name in chosen:
            say(name)
            with tempfile.TemporaryDirectory(prefix="run-", dir=RESULTS) as folder:
                tables[name] = experiment(Path(folder), scale)
    return tables


@click.command()
@click.option("--quick", is_flag=True, help="Short runs, below two minutes; the numbers are rough.")
@click.option("--scale", type=click.Choice(list(SCALES)), default="full", help="How long everything is measured.")
@click.option("--only", multiple=True, type=click.Choice(list(experiments())), help="Only this; can be repeated.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the numbers to this file, too.")
@click.option("--node-red", is_flag=True, help="Compare with Node-RED, installed from npm the first time.")
@click.option("--backlog-limit", type=click.IntRange(0), help="HOOKSWITCH_BACKLOG_LIMIT of the overload.")
def main(
    quick: bool, scale: str, only: Sequence[str], file: Path | None, node_red: bool, backlog_limit: int | None
) -> None:
    """Measure, side by side with the alternatives."""
    chosen = only or list(experiments())
    wanted = SCALES["quick" if quick else scale]
    tables = measure(chosen, wanted, nodered.installed(RESULTS / "node-red") if node_red else "", backlog_limit)
    kept = bars(tables)
    sys.stdout.write(text(tables, kept) + "\n")
    (file or RESULTS / "latest.json").write_bytes(
        orjson.dumps(to_json(tables, kept, wanted.name), option=orjson.OPT_INDENT_2)
    )


if __name__ == "__main__":
    main()
