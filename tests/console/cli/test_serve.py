from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
import uvicorn

from console.cli.serve import QuietServer
from tests.console.conftest import Cli


def test_a_missing_connections_file_could_not_run(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(tmp_path / "none.yaml"))
    done = cli("serve", "--port", "0")
    assert done.exit_code == 2
    assert "none.yaml:\n  cannot be read" in done.stderr


async def test_signals_end_it_without_being_raised_again() -> None:
    told = asyncio.Event()

    class Server(QuietServer):
        def stop(self) -> None:
            super().stop()
            told.set()

    server = Server(uvicorn.Config("unused:app"))
    with server.capture_signals():
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(told.wait(), 5)
    assert server.should_exit
