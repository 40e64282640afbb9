from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import pytest
import uvicorn

from console.cli.errors import CannotRun
from console.cli.serve import ReceiverServer, listen
from tests.console.conftest import Cli


def test_a_free_port_is_listened_on() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        assert listening.getsockname()[1] > 0


def test_a_taken_port_is_named() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(CannotRun, match=f"cannot listen on 127.0.0.1:{port}: Address already in use; stop what"):
            listen("127.0.0.1", port)


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(CannotRun, match=r"cannot listen on 192\.0\.2\.1:0: Cannot assign requested address"):
        listen("192.0.2.1", 0)


def test_a_missing_connections_file_could_not_run(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(tmp_path / "none.yaml"))
    done = cli("serve", "--port", "0")
    assert done.exit_code == 2
    assert "none.yaml:\n  cannot be read" in done.stderr


async def test_signals_end_it_without_being_raised_again() -> None:
    told = asyncio.Event()

    class Server(ReceiverServer):
        def stop(self) -> None:
            super().stop()
            told.set()

    server = Server(uvicorn.Config("unused:app"))
    with server.capture_signals():
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(told.wait(), 5)
    assert server.should_exit
