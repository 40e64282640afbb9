"""What people may pause by its name, and what is paused as they read it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.past.tracebook import moment
from console.rulebook import find_connections
from rules.engine.findings import did_you_mean, one_of
from rules.engine.loading.load import NUMBERS_FILE, NoFolder, rule_files
from store.client import Store
from store.connections import ConnectionsError, load_connections
from store.pauses import EVERYTHING, Pause
from workers.numbers.accounts import NAME as NUMBERS


class UnknownTarget(Exception):
    """A name that is nothing to pause or resume; the text says what might have been meant."""


@dataclass(frozen=True)
class Targets:
    """The rules and connections there are."""

    rules: frozenset[str]
    connections: frozenset[str]

    @property
    def scopes(self) -> frozenset[str]:
        """Everything that can be paused, as the store knows it."""
        named = {f"rule:{name}" for name in self.rules} | {f"connection:{name}" for name in self.connections}
        return frozenset(named | {EVERYTHING})


async def targets(store: Store, folder: Path, connections: Path | None, data_dir: Path) -> Targets:
    """What the files here say, and the rules that workers have in force. Files that cannot be read name nothing.

    Keeping numbers counts as a rule of that name, where it is done.
    """
    rules = await store.last_good.names()
    with suppress(NoFolder):
        rules |= {path.stem for path in rule_files(folder)}
    if await store.numbers.file() or (folder / NUMBERS_FILE).is_file():
        rules |= {NUMBERS}
    try:
        known = load_connections(find_connections(connections, data_dir), os.environ, "neither")
    except ConnectionsError:
        known = {}
    return Targets(frozenset(rules), frozenset(known))


def scope_of(name: str, scopes: Collection[str]) -> str:
    """`all`, `rule:NAME` or `connection:NAME` for what was typed; raises UnknownTarget."""
    if name in scopes:
        return name
    meant = sorted(scope for scope in scopes if scope.partition(":")[1:] == (":", name))
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UnknownTarget(f"{name} is a connection and a rule; write {one_of(meant)}")
    words = {scope.partition(":")[2] or scope for scope in scopes} | set(scopes)
    raise UnknownTarget(f"there is no rule and no connection {name}{did_you_mean(name, words)}")


def user() -> str:
    """Who is at the keyboard, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def shown(pause: Pause, held: Mapping[str, int]) -> dict[str, Any]:
    """One pause for a program."""
    since = moment(pause.since_ms)
    return {"paused": pause.scope, "since": since, "by": pause.by, "why": pause.why, "held": held[pause.scope]}
