"""How often a platform is asked: limits of a key, and of one live call, counted over all workers.

A caller who waits goes before work that nobody waits for: that may use only a part of a limit, and when its part is
used up it is held, which costs it no try, and has its turn later. What has begun goes on with the whole limit, since
beginning again would cost more. A 429 lets the key rest for everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sized
from dataclasses import dataclass
from typing import Protocol

from workers.actions.base import Limiter
from workers.clients.base import Gate
from workers.clients.errors import Held

WINDOW = 60.0
"""Seconds over which requests are counted."""
BACKGROUND_PART = 0.8
"""The part of a limit that work nobody waits for may use."""
REST = 5.0
"""Seconds a key rests when the platform does not say how long."""
LONGEST_REST = 600.0
"""Seconds a key rests at the most, since one odd answer must not stop an account for a day."""


class Asker(Protocol):
    """Who asks, as far as a limit wants to know: an ActionContext, or whoever asks without an event."""

    @property
    def limiter(self) -> Limiter: ...

    @property
    def operation(self) -> str: ...

    @property
    def waited_for(self) -> bool: ...

    @property
    def exchanges(self) -> Sized: ...


@dataclass(frozen=True)
class SharedGate:
    """One limit, shared by all workers."""

    context: Asker
    name: str
    limit: int
    """Places a minute; 0 when none is documented, and then only a rest holds back."""
    in_background: int
    """As many of them may be taken while nobody waits."""
    what: str

    async def enter(self) -> None:
        hurried = self.context.waited_for or bool(self.context.exchanges)
        limit, who = (self.limit, "") if hurried else (self.in_background, self.context.operation)
        wait = await self.context.limiter.wait_for(self.name, limit, WINDOW, who)
        if wait > 0:
            raise Held(f"no place in {self.what} for another {wait:.1f} s; nothing was sent", retry_after=wait)

    async def rest(self, seconds: float | None) -> None:
        wanted = REST if seconds is None else seconds
        if wanted > 0:
            await self.context.limiter.rest(self.name, min(wanted, LONGEST_REST))


@dataclass(frozen=True)
class InnerGate:
    """A limit inside another one: both are passed, and only the inner one rests."""

    inner: Gate
    outer: Gate

    async def enter(self) -> None:
        await self.inner.enter()
        await self.outer.enter()

    async def rest(self, seconds: float | None) -> None:
        await self.inner.rest(seconds)


def key_gate(context: Asker, platform: str, key: str, per_minute: int) -> SharedGate:
    """The limit of an API key, which is known by nothing but its hash."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    shown = f"{platform}'s {per_minute} requests a minute" if per_minute else f"the limit that {platform} asked to keep"
    in_background = int(per_minute * BACKGROUND_PART)
    return SharedGate(context, f"{platform.lower()}:key:{digest}", per_minute, in_background, shown)


def call_gate(context: Asker, platform: str, call: str, per_minute: int) -> SharedGate:
    """The limit on commands into one live call."""
    what = f"{platform}'s {per_minute} commands a minute for one call"
    return SharedGate(context, f"{platform.lower()}:control:{call}", per_minute, per_minute, what)
