"""What pages are about: rules, a connection, events with all that became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from store.answers import CellAnswer
from store.client import Store
from store.event import Event
from store.events import Acceptance
from tests.console.support import call_comes_in, tool_is_run
from tests.console.web.support import Browser, opened
from tests.workers.support import Shop

RULE = """\
description: Look the caller up.
on: { tool-calls: find }
if: call.from == "+31699999999"
answer: { result: Hello. }
"""
OTHER = """\
description: Everybody else.
on: { tool-calls: find }
priority: 200
answer: { result: Who are you? }
"""
NIGHT = """\
description: The night desk.
on: assistant-request
answer: { assistant: night }
"""
CONNECTIONS = """\
connections:
  desk:
    provider: flireo
    generation: g3
    auth: [{scheme: hmac, secret: "${DESK_SECRET}"}]
    fallback: {tool-calls: {result: Later.}}
"""


@dataclass
class House:
    """A store with events, and a console that looks at it."""

    store: Store
    browser: Browser
    folder: Path
    shop: Shop

    @property
    def rules(self) -> Path:
        return self.folder / "rules"

    async def handled(self, event: Event, body: bytes = b"{}") -> str:
        """Post an event, let a worker handle it, and tell the platform the answer; its id."""
        await self.store.events.accept(Acceptance(event, body, deadline_in=4.0 if event.waits else 0.0, lane="live"))
        await self.shop.work()
        if event.waits:
            cells = [tool.id for tool in event.tools] or [""]
            await self.store.answers.collect(event.id, cells, CellAnswer("fallback", {"result": "Later."}), close=True)
            await self.store.answers.mark_sent(event.id, cells)
        return event.id

    async def see(self, path: str, status: int = 200) -> str:
        """A page."""
        response = await self.browser.look(path)
        assert response.status_code == status, response.text
        return response.text

    async def send(self, path: str, on: str, **fields: str) -> str:
        """Send a form and follow where it leads; the page there."""
        response = await self.browser.send(path, on=on, **fields)
        assert response.status_code == 303, response.text
        return await self.see(response.headers["location"])

    async def deeds(self) -> list[str]:
        """What the audit trail says, newest first."""
        return [deed.did for deed in await self.store.audit.newest(50)]


@asynccontextmanager
async def house(store: Store, url: str, folder: Path) -> AsyncIterator[House]:
    """Everything, with three rules."""
    rules = folder / "rules"
    rules.mkdir()
    shop = Shop(store, rules)
    for name, text in {"look_up": RULE, "others": OTHER, "night": NIGHT}.items():
        shop.rule(name, text)
    (folder / "connections.yaml").write_text(CONNECTIONS)
    places: dict[str, Any] = {
        "rules_dir": rules,
        "connections": folder / "connections.yaml",
        "data_dir": folder / "data",
    }
    async with opened(url, **places) as browser:
        yield House(store, browser, folder, shop)


class Reader(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))


def called(**changes: Any) -> Event:
    return call_comes_in().model_copy(update=changes)


def asked(**changes: Any) -> Event:
    return tool_is_run("find").model_copy(update=changes)


__all__ = ["House", "Reader", "asked", "called", "house"]
