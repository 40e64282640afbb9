"""Ports for servers of tests: below those the system gives to outgoing connections, apart for each test process."""

from __future__ import annotations

import os
import random
import socket

FIRST, LAST = 12_000, 32_000
"""Linux takes the ports of outgoing connections from above these."""
_CHANCE = random.SystemRandom()


def free_port(*above: int) -> int:
    """A port that nobody listens on, and whose neighbours so many above are free too."""
    while True:
        port = _CHANCE.randrange(*_ours())
        if all(_is_free(each) for each in (port, *(port + step for step in above))):
            return port


def _ours() -> tuple[int, int]:
    """Two processes of one run choose from different parts, since a port that is found free is not yet taken."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    parts = max(1, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    size = (LAST - FIRST) // parts
    first = FIRST + size * (int(worker) % parts)
    return first, first + size


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
