from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from receiver.delivery import Delivery
from receiver.observer import Observer
from store.answers import CellAnswer
from store.client import Store
from store.event import Event
from store.events import Accepted
from tests.receiver.support import SECRET, Deadline, post, running, settings_in, status_update, tool_calls


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET", SECRET)


class Diary(Observer):
    """Writes everything down."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def refused(self, connection: str, status: int) -> None:
        self.lines.append(("refused", connection, status))

    def stored(self, delivery: Delivery, events: Sequence[Event], accepted: Sequence[Accepted]) -> None:
        self.lines.append(("stored", *(each.duplicate for each in accepted)))

    def spooled(self, delivery: Delivery, events: Sequence[Event]) -> None:
        self.lines.append(("spooled", len(events)))

    def lost(self, delivery: Delivery, events: Sequence[Event]) -> None:
        self.lines.append(("lost", len(events)))

    def answered(self, delivery: Delivery, event: Event, said: Sequence[CellAnswer], *, heard: bool = True) -> None:
        self.lines.append(("answered", [answer.by for answer in said], heard))


async def diary_of(settings: Any, url: str, *payloads: Any) -> list[tuple[Any, ...]]:
    """What an observer hears of these deliveries."""
    diary = Diary()
    async with running(settings, url) as (app, client):
        object.__setattr__(app.state.receiver, "observer", diary)
        for payload in payloads:
            await post(client, payload)
    return diary.lines


async def test_each_thing_is_told_once(tmp_path: Path, store: Store, store_url: str, deadline: Deadline) -> None:
    again = status_update()
    deadline.comes()
    lines = await diary_of(
        settings_in(tmp_path, store_timeout=30.0), store_url, again, again, tool_calls(ids=("a", "b"))
    )
    assert lines == [
        ("stored", False),
        ("stored", True),
        ("stored", False),
        ("answered", ["fallback", "fallback"], True),
    ]


async def test_what_is_refused_names_what_the_url_named(tmp_path: Path, store: Store, store_url: str) -> None:
    diary = Diary()
    async with running(settings_in(tmp_path), store_url) as (app, client):
        object.__setattr__(app.state.receiver, "observer", diary)
        await client.post("/hooks/desk", content=b"{}")
        await client.post("/hooks/nobody/here", content=b"{}")
    assert diary.lines == [("refused", "desk", 401), ("refused", "nobody", 404)]


async def test_without_a_store_it_is_spooled_and_without_a_disk_lost(tmp_path: Path) -> None:
    nowhere = "redis://127.0.0.1:1"
    spooled = await diary_of(settings_in(tmp_path), nowhere, status_update(), tool_calls())
    assert spooled == [("spooled", 1), ("spooled", 1), ("answered", ["fallback"], True)]
    lost = await diary_of(settings_in(tmp_path, spool_limit=0), nowhere, status_update(), tool_calls())
    assert lost == [("lost", 1), ("lost", 1), ("answered", ["fallback"], True)]


def test_an_observer_that_wants_to_hear_nothing_hears_nothing() -> None:
    nobody = Observer()
    nobody.refused("desk", 401)
