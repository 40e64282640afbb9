"""The store is stopped, its disk is full: what the console, doctor, metrics and alerts say of it, and what to do.

A broken rule and an ended secret are looked at in test_watching (doctor, metrics, alerts) and with the pages.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from console.checkup import examine
from console.checkup.finding import Finding
from receiver.settings import ReceiverSettings
from tests.console.web.support import opened
from tests.deploy.promql import Expression, Scrapes, Vector
from tests.deploy.test_alerts import RULES
from tests.journeys.test_spool_under_fire import without_disk
from tests.receiver.support import SECRET, post, running, settings_in, status_update
from tests.store.servers import Server
from workers.settings import WorkerSettings

pytestmark = pytest.mark.journey

TOKEN = {"authorization": "Bearer a-token"}
Trouble = Callable[[Path], AbstractAsyncContextManager[tuple[Server, Any]]]


@asynccontextmanager
async def stopped(folder: Path) -> AsyncIterator[tuple[Server, Any]]:
    server = Server(folder / "server").start()
    server.kill()
    yield server, None


async def alerts(receiver: httpx.AsyncClient) -> set[str]:
    """The alerts whose expression holds for what the receiver shows, without waiting out their `for`."""
    shown: dict[str, Vector] = {}
    for family in text_string_to_metric_families((await receiver.get("/metrics", headers=TOKEN)).text):
        for sample in family.samples:
            labels = frozenset({**sample.labels, "instance": "receiver"}.items())
            shown.setdefault(sample.name, {})[labels] = sample.value
    seen = Scrapes(shown, shown, time.time())
    return {rule["alert"] for rule in RULES if Expression(rule["expr"], seen).value()}


def said(findings: list[Finding]) -> str:
    """What doctor finds wrong, with its advice."""
    return " | ".join(f"{each.about}: {each.text} → {each.advice}" for each in findings if each.level != "ok")


@pytest.mark.parametrize(
    ("trouble", "raised", "doctor", "console"),
    [
        (
            stopped, {"HookswitchStoreAway", "HookswitchSpoolInUse"},
            ["store: cannot be reached", "→ check HOOKSWITCH_REDIS_URL", "spool: 1 events wait for the store"],
            ("/events", 503, ["The store is away", "hookswitch doctor", "kept on disk by the receiver"]),
        ),
        (
            without_disk, {"HookswitchStoreDoesLess", "HookswitchSpoolInUse"},
            ["persistence: it cannot write to its disk", "→ make room on its disk", "spool: 1 events wait"],
            ("/system", 503, ["The store takes nothing", "Make room on the store&#39;s disk", "hookswitch doctor"]),
        ),
    ],
    ids=["the store is stopped", "its disk is full"],
)  # fmt: skip
async def test_all_four_tell_it(
    trouble: Trouble, raised: set[str], doctor: list[str], console: tuple[str, int, list[str]],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DESK_SECRET", SECRET)
    places: dict[str, Any] = {"data_dir": tmp_path, "durability": "everysec"}
    async with trouble(tmp_path) as (server, _):
        settings = settings_in(tmp_path, metrics_token="a-token", redis_url=server.url, durability="everysec")
        async with running(settings, server.url) as (_, receiver):
            assert (await post(receiver, status_update())).status_code == 200
            async with asyncio.timeout(60):
                while not raised <= await alerts(receiver):  # noqa: ASYNC110 - what a page shows
                    await asyncio.sleep(0.05)
            found = said(await findings(settings))
        path, status, words = console
        async with opened(server.url, **places) as browser:
            shown = await browser.look(path)
        server.kill()
    assert [words for words in doctor if words not in found] == [], found
    assert shown.status_code == status
    assert [word for word in words if word not in shown.text] == []


async def findings(settings: ReceiverSettings) -> list[Finding]:
    """What doctor looks at where this receiver runs."""
    worker = WorkerSettings(redis_url=settings.redis_url, data_dir=settings.data_dir, connections=settings.connections)
    return await examine(settings, worker, {"DESK_SECRET": SECRET}, offline=True)
