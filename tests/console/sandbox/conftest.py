from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.console.sandbox.process import Running, sandbox_process


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """One real sandbox for all tests that need a socket."""
    with sandbox_process() as started:
        yield started


@pytest.fixture
def http(running: Running) -> Iterator[httpx.Client]:
    """A client of a freshly reset sandbox."""
    with httpx.Client(base_url=running.url, trust_env=False) as client:
        client.post("/sandbox/reset").raise_for_status()
        yield client
