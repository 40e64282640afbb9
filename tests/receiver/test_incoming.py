from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.doors import Way
from receiver.incoming import Refused, read_delivery
from receiver.raw import RawDelivery
from receiver.settings import ReceiverSettings
from store.client import Store
from store.request import Request
from tests.receiver.support import SECRET, running, settings_in, signed

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
Headers = list[tuple[bytes, bytes]]


async def read(
    *chunks: bytes | None, headers: Headers | None = None, max_body: int = 10, read_timeout: float = 5.0
) -> RawDelivery:
    """Read a request whose body comes in these chunks; None means the sender hangs up."""
    scope = {
        "type": "http", "method": "POST", "path": "/hooks/desk/tok/tools/look_up", "query_string": b"a=1&b=2&a=3",
        "headers": headers or [], "path_params": {"connection": "desk", "rest": "tok/tools/look_up"},
    }  # fmt: skip
    waiting = list(chunks)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        chunk = waiting.pop(0)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": chunk != b""}

    way = Way("tools", "look_up", "tok")
    return await read_delivery(scope, receive, "desk", AT, way=way, max_body=max_body, read_timeout=read_timeout)


async def refusal(*chunks: bytes | None, **options: Any) -> int:
    with pytest.raises(Refused) as caught:
        await read(*chunks, **options)
    return caught.value.status


async def test_everything_around_the_body_is_kept() -> None:
    raw = await read(b"12345", b"67890", b"")
    assert (raw.body, raw.connection, raw.path_token, raw.received_at) == (b"1234567890", "desk", "tok", AT)
    assert raw.request == Request("POST", "tools", "look_up", {"a": "3", "b": "2"})


async def test_headers_that_came_twice_are_one_list() -> None:
    raw = await read(b"", headers=[(b"x-one", b"1"), (b"X-Two", b"2"), (b"x-one", b"3"), (b"X-ONE", b"4")])
    assert raw.headers == {"x-one": "1, 3, 4", "x-two": "2"}


async def test_a_body_that_grows_too_large_is_refused() -> None:
    assert await refusal(b"12345", b"678901") == 413


@pytest.mark.parametrize("announced", [b"11", b"1" * 20, b"9" * 5000])
async def test_an_announced_length_is_refused_before_a_byte_is_read(announced: bytes) -> None:
    assert await refusal(headers=[(b"content-length", announced)]) == 413


@pytest.mark.parametrize("announced", ["", "many", "-5", "+5", "1e9", " 5", "٣" * 9, "²²²", "0" * 99 + "1", "10"])
async def test_nonsense_announces_nothing(announced: str) -> None:
    raw = await read(b"12345", b"", headers=[(b"content-length", announced.encode("utf-8"))])
    assert raw.body == b"12345"


@given(st.binary(max_size=30))
def test_no_announcement_is_a_failure(announced: bytes) -> None:
    async def outcome() -> object:
        try:
            return (await read(b"1", b"", headers=[(b"content-length", announced)])).body
        except Refused as refused:
            return refused.status

    assert asyncio.run(outcome()) in (b"1", 413)


async def test_a_body_that_does_not_come_is_given_up() -> None:
    assert await refusal(b"12", read_timeout=0.02) == 408


async def test_a_sender_that_hangs_up_is_given_up() -> None:
    assert await refusal(b"12", None) == 400


async def test_the_limits_are_those_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store, store_url: str
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"1"
        await asyncio.Event().wait()

    async def long() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x"

    monkeypatch.setenv("DESK_SECRET", SECRET)
    settings: ReceiverSettings = settings_in(tmp_path, max_body=10, read_timeout=0.05)
    async with running(settings, store_url) as (_, client):
        announced = await client.post("/hooks/desk", content=b"x" * 11, headers=signed(b"x" * 11))
        streamed = await client.post("/hooks/desk", content=long(), headers=signed(b"x" * 20))
        stuck = await client.post("/hooks/desk", content=slow())
    assert [announced.status_code, streamed.status_code, stuck.status_code] == [413, 413, 408]
    assert streamed.json() == {"refused": "a body has at most 10 bytes"}
    assert await store.events.count() == 0
