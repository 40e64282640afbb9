from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.console.dev.story import PATIENCE, Dev, dev, environment, gone, refused, until
from tests.ports import free_port
from tests.warm.programs import Command

pytestmark = [pytest.mark.journey, pytest.mark.timeout(480)]


def pasted(line: str) -> dict[str, Any]:
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=PATIENCE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def hookswitch(running: Dev, *arguments: str, code: int = 0) -> CompletedProcess[str]:
    place = ("--data-dir", str(running.folder / "data"))
    done = Command((*arguments, *place), environment()).said()
    assert done.returncode == code, done
    return done


def test_from_the_first_start_to_the_last(tmp_path: Path) -> None:
    """One installation, what goes on beside it, and the next one in its place: five processes take a while to start."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with dev(tmp_path / "a") as running:
        children = running.children()
        assert children.keys() == {"receiver", "worker", "console", "sandbox", "store"}
        it_can_be_tried_as_it_says(running)
        changes_are_told(running)
        a_folder_and_a_port_have_one_holder(running, tmp_path / "b")
        another_one_runs_beside_it_until_ctrl_c(running, tmp_path / "b")
        what_is_killed_comes_back_with_what_it_had(running, children)
        children = running.children()
        running.stop(signal.SIGKILL)
        until(lambda: gone(children), "all are gone")
    assert "Traceback" not in running.complained
    assert "1612340001" not in running.said.split("Ctrl-C stops everything")[1]
    with dev(tmp_path / "a", "--no-sandbox", port=running.port) as again:
        assert again.children().keys() == children.keys() - {"sandbox"}
        assert again.stop(signal.SIGTERM) == 0


def it_can_be_tried_as_it_says(running: Dev) -> None:
    call, tool = running.curl_lines()
    assert pasted(call)["assistant"]["firstMessage"] == "Good day, how may I help you?"
    assert pasted(tool)["results"][0]["result"] == "You called from +31612340001."
    running.says("tool-calls find_customer")
    (event,) = json.loads(hookswitch(running, "events", "tool-calls", "--json").stdout)
    assert "by rule who" in hookswitch(running, "trace", event["id"]).stdout
    assert "✖" not in hookswitch(running, "doctor").stdout
    assert running.complained == ""


def changes_are_told(running: Dev) -> None:
    """Whatever is saved once it is up."""
    rules = running.folder / "rules"
    right = (rules / "who.yaml").read_text()
    (rules / "who.yaml").write_text(right.replace("if: call.from", "if: call.form"))
    until(lambda: 'unknown name "call.form"' in running.complained, "the mistake is told")
    (rules / "who.yaml").write_text(right)
    until(lambda: "the file is right again" in running.complained, "that it is mended is told")
    (rules / "crm.yaml").write_text(
        "description: x\non: manual\nsteps: [{ action: log, with: { message: '${{ secrets.crm_token }}' } }]\n"
    )
    wanted = 'unknown secret "crm_token"; set HOOKSWITCH_SECRET_CRM_TOKEN'
    until(lambda: wanted in running.complained, "the missing secret is told")
    assert wanted in hookswitch(running, "run", "crm", "--rules", str(rules), code=2).stderr
    assert wanted in " ".join(hookswitch(running, "doctor", code=1).stdout.split())


def a_folder_and_a_port_have_one_holder(running: Dev, elsewhere: Path) -> None:
    same_folder = refused(running.folder, free_port())
    assert f"is in use by process {running.process.pid}; stop it, or choose another folder" in same_folder
    assert f"port {running.port} for the receiver is in use" in refused(elsewhere, running.port)


def another_one_runs_beside_it_until_ctrl_c(running: Dev, folder: Path) -> None:
    """With connections of its own, which never get invented API keys."""
    (folder / "mine.yaml").write_text(
        "connections:\n  desk:\n    provider: flireo\n    generation: g3\n"
        "    auth: [{scheme: hmac, secret: '${DESK_SECRET}'}]\n"
        "    api: {base_url: 'https://api.example.com', key: '${DESK_KEY}'}\n"
    )
    with dev(folder, "--connections", str(folder / "mine.yaml")) as other:
        children = other.children()
        assert not {*children.values()} & {*running.children().values()}
        other.says("DESK_SECRET was not set: a random one stands in")
        other.says("not set: DESK_KEY")
        assert "simulate" not in other.said
        assert pasted(other.curl_lines()[0])["results"]
        assert "DESK_KEY" not in (folder / "data" / "secrets.env").read_text()
        assert other.stop() == 0
    assert other.said.rstrip().endswith("stopped")
    assert gone(children)
    assert running.process.poll() is None


def what_is_killed_comes_back_with_what_it_had(running: Dev, children: Mapping[str, int]) -> None:
    for pid in children.values():
        os.kill(pid, signal.SIGKILL)
    for name in children:
        running.says(f"the {name} ended (SIGKILL), starting it again")
    until(lambda: running.children().keys() == children.keys(), "all are back")
    until(lambda: _answers(running.port), "the receiver answers")
    place = ("--data-dir", str(running.folder / "data"))
    until(lambda: "tool-calls" in Command(("events", *place), environment()).said().stdout, "the event is there")


def test_what_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("connections:\n  a b: {provider: flireo}\n")
    said = refused(tmp_path, free_port(), "--connections", str(tmp_path / "mine.yaml"))
    assert "connection a b: a name has letters, digits, _ and -, 64 at most" in said
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1] - 10
        assert f"port {port + 10} for the sandbox is in use" in refused(tmp_path, port)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
