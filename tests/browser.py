"""A real browser for tests: the system's own Chromium, without a display, without the network beyond this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES: Sequence[str] = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Sequence[str] = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
)  # fmt: skip


class NoBrowser(Exception):
    """There is no Chromium on this machine; the text says how to get one."""


def chromium() -> str:
    """Where it is. Raises NoBrowser."""
    named = os.environ.get("HOOKSWITCH_TEST_BROWSER", "")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found:
        raise NoBrowser("no Chromium on PATH: `make browser` installs it on Debian and Ubuntu")
    return found


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """The browser, until the end of the story."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
