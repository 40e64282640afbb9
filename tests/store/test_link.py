from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import RedisError

from store.client import Store, open_store
from store.events import Acceptance
from store.link import BadAddress, SentinelAddress, connect, deserialise, serialise
from store.together import NotCopiedError
from tests.store.builders import an_event
from tests.store.servers import Server, replicated, wait_until, watched

CERTIFICATES = Path(__file__).parent / "certificates"


def test_jobs_are_json_both_ways() -> None:
    job: dict[str, object] = {"t": None, "f": "event", "a": ["evt_1"], "k": {}, "et": 5}
    assert deserialise(serialise(job)) == job


@pytest.mark.parametrize("payload", [b"", b"[]", b"\x80\x04K\x01.", b"3"])
def test_anything_else_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one
        deserialise(payload)


# --- addresses --------------------------------------------------------------------------------------------------------


def test_a_sentinel_address_names_all_it_needs() -> None:
    address = SentinelAddress.parse("redis+sentinel://ops:s%40crt@a:1,b,[::1]:3/front/2?sentinel_password=x")
    assert address.sentinels == (("a", 1), ("b", 26379), ("::1", 3))
    assert (address.primary, address.database, address.tls) == ("front", 2, False)
    assert address.login == {"username": "ops", "password": "s@crt"}
    assert address.options == {"sentinel_password": "x"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis+sentinel://a:26379", "ends with the primary's name"),
        ("redis+sentinel://a:26379/front/second", "not the number of a database"),
        ("redis+sentinel://:secret@/front", "names its hosts"),
        ("redis+sentinel://a:port/front", "host:port"),
        ("redis+sentinel://a/front?colour=red", "unknown option colour"),
        ("http://a", "Redis URL must specify"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_its_password(url: str, said: str) -> None:
    with pytest.raises(BadAddress, match=said) as caught:
        connect(url)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with contextlib.suppress(BadAddress):
        SentinelAddress.parse(f"redis+sentinel://{text}")


def test_sentinels_get_their_own_password_and_the_primary_its_own() -> None:
    pool = connect("redis+sentinel://:inner@a:1/front?sentinel_password=outer").connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.connection_kwargs["password"] == "inner"
    assert pool.sentinel_manager.sentinel_kwargs["password"] == "outer"


# --- copies -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    primary, replica = replicated(tmp_path)
    yield primary, replica
    for server in (primary, replica):
        server.kill()


async def test_at_replica_a_write_counts_once_it_is_on_the_replica(pair: tuple[Server, Server]) -> None:
    primary, replica = pair
    store = open_store(primary.url, copies=1)
    event, copied = an_event(), False
    while not copied:
        with contextlib.suppress(NotCopiedError):
            await store.events.accept(Acceptance(event, b"{}"))
            copied = True
    with replica.client() as copy:
        assert copy.exists(f"hs:event:{event.id}")
    await store.close()


async def test_at_replica_a_write_without_a_replica_is_unknown(pair: tuple[Server, Server]) -> None:
    primary, replica = pair
    replica.kill()
    store = open_store(primary.url, copies=1)
    event = an_event()
    with pytest.raises(NotCopiedError, match="on 0 of 1 replicas"):
        await store.events.accept(Acceptance(event, b"{}"))
    with pytest.raises(NotCopiedError):
        await store.memory.set("call:1", "key", 1, None, "op")
    plain = open_store(primary.url)
    assert (await plain.events.accept(Acceptance(event, b"{}"))).event_id == event.id
    await store.close()
    await plain.close()


async def test_a_server_that_insists_on_replicas_counts_as_away(tmp_path: Path) -> None:
    lonely = Server(tmp_path / "lonely", {"min-replicas-to-write": "1"}).start()
    store = open_store(lonely.url)
    with pytest.raises(NotCopiedError, match="NOREPLICAS"):
        await store.events.accept(Acceptance(an_event(), b"{}"))
    await store.close()
    lonely.kill()


# --- failover, passwords, TLS -----------------------------------------------------------------------------------------


async def _accept_through(store: Store, events: list[str]) -> None:
    """Accept events one after the other for as long as it takes, each under its id until it counts."""
    for event_id in events:
        event = an_event(id=event_id)
        while True:
            try:
                await store.events.accept(Acceptance(event, b"{}"))
                break
            except (RedisError, OSError):
                await asyncio.sleep(0.02)


async def test_no_acknowledged_write_is_lost_when_the_primary_is_killed(
    tmp_path: Path, pair: tuple[Server, Server]
) -> None:
    primary, _replica = pair
    sentinel = watched(tmp_path, primary)
    wait_until(lambda: _knows_replica(sentinel), "the sentinel to know the replica")
    store = open_store(f"redis+sentinel://{sentinel.address}/front", timeout=1.0)
    ids = [f"evt_{n:04}" for n in range(400)]
    before = asyncio.create_task(_accept_through(store, ids[:200]))
    await before
    copied = open_store(f"redis+sentinel://{sentinel.address}/front", copies=1, timeout=1.0)
    await _accept_through(copied, ["evt_copied"])
    primary.kill()
    await asyncio.wait_for(_accept_through(store, ids[200:]), 30)
    assert set(await store.events.statuses(["evt_copied", *ids])) == {"queued"}
    await store.close()
    await copied.close()
    sentinel.kill()


def _knows_replica(sentinel: Server) -> bool:
    with sentinel.client() as client:
        found = client.execute_command("SENTINEL", "REPLICAS", "front")
        return isinstance(found, list) and len(found) == 1


async def test_a_password_is_used(tmp_path: Path) -> None:
    guarded = Server(tmp_path / "guarded", {"requirepass": "open-sesame"}, client_options={"password": "open-sesame"})
    guarded.start()
    refused, let_in = open_store(guarded.url), open_store(f"redis://:open-sesame@{guarded.address}")
    with pytest.raises(RedisError):
        await refused.events.accept(Acceptance(an_event(), b"{}"))
    assert not (await let_in.events.accept(Acceptance(an_event(), b"{}"))).duplicate
    await refused.close()
    await let_in.close()
    guarded.kill()


class TlsFront:
    """Ends TLS with the tests' own certificate and hands the bytes on, since the embedded server speaks no TLS."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def __aenter__(self) -> int:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key")
        self.front = await asyncio.start_server(self.hand_on, "127.0.0.1", 0, ssl=context)
        return int(self.front.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self.front.close()
        await self.front.wait_closed()

    async def hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.server.port)
        await asyncio.gather(self.pump(reader, back), self.pump(there, writer))

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()


async def test_tls_is_verified(tmp_path: Path) -> None:
    server = Server(tmp_path / "behind").start()
    async with TlsFront(server) as port:
        trusting = open_store(f"rediss://127.0.0.1:{port}?ssl_ca_certs={CERTIFICATES / 'authority.pem'}")
        assert not (await trusting.events.accept(Acceptance(an_event(), b"{}"))).duplicate
        await trusting.close()
        doubting = open_store(f"rediss://127.0.0.1:{port}")
        with pytest.raises(RedisError, match="certificate verify failed"):
            await doubting.events.accept(Acceptance(an_event(), b"{}"))
        await doubting.close()
    server.kill()
