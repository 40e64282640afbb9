"""A shop for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.client import Store
from tests.workers.loop import Jobs
from tests.workers.support import Shop


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    """An installation with no rule yet."""
    return Shop(store, tmp_path)


@pytest.fixture
def jobs(store: Store) -> Jobs:
    """Jobs that last until they are let go."""
    return Jobs(store)
