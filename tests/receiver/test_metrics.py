from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from receiver import metrics as module
from receiver.delivery import Delivery
from receiver.metrics import ReceiverMetrics, last_secret_ends
from receiver.providers import PROVIDERS
from receiver.raw import RawDelivery
from store.client import Store
from store.connections import AuthEntry, Connection
from store.events import Accepted
from store.gauges import StoreGauges
from store.metrics import OTHER
from store.spool import Spool
from tests.receiver.support import CONNECTIONS, SECRET, post, running, settings_in, signed, status_update, tool_calls
from tests.store.builders import an_event

TOKEN = {"authorization": "Bearer a-token"}


async def samples(client: httpx.AsyncClient) -> dict[str, float]:
    """Everything /metrics shows, by name and labels as Prometheus writes them."""
    response = await client.get("/metrics", headers=TOKEN)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        f"{sample.name}{sorted(sample.labels.items())}" if sample.labels else sample.name: sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def of(found: dict[str, float], name: str, **labels: str) -> float:
    return found[f"{name}{sorted(labels.items())}" if labels else name]


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET", SECRET)


@pytest.fixture
def told(tmp_path: Path) -> Any:
    return settings_in(tmp_path, metrics_token="a-token")


async def test_without_a_token_in_the_settings_there_is_no_page(tmp_path: Path, store_url: str) -> None:
    async with running(settings_in(tmp_path), store_url) as (_, client):
        assert (await client.get("/metrics", headers={"authorization": "Bearer "})).status_code == 404


async def test_the_page_is_for_who_shows_the_token(told: Any, store_url: str) -> None:
    async with running(told, store_url) as (_, client):
        for headers in ({}, {"authorization": "Bearer another"}, {"authorization": "a-token"}):
            refused = await client.get("/metrics", headers=headers)
            assert (refused.status_code, refused.content) == (401, b"")
        assert (await client.get("/metrics", headers=TOKEN)).status_code == 200


async def test_what_comes_in_is_counted(told: Any, store: Store, store_url: str) -> None:
    async with running(told, store_url) as (_, client):
        again = status_update()
        for payload in (again, again, status_update("call-2")):
            await post(client, payload)
        found = await samples(client)
    about = {"connection": "desk", "provider": "flireo", "kind": "status-update"}
    assert of(found, "hookswitch_events_total", **about, result="stored") == 2
    assert of(found, "hookswitch_events_total", **about, result="duplicate") == 1
    assert of(found, "hookswitch_ack_seconds_count", connection="desk") == 3
    assert of(found, "hookswitch_backlog_jobs") == 2
    assert of(found, "hookswitch_store_up") == 1
    assert found["process_resident_memory_bytes"] > 1e6


async def test_answers_are_counted_by_who_gave_them_and_timed(told: Any, store: Store, store_url: str) -> None:
    async with running(told, store_url) as (_, client):
        await post(client, tool_calls(ids=("a", "b")), "quick")
        found = await samples(client)
    assert of(found, "hookswitch_answers_total", connection="quick", kind="tool-calls", by="fallback") == 2
    within = {"connection": "quick", "by": "fallback"}
    assert of(found, "hookswitch_answer_seconds_bucket", **within, le="0.1") == 0
    assert of(found, "hookswitch_answer_seconds_bucket", **within, le="10") == 2
    assert "hookswitch_ack_seconds_count[('connection', 'quick')]" not in found


async def test_names_that_strangers_make_up_are_one(told: Any, store_url: str) -> None:
    async with running(told, store_url) as (_, client):
        for number in range(5):
            await client.post(f"/hooks/guess{number}", content=b"{}")
        await client.post("/hooks/desk", content=b"{}", headers=signed(b"{}", "wrong"))
        found = await samples(client)
    assert of(found, "hookswitch_refused_total", connection=OTHER, reason="unknown") == 5
    assert of(found, "hookswitch_refused_total", connection="desk", reason="unproven") == 1
    assert of(found, "hookswitch_refused_total", connection="quick", reason="unproven") == 0
    assert "guess" not in " ".join(found)


