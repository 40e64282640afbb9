"""A console in this process, and a browser for it that keeps cookies and sends forms as browsers do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from console.web.app import build_app
from console.web.settings import ConsoleSettings

ORIGIN = "http://localhost:8081"
PASSWORD = "correct horse battery"


class Browser:
    """Looks at pages and sends their forms."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def look(self, path: str, **options: Any) -> httpx.Response:
        """Ask for a page."""
        return await self.client.get(path, **options)

    async def proof(self, path: str) -> str:
        """What the forms of a page carry to show that they are ours."""
        found = re.search(r'name="proof" value="([^"]+)"', (await self.look(path)).text)
        assert found
        return found[1]

    async def send(self, path: str, *, on: str, origin: str | None = ORIGIN, **fields: str) -> httpx.Response:
        """Send a form of the page `on`."""
        headers = {} if origin is None else {"origin": origin}
        return await self.client.post(path, data={"proof": await self.proof(on), **fields}, headers=headers)

    async def log_in(self, password: str = PASSWORD, name: str = "anna") -> httpx.Response:
        """Type the password."""
        return await self.send("/login", on="/login", name=name, password=password)


@asynccontextmanager
async def opened(url: str, *, peer: str = "127.0.0.1", **settings: Any) -> AsyncIterator[Browser]:
    """A browser on a console with these settings."""
    app = build_app(ConsoleSettings(**settings), url)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(peer, 1234))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            yield Browser(client)
