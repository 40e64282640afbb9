from __future__ import annotations

import pytest

from store.client import Store
from tests.receiver.support import FakeWorker


@pytest.fixture
def worker(store: Store) -> FakeWorker:
    """Somebody who answers."""
    return FakeWorker(store)
