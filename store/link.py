"""The way to the store: one Redis, or whichever of several the sentinels call the primary.

    redis://host:6379/0     rediss://user:password@host:6380/0?ssl_ca_certs=/etc/ca.pem     unix:///run/valkey.sock
    redis+sentinel://:password@host1:26379,host2:26379,host3/primary_name/0
    rediss+sentinel://...   the same, where primary and sentinels speak TLS

What stands behind `?` is the Redis client's own (`ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile`, ...); for sentinels
also `sentinel_password` and `sentinel_username`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool, SentinelManagedSSLConnection

SENTINEL_PORT = 26379
_SCHEMES = {"redis+sentinel": False, "rediss+sentinel": True}
_TLS_OPTIONS = frozenset({"ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile", "ssl_password"})


class BadAddress(ValueError):
    """HOOKSWITCH_REDIS_URL cannot be used; the text says why, and nothing of its password."""


class StoreRedis(ArqRedis):
    """An arq client that knows on how many replicas a write has to be before it counts."""

    copies: int = 0

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close what is open, the ways to the sentinels too."""
        await super().aclose(close_connection_pool)
        pool = self.connection_pool
        if isinstance(pool, SentinelConnectionPool):
            for sentinel in pool.sentinel_manager.sentinels:
                await sentinel.aclose()


def serialise(job: dict[str, Any]) -> bytes:
    """arq's job as JSON. Give it to an arq client as `job_serializer` and it can enqueue for our workers."""
    return orjson.dumps(job)


def deserialise(payload: bytes) -> dict[str, Any]:
    """The other direction; raises ValueError for anything that is not a map."""
    job = orjson.loads(payload)
    if not isinstance(job, dict):
        raise ValueError("a job is a map")
    return job


CHECK_EVERY = 15
"""Seconds after which a way that lay idle is tried before it is used."""
CONNECT_WITHIN = 2.0
"""Seconds a new way may take to open."""


def connect(url: str, *, copies: int = 0, timeout: float = 5.0, tried: bool = True) -> StoreRedis:
    """A client that connects when first used; timeouts are in seconds. Raises BadAddress.

    Each way is `tried` first, which a server refuses that cannot write; who only wants to look at one tries nothing.
    """
    options = {
        "socket_timeout": timeout, "socket_connect_timeout": CONNECT_WITHIN,
        "health_check_interval": CHECK_EVERY if tried else 0,
    }  # fmt: skip
    redis = StoreRedis(_pool(url, options), job_serializer=serialise, job_deserializer=deserialise)
    redis.copies = copies
    return redis


def _pool(url: str, options: Mapping[str, Any]) -> ConnectionPool:
    if url.partition("://")[0].lower() in _SCHEMES:
        return _sentinel_pool(SentinelAddress.parse(url), options)
    try:
        return ConnectionPool.from_url(url, **options)
    except ValueError as error:
        raise BadAddress(str(error)) from None


@dataclass(frozen=True)
class SentinelAddress:
    """Where the sentinels are, and what they call the primary."""

    sentinels: tuple[tuple[str, int], ...]
    primary: str
    database: int = 0
    tls: bool = False
    login: Mapping[str, str] = field(default_factory=dict, repr=False)
    """`username` and `password` of the primary."""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stands behind the question mark."""

    @classmethod
    def parse(cls, url: str) -> SentinelAddress:
        """Read `redis+sentinel://user:password@host:port,host:port/primary/database`. Raises BadAddress."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise BadAddress(str(error)) from None
        login, _, hosts = parts.netloc.rpartition("@")
        username, _, password = login.partition(":")
        primary, _, database = parts.path.strip("/").partition("/")
        if not primary:
            raise BadAddress(
                "a sentinel address ends with the primary's name, as in redis+sentinel://host:26379/mymaster"
            )
        if database and not database.isdecimal():
            raise BadAddress(f'"{database}" is not the number of a database')
        given = {"username": unquote(username), "password": unquote(password)}
        return cls(
            tuple(_host(entry) for entry in hosts.split(",")), unquote(primary), int(database or 0),
            _SCHEMES[parts.scheme], {name: value for name, value in given.items() if value},
            dict(parse_qsl(parts.query)),
        )  # fmt: skip


def _host(entry: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{entry}")
        port = parts.port or SENTINEL_PORT
    except ValueError:
        raise BadAddress("a sentinel is written as host:port") from None
    if not parts.hostname:
        raise BadAddress("a sentinel address names its hosts, separated by commas")
    return parts.hostname, port


def _sentinel_pool(address: SentinelAddress, options: Mapping[str, Any]) -> ConnectionPool:
    tls = {name: value for name, value in address.options.items() if name in _TLS_OPTIONS} if address.tls else {}
    unknown = sorted(set(address.options) - set(tls) - {"sentinel_username", "sentinel_password"})
    if unknown:
        raise BadAddress(f"unknown option {', '.join(unknown)} in a sentinel address")
    to_sentinels = {
        **options, **tls, **({"ssl": True} if address.tls else {}),
        **{name: address.options[f"sentinel_{name}"] for name in ("username", "password")
           if f"sentinel_{name}" in address.options},
    }  # fmt: skip
    sentinel = Sentinel(list(address.sentinels), sentinel_kwargs=to_sentinels)  # type: ignore[no-untyped-call]
    to_primary: dict[str, Any] = {**options, **tls, **address.login, "db": address.database}
    if address.tls:
        to_primary["connection_class"] = SentinelManagedSSLConnection
    return SentinelConnectionPool(address.primary, sentinel, **to_primary)  # type: ignore[no-untyped-call]
