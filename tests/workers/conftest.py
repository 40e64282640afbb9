"""A shop for each test."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from store.client import Store
from store.queue import LEASE_MS
from tests.workers.clients.notices.support import forked
from tests.workers.loop import Jobs
from tests.workers.support import Shop
from tests.workers.town import Clock, Town, local


@pytest.fixture
def shop(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """An installation with no rule yet. Claims last as long as a busy machine needs, since nobody renews them."""
    for lane in LEASE_MS:
        monkeypatch.setitem(LEASE_MS, lane, 60_000)
    return Shop(store, tmp_path)


@pytest.fixture
def town(shop: Shop) -> Town:
    """Two schedulers at noon of a day in March."""
    return Town(shop, Clock(local("2026-03-02T12:00")))


@pytest.fixture
def jobs(store: Store) -> Jobs:
    """Jobs that last until they are let go."""
    return Jobs(store)


@pytest.fixture
def forked_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notifications go out from processes that are forked, not started."""
    monkeypatch.setattr(asyncio, "create_subprocess_exec", forked)
