from __future__ import annotations

import httpx
import pytest
from opentelemetry.trace import StatusCode

from store.connections import Api, Connection
from store.spans import span
from tests.store.spanbook import tracing
from workers.observer import Observer
from workers.outgoing import Watch, WatchedTransport
from workers.toolbox import Clients


class Diary(Observer):
    """Writes down how requests ended."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, int | None]] = []

    def called(self, connection: str, provider: str, status: int | None, seconds: float) -> None:
        assert seconds >= 0
        self.lines.append((connection, provider, status))


def watched(answer: int | Exception, watch: Watch, seen: list[httpx.Request]) -> httpx.AsyncClient:
    """A client that is watched, in front of a host that always says the same."""

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    return httpx.AsyncClient(transport=WatchedTransport(httpx.MockTransport(handle), watch, "desk", "flireo"))


async def test_every_request_is_told_with_its_status() -> None:
    diary = Diary()
    async with watched(429, Watch(diary), []) as client:
        await client.get("https://crm.test/numbers/+31612340001")
    assert diary.lines == [("desk", "flireo", 429)]


async def test_a_request_without_an_answer_is_told_too() -> None:
    diary = Diary()
    async with watched(httpx.ConnectError("no"), Watch(diary), []) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("https://crm.test/")
    assert diary.lines == [("desk", "flireo", None)]


async def test_a_span_tells_host_and_status_and_no_path() -> None:
    with tracing() as book:
        async with watched(503, Watch(), []) as client:
            await client.post("https://crm.test/numbers/+31612340001?token=abc", json={"said": "hello"})
    found = book.one("HTTP POST")
    assert found.attributes == {
        "http.request.method": "POST", "server.address": "crm.test", "http.response.status_code": 503,
    }  # fmt: skip
    assert found.status.status_code is StatusCode.ERROR
    told = f"{found.name} {found.attributes} {found.status.description} {[event.attributes for event in found.events]}"
    assert not any(word in told for word in ("1234", "abc", "hello"))


async def test_only_trusted_hosts_are_told_of_the_trace() -> None:
    seen: list[httpx.Request] = []
    with tracing(), span("step"):
        async with watched(200, Watch(trusted=frozenset({"crm.internal"})), seen) as client:
            await client.get("https://crm.internal/")
            await client.get("https://crm.test/")
    assert seen[0].headers["traceparent"].startswith("00-")
    assert "traceparent" not in seen[1].headers


async def test_without_a_trace_even_they_are_told_nothing() -> None:
    seen: list[httpx.Request] = []
    async with watched(200, Watch(trusted=frozenset({"crm.internal"})), seen) as client:
        await client.get("https://crm.internal/")
    assert "traceparent" not in seen[0].headers


async def test_the_clients_of_a_worker_are_watched() -> None:
    diary = Diary()
    clients = Clients.allowing([], Watch(diary))
    connection = Connection(name="desk", provider="flireo", api=Api(base_url="http://127.0.0.1:1", key="k"))
    for client in (clients.of(connection), clients.open):
        with pytest.raises((httpx.ConnectError, Exception)):
            await client.get("http://127.0.0.1:1/")
    await clients.close()
    assert diary.lines == [("desk", "flireo", None), ("", "", None)]
