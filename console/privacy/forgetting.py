"""Forgetting one caller: the spool, then the store, then whatever came in meanwhile, then the files beneath.

Whoever is interrupted starts again: what leads to other things is removed after them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from console.privacy.finding import Finder, Found
from console.privacy.receipt import Receipt
from console.progress import Advance, unseen
from store import keys, seeking
from store.audit import Deed
from store.caller import Caller
from store.client import Store
from store.forgetting import About
from store.spoolsearch import entries, spool_files, wipe

MOST_PASSES = 20
"""Looks for what came in meanwhile; a caller who calls on and on is forgotten up to the last of them."""
EVERY = 0.1
"""Seconds between two looks at work that is about to end."""
REWRITE_PATIENCE = 600.0
"""Seconds to wait for the store's own files to be written anew."""


class StillOpen(Exception):
    """Work of the caller's is not finished; `events` are a few of those it belongs to."""

    def __init__(self, count: int, events: Sequence[str]) -> None:
        super().__init__(f"{count} events are not finished")
        self.count, self.events = count, events


class ManyCallers(Exception):
    """The number is one that several people called."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} people called it")
        self.count = count


@dataclass(frozen=True)
class Request:
    """Who is to be forgotten, and how far that goes."""

    caller: Caller
    by: str
    data_dir: Path
    even_unfinished: bool = False
    even_called: bool = False
    wait: float = 10.0
    """Seconds for work to end by itself."""


@dataclass
class Forgetter:
    """One run."""

    store: Store
    request: Request
    advance: Advance = unseen
    approve: Callable[[Receipt], None] | None = None
    """Asked once it is known what would go; raises to stop."""
    _calls: set[str] = field(default_factory=set, init=False)
    """What the caller's calls go by."""
    _written: set[str] = field(default_factory=set, init=False)
    """The number as platforms wrote it."""

    async def rehearse(self) -> Receipt:
        """What would go, and nothing is changed."""
        receipt = await self._begun(dry_run=True)
        found = await self._finder.everywhere(self.advance)
        await self._count(found, receipt)
        receipt.ended_ms = await self.store.retention.now_ms()
        return receipt

    async def run(self) -> Receipt:
        """Forget. Raises StillOpen and ManyCallers before anything was removed, and SpoolError, OSError."""
        receipt = await self._begun(dry_run=False)
        found = await self._finder.everywhere(self.advance)
        await self._may(found)
        if self.approve:
            planned = await self._begun(dry_run=True)
            await self._count(found, planned)
            self.approve(planned)
        await self._wipe_spools(receipt)
        await self._remove(found, receipt)
        await self._catch_up(receipt)
        await self._wipe_spools(receipt)
        await self._rewrite(receipt)
        receipt.ended_ms = await self.store.retention.now_ms()
        told = receipt.told()
        await self.store.audit.note(Deed(self.request.by, "forget a caller", told))
        return receipt

    @property
    def _finder(self) -> Finder:
        return Finder(self.store, self.request.caller)

    async def _begun(self, *, dry_run: bool) -> Receipt:
        now = await self.store.retention.now_ms()
        fingerprint = self.request.caller.fingerprint()
        return Receipt(self.request.by, fingerprint, now, dry_run=dry_run)

    async def _count(self, found: Found, receipt: Receipt) -> None:
        receipt.removed["events"] = len(found.ids)
        receipt.mentions = len(found.mentions)
        for name in found.others:
            receipt.removed[_sort(name)] += 1
        spools = await asyncio.to_thread(spool_files, self.request.data_dir)
        receipt.removed["spool"] = sum(await asyncio.to_thread(_entries, spools, self.request.caller))
        receipt.unfinished = len(await self._open(found))

    # --- may it be done -----------------------------------------------------------------------------------------------

    async def _may(self, found: Found) -> None:
        if len(found.callers) > 1 and not self.request.even_called:
            raise ManyCallers(len(found.callers))
        if self.request.even_unfinished:
            return
        deadline = asyncio.get_running_loop().time() + self.request.wait
        while open_ := await self._open(found):
            if asyncio.get_running_loop().time() > deadline:
                raise StillOpen(len(open_), [about.id for about in open_[:3]])
            await asyncio.sleep(EVERY)

    async def _open(self, found: Found) -> list[About]:
        """Events that somebody or something waits for."""
        standings = [(about, await self.store.forgetting.event(about, "look")) for about in found.events]
        return [about for about, looked in standings if looked.standing in ("waiting", "working")]

    # --- doing it -----------------------------------------------------------------------------------------------------

    async def _remove(self, found: Found, receipt: Receipt) -> None:
        forgetting, removed = self.store.forgetting, receipt.removed
        self._calls |= found.calls
        self._written |= {number for about in found.theirs.values() for number in about.written}
        await self._forget_calls(receipt)
        removed["aliases"] += await forgetting.aliases(found.ids)
        removed["reveals"] += await forgetting.reveals(self.request.caller, found.ids, found.calls)
        for name in found.others:
            went = Counter(await forgetting.other(self.request.caller, name))
            removed.update(went)
            if not went and not name.startswith(keys.SESSION):
                receipt.left[_sort(name)] = receipt.left.get(_sort(name), 0) + 1
        for about in found.events:
            await self._remove_event(about, receipt)
            receipt.mentions += about.id in found.mentions

    async def _remove_event(self, about: About, receipt: Receipt) -> None:
        """What a rule began meanwhile is waited for like anything else."""
        deadline = asyncio.get_running_loop().time() + self.request.wait
        how = "all" if self.request.even_unfinished else "over"
        while True:
            gone = await self.store.forgetting.event(about, how)  # type: ignore[arg-type]
            if how == "all" or gone.standing not in ("waiting", "working"):
                break
            if asyncio.get_running_loop().time() > deadline:
                raise StillOpen(1, [about.id])
            await asyncio.sleep(EVERY)
        receipt.removed.update(gone.counts)
        receipt.unfinished += gone.events if gone.standing in ("waiting", "working", "parked") else 0

    async def _forget_calls(self, receipt: Receipt) -> None:
        for name in sorted(self._calls):
            receipt.removed["memory"] += await self.store.forgetting.memory_of_call(name)

    async def _catch_up(self, receipt: Receipt) -> None:
        """Events that came in since the beginning, and what they and the last steps of ended work left behind."""
        for _ in range(MOST_PASSES):
            found = await self._finder.sorted(await self._fresh(receipt.began_ms), frozenset(self._calls))
            if found.is_nothing:
                break
            await self._remove(found, receipt)
        await self._forget_calls(receipt)

    async def _fresh(self, since_ms: int) -> list[str]:
        redis, caller = self.store.redis, self.request.caller
        fresh = [
            keys.EVENT + event_id
            for event_id in await seeking.events_since(redis, since_ms)
            if await seeking.event_tells(redis, caller, event_id)
        ]
        memories = [f"{keys.MEMORY}caller:{number}" for number in sorted({caller.e164, *self._written})]
        return [*fresh, *[name for name in memories if await redis.exists(name)]]

    async def _wipe_spools(self, receipt: Receipt) -> None:
        for path in await asyncio.to_thread(spool_files, self.request.data_dir):
            receipt.removed["spool"] += await asyncio.to_thread(wipe, path, self.request.caller)
            receipt.files[str(path)] = "written anew"

    async def _rewrite(self, receipt: Receipt) -> None:
        forgetting = self.store.forgetting
        receipt.files["slow_log"] = await forgetting.slow_log(self.request.caller)
        told = await forgetting.rewrite()
        deadline = asyncio.get_running_loop().time() + REWRITE_PATIENCE
        while "begun" in told.values() and await forgetting.rewriting():
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(EVERY)
        else:
            told = {name: "written anew" if word == "begun" else word for name, word in told.items()}
        receipt.files |= told or {"store": "keeps no files that are known here"}
        if replicas := await forgetting.replicas():
            receipt.files["replicas"] = f"{replicas} follow in memory; have each write its files anew (BGREWRITEAOF)"


def _entries(paths: Sequence[Path], caller: Caller) -> list[int]:
    return [sum(1 for _ in entries(path, caller)) for path in paths]


def _sort(name: str) -> str:
    """What a key is, without what may be a number in it."""
    known = {keys.VERSION: "rule_versions", keys.LAST_GOOD: "rules", keys.MEMORY: "memory", keys.SESSION: "reveals"}
    for prefix, word in known.items():
        if name.startswith(prefix):
            return word
    return name.split(":")[1] if name.startswith("hs:") else "other"
