from __future__ import annotations

import pytest
from redis.asyncio import Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import DataError

from store.client import Store
from store.packing import PackedInC, pack_in_c

COMMANDS: list[tuple[object, ...]] = [
    ("GET", "key"),
    ("CONFIG GET", "*"),
    (b"CONFIG GET", "*"),
    ("SET", "naïve", b"\x00\xff", "PX", 1200),
    ("INCRBYFLOAT", "key", 1.5),
    ("SET", "empty", ""),
    ("SET", "large", "x" * 20_000),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0])[:20])
def test_the_same_bytes_as_the_client_would_write(command: tuple[object, ...]) -> None:
    packed = pack_in_c(ConnectionPool()).make_connection().pack_command(*command)
    assert b"".join(packed) == b"".join(Connection().pack_command(*command))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Connection, SSLConnection, UnixDomainSocketConnection])
def test_every_kind_of_connection_stays_what_it_is(kind: type[AbstractConnection]) -> None:
    made = pack_in_c(ConnectionPool(connection_class=kind)).connection_class
    assert issubclass(made, kind)
    assert issubclass(made, PackedInC)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(DataError):
        pack_in_c(ConnectionPool()).make_connection().pack_command("SET", "key", object())


async def test_the_store_uses_it(store: Store) -> None:
    assert issubclass(store.redis.connection_pool.connection_class, PackedInC)
    await store.redis.set("key", b"\x00\xff")
    assert await store.redis.get("key") == b"\x00\xff"
    assert (await store.redis.config_get("appendonly")).keys() == {"appendonly"}
