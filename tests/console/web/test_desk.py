from __future__ import annotations

from types import SimpleNamespace

from starlette.requests import Request

from console.web.book import Book
from console.web.desk import Desk, desk_of, note, visitor_of
from console.web.live import Live
from console.web.settings import ConsoleSettings
from console.web.visitor import Visitor
from store.client import Store
from store.sessions import Session


def a_request(store: Store) -> Request:
    settings = ConsoleSettings()
    desk = Desk(settings, store, Live(store.redis), Book(settings), "redis://:secret@127.0.0.1")
    visitor = Visitor("t", Session("anna", "p", "open"))
    app = SimpleNamespace(state=SimpleNamespace(desk=desk))
    return Request({"type": "http", "app": app, "visitor": visitor, "headers": []})


async def test_what_somebody_does_is_written_down_under_their_name(store: Store) -> None:
    request = a_request(store)
    await note(request, "pause all", why="night")
    (deed,) = await store.audit.newest(5)
    assert (deed.by, deed.did, deed.told) == ("anna", "pause all", {"why": "night"})
    assert visitor_of(request).user == "anna"


async def test_the_address_of_the_store_is_not_shown(store: Store) -> None:
    assert "secret" not in repr(desk_of(a_request(store)))
