from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.proxies import Way


@pytest.fixture
async def echo(tmp_path: Path) -> AsyncIterator[Path]:
    """Somebody at the other end who says what he hears."""

    async def say_again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(say_again, tmp_path / "echo.sock")
    yield tmp_path / "echo.sock"
    server.close()


@pytest.fixture(params=["unix", "tcp"])
async def way(request: pytest.FixtureRequest, echo: Path, tmp_path: Path) -> AsyncIterator[Way]:
    opened = await Way(tmp_path / "way.sock" if request.param == "unix" else 0, echo).open()
    yield opened
    await opened.close()


@dataclass
class Asker:
    """One connection through a way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def hears(self, word: bytes = b"hello") -> bytes:
        """What comes back; nothing when the connection is gone."""
        try:
            self.writer.write(word)
            return await self.reader.read(100)
        except ConnectionError:
            return b""


@asynccontextmanager
async def through(way: Way) -> AsyncIterator[Asker]:
    if isinstance(way.listens, Path):
        asker = Asker(*await asyncio.open_unix_connection(way.listens))
    else:
        asker = Asker(*await asyncio.open_connection("127.0.0.1", way.listens))
    try:
        yield asker
    finally:
        asker.writer.transport.abort()


async def test_it_passes_on_what_comes_until_it_is_reset(way: Way) -> None:
    async with through(way) as first, through(way) as second:
        assert await first.hears() == await second.hears() == b"hello"
        way.reset()
        assert await first.hears() == b""
        assert await second.hears() == b""
    async with through(way) as later:
        assert await later.hears() == b"hello"


async def test_what_refuses_lets_nobody_through(way: Way) -> None:
    way.refuse()
    async with through(way) as asker:
        assert await asker.hears() == b""
    way.heal()
    async with through(way) as asker:
        assert await asker.hears() == b"hello"


async def test_what_is_lost_stays_lost_and_nobody_is_told(way: Way) -> None:
    async with through(way) as lost, through(way) as other:
        assert await lost.hears() == b"hello"
        way.lose()
        asking = asyncio.create_task(lost.hears(b"anybody?"))
        async with through(way) as later:
            assert await later.hears() == b"hello"
            way.heal()
            assert await later.hears() == b"hello"
        assert not asking.done()
        way.reset()
        assert await asking == await other.hears() == b""


async def test_who_is_mute_hears_and_is_not_heard(tmp_path: Path) -> None:
    heard: list[bytes] = []
    arrived = asyncio.Event()

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            heard.append(data)
            writer.write(data)
            if data == b"still there?":
                arrived.set()
        writer.close()

    server = await asyncio.start_unix_server(note, tmp_path / "note.sock")
    way = await Way(tmp_path / "way.sock", tmp_path / "note.sock").open()
    async with through(way) as asker:
        assert await asker.hears() == b"hello"
        way.mute()
        asking = asyncio.create_task(asker.hears(b"still there?"))
        await arrived.wait()
        async with through(way) as later:
            assert await later.hears() == b"hello"
        assert not asking.done()
        way.reset()
        assert await asking == b""
    await way.close()
    server.close()


async def test_what_hangs_is_silent_and_loses_nothing(way: Way) -> None:
    async with through(way) as asker:
        assert await asker.hears() == b"hello"
        way.hang()
        asking = asyncio.create_task(asker.hears(b"later"))
        await asyncio.wait({asking}, timeout=0.05)
        assert not asking.done()
        way.heal()
        assert await asking == b"later"


async def test_a_slow_way_takes_its_time(way: Way) -> None:
    async with through(way) as asker:
        assert await asker.hears() == b"hello"
        way.delay = 0.03
        began = asyncio.get_running_loop().time()
        assert await asker.hears() == b"hello"
        assert asyncio.get_running_loop().time() - began >= 0.06


async def test_nobody_at_the_other_end(tmp_path: Path) -> None:
    way = await Way(0, tmp_path / "nobody.sock").open()
    async with through(way) as asker:
        assert await asker.hears() == b""
    await way.close()
