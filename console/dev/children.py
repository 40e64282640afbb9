"""The processes of one `dev`: started together, started again when they die, stopped together.

Each asks the kernel to be told when this process dies, so nothing is left behind however it ends. Each has a session of
its own, so that Ctrl-C reaches only us and we decide the order in which they stop.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from store.embedded import die_with_parent

RESTART_AFTER = 0.5
"""Seconds between the death of a process and its next start."""
GIVE_UP_AFTER = 5
"""Deaths in a row, each within SETTLED seconds of its start, after which starting again is no use."""
SETTLED = 5.0
STOP_TIMEOUT = 15.0
COULD_NOT_RUN = 2
"""The exit code with which our commands say that trying again is no use."""


class ChildFailed(Exception):
    """A process cannot be kept running; `name` and `code` say which and how it ended last."""

    def __init__(self, name: str, code: int) -> None:
        did = "could not start" if code == COULD_NOT_RUN else "keeps ending"
        super().__init__(f"the {name} {did} ({how(code)}); the lines above say why")
        self.name = name
        self.code = code


@dataclass
class Child:
    """One process and how to start it: `arguments` follow `python -P -m`, which takes no folder here for a package."""

    name: str
    arguments: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        """Start it once."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", *self.arguments, env={**os.environ, **self.environ},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, start_new_session=True,
            preexec_fn=die_with_parent,
        )  # fmt: skip
        return self.process

    async def keep_running(self, say: Callable[[str], None]) -> None:
        """Start it, and start it again whenever it dies; raises ChildFailed when that leads nowhere."""
        loop = asyncio.get_running_loop()
        deaths = 0
        while True:
            began = loop.time()
            code = await (await self.start()).wait()
            deaths = deaths + 1 if loop.time() - began < SETTLED else 1
            if deaths >= GIVE_UP_AFTER or code == COULD_NOT_RUN:
                raise ChildFailed(self.name, code)
            say(f"[yellow]▲ the {self.name} ended ({how(code)}), starting it again[/]")
            await asyncio.sleep(RESTART_AFTER)

    async def stop(self) -> None:
        """Ask it to stop, and insist after a while."""
        self._send(signal.SIGTERM)
        if self.process is None:
            return
        try:
            await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            self.kill()
            await self.process.wait()

    def kill(self) -> None:
        """Insist at once."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)


def how(code: int) -> str:
    """How a process ended: the signal that killed it, or its exit code."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
