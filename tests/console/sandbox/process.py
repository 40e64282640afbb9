"""The sandbox as a real process, for what only a real socket can show."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from tests.warm.programs import Program, piped


@dataclass(frozen=True)
class Running:
    """The process and where it listens."""

    process: Program
    said: IO[bytes]
    url: str

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait()


@contextmanager
def sandbox_process(environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start it on a free port, wait for its ready line, and stop it in any case."""
    variables = os.environ | {"HOOKSWITCH_SANDBOX_PORT": "0"} | dict(environment or {})
    with piped() as (said, out):
        process = Program("console.sandbox", environ=variables, stdout=out)
        out.close()
        try:
            ready = json.loads(said.readline())
            assert ready["ready"] is True
            yield Running(process, said, ready["url"])
        finally:
            process.terminate()
            process.wait()
