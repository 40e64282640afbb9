from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from receiver.app import build_app, webhooks
from receiver.settings import ReceiverSettings
from store.client import Store
from store.connections import ConnectionsError
from tests.receiver.support import running, settings_in, silent_server
from tests.store.builders import accept, an_event

NOWHERE = "unix:///nonexistent/valkey.sock"


async def test_alive_needs_nothing(settings: ReceiverSettings) -> None:
    async with running(settings, NOWHERE) as (_, client):
        response = await client.get("/livez")
    assert (response.status_code, response.json()) == (200, {"live": True})


async def test_ready_tells_each_dependency(client: httpx.AsyncClient) -> None:
    response = await client.get("/readyz")
    assert response.status_code == 200
    told = response.json()
    assert (told["store"], told["connections"]) == ("ok", {"on": 4, "off": 1})


async def test_ready_tells_the_backlog(settings: ReceiverSettings, store: Store, store_url: str) -> None:
    async with running(settings, store_url) as (app, client):
        await accept(store, an_event())
        await app.state.receiver.pressure.look()
        told = (await client.get("/readyz")).json()
    assert told["backlog"] == {"jobs": 1, "limit": 100_000, "memory": 0.0, "refused": 0}


async def test_ready_tells_what_the_store_does_less_well_than_asked(settings: ReceiverSettings, store_url: str) -> None:
    async with running(settings, store_url) as (app, client):
        await app.state.lookout.look()
        told = (await client.get("/readyz")).json()
    assert told["less_than_asked"] == ["persistence: appendfsync is no, durability asks for always"]


async def test_a_store_that_is_too_old_is_not_ready(
    settings: ReceiverSettings, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.standing.OLDEST_SERVER", (99, 0))
    async with running(settings, store_url) as (app, client):
        await app.state.lookout.look()
        response = await client.get("/readyz")
    assert (response.status_code, response.json()["store"]) == (503, "too old")


async def test_ready_without_the_store_while_the_disk_takes_what_comes(settings: ReceiverSettings) -> None:
    async with running(settings, NOWHERE) as (_, client):
        response = await client.get("/readyz")
    told = response.json()
    assert (response.status_code, told["store"], told["spool"]) == (200, "unreachable: ConnectionError", "ok")


async def test_ready_while_the_store_is_silent(settings: ReceiverSettings) -> None:
    async with silent_server() as url, running(settings, url) as (_, client):
        response = await client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["store"].startswith("unreachable")


async def test_not_ready_without_the_store_and_without_a_spool(settings: ReceiverSettings) -> None:
    async with running(settings.model_copy(update={"spool_limit": 0}), NOWHERE) as (_, client):
        response = await client.get("/readyz")
    assert (response.status_code, response.json()["spool"]) == (503, "full or away")


async def test_ready_without_a_spool_while_the_store_is_there(
    settings: ReceiverSettings, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.standing.AT_ONCE", 60.0)
    async with running(settings.model_copy(update={"spool_limit": 0}), store_url) as (_, client):
        response = await client.get("/readyz")
    assert (response.status_code, response.json()["spool"]) == (200, "full or away")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/hooks/desk", "/hooks/tokened/x"])
async def test_only_post_is_taken(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == {"refused": "method not allowed"}


@pytest.mark.parametrize(
    "path", ["/", "/hooks", "/hooks/", "/hooks/desk/", "/hooks/desk/a/b", "/hooks/desk/context", "/docs"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_there_is_nothing_else(client: httpx.AsyncClient, path: str, method: str) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.json()) == (404, {"refused": "not found"})


def test_what_is_only_called_back_is_no_webhook(settings: ReceiverSettings) -> None:
    assert sorted(webhooks(settings)) == ["closed", "desk", "open", "quick", "tokened"]


def test_connections_that_are_off_are_named(settings: ReceiverSettings, caplog: pytest.LogCaptureFixture) -> None:
    build_app(settings, NOWHERE)
    told = [(r.__dict__["connection"], r.__dict__["missing"]) for r in caplog.records]
    assert told == [("closed", ("NOBODY_SET_THIS",))]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{provider: flire, auth: [{scheme: none}]}", "provider flire is not known"),
        ("{provider: flire, api: {key: x}}", "provider flire is not known"),
        ("{provider: flire}", "provider flire is not known"),
    ],
)
def test_a_platform_that_posts_nothing_is_refused_at_start(tmp_path: Path, entry: str, sentence: str) -> None:
    settings = settings_in(tmp_path, f"connections:\n  odd: {entry}\n  odder: {entry}\n")
    with pytest.raises(ConnectionsError) as caught:
        build_app(settings, NOWHERE)
    assert [problem.rpartition(f": {sentence}")[0].split()[-1] for problem in caught.value.problems] == ["odd", "odder"]
    assert "connections.yaml:2:19 odd: " in caught.value.problems[0]
    assert sentence in caught.value.problems[0]
