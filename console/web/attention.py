"""What wants somebody now: said on top of every page, so that nobody has to be on the right one to see it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from store.client import Store
from store.metrics import Key
from store.pauses import Pause
from store.roster import Note

LATELY_MS = 600_000
"""What was refused or lost so long ago has been seen, or is told by the figures of its own page."""
CALLERS_WAIT = 3.0
OTHERS_WAIT = 300.0
"""Seconds for which the oldest job may be due, as the alerts have it."""
_REFUSED = ("401", "403")
_TAKEN = "2xx"


@dataclass(frozen=True)
class Notice:
    """One thing, and the page that says more and does something about it."""

    level: Literal["error", "warning"]
    text: str
    path: str


@dataclass(frozen=True)
class Standing:
    """What the store tells, all at one time."""

    now_ms: int
    workers: int
    due: Mapping[str, float]
    notes: Mapping[str, Note]
    last: Mapping[Key, int]
    pauses: Mapping[str, Pause]
    dead: int
    turned_away_ms: int

    @classmethod
    async def read(cls, store: Store) -> Standing:
        """As it is now."""
        (now_ms, workers, due, notes), (last, pauses, dead, refusals) = await asyncio.gather(
            asyncio.gather(
                store.retention.now_ms(), store.queue.workers(), store.queue.oldest_due(), store.roster.all()
            ),
            asyncio.gather(
                store.tallies.last(), store.pauses.all(), store.dead.count(), store.backlog.refusals()
            ),
        )  # fmt: skip
        return cls(now_ms, len(workers), due, notes, last, pauses, dead, refusals.last_ms)

    def lately(self, at_ms: int) -> bool:
        """Whether that has only just been."""
        return at_ms > self.now_ms - LATELY_MS


async def notices(store: Store) -> list[Notice]:
    """The worst first."""
    seen = await Standing.read(store)
    found = [*_work(seen), *_rules(seen), *_connections(seen), *_pauses(seen)]
    return sorted(found, key=lambda notice: notice.level)


def _work(seen: Standing) -> Iterator[Notice]:
    """Whether it is done, and in time."""
    if not seen.workers:
        yield Notice("error", "No worker is alive: callers hear the fallback", "/system")
    elif seen.due.get("live", 0.0) > CALLERS_WAIT:
        yield Notice("error", f"A caller's event is due for {seen.due['live']:.0f} s", "/system")
    elif max(seen.due.values(), default=0.0) > OTHERS_WAIT:
        yield Notice("warning", f"Work is due for {max(seen.due.values()) / 60:.0f} minutes", "/system")
    if seen.lately(seen.turned_away_ms):
        yield Notice("warning", "Events are asked to come later", "/system")
    if seen.dead:
        yield Notice("warning", f"{seen.dead:,} dead {'letter' if seen.dead == 1 else 'letters'}", "/dead")


def _rules(seen: Standing) -> Iterator[Notice]:
    """Files that a worker refuses."""
    for name in sorted({name for note in seen.notes.values() for name in note.refused}):
        yield Notice("error", f"The file of {name} is refused", f"/rules/{quote(name, safe='')}")


def _connections(seen: Standing) -> Iterator[Notice]:
    """Events that were lost or did not prove who sent them, and keys that are refused."""
    for name in sorted({key[1] for key in seen.last if len(key) > 2 and key[1]}):
        path = f"/connections/{quote(name, safe='')}"
        if seen.lately(_latest(seen.last, ("event", name), "lost")):
            yield Notice("error", f"{name}: events could be stored nowhere", path)
        if seen.lately(_latest(seen.last, ("refused", name), "unproven")):
            yield Notice("error", f"{name}: deliveries do not prove who sent them", path)
        refused = _latest(seen.last, ("api", name), *_REFUSED)
        if refused and refused > _latest(seen.last, ("api", name), _TAKEN):
            yield Notice("error", f"{name}: its API key is refused", path)


def _latest(last: Mapping[Key, int], begins: Key, *ends: str) -> int:
    return max((at for key, at in last.items() if key[:2] == begins and key[-1] in ends), default=0)


def _pauses(seen: Standing) -> Iterator[Notice]:
    for scope in sorted(seen.pauses):
        yield Notice("warning", f"{scope_words(scope)} is paused", scope_path(scope))


def scope_words(scope: str) -> str:
    """What a pause covers, as people say it."""
    what, _, name = scope.partition(":")
    return f"{what.capitalize()} {name}" if name else "Everything"


def scope_path(scope: str) -> str:
    """The page on which that pause is lifted."""
    what, _, name = scope.partition(":")
    return f"/{what}s/{quote(name, safe='')}" if name else "/rules"
