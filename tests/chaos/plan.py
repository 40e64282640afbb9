"""What goes wrong, when and for how long: drawn from a seed, so that the same seed gives the same bad day. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

RECEIVERS = ("receiver1", "receiver2")
WORKERS = ("worker1", "worker2")
STORE = "store"
FAR_SIDE = "far side"
RULES = "rules"
SPOOL = "spool"
LETTERS = "dead letters"
CLIENTS = (*RECEIVERS, *WORKERS)
"""Each has a way to the store of its own."""
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "both receivers": RECEIVERS,
    "both workers": WORKERS,
    "everything": (*CLIENTS, STORE),
}
"""Targets that are several: it happens to all of them at the same moment, and to none of them anything else."""


@dataclass(frozen=True)
class Kind:
    """One way in which things go wrong."""

    targets: tuple[str, ...]
    seconds: tuple[float, float]
    """How long it lasts, at least and at most."""
    settles: float = 0.0
    """Seconds after its end before anything else happens to the same target: a restart takes a while."""


KINDS: Mapping[str, Kind] = {
    "kill": Kind((*RECEIVERS, *WORKERS), (0.0, 3.0), 3.0),
    "kill both": Kind(("both receivers", "both workers"), (0.0, 3.0), 3.0),
    "kill while draining": Kind(RECEIVERS, (0.5, 3.0), 6.0),
    "kill store": Kind((STORE,), (0.1, 6.0), 2.0),
    "power cut": Kind(("everything",), (0.1, 3.0), 6.0),
    "disk of the store is full": Kind((STORE,), (0.1, 3.0), 2.0),
    "stop politely": Kind((*RECEIVERS, *WORKERS), (0.0, 1.0), 4.0),
    "freeze": Kind(RECEIVERS, (0.3, 3.0), 0.5),
    "freeze past leases": Kind(WORKERS, (1.0, 16.0), 0.5),
    "freeze both": Kind(("both workers",), (1.0, 16.0), 0.5),
    "freeze store": Kind((STORE,), (0.3, 4.0), 0.5),
    "store refuses": Kind((STORE,), (0.5, 5.0), 0.5),
    "store reads only": Kind((STORE,), (0.5, 5.0), 0.5),
    "store lacks replicas": Kind((STORE,), (0.5, 5.0), 0.5),
    "spool cannot grow": Kind((SPOOL,), (0.5, 5.0), 0.5),
    "nothing can be stored": Kind((STORE,), (0.5, 3.0), 0.5),
    "forget scripts": Kind((STORE,), (0.0, 0.0)),
    "reset way to store": Kind(CLIENTS, (0.0, 0.0)),
    "refuse way to store": Kind(CLIENTS, (0.3, 4.0)),
    "hang way to store": Kind(CLIENTS, (0.3, 6.0)),
    "delay way to store": Kind(CLIENTS, (1.0, 5.0)),
    "lose connections to store": Kind(CLIENTS, (0.0, 0.0)),
    "lose replies of store": Kind(CLIENTS, (0.2, 2.0)),
    "reset way out": Kind((FAR_SIDE,), (0.0, 0.0)),
    "hang way out": Kind((FAR_SIDE,), (0.3, 4.0)),
    "slow": Kind((FAR_SIDE,), (1.0, 4.0)),
    "too_many_requests": Kind((FAR_SIDE,), (1.0, 4.0)),
    "server_error": Kind((FAR_SIDE,), (1.0, 4.0)),
    "reset_before": Kind((FAR_SIDE,), (1.0, 4.0)),
    "reset_after": Kind((FAR_SIDE,), (1.0, 4.0)),
    "break rule file": Kind((RULES,), (0.5, 4.0), 0.5),
    "edit rule": Kind((RULES,), (0.0, 0.0)),
    "pause": Kind((RULES,), (0.5, 5.0), 0.5),
    "retry letters": Kind((LETTERS,), (0.0, 0.0)),
}

SPACING = (0.2, 2.2)
"""Seconds between the beginnings of two faults; a short day is a busier one."""
SHORT_DAY = 60.0
SHORT_SPACING = (0.1, 1.0)
QUIET_START = 1.0


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong; moments are seconds from the first delivery."""

    number: int
    at: float
    kind: str
    target: str
    seconds: float

    @property
    def until(self) -> float:
        """When it is mended."""
        return self.at + self.seconds

    def __str__(self) -> str:
        lasts = f" for {self.seconds:.2f} s" if self.seconds else ""
        return f"#{self.number} at {self.at:.2f} s: {self.kind}, {self.target}{lasts}"


def parts_of(target: str) -> tuple[str, ...]:
    """What a fault of a target takes for itself."""
    return TOGETHER.get(target, (target,))


def fault_plan(seed: int, seconds: float) -> list[Fault]:
    """Everything that goes wrong in so many seconds. Every kind comes once before any comes again."""
    chance = random.Random(f"faults {seed}")
    deck = _deck(chance)
    free: dict[str, float] = {}
    faults: list[Fault] = []
    at = QUIET_START
    spacing = SHORT_SPACING if seconds < SHORT_DAY else SPACING
    while True:
        at += chance.uniform(*spacing)
        if at >= seconds:
            return sorted(faults, key=lambda fault: fault.at)
        fault = _draw(chance, deck, free, len(faults) + 1, at, seconds)
        if fault:
            faults.append(fault)
            free |= dict.fromkeys(parts_of(fault.target), fault.until + KINDS[fault.kind].settles)


def _deck(chance: random.Random) -> Iterator[str]:
    while True:
        kinds = list(KINDS)
        chance.shuffle(kinds)
        yield from kinds


def _draw(
    chance: random.Random, deck: Iterator[str], free: Mapping[str, float], number: int, at: float, seconds: float
) -> Fault | None:
    """The next kind at one of its targets, unless all of those are still busy with another fault.

    What befalls several at once begins when the last of them is free, else it would hardly ever come to that.
    """
    name = next(deck)
    kind = KINDS[name]
    targets = [target for target in kind.targets if target in TOGETHER or free.get(target, 0.0) <= at]
    lasts, chosen = chance.uniform(*kind.seconds), chance.random()
    if not targets:
        return None
    target = targets[int(chosen * len(targets))]
    begins = max([at, *(free.get(part, 0.0) for part in parts_of(target))])
    if begins >= seconds:
        return None
    return Fault(number, round(begins, 3), name, target, round(min(lasts, seconds - begins), 3))
