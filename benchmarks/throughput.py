"""Acknowledgements a second, and answers a second to platforms that wait."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.client import Order
from benchmarks.contenders import bare, hookswitch, nodered, recipe
from benchmarks.measure import Contender, Sample, Scale, Table, alternate
from benchmarks.processes import send
from store.settings import Durability

FASTEST = 15_000
"""Requests a second that are signed beforehand."""
LEVELS: tuple[Durability, ...] = ("memory", "everysec", "always", "replica")


def acks(folder: Path, scale: Scale) -> Table:
    """Nobody works on the events meanwhile; only what stands before the 200 is measured."""

    def of_bare(place: Path) -> Sample:
        with bare.contender(place) as port:
            return _sample(scale, port, "informational")

    def of_recipe(level: Durability) -> Contender:
        return lambda place: _on(recipe.contender(place, level, workers=0), scale, "informational")

    def of_hookswitch(level: Durability) -> Contender:
        def run(place: Path) -> Sample:
            with hookswitch.contender(place, level) as installation:
                return _sample(scale, installation.port, "informational", installation)

        return run

    contenders: dict[str, Contender] = {"bare": of_bare}
    contenders |= {f"recipe {level}": of_recipe(level) for level in ("everysec", "always")}
    contenders |= {f"hookswitch {level}": of_hookswitch(level) for level in LEVELS}
    rows = alternate(contenders, "/s", scale.rounds, folder, scale.patience)
    return Table("acks", "Informational events acknowledged a second, 32 connections", rows, base="bare")


def answers(folder: Path, scale: Scale, node_red: str) -> Table:
    """Every event waits for an answer that depends on it; each contender has one receiver and one worker."""

    def of_hookswitch(level: Durability) -> Contender:
        def run(place: Path) -> Sample:
            rules = {"answering": hookswitch.ANSWERING}
            with hookswitch.contender(place, level, workers=1, rules=rules) as installation:
                return _sample(scale, installation.port, "waiting", installation)

        return run

    contenders: dict[str, Contender] = {
        "recipe everysec": lambda place: _on(recipe.contender(place, "everysec", workers=1), scale, "waiting")
    }
    contenders |= {f"hookswitch {level}": of_hookswitch(level) for level in ("memory", "everysec", "always")}
    if node_red:
        contenders["node-red in memory"] = lambda place: _on(nodered.contender(place, node_red), scale, "waiting")
    rows = alternate(contenders, "/s", scale.rounds, folder, scale.patience)
    return Table("answers", "Waiting events answered a second, 32 connections", rows, base="recipe everysec")


def _on(running: AbstractContextManager[int], scale: Scale, kind: str) -> Sample:
    with running as port:
        return _sample(scale, port, kind)


def _sample(scale: Scale, port: int, kind: str, installation: hookswitch.Installation | None = None) -> Sample:
    marker = hookswitch.MARKER if kind == "waiting" else ""
    warm = max(0.2, scale.seconds / 4)
    send(Order(port, kind=kind, seconds=warm, most=int(3_000 * warm), prefix="warm", marker=marker))
    used = installation.cpu if installation else 0.0
    most = int(FASTEST * scale.seconds)
    outcome = send(Order(port, kind=kind, seconds=scale.seconds, most=most, marker=marker))
    more = {"p50 ms": sorted(outcome.latencies)[len(outcome.latencies) // 2]}
    more["client µs each"] = outcome.cpu / outcome.requests * 1e6
    if installation:
        more["processor µs each"] = (installation.cpu - used) / outcome.requests * 1e6
    wrong = outcome.requests - outcome.marked if marker else 0
    return Sample(outcome.rate, outcome.failed + wrong, more)
