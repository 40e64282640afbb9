"""Some workers' schedulers on one clock, in a town where the clocks change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.engine.rule import Rule
from tests.workers.support import Shop
from workers import schedule as module
from workers.schedule import Scheduler, always, milliseconds

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAILY = 'on: { schedule: { cron: "30 2 * * *", timezone: Europe/Amsterdam%s } }\n%s'
STEPS = "steps: [{ action: log, with: { message: '${{ event.name }} at ${{ now }}' } }]\n"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    async def __call__(self) -> int:
        return milliseconds(self.now)


@dataclass
class Rules:
    """Rules in force of a test's own."""

    rules: tuple[Rule, ...] = ()

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)


@dataclass
class Town:
    """Some workers' schedulers, with one clock and one set of rules."""

    shop: Shop
    clock: Clock
    count: int = 2
    rules: Rules = field(default_factory=Rules)
    schedulers: list[Scheduler] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.schedulers = [
            Scheduler(self.shop.store, self.rules, self.shop.connections, always, self.clock) for _ in range(self.count)
        ]

    def put(self, text: str, name: str = "night") -> None:
        """Put a rule in force, by the name of another one beside it."""
        self.shop.rule(name, text)
        self.rules.rules = self.shop.desk.rules.rules

    async def at(self, *moments: datetime) -> None:
        """The clock moves, and everybody looks until nothing more is due."""
        for moment in moments:
            self.clock.now = moment
            while min(await asyncio.gather(*(each.look() for each in self.schedulers))) <= module.SHORTEST:
                pass

    async def fired(self) -> list[datetime]:
        """What was due and became an event, oldest first, in local time."""
        found = [stored async for stored in self.shop.store.events.newest(1000)]
        return sorted(stored.event.received_at.astimezone(AMSTERDAM) for stored in found)

    async def pointer(self) -> Any:
        return (await self.shop.store.schedules.all())["night"]
