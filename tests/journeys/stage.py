"""A whole installation for one story: store, receiver, worker and sandbox as real processes that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import orjson
from redis import Redis

from console.dev.ports import SANDBOX_ABOVE, Ports
from console.dev.setup import (
    DEMO_CONNECTIONS,
    connections_file,
    generated_secrets,
    readable_connections,
    sandbox_environment,
    sandbox_keys,
)  # fmt: skip
from console.sandbox.client import SandboxClient, ask_requests
from receiver.providers.flireo.signature import signed_headers
from store import embedded
from store.embedded import EmbeddedServer
from tests.ports import free_port
from tests.warm.programs import PATIENCE, Command, Program

FAST_ENOUGH = PATIENCE
UNCERTIFIED: dict[str, Any] = {"trust_env": False, "verify": False}
"""For clients of this machine: to read the world's certificates takes longer than what is asked."""
"""Seconds: a machine that is busy with other things is no failure."""


def until(condition: Callable[[], Any], seconds: float = FAST_ENOUGH) -> Any:
    """Wait for other processes, and leave them half of the time: the first truthy value; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        asked = time.monotonic()
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(max(0.02, time.monotonic() - asked))


@dataclass
class Stage:
    """One installation in a folder of its own."""

    folder: Path
    rules: Path
    ports: Ports = field(default_factory=lambda: Ports(free_port(SANDBOX_ABOVE)))
    settings: dict[str, str] = field(default_factory=dict)
    """HOOKSWITCH_ variables of this story's own; with HOOKSWITCH_REDIS_URL there is no embedded server."""
    deadline: str = "4s"
    """Of tool calls: the most there is, for a busy machine. Stories of late answers shorten it."""
    store: EmbeddedServer | None = None
    processes: dict[str, Program | subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_store(self) -> None:
        """The embedded server, fsync before every answer."""
        self.store = embedded.start(self.folder, "always", timeout=FAST_ENOUGH)

    def start(self, *names: str) -> None:
        """Start processes by name: receiver, worker, sandbox; a number behind worker makes another one."""
        self._write_connections()
        for name in names:
            arguments = {
                "receiver": ["console", "serve", "--port", str(self.ports.receiver)],
                "sandbox": ["console.sandbox"],
            }.get(name, ["console", "work"])
            with (self.folder / f"{name}.log").open("ab") as log:
                environ = os.environ | self.environ()
                self.processes[name] = Program(*arguments, environ=environ, stdout=log, stderr=log)
        if "receiver" in names:
            until(lambda: self._answers(f"{self.url}/readyz"))
        if "sandbox" in names:
            until(lambda: self._answers(f"{self.ports.sandbox_url}/sandbox/ready"))
        until(lambda: all(self._works(name) for name in names if name.startswith("worker")))

    def environ(self) -> dict[str, str]:
        """The environment of every process."""
        own = {
            "HOOKSWITCH_REDIS_URL": self.store.url if self.store else "",
            "HOOKSWITCH_DATA_DIR": str(self.folder),
            "HOOKSWITCH_RULES_DIR": str(self.rules),
            "HOOKSWITCH_HTTP_ALLOW": f"127.0.0.1:{self.ports.sandbox}",
            "HOOKSWITCH_VAR_SANDBOX_URL": self.ports.sandbox_url,
            "HOOKSWITCH_SANDBOX_PACE": "0.05",
            "HOOKSWITCH_LOG": "json",
        }
        return own | self._of_connections | self.settings

    @cached_property
    def _of_connections(self) -> dict[str, str]:
        """The secrets of both sides, and where they find each other."""
        path = connections_file(self.folder, None)
        secrets = dict(generated_secrets(self.folder, path).values) | {"SANDBOX_URL": self.ports.sandbox_url}
        places = {"HOOKSWITCH_CONNECTIONS": str(path)}
        connections = readable_connections(path, secrets)
        return secrets | places | sandbox_environment(self.ports, connections) | sandbox_keys(secrets)

    def _write_connections(self) -> None:
        path, demo = self.folder / "connections.yaml", DEMO_CONNECTIONS.read_text()
        if not path.exists():
            own = f"    deadlines: {{ tool-calls: {self.deadline} }}\n    fallback:\n"
            path.write_text(demo.replace("    fallback:\n", own))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports.receiver}"

    def sandbox(self) -> SandboxClient:
        """The phone platform's own controls."""
        return SandboxClient(self.ports.sandbox_url, httpx.HTTPTransport(**UNCERTIFIED))

    def requests(self, path: str) -> list[dict[str, Any]]:
        """What the sandbox was asked on a path."""
        with self.sandbox() as sandbox:
            return list(sandbox.ask(ask_requests(path)))

    def post(self, body: str, connection: str = "front_desk", timeout: float = 15.0) -> httpx.Response:
        """A signed delivery of generation three."""
        secret = self.environ()["FRONT_DESK_WEBHOOK_SECRET"]
        headers = signed_headers(body.encode(), secret, int(time.time()), "tool-calls")
        return httpx.post(
            f"{self.url}/hooks/{connection}", content=body, headers=headers, timeout=timeout, **UNCERTIFIED
        )

    def trace(self, event_id: str) -> dict[str, Any]:
        """What `hookswitch trace --json` says."""
        return dict(self.hookswitch_json("trace", event_id))

    def hookswitch_json(self, *arguments: str) -> Any:
        """A command's JSON."""
        done = self.hookswitch(*arguments, "--json")
        assert done.returncode == 0, done
        return orjson.loads(done.stdout)

    def hookswitch(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command and what it says."""
        return self.typed(*arguments).said()

    def typed(self, *arguments: str) -> Command:
        """A command that runs while the story goes on."""
        return Command(arguments, os.environ | self.environ())

    def settled(self) -> bool:
        """Whether no work is open."""
        assert self.store
        with Redis.from_url(self.store.url) as client:
            return bool(client.zcard("hs:open") == 0)

    def workers(self) -> list[Any]:
        """The workers that have shown a sign of life in the last seconds."""
        assert self.store
        with Redis.from_url(self.store.url) as client:
            found: Any = client.zrangebyscore("hs:workers", (time.time() - 2) * 1000, "+inf")
            return list(found)

    def _works(self, name: str) -> bool:
        """Whether this worker takes jobs; a store of somebody else's is not asked."""
        process = self.processes[name]
        assert process.poll() is None, (self.folder / f"{name}.log").read_text()
        return not self.store or any(f":{process.pid}:".encode() in worker for worker in self.workers())

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process."""
        self.processes[name].send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.processes.pop(name).wait(PATIENCE)

    def kill_store(self) -> None:
        """As if the power went: no goodbye."""
        assert self.store
        self.store.process.kill()
        self.store.process.wait()
        self.store.stop()

    def stop(self) -> None:
        """End everything."""
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(PATIENCE)
        if self.store:
            self.store.stop()

    def _answers(self, url: str) -> bool:
        try:
            return httpx.get(url, **UNCERTIFIED).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def staged(folder: Path, rules: Path, *, deadline: str = "4s", **settings: str) -> Iterator[Stage]:
    """Everything running, until the story ends; `settings` are HOOKSWITCH_ variables."""
    own = {f"HOOKSWITCH_{name.upper()}": value for name, value in settings.items()}
    stage = Stage(folder, rules, settings=own, deadline=deadline)
    try:
        stage.start_store()
        stage.start("sandbox", "receiver", "worker")
        yield stage
    finally:
        stage.stop()
