"""What a shell offers while a command is typed: names of rules and connections, ids of the newest events.

A shell asks with each press of a key, so nothing here takes long, and nothing here complains.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem
from redis.exceptions import RedisError

from console.cli.errors import CannotRun
from console.cli.storage import with_store
from console.rulebook import find_connections
from rules.engine.loading.load import TEST_SUFFIX
from store.client import Store
from store.connections import ConnectionsError, load_connections
from store.embedded import EmbeddedError

NEWEST = 30
IN_TIME = 1.0
"""Seconds the store gets to name some events."""
_NO_RULES = frozenset({"vars", "numbers"})


def _place(ctx: click.Context, parameter: str, variable: str, default: str) -> Path:
    """What is typed already, else what the environment says."""
    return Path(ctx.params.get(parameter) or os.environ.get(variable) or default)


def rule_names(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """The rules of the folder, by the names of their files."""
    folder = _place(ctx, "rules", "HOOKSWITCH_RULES_DIR", "rules/live")
    files = [path for path in folder.glob("*.yaml") if not path.name.endswith(TEST_SUFFIX)]
    return _items({path.stem for path in files} - _NO_RULES, begun)


def connection_names(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """The connections of the file."""
    chosen = os.environ.get("HOOKSWITCH_CONNECTIONS")
    path = find_connections(Path(chosen) if chosen else None, _data_dir(ctx))
    try:
        return _items(set(load_connections(path, {}, "neither")), begun)
    except (ConnectionsError, OSError):
        return []


def what_to_pause(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """A rule, a connection, or all."""
    return [
        *_items({"all"}, begun), *rule_names(ctx, parameter, begun), *connection_names(ctx, parameter, begun)
    ]  # fmt: skip


def event_ids(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """The newest events, each with its kind beside it where a shell shows that."""
    try:
        found = with_store(_data_dir(ctx), _newest)
    except (EmbeddedError, RedisError, OSError, CannotRun, ValueError):
        return []
    return [CompletionItem(id_, help=kind) for id_, kind in found if id_.startswith(begun)]


async def _newest(store: Store) -> list[tuple[str, str]]:
    async with asyncio.timeout(IN_TIME):
        return [(each.event.id, each.event.kind) async for each in store.events.newest(NEWEST)]


def _data_dir(ctx: click.Context) -> Path:
    return _place(ctx, "data_dir", "HOOKSWITCH_DATA_DIR", ".hookswitch")


def _items(names: Any, begun: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(names) if name.startswith(begun)]