async def test_with_the_store_away_the_page_still_tells(told: Any) -> None:
    async with running(told, "redis://127.0.0.1:1") as (_, client):
        await post(client, status_update())
        found = await samples(client)
    assert of(found, "hookswitch_store_up") == 0
    assert of(found, "hookswitch_spool_events") == 1
    assert of(found, "hookswitch_spool_bytes") > 0
    assert not any(name.startswith("hookswitch_lane") for name in found)


async def test_what_is_turned_away_is_counted_by_the_reason(told: Any, store_url: str) -> None:
    async with running(told, store_url) as (app, client):
        app.state.receiver.pressure.refuse("memory")
        found = await samples(client)
    assert of(found, "hookswitch_turned_away_total", reason="memory") == 1
    assert of(found, "hookswitch_turned_away_total", reason="backlog") == 0


async def test_connections_tell_whether_they_are_on_and_until_when(tmp_path: Path, store_url: str) -> None:
    ending = "  ending: {provider: flireo, auth: [{scheme: path_token, secret: t, not_after: 2031-01-31T00:00:00Z}]}\n"
    told = settings_in(tmp_path, CONNECTIONS + ending, metrics_token="a-token")
    async with running(told, store_url) as (_, client):
        found = await samples(client)
    assert of(found, "hookswitch_connection_on", connection="tokened") == 1
    assert of(found, "hookswitch_connection_on", connection="closed") == 0
    until = datetime(2031, 1, 31, tzinfo=UTC).timestamp()
    assert of(found, "hookswitch_webhook_secret_until_seconds", connection="ending") == until
    assert len([name for name in found if name.startswith("hookswitch_webhook_secret_until")]) == 1


def test_only_the_last_secret_ends_a_connection() -> None:
    def ends(*entries: AuthEntry) -> datetime | None:
        return last_secret_ends(Connection(name="desk", provider="flireo", auth=entries))

    old = AuthEntry(scheme="path_token", secret="a", not_after=datetime(2026, 1, 1))
    new = AuthEntry(scheme="path_token", secret="b", not_after=datetime(2027, 1, 1, tzinfo=UTC))
    assert ends(old, new) == ends(new, old) == new.not_after
    assert ends(old, AuthEntry(scheme="path_token", secret="c")) is None
    assert ends() is None


async def test_a_disk_that_hangs_is_asked_once(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DISK_PATIENCE", 0.01)
    hangs, asked = threading.Event(), []

    class Hanging(Spool):
        def count(self) -> int:
            asked.append(1)
            hangs.wait(10)
            return 3

    counted = ReceiverMetrics({}, StoreGauges(store))
    spool = Hanging(tmp_path, 1)
    for _ in range(3):
        await counted._look_at_spool(spool)
    assert len(asked) == 1
    assert counted.spooled_now.values == {}
    hangs.set()
    monkeypatch.setattr(module, "DISK_PATIENCE", 60.0)
    assert counted._disk
    await counted._disk
    await counted._look_at_spool(spool)
    assert counted.spooled_now.values == {(): 3}


async def test_counting_an_event_costs_next_to_nothing(store: Store) -> None:
    """Far below the receiver's own work for it, also on a machine that is busy."""
    connection = Connection(name="desk", provider="flireo")
    raw = RawDelivery(b"{}", connection="desk")
    delivery = Delivery(connection, PROVIDERS["flireo"], raw, 0.0)
    counted, events = ReceiverMetrics({"desk": connection}, StoreGauges(store)), [an_event()]
    accepted = [Accepted(events[0].id, False, 0)]

    def took() -> float:
        began = time.process_time()
        for _ in range(1000):
            counted.stored(delivery, events, accepted)
        return (time.process_time() - began) / 1000

    assert min(took() for _ in range(5)) < 20e-6
