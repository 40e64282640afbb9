"""A house with three rules and nothing in it yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.client import Store
from tests.console.web.pages.support import House, house


@pytest.fixture
async def desk(store: Store, store_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with house(store, store_url, tmp_path) as built:
        yield built
