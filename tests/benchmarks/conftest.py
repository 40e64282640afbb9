"""Benchmarks measure processes that are started; their tests ask whether they run at all, and fork them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

from benchmarks import processes
from tests.warm.programs import Program


class Client(Program):
    """One that is told what to do and says what came of it."""

    def __init__(self, *command: str, environ: Mapping[str, str], folder: Path) -> None:
        (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
        self.stdin: IO[bytes] | None = os.fdopen(ours_in, "wb")
        self._said = os.fdopen(ours_out, "rb")
        with os.fdopen(theirs_in, "rb") as given, os.fdopen(theirs_out, "wb") as said:
            super().__init__(*command, environ=environ, folder=folder, stdin=given, stdout=said)

    def communicate(self) -> tuple[bytes, None]:
        """All it said, when it is through."""
        with self._said as said:
            text = said.read()
        self.wait()
        return text, None


def popen(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, **more: Any
) -> Program | subprocess.Popen[bytes]:
    """In the place of `subprocess.Popen`: what runs a module of Python is forked."""
    if tuple(command[:2]) != (sys.executable, "-m"):
        return subprocess.Popen(command, cwd=cwd, env=env, **more)
    environ = os.environ if env is None else env
    if more.get("stdin") == subprocess.PIPE:
        return Client(*command[2:], environ=environ, folder=cwd)
    return Program(*command[2:], environ=environ, folder=cwd, stdout=more["stdout"], stderr=more["stderr"])


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a benchmark starts here."""
    names = {"Popen": popen, "PIPE": subprocess.PIPE, "DEVNULL": subprocess.DEVNULL,
             "TimeoutExpired": subprocess.TimeoutExpired}  # fmt: skip
    monkeypatch.setattr(processes, "subprocess", SimpleNamespace(**names))
