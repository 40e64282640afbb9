"""Makes the faults of a plan happen to an installation, each in its time, and mends whatever is left of them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from tests.chaos.hands import Hands
from tests.chaos.happenings import HAPPENINGS
from tests.chaos.installation import Installation
from tests.chaos.plan import Fault, parts_of
from tests.chaos.scene import BREAKABLE, RULES

TOO_LATE = 5.0
"""Seconds after its time in which a fault may still begin: those before it took longer than planned, and where all
that was planned came one upon the other, nothing would ever get to its feet in between."""


@dataclass
class Injector:
    """One bad day's troublemaker."""

    around: Installation
    hands: Hands = field(init=False)
    log: list[str] = field(default_factory=list)
    _busy: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One fault at a time for each target: a polite end may take longer than the plan knows, and where two start
    the same process again there is one that nobody knows of."""

    def __post_init__(self) -> None:
        self.hands = Hands(self.around)

    async def play(self, plan: Sequence[Fault]) -> None:
        """Everything in its time, or not at all; returns when all is mended that was begun."""
        async with asyncio.TaskGroup() as group:
            for fault in plan:
                group.create_task(self._play(fault))

    async def _play(self, fault: Fault) -> None:
        await asyncio.sleep(max(0.0, fault.at - self.around.now()))
        async with AsyncExitStack() as alone:
            for part in sorted(parts_of(fault.target)):
                await alone.enter_async_context(self._busy[part])
            if self.around.now() > fault.at + TOO_LATE:
                self.log.append(f"{self.around.now():8.2f}  left out {fault}")
                return
            self.log.append(f"{self.around.now():8.2f}  begins {fault}")
            async with HAPPENINGS[fault.kind](self.hands, fault):
                await asyncio.sleep(fault.seconds)
            self.log.append(f"{self.around.now():8.2f}  over   {fault}")

    async def heal(self) -> None:
        """Whatever is left of any fault is mended."""
        around = self.around
        for way in [*around.ways.values(), around.way_out]:
            way.heal()
        around.limit_files(-1)
        self.hands.write_rule(BREAKABLE, RULES[BREAKABLE])
        for scope in await around.store.pauses.all():
            await around.store.pauses.resume(scope)
        await self.hands.configure({"maxmemory": "0", "min-replicas-to-write": "0"})
        await self.hands.tell("REPLICAOF", "NO", "ONE")
        await self.hands.clear_faults()
