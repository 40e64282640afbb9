"""The Procfile, as runners like foreman and honcho have it: all lines start together, and one that ends stops all."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from console.cli import verb as verb_named
from console.making.starting import lay_out_folder
from console.process.alive import alive
from store.embedded import EmbeddedServer, die_with_parent, start
from tests.deploy.compose import ROOT
from tests.journeys.stage import until
from tests.ports import free_port

LINES = dict(re.findall(r"^(\w+): (.+)$", (ROOT / "Procfile").read_text(encoding="utf-8"), re.MULTILINE))


def test_each_line_is_a_verb_with_its_options() -> None:
    assert set(LINES) == {"web", "worker", "console"}
    for line in LINES.values():
        program, verb, *words = shlex.split(line)
        known = {option for parameter in verb_named(verb).params for option in parameter.opts}
        assert program == "hookswitch"
        assert {word for word in words if word.startswith("--")} <= known


@contextmanager
def running(
    folder: Path, environ: dict[str, str], ports: dict[str, int]
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Every line in a shell of its own, with a PORT of its own, as runners do it."""
    started = {}
    with (folder / "all.log").open("wb") as log:
        for name, line in LINES.items():
            started[name] = subprocess.Popen(
                ["sh", "-c", f"exec {line}"], cwd=folder, env={**environ, "PORT": str(ports[name])},
                stdout=log, stderr=log, preexec_fn=die_with_parent,
            )  # fmt: skip
    try:
        yield started
    finally:
        for process in started.values():
            process.kill()
            process.wait(60)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = start(tmp_path / "store", "always", timeout=60)
    yield server
    server.stop()


@pytest.mark.journey
@pytest.mark.timeout(400)
def test_all_of_it_keeps_running_with_what_the_manual_asks_for(tmp_path: Path, server: EmbeddedServer) -> None:
    lay_out_folder(tmp_path / "desk")
    program = tmp_path / "bin" / "hookswitch"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m console "$@"\n')
    program.chmod(0o755)
    ports = {name: free_port() for name in LINES}
    plain = {name: text for name, text in os.environ.items() if not name.startswith("HOOKSWITCH_")}
    environ = {
        **plain, "PATH": f"{program.parent}:{os.environ['PATH']}", "HOOKSWITCH_REDIS_URL": server.url,
        "FRONT_DESK_WEBHOOK_SECRET": "a-secret", "HOOKSWITCH_WORKER_METRICS_PORT": str(ports["worker"]),
    }  # fmt: skip
    with running(tmp_path / "desk", environ, ports) as started:
        until(lambda: _ended(started) or _all_live(ports), 180)  # three programs, none of them imported yet
        assert _ended(started) == [], (tmp_path / "desk" / "all.log").read_text()[-3000:]
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        assert {name: process.wait(60) for name, process in started.items()} == dict.fromkeys(LINES, 0)


def _all_live(ports: dict[str, int]) -> bool:
    return all(alive(f"http://127.0.0.1:{port}/livez") for port in ports.values())


def _ended(started: dict[str, subprocess.Popen[bytes]]) -> list[str]:
    return [name for name, process in started.items() if process.poll() is not None]
