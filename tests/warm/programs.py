"""Programs of ours without the second that Python takes to import them: forked from a process that has done so.

They are processes like any other, to be signalled and killed, with an environment and standard streams of their own.
Where the start itself is the thing to see, or a terminal, use `subprocess`.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

from tests.warm.server import LONGEST_REQUEST

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that a command may take on a busy machine."""


class Program:
    """`python -m module arguments`, running; has what is used here of `subprocess.Popen`."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        environ: Mapping[str, str],
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stdout: IO[bytes] | int = subprocess.DEVNULL,
        stderr: IO[bytes] | int = subprocess.DEVNULL,
        folder: Path | None = None,
    ) -> None:
        self.args = [module, *arguments]
        self.returncode: int | None = None
        self._told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked = {
            "module": module,
            "arguments": arguments,
            "environ": dict(environ),
            "folder": str(folder or Path.cwd()),
        }
        message = json.dumps(asked).encode()
        assert len(message) < LONGEST_REQUEST
        with theirs, Path(os.devnull).open("r+b", buffering=0) as nowhere:
            streams = [_descriptor(each, nowhere) for each in (stdin, stdout, stderr)]
            socket.send_fds(_server().requests, [message], [*streams, theirs.fileno()])
        self.pid = self._hear()

    def poll(self) -> int | None:
        """The exit code, negative for a signal, as soon as it has ended."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = PATIENCE) -> int:
        """The same, when it ends."""
        if self.returncode is None:
            self._told.settimeout(timeout)
            try:
                self.returncode = self._hear()
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Not to who has that process id after it."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _hear(self) -> int:
        told = self._told.recv(64)
        assert told, "the process that forks programs has ended"
        return int(told)


@contextmanager
def piped() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Both ends of a pipe: one to read what a program says, the other to give to it and close."""
    read, write = os.pipe()
    with os.fdopen(read, "rb") as ours, os.fdopen(write, "wb") as theirs:
        yield ours, theirs


def _descriptor(stream: IO[bytes] | int, nowhere: IO[bytes]) -> int:
    if isinstance(stream, int):
        return nowhere.fileno() if stream == subprocess.DEVNULL else stream
    return stream.fileno()


@dataclass
class Command:
    """`hookswitch ARGUMENTS`, typed; what it says is read when it is through."""

    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    folder: Path | None = None
    _out: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    _errors: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def __post_init__(self) -> None:
        self._program = Program(
            "console", *self.arguments, environ=self.environ, stdout=self._out, stderr=self._errors, folder=self.folder
        )

    def said(self, timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """Exit code, stdout and stderr; who takes longer is killed. Raises subprocess.TimeoutExpired."""
        try:
            code = self._program.wait(timeout)
        finally:
            self._program.kill()
            out, errors = _read(self._out), _read(self._errors)
        return subprocess.CompletedProcess(self._program.args, code, out, errors)


def _read(stream: IO[bytes]) -> str:
    with stream:
        stream.seek(0)
        return stream.read().decode()


@dataclass(frozen=True)
class _Server:
    process: subprocess.Popen[bytes]
    requests: socket.socket

    def stop(self) -> None:
        """It ends when nobody can ask any more."""
        self.requests.close()
        self.process.wait()


@cache
def _server() -> _Server:
    """This process's own, until its end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm.server", str(theirs.fileno())], pass_fds=[theirs.fileno()], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    server = _Server(process, ours)
    atexit.register(server.stop)
    return server
