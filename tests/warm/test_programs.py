from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.stage import until
from tests.warm.programs import PATIENCE, ROOT, Command, Program, piped

PLAIN = {"PATH": os.environ["PATH"]}

STARTED = """
import socket, sys
from tests.warm.server import Server, become, run
request = Server(socket.socket(fileno=int(sys.argv[1]))).serve()
if request:
    become(request)
    run(request["module"])
"""
"""The process that forks, without anything imported before."""
SLEEPS = {"module": "http.server", "arguments": ["0", "--bind", "127.0.0.1"], "environ": PLAIN, "folder": str(ROOT)}


def test_a_command_says_what_the_installed_one_says() -> None:
    real = subprocess.run([sys.executable, "-m", "console", "--version"], capture_output=True, text=True, env=PLAIN)
    warm = Command(("--version",), PLAIN).said()
    assert (warm.returncode, warm.stdout, warm.stderr) == (real.returncode, real.stdout, real.stderr)
    refused = Command(("check", "nowhere"), PLAIN).said()
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nowhere" in refused.stderr


def test_environment_and_folder_are_those_given_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_DATA_DIR", "/not/here")
    assert "no store runs in .hookswitch" in Command(("events",), PLAIN, tmp_path).said().stderr
    given = PLAIN | {"HOOKSWITCH_DATA_DIR": str(tmp_path / "there")}
    assert f"no store runs in {tmp_path}/there" in Command(("events",), given, tmp_path).said().stderr


def test_a_trace_of_what_nobody_expected_is_told() -> None:
    with piped() as (said, errors):
        program = Program("tests.warm.no_such_module", environ=PLAIN, stderr=errors)
        errors.close()
        assert program.wait() == 1
        assert b"No module named tests.warm.no_such_module" in said.read()


def test_a_program_is_a_process_that_can_be_stopped_and_killed() -> None:
    with piped() as (said, out):
        program = Program("console.sandbox", environ=PLAIN | {"HOOKSWITCH_SANDBOX_PORT": "0"}, stdout=out)
        out.close()
        assert b"ready" in said.readline()
        assert program.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(0.01)
        program.send_signal(signal.SIGSTOP)
        program.kill()
        assert program.wait() == -signal.SIGKILL
        assert not Path(f"/proc/{program.pid}").exists()
        program.kill()  # nobody any more
        assert program.poll() == -signal.SIGKILL


def test_when_nobody_can_ask_any_more_nothing_stays_behind() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-c", STARTED, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT, stdin=subprocess.DEVNULL)
    told, tell = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with told, tell, Path(os.devnull).open("r+b", buffering=0) as nowhere:
        streams = [nowhere.fileno()] * 3
        socket.send_fds(ours, [json.dumps(SLEEPS).encode()], [*streams, tell.fileno()])
        pid = int(told.recv(64))
    assert Path(f"/proc/{pid}").exists()
    ours.close()
    assert process.wait(PATIENCE) == 0
    until(lambda: not Path(f"/proc/{pid}").exists())
