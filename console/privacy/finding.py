"""What the store keeps about one caller, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from console.progress import unseen
from store import keys
from store.caller import Caller
from store.client import Store
from store.forgetting import About, event_of
from store.seeking import pages


@dataclass
class Found:
    """Everything about one caller."""

    theirs: dict[str, About] = field(default_factory=dict)
    """Events of the caller's calls in which the number stands, by id."""
    siblings: dict[str, About] = field(default_factory=dict)
    """Other events of these calls."""
    mentions: dict[str, About] = field(default_factory=dict)
    """Events of other calls that mention the number somewhere."""
    others: list[str] = field(default_factory=list)
    """Keys that go, or stay, by themselves."""

    @property
    def events(self) -> Iterator[About]:
        """What leads to nothing else first, so that whoever is interrupted finds the rest again."""
        yield from self.siblings.values()
        yield from self.mentions.values()
        yield from self.theirs.values()

    @property
    def ids(self) -> frozenset[str]:
        """Of all events."""
        return frozenset(about.id for about in self.events)

    @property
    def calls(self) -> frozenset[str]:
        """What the caller's calls go by."""
        return frozenset(call for about in self.theirs.values() for call in about.calls)

    @property
    def callers(self) -> frozenset[str]:
        """Who called this number; more than one makes it a line rather than a person's."""
        return frozenset(about.called_by for about in self.theirs.values() if about.called_by)

    @property
    def is_nothing(self) -> bool:
        return not (self.ids or self.others)

    def narrowed(self, connection: str) -> Found:
        """Only the events of one connection."""
        return Found(
            _of(connection, self.theirs), _of(connection, self.siblings), _of(connection, self.mentions)
        )  # fmt: skip


def _of(connection: str, events: Mapping[str, About]) -> dict[str, About]:
    return {event_id: about for event_id, about in events.items() if about.connection == connection}


@dataclass(frozen=True)
class Finder:
    """Looks for one caller."""

    store: Store
    caller: Caller

    async def everywhere(self, advance: Callable[[int], None] = unseen) -> Found:
        """Through every key there is, told about as it goes on."""
        names: set[str] = set()
        async for page in pages(self.store.redis, self.caller):
            names.update(page.found)
            advance(page.looked_at)
        return await self.sorted(names)

    async def sorted(self, names: Iterable[str], calls: frozenset[str] = frozenset()) -> Found:
        """Keys in which the number stands, by what they belong to; `calls` are known to be the caller's."""
        found = Found()
        for name in sorted(names):
            event_id = event_of(name)
            if name.startswith(keys.MEMORY_DONE):
                found.others.append(name)
            if event_id in found.theirs or event_id in found.mentions:
                continue
            about = await self.store.forgetting.about(self.caller, event_id) if event_id else None
            if about is None and name not in found.others:
                found.others.append(name)
            elif about is None:
                continue
            elif about.is_theirs:
                found.theirs[event_id] = about
            else:
                found.mentions[event_id] = about
        await self._add_calls(found, found.calls | calls)
        return found

    async def _add_calls(self, found: Found, calls: frozenset[str]) -> None:
        for name in sorted(calls):
            for member in await self.store.redis.zrange(keys.CALL + name, 0, -1):
                event_id = member.decode()
                about = found.mentions.pop(event_id, None)
                if about is None and event_id not in found.theirs:
                    about = await self.store.forgetting.about(self.caller, event_id)
                if about is not None:
                    found.siblings[event_id] = about
