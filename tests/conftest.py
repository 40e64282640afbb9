"""What many tests share: a real store, and a clean one for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from store import embedded
from store.client import Store, open_store
from tests.store.servers import server_binary

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a busy machine is no failure


@pytest.fixture(scope="session", autouse=True)
def server_under_test() -> Iterator[None]:
    """With HOOKSWITCH_TEST_SERVER every store of this process is that server, started as the embedded one is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "get_binary_path", server_binary)
        yield


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory, server_under_test: None) -> Iterator[str]:
    """A server of this test run's own, without persistence since nothing here outlives the run."""
    folder: Path = tmp_path_factory.mktemp("store")
    server = embedded.start(folder, "memory")
    yield server.url
    server.stop()


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An empty store."""
    store = open_store(store_url)
    await store.redis.flushall()
    yield store
    await store.close()
