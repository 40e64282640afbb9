"""Everything is started anew, one after the other, under load: nobody is refused, and nothing is lost.

The port is held by a socket that outlives the receiver, as a `.socket` unit of systemd does it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from receiver.providers.flireo.signature import signed_headers
from receiver.providers.samples import load_sample
from store.embedded import die_with_parent
from tests.journeys.stage import UNCERTIFIED, Stage, until

pytestmark = pytest.mark.journey

REPORT = load_sample("flireo/end-of-call-report__g3").body
CALL = b"11111111-2222-4333-8444-555555555555"
AS_SYSTEMD_DOES = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" -m console serve'


class Senders:
    """Platforms that send one event after the other, each on a connection of its own, and never a second time."""

    def __init__(self, stage: Stage, number: int = 3) -> None:
        self.url, self.secret = f"{stage.url}/hooks/front_desk", stage.environ()["FRONT_DESK_WEBHOOK_SECRET"]
        self.told: list[str] = []
        self.trouble: list[str] = []
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self._send, args=(each,)) for each in range(number)]

    def _send(self, who: int) -> None:
        sent = 0
        while not self.enough.is_set():
            sent += 1
            body = REPORT.replace(CALL, f"{who:08d}-0000-4000-8000-{sent:012d}".encode())
            headers = signed_headers(body, self.secret, int(time.time()), "end-of-call-report")
            try:
                answer = httpx.post(self.url, content=body, headers=headers, timeout=30, **UNCERTIFIED)
            except httpx.TransportError as error:
                self.trouble.append(repr(error))
                continue
            if answer.status_code == 200:
                self.told.append(answer.headers["x-hookswitch-event"])
            else:
                self.trouble.append(f"{answer.status_code} {answer.text}")

    def __enter__(self) -> Senders:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        for thread in self.threads:
            thread.join(60)

    def has_sent(self, more: int) -> Callable[[], bool]:
        """Whether so many more have been taken since now."""
        wanted = len(self.told) + more
        return lambda: len(self.told) >= wanted or bool(self.trouble)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, Path("rules/live"))
    try:
        stage.start_store()
        stage.start("sandbox", "worker")
        yield stage
    finally:
        stage.stop()


@pytest.fixture
def kept(stage: Stage) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", stage.ports.receiver), backlog=2048) as held:
        yield held


def start_receiver(stage: Stage, kept: socket.socket) -> None:
    def hand_over() -> None:
        die_with_parent()
        os.dup2(kept.fileno(), 3)

    with (stage.folder / "receiver.log").open("ab") as log:
        stage.processes["receiver"] = subprocess.Popen(
            ["sh", "-c", AS_SYSTEMD_DOES, sys.executable], env=os.environ | stage.environ(), stdout=log, stderr=log,
            pass_fds=(3,), preexec_fn=hand_over,
        )  # fmt: skip


def test_receivers_and_workers_are_started_anew_and_nobody_notices(stage: Stage, kept: socket.socket) -> None:
    start_receiver(stage, kept)
    with Senders(stage) as senders:
        for _ in range(3):
            until(senders.has_sent(20))
            stage.signal("receiver", signal.SIGTERM)
            start_receiver(stage, kept)
        until(senders.has_sent(20))
        stage.start("worker-2")
        until(lambda: len(stage.workers()) == 2)
        stage.signal("worker", signal.SIGTERM)
        until(senders.has_sent(20))
    assert senders.trouble == []
    assert len(senders.told) == len(set(senders.told)) >= 100
    until(stage.settled)
    listed = stage.hookswitch_json("events", "end-of-call-report", "--count", "100000")
    assert {event["id"] for event in listed} >= set(senders.told)
    assert {event["status"] for event in listed} == {"done"}
