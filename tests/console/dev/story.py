"""`hookswitch dev` as a real process, with what it says and what it leaves behind."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from console.dev.ports import CONSOLE_ABOVE, SANDBOX_ABOVE
from tests.ports import free_port
from tests.warm.programs import Command, Program

PATIENCE = 120.0
"""Seconds: five processes start, and a busy machine may have others to start meanwhile."""

RULE = """\
description: Say who calls.
on: { tool-calls: find_customer }
if: call.from != ""
answer:
  result: You called from ${{ call.from }}.
"""


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for other processes."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)


@dataclass
class Dev:
    """One running `hookswitch dev`."""

    process: Program
    port: int
    folder: Path

    @property
    def said(self) -> str:
        return (self.folder / "out").read_text(encoding="utf-8")

    @property
    def complained(self) -> str:
        return (self.folder / "err").read_text(encoding="utf-8")

    def says(self, text: str) -> None:
        """Wait for it to say something."""
        until(lambda: text in self.said or self.process.poll() is not None, text)
        assert text in self.said, self.complained

    def children(self) -> dict[str, int]:
        """Its processes by what they are."""
        names = {
            "console serve": "receiver", "console work": "worker", "console console": "console",
            "console.sandbox": "sandbox", "valkey": "store",
        }  # fmt: skip
        found: dict[str, int] = {}
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parent = re.search(r"^PPid:\t(\d+)", (path / "status").read_text(), re.MULTILINE)
                command = (path / "cmdline").read_text().replace("\0", " ")
                if parent and int(parent[1]) == self.process.pid:
                    found |= {name: int(path.name) for part, name in names.items() if part in command}
        return found

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def curl_lines(self) -> list[str]:
        """The lines to paste."""
        return re.findall(r"^  (curl .*)$", self.said, re.MULTILINE)


def gone(pids: Mapping[str, int]) -> bool:
    """Whether none of these processes is left."""
    return not any(Path(f"/proc/{pid}").exists() and not _is_zombie(pid) for pid in pids.values())


def _is_zombie(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    return True


def environment() -> dict[str, str]:
    """Ours without any setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HOOKSWITCH_", "SANDBOX_"))}


def arguments(folder: Path, port: int, *more: str) -> list[str]:
    """How `dev` is started on a folder; its rules folder is made here."""
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "who.yaml").write_text(RULE)
    return ["dev", "--port", str(port), "--data-dir", str(folder / "data"), "--rules-dir", str(rules), *more]


@contextmanager
def dev(folder: Path, *more: str, port: int = 0) -> Iterator[Dev]:
    """Start it and wait until it is up; whatever happens, nothing stays behind."""
    port = port or free_port(CONSOLE_ABOVE, SANDBOX_ABOVE)
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        start = arguments(folder, port, *more)
        process = Program("console", *start, environ=environment(), stdout=out, stderr=err, folder=folder)
    running = Dev(process, port, folder)
    try:
        running.says("Ctrl-C stops everything")
        yield running
    finally:
        if process.poll() is None:
            running.stop(signal.SIGTERM)


def refused(folder: Path, port: int, *more: str) -> str:
    """Start it where it cannot run; gives what it said about that."""
    done = Command(tuple(arguments(folder, port, *more)), environment(), folder).said()
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "Traceback" not in done.stderr
    return done.stderr
