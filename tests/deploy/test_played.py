"""The compose files, played: the same commands in the same surroundings as processes of this machine.

What a container brings (names of hosts, folders, one port for each) is put in its place; everything else is as written.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError

from console.making.starting import lay_out_folder
from console.process.alive import alive
from receiver.providers.flireo.signature import signed_headers
from receiver.providers.samples import load_sample
from store.embedded import die_with_parent
from tests.deploy.compose import COMPOSE, DEPLOY, OURS, SENTINEL, services
from tests.journeys.stage import UNCERTIFIED, until
from tests.ports import free_port
from tests.store.servers import server_binary
from tests.warm.programs import PATIENCE, Command, Program

pytestmark = pytest.mark.journey

SECRET = "a-webhook-secret"
PASSWORD = "store-password"
SENTINELS = ("sentinel-1", "sentinel-2", "sentinel-3")


@dataclass
class Host:
    """This machine in the place of all containers of one file."""

    folder: Path
    services: Mapping[str, Any]
    ports: dict[str, int] = field(default_factory=dict)
    running: dict[str, Program | subprocess.Popen[bytes]] = field(default_factory=dict)

    def place(self, text: str) -> str:
        """Names of hosts and folders as they are here."""
        for name in self.services.keys() - set(OURS):
            inner = "26379" if name in SENTINELS else "6379"
            host = rf"(?<![\w+-]){name}(?![\w+-]|://)"
            text = re.sub(rf"{host}([: ]){inner}", rf"127.0.0.1\g<1>{self.port(name)}", text)
            text = re.sub(host, f"127.0.0.1:{self.port(name)}" if name in SENTINELS else "127.0.0.1", text)
        return text.replace("/etc/hookswitch", str(self.folder)).replace("/start/", f"{DEPLOY}/sentinel/")

    def port(self, name: str) -> int:
        return self.ports.setdefault(name, free_port())

    def environ(self, name: str) -> dict[str, str]:
        written = {key: self.place(value) for key, value in self.services[name].get("environment", {}).items()}
        plain = {key: value for key, value in os.environ.items() if not key.startswith("HOOKSWITCH_")}
        return {**plain, **self._image(name), **written}

    def _image(self, name: str) -> dict[str, str]:
        """What the image and the env_file of a process say, and where a script of ours finds its folder."""
        own = self.folder / name
        own.mkdir(exist_ok=True)
        return {
            "HOOKSWITCH_DATA_DIR": str(own), "HOOKSWITCH_LOG": "json", "DATA": str(own), "PORT": str(self.port(name)),
            "HOOKSWITCH_RULES_DIR": f"{self.folder}/rules/live",
            "HOOKSWITCH_CONNECTIONS": f"{self.folder}/rules/connections.yaml",
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            **({"FRONT_DESK_WEBHOOK_SECRET": SECRET} if name == "receiver" else {}),
        }  # fmt: skip

    def start(self, *names: str) -> None:
        for name in names:
            command, environ = self._command(name), self._without_clash(name)
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = (
                    Program("console", *command, environ=environ, stdout=log, stderr=log, folder=self.folder)
                    if name in OURS
                    else subprocess.Popen(
                        command, env=environ, cwd=self.folder, stdout=log, stderr=log, preexec_fn=die_with_parent
                    )
                )

    def _command(self, name: str) -> list[str]:
        """With a port of its own where containers have one each; the image's entry point comes before ours."""
        command = [self.place(word) for word in self.services[name]["command"]]
        command = [str(self.port(name)) if word in ("8080", "8081") else word for word in command]
        own = ["--port", str(self.port(name)), "--dir", str(self.folder / name)] if command[0] == "redis-server" else []
        return [*command, *own]

    def _without_clash(self, name: str) -> dict[str, str]:
        environ = self.environ(name)
        if "HOOKSWITCH_WORKER_METRICS_PORT" in environ:
            environ["HOOKSWITCH_WORKER_METRICS_PORT"] = str(self.port(name))
        return environ

    def healthy(self, name: str) -> bool:
        assert self.running[name].poll() is None, (self.folder / f"{name}.log").read_text()[-3000:]
        asked = self.services[name]["healthcheck"]["test"][-1]
        return alive(f"http://127.0.0.1:{self.port(name)}/{asked.rpartition('/')[2]}")

    def redis(self, name: str) -> Redis:
        return Redis(host="127.0.0.1", port=self.port(name), password=None if name in SENTINELS else PASSWORD)

    def answers(self, name: str) -> bool:
        try:
            with self.redis(name) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def post(self, body: bytes, kind: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.port('receiver')}/hooks/front_desk"
        headers = signed_headers(body, SECRET, int(time.time()), kind)
        return httpx.post(url, content=body, headers=headers, timeout=15, **UNCERTIFIED)

    def hookswitch(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command, typed in the receiver's container."""
        return Command(arguments, self.environ("receiver")).said()

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait(PATIENCE)


@contextmanager
def playing(path: Path, folder: Path) -> Iterator[Host]:
    """Everything of a file, with a folder as `init` lays it out."""
    lay_out_folder(folder)
    (folder / "bin").mkdir()
    (folder / "bin" / "redis-server").symlink_to(server_binary())
    host = Host(folder, services(path))
    try:
        yield host
    finally:
        host.end()


def trouble(host: Host) -> list[str]:
    """What `doctor` calls an error."""
    found = json.loads(host.hookswitch("doctor", "--json").stdout)
    return [f"{each['about']}: {each['text']}" for each in found if each["level"] == "error"]


def accepted(host: Host, call: str) -> str:
    """The id of an event that was acknowledged."""
    body = load_sample("flireo/end-of-call-report__g3").body.replace(
        b"11111111-2222", f"{zlib.crc32(call.encode()):08x}-2222".encode()
    )
    taken = host.post(body, "end-of-call-report")
    assert taken.status_code == 200, taken.text
    return taken.headers["x-hookswitch-event"]


def is_done(host: Host, event: str) -> bool:
    said = host.hookswitch("trace", event)
    return said.returncode == 0 and said.stdout.splitlines()[0].endswith(" done")


@pytest.mark.timeout(200)
def test_an_event_goes_through_what_compose_starts(tmp_path: Path) -> None:
    with playing(COMPOSE, tmp_path / "desk") as host:
        host.start("redis")
        until(lambda: host.answers("redis"))
        host.start(*OURS)
        until(lambda: all(host.healthy(name) for name in OURS))
        event = accepted(host, "one")
        until(lambda: is_done(host, event))
        assert trouble(host) == []


def others_known(host: Host, name: str) -> bool:
    with host.redis(name) as client:
        told: Any = client.sentinel_masters()
        front = told.get("front", {})
        return bool(front.get("num-other-sentinels") == 2 and front.get("num-slaves") == 1)


def role(host: Host, name: str) -> str:
    """What the server is; nothing while it cuts its clients, as one does that is being promoted."""
    with host.redis(name) as client:
        try:
            info: Any = client.info("replication")
        except RedisError:
            return ""
        return f"{info['role']}{' with a replica' if info.get('connected_slaves') else ''}"


def leads(host: Host, name: str) -> bool:
    return role(host, name) == "master with a replica"


@pytest.mark.timeout(300)
def test_a_primary_dies_and_nothing_that_was_acknowledged_is_gone(tmp_path: Path) -> None:
    with playing(SENTINEL, tmp_path / "desk") as host:
        host.start("redis-a", "redis-b")
        until(lambda: host.answers("redis-a") and leads(host, "redis-a"))
        host.start(*SENTINELS)
        until(lambda: all(host.answers(name) and others_known(host, name) for name in SENTINELS))
        host.start(*OURS)
        until(lambda: all(host.healthy(name) for name in OURS))
        before = accepted(host, "before")
        until(lambda: is_done(host, before))
        assert trouble(host) == []

        host.running["redis-a"].send_signal(signal.SIGKILL)
        host.running["redis-a"].wait()
        meanwhile = accepted(host, "meanwhile")
        until(lambda: role(host, "redis-b") == "master")
        host.start("redis-a")  # its machine is back, and another one is in its place
        until(lambda: host.answers("redis-b") and leads(host, "redis-b"))
        until(lambda: is_done(host, meanwhile))
        assert is_done(host, before)
