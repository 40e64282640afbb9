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


JOURNEY_TIMEOUT = 240.0
"""Seconds until a journey counts as hung; other tests get less."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: they mostly wait, and what is short fills the time at the end."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)
    for item in items:
        if item.get_closest_marker("journey") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(JOURNEY_TIMEOUT))


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
