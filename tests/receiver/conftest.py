from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from receiver.settings import ReceiverSettings
from store.client import Store
from tests.receiver.support import SECRET, FakeWorker, running, settings_in


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReceiverSettings:
    """Settings with the connections of the tests, and the secret they name."""
    monkeypatch.setenv("DESK_SECRET", SECRET)
    return settings_in(tmp_path)


@pytest.fixture
async def client(settings: ReceiverSettings, store: Store, store_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A running receiver on an empty store."""
    async with running(settings, store_url) as (_, client):
        yield client


@pytest.fixture
def worker(store: Store) -> FakeWorker:
    """Somebody who answers."""
    return FakeWorker(store)
