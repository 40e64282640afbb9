"""The sandbox as a real process, for what only a real socket can show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Running:
    """The process and where it listens."""

    process: subprocess.Popen[str]
    url: str

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


@contextmanager
def sandbox_process(environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start it on a free port, wait for its ready line, and stop it in any case."""
    variables = os.environ | {"HOOKSWITCH_SANDBOX_PORT": "0"} | dict(environment or {})
    with subprocess.Popen(
        [sys.executable, "-m", "console.sandbox"], stdout=subprocess.PIPE, text=True, env=variables
    ) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            assert ready["ready"] is True
            yield Running(process, ready["url"])
        finally:
            process.terminate()
