"""The process of a notification as it is really started; `test_notifier` forks it and sees to all else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.workers.clients.notices.support import LONG, WebServer, listening, sent, through


async def test_nothing_of_our_environment_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert (await through(WebServer(), "json://127.0.0.1:{port}")).done


async def test_no_time_is_nothing_sent() -> None:
    report = await sent("json://127.0.0.1:1", seconds=0.01)
    assert (report.ended, report.left) == (False, False)


async def test_a_stop_leaves_no_process_behind() -> None:
    server = WebServer("hang")
    async with listening(server) as port:
        task = asyncio.create_task(sent(f"json://127.0.0.1:{port}"))
        await server.taken.wait()
        task.cancel()
        async with asyncio.timeout(LONG):
            with pytest.raises(asyncio.CancelledError):
                await task
    assert not Path("/proc").exists() or children() == []


def children() -> list[str]:
    found = [path for path in Path("/proc/self/task").glob("*/children") if path.exists()]
    pids = [pid for path in found for pid in path.read_text().split()]
    return [pid for pid in pids if b"notices.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]
