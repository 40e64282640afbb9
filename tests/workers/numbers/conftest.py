"""An office for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.client import Store
from tests.workers.numbers.support import Office


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> AsyncIterator[Office]:
    """Numbers of Flireo's third generation."""
    office = Office(store, tmp_path)
    yield office
    await office.http.aclose()
