"""The live view as a person has it: a real terminal, keys, and a store that goes away."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from store import embedded
from store.client import Store
from store.embedded import EmbeddedServer
from store.event import Event
from tests.console.recorded import CALLER, answered, given_up, in_store

pytestmark = pytest.mark.journey

PATIENCE = 40.0
NOT_OURS = ("HOOKSWITCH_", "COLUMNS", "LINES")
"""The terminal itself says how large it is."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][A-Z0-9]?")
RULE = "description: Nobody is found.\non: { tool-calls: look_up }\nanswer: { result: Nobody. }\n"


@dataclass
class Terminal:
    """`hookswitch tail` on a pseudo-terminal."""

    process: subprocess.Popen[bytes]
    descriptor: int
    seen: str = ""
    everything: list[str] = field(default_factory=list)

    def press(self, keys: str) -> None:
        self.seen = ""
        os.write(self.descriptor, keys.encode())

    def until(self, *texts: str) -> str:
        """Read until all of these have been drawn since the last key."""
        deadline = time.monotonic() + PATIENCE
        while not all(text in self.seen for text in texts):
            assert time.monotonic() < deadline, f"{texts} not in {self.seen[-3000:]!r}"
            if select.select([self.descriptor], [], [], 0.1)[0]:
                told = _ESCAPES.sub("", os.read(self.descriptor, 65536).decode("utf-8", "replace"))
                self.seen += told
                self.everything.append(told)
        return self.seen


def starts(url: str, folder: Path, *arguments: str) -> Terminal:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 160, 0, 0))
    environ = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    environ |= {"HOOKSWITCH_REDIS_URL": url, "HOOKSWITCH_DATA_DIR": str(folder), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "console", "tail", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environ,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(theirs)
    return Terminal(process, ours)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[list[EmbeddedServer]]:
    held = [embedded.start(tmp_path, "always")]
    yield held
    held[0].stop()


@pytest.fixture
def watched(server: list[EmbeddedServer], tmp_path: Path) -> Iterator[tuple[Terminal, Event]]:
    event = in_store(server[0].url, answered)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "nobody.yaml").write_text(RULE)
    terminal = starts(server[0].url, tmp_path, "--rules", str(tmp_path / "rules"))
    yield terminal, event
    terminal.process.kill()
    terminal.process.wait()
    os.close(terminal.descriptor)


async def open_jobs(store: Store) -> int:
    return int(await store.redis.zcard("hs:queue:bulk"))


def test_a_day_at_the_terminal(watched: tuple[Terminal, Event], server: list[EmbeddedServer], tmp_path: Path) -> None:
    terminal, event = watched
    terminal.until("hookswitch tail", "1 events", event.id, "q quit")

    terminal.press("\r")
    terminal.until("find_customer", "http.request", "41 ms", "esc back")
    terminal.press("\x1b")
    terminal.until("q quit")

    terminal.press("r")
    terminal.until("nothing was done", "Nobody.")
    terminal.press("\x1b")
    terminal.until("q quit")

    terminal.press("R")
    terminal.until("with every step performed again?")
    terminal.press("n")
    terminal.until("nothing was done")
    assert in_store(server[0].url, open_jobs) == 0
    terminal.press("R")
    terminal.until("any other key no")
    terminal.press("y")
    terminal.until("enqueued in the bulk lane: evt_")
    assert in_store(server[0].url, open_jobs) == 1

    terminal.press("fkind:message\r")
    terminal.until("kind:message", "nothing yet")
    terminal.press("f" + "\x7f" * 20 + "\r")
    terminal.until("1 events", event.id)

    terminal.press("p")
    terminal.until("paused, 0 more")
    terminal.press("p")
    terminal.press("")

    server[0].process.kill()
    server[0].stop()
    terminal.until("the store is away")
    server[0] = embedded.start(tmp_path, "always")
    missed = in_store(server[0].url, answered_again)
    terminal.until("2 events", missed.id)

    terminal.press("q")
    assert terminal.process.wait(PATIENCE) == 0
    assert CALLER not in "".join(terminal.everything)


async def answered_again(store: Store) -> Event:
    """Another one, past the replay that waits in the queue."""
    await store.redis.delete("hs:queue:bulk")
    return await answered(store)


def test_ctrl_c_leaves_the_terminal_as_it_was(watched: tuple[Terminal, Event]) -> None:
    terminal, _ = watched
    terminal.until("q quit")
    before = termios.tcgetattr(terminal.descriptor)[3] & termios.ECHO
    os.write(terminal.descriptor, b"\x03")
    assert terminal.process.wait(PATIENCE) == 0
    assert not before
    assert termios.tcgetattr(terminal.descriptor)[3] & termios.ECHO


def test_filters_stand_on_the_command_line_too(server: list[EmbeddedServer], tmp_path: Path) -> None:
    event = in_store(server[0].url, answered)
    in_store(server[0].url, given_up)
    terminal = starts(server[0].url, tmp_path, "--kind", "tool-calls", "--number", "0612340001")
    try:
        terminal.until("1 events", "kind:tool-calls", event.id)
    finally:
        terminal.process.kill()
        terminal.process.wait()
        os.close(terminal.descriptor)
