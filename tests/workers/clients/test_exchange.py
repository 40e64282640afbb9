from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from tests.workers.clients.support import KEY, Platform, context, said_by, tcp_server
from workers.clients.egress import egress_client
from workers.clients.errors import ApiError, InDoubtError, Invalid, NotAllowed, Unavailable
from workers.clients.exchange import Deadline, Received, exchange

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with egress_client(["127.0.0.1"]) as client:
        yield client


async def send(http: httpx.AsyncClient, method: str, url: str, seconds: float = 5.0, **request: Any) -> Received:
    built = http.build_request(method, url, **request)
    return await exchange(http, built, context(http), Deadline(seconds), limit=1000, secrets={KEY})


async def reset_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def hang_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await reader.read()
    writer.close()


async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.close()


async def talk_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"this is no HTTP\r\n\r\n")
    await writer.drain()
    writer.close()


async def false_gzip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("fault", [reset_after_reading, break_off, talk_nonsense, false_gzip])
async def test_what_left_and_got_no_readable_answer_is_in_doubt_unless_it_only_reads(
    http: httpx.AsyncClient, fault: Any
) -> None:
    async with tcp_server(fault) as port:
        with pytest.raises(InDoubtError):
            await send(http, "POST", f"http://127.0.0.1:{port}/")
        with pytest.raises(Unavailable):
            await send(http, "GET", f"http://127.0.0.1:{port}/")


async def test_a_silent_server_is_given_up_in_time(http: httpx.AsyncClient) -> None:
    async with tcp_server(hang_after_reading) as port:
        with pytest.raises(InDoubtError) as caught:
            await send(http, "POST", f"http://127.0.0.1:{port}/", seconds=0.1)
        assert caught.value.retryable
        with pytest.raises(Unavailable):
            await send(http, "GET", f"http://127.0.0.1:{port}/", seconds=0.1)


async def test_a_server_that_trickles_cannot_stretch_the_deadline(http: httpx.AsyncClient) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"x")
            await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.02)
        writer.close()

    async with tcp_server(trickle) as port:
        with pytest.raises(InDoubtError):
            await send(http, "POST", f"http://127.0.0.1:{port}/", seconds=0.15)


async def test_what_never_left_is_unavailable_even_for_a_write(http: httpx.AsyncClient) -> None:
    async with tcp_server(hang_after_reading) as port:
        pass
    with pytest.raises(Unavailable, match="nothing was sent"):
        await send(http, "POST", f"http://127.0.0.1:{port}/")


