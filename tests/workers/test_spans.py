"""One event, from its delivery to the request that a rule makes, as one trace."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from store.client import Store
from store.spool import Spool
from tests.receiver.support import CONNECTIONS, SECRET, post, running, settings_in, status_update
from tests.store.spanbook import SpanBook, tracing
from tests.workers.support import CRM, Shop
from workers.main import FUNCTIONS
from workers.outgoing import Watch, WatchedTransport
from workers.toolbox import Clients
from workers.worker import LeasedWorker

NOTE = f"on: status-update\nsteps: [{{ id: s, action: http.request, with: {{ url: '{CRM}/notes', method: POST }} }}]\n"
PATH = ["HTTP POST", "step", "run", "job event", "delivery"]


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET", SECRET)


async def delivered(tmp_path: Path, url: str) -> str:
    """A status comes in at a receiver; its event's id."""
    async with running(settings_in(tmp_path, CONNECTIONS), url) as (_, client):
        response = await post(client, status_update())
        return str(response.json()["event_id"])


async def worked(shop: Shop) -> None:
    """A worker takes up what is due, with outgoing requests watched as those of a process are."""
    shop.platform.routes["POST /notes"] = {"ok": True}
    shop.rule("note", NOTE)
    desk = shop.desk
    inner = httpx.ASGITransport(app=shop.platform.app())
    watched = WatchedTransport(inner, Watch(trusted=frozenset({"crm.test"})))
    desk.clients = Clients(httpx.AsyncClient(transport=watched))
    worker = LeasedWorker(shop.store, FUNCTIONS, name="w", slots={"background": 1}, ctx={"desk": desk})
    await worker._look()
    while worker.tasks:
        await next(iter(worker.tasks.values()))


def told(book: SpanBook) -> str:
    return " ".join(span.to_json() for span in book.spans)


async def test_an_event_is_one_trace_to_its_last_request(
    shop: Shop, store: Store, store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with tracing() as book:
        event_id = await delivered(tmp_path_factory.mktemp("receiver"), store_url)
        await worked(shop)
    assert book.path("HTTP POST") == PATH
    about = {"hookswitch.event_id": event_id, "hookswitch.connection": "desk", "hookswitch.call_id": "call-1"}
    assert book.one("delivery").attributes == book.one("job event").attributes == about
    assert book.one("run").attributes == about | {"hookswitch.rule": "note"}
    assert book.one("step").attributes == about | {"hookswitch.action": "http.request"}
    assert (book.one("HTTP POST").attributes or {}).items() >= about.items()
    (request,) = shop.platform.seen
    assert book.one("HTTP POST").context is not None
    assert f"{book.one('HTTP POST').context.trace_id:032x}" in request.headers["traceparent"]
    assert "/notes" not in told(book)
    assert "1612340001" not in told(book)


async def test_a_trace_goes_on_after_the_spool(
    shop: Shop, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("receiver")
    with tracing() as book:
        await delivered(folder, "redis://127.0.0.1:1")
        await Spool(folder / "spool", 10**6).drain(store.events.accept_spooled)
        await worked(shop)
    assert book.path("HTTP POST") == PATH


async def test_a_trace_of_the_sender_is_not_believed(store: Store, store_url: str, tmp_path: Path) -> None:
    theirs = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    with tracing() as book:
        async with running(settings_in(tmp_path, CONNECTIONS), store_url) as (_, client):
            client.headers["traceparent"] = theirs
            await post(client, status_update())
    assert book.one("delivery").parent is None
    assert "a" * 32 not in told(book)


async def test_without_tracing_an_event_carries_nothing(store: Store, store_url: str, tmp_path: Path) -> None:
    event_id = await delivered(tmp_path, store_url)
    assert await store.redis.hget(f"hs:event:{event_id}", "traceparent") is None  # type: ignore[misc]
