"""Find the store for a command: the Redis that is configured, else the embedded one of a running `hookswitch dev`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from store import embedded
from store.client import Store, open_store
from store.settings import StoreSettings
from store.standing import refuse_old_server

Result = TypeVar("Result")


def data_dir_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The `--data-dir` that all commands share; it stands before the environment."""
    decorated: Callable[..., Any] = click.option(
        "--data-dir", type=click.Path(path_type=Path), envvar="HOOKSWITCH_DATA_DIR", default=Path(".hookswitch"),
        show_default=True, help="Where the embedded store lives.",
    )(command)  # fmt: skip
    return decorated


def store_url(settings: StoreSettings) -> str:
    """The configured store, or the embedded one that runs in the data folder; raises EmbeddedError when neither is."""
    return settings.redis_url or embedded.join(settings.data_dir)


async def refuse_old_store(url: str) -> None:
    """Raise OldServerError before anything is promised on a server that cannot keep it."""
    store = open_store(url)
    try:
        await refuse_old_server(store.redis)
    finally:
        await store.close()


def with_store(data_dir: Path, work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Run something against the store and close it again."""

    async def run() -> Result:
        settings = StoreSettings(data_dir=data_dir)
        store = open_store(store_url(settings), copies=settings.copies)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
