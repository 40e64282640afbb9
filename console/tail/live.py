"""The live view on a terminal: news from the store and keys from a person, until they leave."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import click
from redis.exceptions import RedisError
from rich.console import Console, Group
from rich.live import Live

from console.masking import mask_numbers
from console.past.replay import rehearsal, replay_live
from console.past.replaytext import rehearsal_lines
from console.past.tracebook import trace_record
from console.past.tracetree import trace_tree
from console.tail.feed import Away, Back, Feed, Line
from console.tail.keyboard import keyboard
from console.tail.screen import drawn, pages
from console.tail.state import State, Wish
from rules.engine.rule import Rule
from store.client import Store
from store.connections import Connection
from store.tasks import end

EVERY = 0.2
"""Seconds between two drawings when nothing happens, for a terminal that changes its size."""


@dataclass(frozen=True)
class Means:
    """What replays need, read when somebody asks for one."""

    rules: Callable[[], Sequence[Rule]]
    connections: Callable[[], Mapping[str, Connection]]


@dataclass
class Watch:
    """One terminal."""

    store: Store
    state: State
    means: Means
    past: int = 100
    numbers: bool = False
    console: Console = field(default_factory=Console)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _number: str = field(default="", init=False)
    """By which number the list was sifted."""

    async def run(self) -> None:
        """Until somebody leaves."""
        with keyboard(sys.stdin.fileno()) as keys, self._live() as live:
            listening = asyncio.create_task(self._listen())
            drawing = asyncio.create_task(self._draw(live))
            try:
                await self._obey(keys)
            finally:
                await end(listening, drawing)

    def _live(self) -> Live:
        return Live(console=self.console, screen=True, auto_refresh=False, redirect_stdout=False)

    async def _listen(self) -> None:
        feed = Feed(self.store, self.past)
        async for news in feed.news():
            if isinstance(news, Away):
                self.state.away = news.why
            elif isinstance(news, Back):
                self.state.away = ""
            elif await self._fits_number(feed, news):
                self.state.add(news)
            self._changed.set()

    async def _fits_number(self, feed: Feed, line: Line) -> bool:
        number = self.state.filter.number
        return not number or await feed.fits_number(line, number)

    async def _draw(self, live: Live) -> None:
        while True:
            self._changed.clear()
            live.update(drawn(self.state, *self.console.size), refresh=True)
            try:
                async with asyncio.timeout(EVERY):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _obey(self, keys: asyncio.Queue[str]) -> None:
        wishes: Mapping[Wish, Callable[[str], Awaitable[None]]] = {
            "open": self._open, "rehearse": self._rehearse, "replay": self._replay,
        }  # fmt: skip
        while (wish := self.state.press(await keys.get())) != "quit":
            if self.state.filter.number != self._number:
                await self._try(self._sift, "")
            if wish and (line := self.state.current):
                await self._try(wishes[wish], line["event"])
            self._changed.set()

    async def _sift(self, _: str) -> None:
        """Lines do not tell numbers, so that a new one is looked up for those that are there."""
        self._number = self.state.filter.number
        feed = Feed(self.store)
        fitting = [entry for entry in self.state.entries if await self._fits_number(feed, entry.line)]
        self.state.entries = fitting

    async def _try(self, work: Callable[[str], Awaitable[None]], event_id: str) -> None:
        try:
            await work(event_id)
        except (RedisError, OSError) as error:
            self.state.told = f"the store is away: {error}"
        except click.ClickException as error:
            self.state.told = error.message

    async def _open(self, event_id: str) -> None:
        record = await trace_record(self.store, event_id, numbers=self.numbers)
        if record is None:
            self.state.told = f"{event_id} is not kept any more"
        else:
            self.state.open(event_id, pages(trace_tree(record), self.console.width))

    async def _rehearse(self, event_id: str) -> None:
        stored = await self.store.events.get(event_id)
        if stored is None:
            self.state.told = f"{event_id} is not kept any more"
            return
        told = await rehearsal(self.store, stored, await asyncio.to_thread(self.means.rules))
        call = stored.event.call
        shown = told if self.numbers else mask_numbers(told, (call.from_, call.to))
        lines = "\n".join(rehearsal_lines(shown))
        self.state.open(f"{event_id}, by the rules in force; nothing was done", pages(Group(lines), self.console.width))

    async def _replay(self, event_id: str) -> None:
        stored = await self.store.events.get(event_id)
        if stored is None:
            self.state.told = f"{event_id} is not kept any more"
            return
        ids = await replay_live(self.store, stored, await asyncio.to_thread(self.means.connections))
        self.state.told = f"enqueued in the bulk lane: {', '.join(ids)}"
