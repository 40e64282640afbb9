from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.console.dev.story import PATIENCE, Dev, dev, environment, gone, refused, until
from tests.ports import free_port

pytestmark = pytest.mark.journey


def pasted(line: str) -> dict[str, Any]:
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=PATIENCE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def hookswitch(running: Dev, *arguments: str) -> str:
    start = [sys.executable, "-P", "-m", "console", *arguments, "--data-dir", str(running.folder / "data")]
    return subprocess.run(start, capture_output=True, text=True, timeout=PATIENCE, check=True, env=environment()).stdout


def test_from_the_first_start_to_ctrl_c(tmp_path: Path) -> None:
    with dev(tmp_path) as running:
        children = running.children()
        assert children.keys() == {"receiver", "worker", "console", "sandbox", "store"}
        call, tool = running.curl_lines()
        assert pasted(call)["assistant"]["firstMessage"] == "Good day, how may I help you?"
        assert pasted(tool)["results"][0]["result"] == "You called from +31612340001."
        running.says("tool-calls find_customer")
        (event,) = json.loads(hookswitch(running, "events", "tool-calls", "--json"))
        assert "by rule who" in hookswitch(running, "trace", event["id"])
        assert "✖" not in hookswitch(running, "doctor")
        assert running.stop() == 0
    assert running.said.rstrip().endswith("stopped")
    assert running.complained == ""
    assert gone(children)
    assert "1612340001" not in running.said.split("Ctrl-C stops everything")[1]


def test_whatever_is_saved_once_it_is_up_is_told(tmp_path: Path) -> None:
    with dev(tmp_path, "--no-sandbox") as running:
        rule = tmp_path / "rules" / "who.yaml"
        right = rule.read_text()
        rule.write_text(right.replace("if: call.from", "if: call.form"))
        until(lambda: 'unknown name "call.form"' in running.complained, "the mistake is told")
        rule.write_text(right)
        until(lambda: "the file is right again" in running.complained, "that it is mended is told")
        (tmp_path / "rules" / "crm.yaml").write_text(
            "description: x\non: manual\nsteps: [{ action: log, with: { message: '${{ secrets.crm_token }}' } }]\n"
        )
        wanted = 'unknown secret "crm_token"; set HOOKSWITCH_SECRET_CRM_TOKEN'
        until(lambda: wanted in running.complained, "the missing secret is told")
        start = [sys.executable, "-P", "-m", "console"]
        more = ["--data-dir", str(tmp_path / "data")]
        run = subprocess.run(
            [*start, "run", "crm", "--rules", str(tmp_path / "rules"), *more],
            capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False,
        )  # fmt: skip
        assert (run.returncode, wanted in run.stderr) == (2, True), run.stderr
        doctor = subprocess.run(
            [*start, "doctor", *more], capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
        )
        assert (doctor.returncode, wanted in " ".join(doctor.stdout.split())) == (1, True), doctor.stdout
        assert running.stop() == 0


def test_a_folder_and_a_port_have_one_holder_and_others_run_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with dev(tmp_path / "a") as first:
        same_folder = refused(tmp_path / "a", free_port())
        assert f"is in use by process {first.process.pid}; stop it, or choose another folder" in same_folder
        same_port = refused(tmp_path / "b", first.port)
        assert f"port {first.port} for the receiver is in use" in same_port
        with dev(tmp_path / "b") as second:
            assert not {*second.children().values()} & {*first.children().values()}
            assert second.stop() == 0
        assert first.process.poll() is None


def test_a_killed_process_comes_back_with_a_word(tmp_path: Path) -> None:
    with dev(tmp_path) as running:
        before = running.children()
        for name in ("receiver", "worker", "console", "sandbox"):
            subprocess.run(["kill", "-9", str(before[name])], check=True)
        for name in ("receiver", "worker", "console", "sandbox"):
            running.says(f"the {name} ended (SIGKILL), starting it again")
        until(lambda: running.children().keys() == before.keys(), "all are back")
        until(lambda: _answers(running.port), "the receiver answers")
        assert running.stop() == 0


def test_a_killed_store_comes_back_with_what_it_had(tmp_path: Path) -> None:
    with dev(tmp_path, "--no-sandbox") as running:
        pasted(running.curl_lines()[1])
        running.says("tool-calls find_customer")
        subprocess.run(["kill", "-9", str(running.children()["store"])], check=True)
        running.says("the store ended (SIGKILL), starting it again")
        until(lambda: "store" in running.children(), "the store is back")
        until(lambda: "tool-calls" in hookswitch(running, "events"), "the event is there")
        assert running.stop() == 0


def test_nothing_stays_behind_when_it_is_killed(tmp_path: Path) -> None:
    with dev(tmp_path) as running:
        children = running.children()
        running.stop(signal.SIGKILL)
        until(lambda: gone(children), "all are gone")
    assert "Traceback" not in running.complained
    with dev(tmp_path, port=running.port) as again:
        assert again.stop(signal.SIGTERM) == 0


def test_what_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("connections:\n  a b: {provider: flireo}\n")
    said = refused(tmp_path, free_port(), "--connections", str(tmp_path / "mine.yaml"))
    assert "connection a b: a name has letters, digits, _ and -, 64 at most" in said
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1] - 10
        assert f"port {port + 10} for the sandbox is in use" in refused(tmp_path, port)


def test_own_connections_never_get_invented_api_keys(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "connections:\n  desk:\n    provider: flireo\n    generation: g3\n"
        "    auth: [{scheme: hmac, secret: '${DESK_SECRET}'}]\n"
        "    api: {base_url: 'https://api.example.com', key: '${DESK_KEY}'}\n"
    )
    with dev(tmp_path, "--connections", str(tmp_path / "mine.yaml")) as running:
        running.says("DESK_SECRET was not set: a random one stands in")
        running.says("not set: DESK_KEY")
        assert "simulate" not in running.said
        assert pasted(running.curl_lines()[0])["results"]
        assert "DESK_KEY" not in (tmp_path / "data" / "secrets.env").read_text()
        assert running.stop() == 0


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
