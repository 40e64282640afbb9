"""What many tests share: a real store, and a clean one for each test."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Generator, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, settings

from store import embedded
from store.client import Store, open_store
from tests.store.servers import server_binary

EXAMPLES = int(os.environ.get("HOOKSWITCH_TEST_EXAMPLES", "40"))
"""How many a property is tried with where it does not say so itself; more find what is rarer."""

settings.register_profile(
    "unhurried", max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")  # a busy machine is no failure


JOURNEY_TIMEOUT = 240.0
"""Seconds until a journey counts as hung; other tests get less."""


LONGEST = (
    "tests/journeys/test_console.py", "tests/console/dev/test_run.py", "tests/chaos/test_short_day.py",
    "tests/packaging/test_wheel.py", "tests/journeys/test_first_rule.py", "tests/deploy/test_played.py",
    "tests/journeys/test_restart.py", "tests/journeys/test_recovery.py", "tests/journeys/test_failover.py",
)  # fmt: skip
"""Files that take longest from their first to their last test: one that began late would be waited for at the end."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """A million objects are made here that stay: nobody looks through them for cycles, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, then the other journeys: they mostly wait, and what is short fills the time at the end."""
    items.sort(key=_begins)
    for item in items:
        if item.get_closest_marker("journey") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(JOURNEY_TIMEOUT))


def _begins(item: pytest.Item) -> tuple[int, bool]:
    path = item.path.relative_to(item.config.rootpath).as_posix()
    place = LONGEST.index(path) if path in LONGEST else len(LONGEST)
    return place, item.get_closest_marker("journey") is None


@pytest.fixture(scope="session", autouse=True)
def server_under_test() -> Iterator[None]:
    """With HOOKSWITCH_TEST_SERVER every store of this process is that server, started as the embedded one is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "get_binary_path", server_binary)
        yield


@pytest.fixture(scope="session", autouse=True)
def authorities_read_once() -> Iterator[None]:
    """Every client reads all certificate authorities of the world, 20 ms of processor time; here one reading does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory, server_under_test: None) -> Iterator[str]:
    """A server of this test run's own, without persistence since nothing here outlives the run."""
    folder: Path = tmp_path_factory.mktemp("store")
    server = embedded.start(folder, "memory", timeout=60)
    yield server.url
    server.stop()


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An empty store, waited for longer than anybody else would: a busy machine is no failure."""
    store = open_store(store_url, timeout=30.0)
    await store.redis.flushall()
    yield store
    await store.close()
