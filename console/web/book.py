"""The rule files and the connections file as they are now, read again only when one of them has changed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console.dev.session import remembered
from console.rulebook import find_connections
from console.web.settings import ConsoleSettings
from rules.engine.checks.check import check_loaded
from rules.engine.findings import Finding
from rules.engine.loading.load import Loaded, NoFolder, load_folder
from rules.engine.loading.variables import Vars
from rules.engine.rule import Rule
from rules.engine.vocabulary import Vocabulary
from store.connections import Connection, ConnectionsError, load_connections
from workers.settings import vars_from
from workers.vocabulary import vocabulary

_NO_RULES = Loaded((), (), Vars())
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Pages:
    """Everything as it was read."""

    folder: Path
    loaded: Loaded
    connections: Mapping[str, Connection]
    """Without any secret: their references are not looked up."""
    connections_file: Path
    words: Vocabulary
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    """Why nothing could be read."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The usable ones, in the order of their turns."""
        return self.loaded.rules


@dataclass
class Book:
    """Reads in a thread, since a large folder takes its time."""

    settings: ConsoleSettings
    _stamp: Stamp | None = None
    _pages: Pages | None = field(default=None, repr=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def read(self) -> Pages:
        """What is there now."""
        async with self._lock:
            stamp = await asyncio.to_thread(self._look)
            if self._pages is None or stamp != self._stamp:
                self._pages, self._stamp = await asyncio.to_thread(read_pages, self.settings), stamp
            return self._pages

    def _look(self) -> Stamp:
        """Which files there are, when they were written, and how long they are."""
        folder = self.settings.rules_dir
        files = [_connections(self.settings), *folder.glob("*.y*ml"), *folder.glob("assistants/*.json")]
        return tuple(sorted(_stamp(path) for path in files))


def read_pages(settings: ConsoleSettings) -> Pages:
    """Read everything once; files that cannot be read say why, and harm nothing else."""
    path, folder = _connections(settings), settings.rules_dir
    problem = ""
    try:
        connections = load_connections(path, {}, "neither")
    except ConnectionsError as error:
        connections, problem = {}, str(error)
    words = vocabulary(connections, None)
    overrides = vars_from({**remembered(settings.data_dir), **os.environ})
    try:
        loaded = load_folder(folder, words, overrides)
        findings = tuple(check_loaded(loaded, folder, words))
    except NoFolder as error:
        loaded, findings, problem = _NO_RULES, (), str(error)
    return Pages(folder, loaded, connections, path, words, findings, problem)


def _connections(settings: ConsoleSettings) -> Path:
    chosen = settings.connections if settings.connections.exists() else None
    return find_connections(chosen, settings.data_dir)


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size
