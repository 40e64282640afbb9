from __future__ import annotations

import signal

import httpx
import pytest

from tests.console.sandbox.process import sandbox_process


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_stops_cleanly(how: signal.Signals) -> None:
    with sandbox_process() as running:
        assert httpx.get(f"{running.url}/flireo/api/v1/health", trust_env=False).json() == {"status": "ok"}
        assert running.stop(how) == 0
        assert running.said.read() == b""