async def test_a_connection_that_is_never_made_is_unavailable_when_time_is_up() -> None:
    async def lookup_that_hangs(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with egress_client([], resolver=lookup_that_hangs) as http:
        with pytest.raises(Unavailable, match="nothing was sent"):
            await send(http, "POST", "http://slow.test/", seconds=0.1)


async def test_a_full_pool_is_unavailable() -> None:
    def full(_request: httpx.Request) -> httpx.Response:
        raise httpx.PoolTimeout("no free connection")

    async with httpx.AsyncClient(transport=httpx.MockTransport(full)) as http:
        with pytest.raises(Unavailable, match="nothing was sent"):
            await send(http, "POST", "http://api.test/")


async def test_no_time_left_sends_nothing() -> None:
    platform = Platform({})
    with pytest.raises(Unavailable, match="no time left"):
        await send(platform.client(), "POST", "http://api.test/", seconds=-1)
    assert platform.seen == []


async def test_a_lost_request_is_named_before_the_action_itself_is_given_up(http: httpx.AsyncClient) -> None:
    async with tcp_server(hang_after_reading) as port:
        with pytest.raises(Unavailable, match="no readable answer"):
            async with asyncio.timeout(2.0):
                await send(http, "GET", f"http://127.0.0.1:{port}/", seconds=2.0)


@pytest.mark.parametrize("url", ["ftp://api.test/", "api.test/x"])
async def test_other_schemes_are_invalid_not_retried(http: httpx.AsyncClient, url: str) -> None:
    with pytest.raises(Invalid):
        await send(http, "GET", url)


async def test_an_illegal_header_is_invalid_and_not_in_doubt(http: httpx.AsyncClient) -> None:
    async with tcp_server(reset_after_reading) as port:
        with pytest.raises(Invalid):
            await send(http, "POST", f"http://127.0.0.1:{port}/", headers={"x-note": "a\r\nb: c"})


async def test_answers_above_the_limit_are_refused() -> None:
    platform = Platform({"GET /": "x" * 2000})
    with pytest.raises(Invalid, match="more than 1000 bytes"):
        await send(platform.client(), "GET", "http://api.test/")


async def test_redirects_are_not_followed() -> None:
    platform = Platform({"GET /": httpx_redirect("http://other.test/"), "GET /x": {}})
    received = await send(platform.client(), "GET", "http://api.test/")
    assert received.status == 302
    assert len(platform.seen) == 1


def httpx_redirect(location: str) -> Any:
    from starlette.responses import RedirectResponse

    return RedirectResponse(location, 302)


async def test_both_sides_are_recorded_without_credentials() -> None:
    platform = Platform({"POST /things": {"id": 1, "webhook_secret": "whsec_x", "echo": f"your key {KEY}"}})
    http = platform.client()
    own = context(http)
    request = http.build_request(
        "POST", "https://u:pw-of-u@api.test/things?token=t-1", json={"password": "pw", "name": "n"}
    )
    await exchange(http, request, own, Deadline(5), limit=1000, secrets={KEY})
    (recorded,) = own.exchanges
    assert recorded.sent == {
        "method": "POST",
        "url": "https://api.test/things?token=[redacted]",
        "body": {"password": "[redacted]", "name": "n"},
    }
    assert recorded.got == {
        "status": 200,
        "body": {"id": 1, "webhook_secret": "[redacted]", "echo": "your key [redacted]"},
    }


async def test_form_bodies_are_recorded_by_field() -> None:
    platform = Platform({"POST /token": {}})
    http = platform.client()
    own = context(http)
    request = http.build_request("POST", "https://api.test/token", data={"client_secret": "c-1", "scope": "x"})
    await exchange(http, request, own, Deadline(5), limit=1000)
    assert own.exchanges[0].sent["body"] == {"client_secret": "[redacted]", "scope": "x"}


async def test_a_failed_request_is_recorded_with_its_failure(http: httpx.AsyncClient) -> None:
    own = context(http)
    with pytest.raises(ApiError):
        await exchange(http, http.build_request("GET", "http://127.0.0.1:1/"), own, Deadline(5), limit=1000)
    assert "not reached" in said_by(own)


async def test_a_refused_host_is_recorded_with_the_refusal(http: httpx.AsyncClient) -> None:
    own = context(http)
    with pytest.raises(NotAllowed):
        await exchange(http, http.build_request("GET", "http://127.0.0.2/"), own, Deadline(5), limit=1000)
    assert "HTTP_ALLOW" in said_by(own)


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [
        ("audio/mpeg", b"\xff\xfb" * 5, {"bytes": 10, "type": "audio/mpeg"}),
        ("IMAGE/PNG; x=1", b"\x89PNG", {"bytes": 4, "type": "image/png"}),
        ("application/octet-stream", b"", ""),
        ("audio/mpeg", b'{"a": 1}', {"a": 1}),
        ("text/plain", b"words", "words"),
    ],
)
async def test_sound_and_pictures_are_recorded_by_their_size(kind: str, content: bytes, shown: Any) -> None:
    platform = Platform({"GET /x": Response(content, headers={"content-type": kind})})
    http = platform.client()
    own = context(http)
    received = await exchange(http, http.build_request("GET", "http://api.test/x"), own, Deadline(5), limit=1000)
    assert (received.content, own.exchanges[0].got["body"]) == (content, shown)
