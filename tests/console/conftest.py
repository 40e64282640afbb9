"""Commands are run as people run them, against an empty store of this test run's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from console.cli import main
from tests.console.recorded import in_store

Cli = Callable[..., Result]


def on_terminal(module: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a command believe that its page is so many columns wide."""
    page = partial(Console, highlight=False, soft_wrap=True, width=width)
    monkeypatch.setattr(sys.modules[module], "data", lambda: page())


@pytest.fixture
def url(store_url: str) -> str:
    """Where the empty store is."""
    in_store(store_url, lambda store: store.redis.flushall())
    return store_url


@pytest.fixture
def cli(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """`cli("events", "--json")` with no settings but the store and a data folder."""
    for name in [name for name in os.environ if name.startswith(("HOOKSWITCH_", "SANDBOX_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOOKSWITCH_REDIS_URL", url)
    monkeypatch.setenv("HOOKSWITCH_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), prog_name="hookswitch")

    return run
