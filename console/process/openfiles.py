"""Open files: each connection is one, and many systems begin with a soft limit of 1,024 that anybody may raise."""

from __future__ import annotations

import resource
from contextlib import suppress

OUR_OWN = 200
"""Open files beside the requests in work: the ways to the store, the spool, logs, and connections that are idle."""


def raise_limit() -> None:
    """As many as the system allows this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def needed(max_requests: int) -> int:
    """How many a receiver opens at the most: its limit counts requests that somebody waits for and others apart."""
    return 2 * max_requests + OUR_OWN


def too_few(max_requests: int) -> int | None:
    """The hard limit of a process like this one where it is below what the settings ask for, else None."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY or hard >= needed(max_requests) else hard
