from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from receiver import answers
from receiver.settings import ReceiverSettings
from store.client import Store
from store.queue import LEASE_MS
from tests.receiver.support import SECRET, Deadline, FakeWorker, running, settings_in


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReceiverSettings:
    """Settings with the connections of the tests, and the secret they name."""
    monkeypatch.setenv("DESK_SECRET", SECRET)
    return settings_in(tmp_path)


@pytest.fixture
async def client(settings: ReceiverSettings, store: Store, store_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A running receiver on an empty store, for which a busy machine is no reason to give it up."""
    async with running(settings.model_copy(update={"store_timeout": 30.0}), store_url) as (_, client):
        yield client


@pytest.fixture
def worker(store: Store, monkeypatch: pytest.MonkeyPatch) -> FakeWorker:
    """Somebody who answers, and keeps a job as long as a busy machine needs."""
    for lane in LEASE_MS:
        monkeypatch.setitem(LEASE_MS, lane, 60_000)
    return FakeWorker(store)


@pytest.fixture
def deadline(monkeypatch: pytest.MonkeyPatch) -> Deadline:
    """Nobody's deadline comes before the test says so."""
    deadline = Deadline()
    monkeypatch.setattr(answers, "Limit", deadline.limit)
    return deadline
