"""A console that lets everybody on this machine in, on an empty store."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.client import Store
from tests.console.web.support import Browser, opened


@pytest.fixture
async def browser(store: Store, store_url: str) -> AsyncIterator[Browser]:
    async with opened(store_url) as browser:
        yield browser
