"""The whole way of a report: from what goes wrong in a running server or worker to what a Sentry has of it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sentry_sdk

from console.process.sentry import set_up_sentry
from console.web.app import build_app as build_console
from console.web.settings import ConsoleSettings
from receiver.app import build_app as build_receiver
from receiver.providers.flireo import Flireo
from store.about import now_about
from store.client import Store
from store.settings import StoreSettings
from tests.console.process.sentry_server import SentryServer, sentry_server
from tests.console.serving import served
from tests.ports import free_port
from tests.receiver.support import CONNECTIONS, SECRET, post, settings_in, signed, status_update, tool_calls
from tests.store.builders import accept, an_event
from tests.workers.loop import Jobs, running, worker_on
from workers.clients.errors import Unavailable

SAID, NUMBER, KEY = "my password is swordfish", "+31612340001", "key-of-the-crm"


class Bug(Exception):
    """What nobody expects."""


def fails(*_: Any, **__: Any) -> Any:
    """A bug that tells more than it should."""
    raise Bug(f"cannot handle {NUMBER} with {KEY}\nbody: {SAID}")


@pytest.fixture
def sentry(monkeypatch: pytest.MonkeyPatch) -> Iterator[SentryServer]:
    """A Sentry that takes the reports of this process."""
    monkeypatch.setenv("DESK_SECRET", SECRET)
    monkeypatch.setenv("HOOKSWITCH_DURABILITY", "memory")
    with sentry_server() as server, sentry_sdk.isolation_scope():
        set_up_sentry(StoreSettings(sentry_dsn=server.dsn), "tested", {"CRM_API_KEY": KEY, "DESK_SECRET": SECRET})
        yield server
        sentry_sdk.get_client().close()
    sentry_sdk.init()


async def arrived(sentry: SentryServer) -> list[dict[str, Any]]:
    """All reports, once nothing is on its way any more. What is expected to be missing is waited for by a last one."""
    logging.getLogger("tests.sentry").critical("the last one")
    async with asyncio.timeout(60):
        while not any(report.get("message") == "the last one" for report in sentry.reports):
            await asyncio.to_thread(sentry_sdk.flush, 1.0)
    return [report for report in sentry.reports if report.get("message") != "the last one"]


def tells_nothing(sentry: SentryServer) -> bool:
    """Whether nothing of the body, the number and the secret has left."""
    everything = b"".join(sentry.bodies).decode()
    return not any(word in everything for word in (SAID, NUMBER, "1234000", KEY, SECRET, "swordfish"))


async def test_a_bug_in_the_path_of_a_delivery_arrives_once(
    sentry: SentryServer, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flireo, "reply", fails)
    body = tool_calls(call_id="call-7")
    body["message"]["tool_call_list"][0]["function"]["arguments"] = {"said": SAID}
    async with served(build_receiver(settings_in(tmp_path), store_url)) as url, httpx.AsyncClient(base_url=url) as http:
        response = await post(http, body, "quick")
    assert response.status_code == 503
    (report,) = await arrived(sentry)
    tags = report["tags"]
    assert (tags["process"], tags["connection"], tags["call_id"]) == ("tested", "quick", "call-7")
    assert tags["event_id"].startswith("evt_")
    assert sentry.types() == ["Bug"]
    assert report["exception"]["values"][0]["value"] == "cannot handle +316•••••01 with [redacted]"
    assert tells_nothing(sentry)


async def test_a_bug_before_an_event_is_known_names_its_connection(
    sentry: SentryServer, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flireo, "normalise", fails)
    async with served(build_receiver(settings_in(tmp_path), store_url)) as url, httpx.AsyncClient(base_url=url) as http:
        await post(http, status_update())
    (report,) = await arrived(sentry)
    assert report["tags"] == {"process": "tested", "connection": "desk"}


async def test_a_bug_in_a_job_arrives_with_its_event(sentry: SentryServer, store: Store) -> None:
    event, jobs = an_event(), Jobs(store)

    async def handle(ctx: Any, event_id: str) -> None:
        now_about(event)
        jobs.ended.append(event_id)
        fails()

    await accept(store, event)
    async with running(worker_on(store, handle)):
        async with asyncio.timeout(60):
            while not sentry.reports:
                await asyncio.to_thread(sentry_sdk.flush, 1.0)
    (report,) = await arrived(sentry)
    assert report["tags"]["event_id"] == event.id
    assert report["message"] == "a job failed"
    assert len(jobs.ended) == 1
    assert tells_nothing(sentry)


async def test_a_bug_in_a_page_of_the_console_arrives_once(
    sentry: SentryServer, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.web.pages.system.standing", fails)
    async with served(build_console(ConsoleSettings(), store_url)) as url, httpx.AsyncClient() as http:
        response = await http.get(f"{url.replace('127.0.0.1', 'localhost')}/system", params={"q": SAID})
    assert response.status_code == 500
    await arrived(sentry)
    assert sentry.types() == ["Bug"]
    assert tells_nothing(sentry)


async def test_trouble_that_is_expected_does_not_arrive(
    sentry: SentryServer, store: Store, store_url: str, tmp_path: Path
) -> None:
    for address in (store_url, f"redis://127.0.0.1:{free_port()}"):
        settings = settings_in(tmp_path, CONNECTIONS, store_timeout=5.0)
        async with served(build_receiver(settings, address)) as url, httpx.AsyncClient(base_url=url) as http:
            assert (await http.post("/hooks/desk", json=status_update())).status_code == 401
            assert (await post(http, status_update())).status_code == 200
            await hang_up(url)
    await accept(store, an_event())

    async def platform_fails(_: Any, __: str) -> None:
        taken.set()
        raise Unavailable("the platform answered 500", status=500)

    taken = asyncio.Event()
    async with running(worker_on(store, platform_fails)), asyncio.timeout(60):
        await taken.wait()
    assert await arrived(sentry) == []


async def hang_up(url: str) -> None:
    """Begin a delivery and be gone before its end."""
    _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    body = json.dumps(status_update()).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    writer.write(f"POST /hooks/desk HTTP/1.1\r\nhost: x\r\n{headers}content-length: {len(body)}\r\n\r\n".encode())
    writer.write(body[:20])
    await writer.drain()
    writer.transport.abort()
